import { assert, assertEquals } from "@std/assert";
import { fact } from "../helpers/fact.ts";
import { inWorker, reply, startNested } from "../helpers/threads.ts";

/** Tries all that makes code of text; gives what each of it came to. */
const TRY_ALL = `const tried = [
    Function,
    (async function () {}).constructor,
    (function* () {}).constructor,
    (async function* () {}).constructor,
    globalThis.eval,
  ].map((make) => {
    try {
      make("1");
      return "works";
    } catch (error) {
      return error.name;
    }
  });`;

const REFUSED = Array.from({ length: 5 }, () => "EvalError");

fact(
  "no function makes code of text, in a worker either",
  ["src/security/hook_boot.ts", "src/security/permissions.ts"],
  async () => {
    const makers: unknown[] = [
      Function,
      (async () => {}).constructor,
      (function* () {}).constructor,
      (async function* () {}).constructor,
      globalThis["eval" as keyof typeof globalThis],
    ];
    for (const make of makers) {
      assert(typeof make === "function");
      let name = "works";
      try {
        make("1");
      } catch (error) {
        name = error instanceof Error ? error.name : String(error);
      }
      assertEquals(name, "EvalError");
    }
    assertEquals(await inWorker("none", `${TRY_ALL} return tried;`), {
      value: REFUSED,
    });
  },
);

fact(
  "WebAssembly is code, and is compiled all the same",
  ["src/security/permissions.ts"],
  () => {
    const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    assert(new WebAssembly.Module(empty) instanceof WebAssembly.Module);
  },
);

fact(
  "a worker without permissions starts another with limits, which has none either, makes no code, and survives endless recursion",
  ["src/security/hook_boot.ts"],
  async () => {
    const worker = startNested(
      `${TRY_ALL}
      let recursion = "endless";
      try {
        (function again() { again(); })();
      } catch (error) {
        recursion = error.name;
      }
      let reading = "works";
      try {
        Deno.readTextFileSync("deno.json");
      } catch (error) {
        reading = error.name;
      }
      const states = ["read", "write", "net", "env", "run", "sys", "ffi", "import"]
        .map((name) => Deno.permissions.querySync({ name }).state);
      say({ tried, recursion, reading, states: [...new Set(states)] });`,
      new SharedArrayBuffer(16),
    );
    try {
      assertEquals(await reply(worker), {
        tried: REFUSED,
        recursion: "RangeError",
        reading: "NotCapable",
        states: ["prompt"],
      });
    } finally {
      worker.terminate();
    }
  },
);

fact(
  "the main thread may wait on shared memory, and stops when the time is up",
  ["src/security/hook_sandbox.ts", "src/vector/lane.ts"],
  () => {
    const memory = new Int32Array(new SharedArrayBuffer(4));
    assertEquals(Atomics.wait(memory, 0, 1, 1000), "not-equal");
    assertEquals(Atomics.wait(memory, 0, 0, 1), "timed-out");
  },
);
