/** A town that runs asks nothing of the machine. @module */
import { assertEquals } from "@std/assert";
import { loadTown } from "../../src/app.ts";
import { Observer } from "../../src/observations/observer.ts";
import { Simulation } from "../../src/simulation.ts";

/** Names of the global object that reach outside, or differ from run to run. */
const OUTSIDE = [
  "Deno",
  "Date",
  "performance",
  "crypto",
  "console",
  "process",
  "navigator",
  "localStorage",
  "sessionStorage",
  "caches",
  "indexedDB",
  "fetch",
  "WebSocket",
  "Worker",
  "BroadcastChannel",
  "setTimeout",
  "setInterval",
  "queueMicrotask",
  "Temporal",
  "Intl",
] as const;

/** Does something while every one of {@link OUTSIDE} throws; names what was asked. */
function withoutMachine(act: () => void): readonly string[] {
  const asked: string[] = [];
  const refuse = (name: string) => (): never => {
    asked.push(name);
    throw new Error(`${name} was asked`);
  };
  const kept = new Map<PropertyKey, PropertyDescriptor>();
  const { random } = Math;
  try {
    for (const name of OUTSIDE) {
      const own = Object.getOwnPropertyDescriptor(globalThis, name);
      if (own?.configurable !== true) continue;
      kept.set(name, own);
      Object.defineProperty(globalThis, name, {
        configurable: true,
        get: refuse(name),
      });
    }
    Math.random = refuse("Math.random");
    act();
  } finally {
    Math.random = random;
    for (const [name, own] of kept) {
      Object.defineProperty(globalThis, name, own);
    }
  }
  return asked;
}

Deno.test("D1: the stubs are in the way of whoever asks", () => {
  const ask = (question: () => unknown) =>
    withoutMachine(() => {
      try {
        question();
      } catch { /* Counted. */ }
    });
  assertEquals(ask(() => Date.now()), ["Date"]);
  assertEquals(ask(() => Math.random()), ["Math.random"]);
  assertEquals(ask(() => performance.now()), ["performance"]);
  assertEquals(ask(() => crypto.randomUUID()), ["crypto"]);
  assertEquals(ask(() => Deno.readTextFileSync("deno.json")), ["Deno"]);
  assertEquals(ask(() => globalThis.fetch), ["fetch"]);
});

for (const policy of ["scripted", "random"] as const) {
  Deno.test(`D1: 200 ticks, observations and hashes ask nothing of the machine (${policy})`, async () => {
    const { town } = await loadTown("configs/town.yaml");
    const free = run();
    let bound: string[] = [];
    assertEquals(withoutMachine(() => void (bound = run())), []);
    assertEquals(bound, free);

    function run(): string[] {
      const observe = new Observer(town);
      const simulation = new Simulation(town, { policy, seed: 7, observe });
      return Array.from({ length: 20 }, () => {
        simulation.runFor(10);
        return simulation.hash();
      });
    }
  });
}
