import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Simulation } from "../../src/simulation.ts";
import { STATE_CHANNELS } from "../../src/telemetry/channels.ts";
import { busyTown } from "../helpers/busy_town.ts";
import { textLists } from "../../src/telemetry/events.ts";
import type { Health } from "../../src/telemetry/health.ts";
import { openTold, settingsOf, type ToldFrame } from "../helpers/told.ts";

/** No health: there is no pipeline that it could tell of. */
const QUIET = { health: { enabled: false } };

/** Channels of states that tests look at. */
const STATES = STATE_CHANNELS.filter((name) => name !== "health");

/** States without what is counted from frame to frame. */
function withoutDeltas<T extends { readonly policy?: object }>(states: T): T {
  return { ...states, policy: { ...states.policy, switches: undefined } };
}

const town = busyTown({ movement: "walk", backend: "scripted" });

Deno.test("whatever is held back, the last state arrives in every channel", () => {
  const order = fc.record({
    ticks: fc.integer({ min: 1, max: 12 }),
    hold: fc.boolean(),
    keyframes: fc.boolean(),
    keyframesOf: fc.subarray([...STATES], { maxLength: 2 }),
  });
  fc.assert(
    fc.property(
      fc.nat(50),
      fc.array(order, { maxLength: 12 }),
      fc.constantFrom("diff" as const, "full" as const),
      (seed, orders, mode) => {
        const simulation = new Simulation(town, { seed });
        const settings = settingsOf({ channels: QUIET, mode });
        const { told, producer, view } = openTold(simulation, settings);
        producer.tell(view, {});
        for (const { ticks, ...asked } of orders) {
          told.order = asked;
          simulation.runFor(ticks, () => producer.tell(view, {}));
        }
        producer.tell(view, {}, true);
        const whole = openTold(simulation, settings);
        whole.producer.tell(view, {});
        assertEquals(
          withoutDeltas(told.fold()),
          withoutDeltas(whole.told.fold()),
        );
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("nothing is told of states while they are held back, and one change after", () => {
  const simulation = new Simulation(town, { seed: 3 });
  const settings = settingsOf({ channels: QUIET });
  const { told, producer, view } = openTold(simulation, settings);
  producer.tell(view, {});
  const before = told.bodies.length;
  told.order = { hold: true, keyframes: false, keyframesOf: [] };
  simulation.runFor(20, () => producer.tell(view, {}));
  assertEquals(told.bodies.length, before);
  told.order = { hold: false, keyframes: false, keyframesOf: [] };
  simulation.runFor(1, () => producer.tell(view, {}));
  const [change] = told.frames.slice(before);
  assertEquals([change.ch, change.k, change.base], ["agents", "patch", 0]);
});

Deno.test("each channel tells when its ticks are due, and whole states when asked", () => {
  const simulation = new Simulation(town, { seed: 1 });
  const settings = settingsOf({
    keyframe_ticks: 40,
    channels: { ...QUIET, rewards: { every: 10 }, social: { every: 5 } },
  });
  const { told, producer, view } = openTold(simulation, settings);
  producer.tell(view, {});
  simulation.runFor(100, () => producer.tell(view, {}));
  const of = (channel: string) =>
    told.frames.filter(({ ch }) => ch === channel);
  assert(of("rewards").every(({ t }) => t % 10 === 0));
  assert(of("social").every(({ t }) => t % 5 === 0));
  assertEquals(
    of("agents").filter(({ k }) => k === "key").map(({ t }) => t),
    [0, 40, 80],
  );
  assertEquals(of("agents").length, 101);
});

Deno.test("full mode tells whole states alone", () => {
  const simulation = new Simulation(town, { seed: 1 });
  const settings = settingsOf({ mode: "full", channels: QUIET });
  const { told, producer, view } = openTold(simulation, settings);
  producer.tell(view, {});
  simulation.runFor(20, () => producer.tell(view, {}));
  producer.tell(view, {}, true);
  assertEquals(new Set(told.frames.map(({ k }) => k)), new Set(["key"]));
  // The last state was told already, and is not told again.
  assertEquals(
    told.frames.filter(({ ch, t }) => ch === "town" && t === 20).length,
    1,
  );
});

Deno.test("a new file begins with the whole states of all channels", () => {
  const simulation = new Simulation(town, { seed: 1 });
  const settings = settingsOf({ channels: QUIET });
  const { told, producer, view } = openTold(simulation, settings);
  producer.tell(view, {});
  simulation.runFor(7, () => producer.tell(view, {}));
  told.order = { hold: true, keyframes: true, keyframesOf: [] };
  simulation.runFor(1, () => producer.tell(view, {}));
  told.order = { hold: false, keyframes: false, keyframesOf: [] };
  simulation.runFor(1, () => producer.tell(view, {}));
  const starts = told.bodies.flatMap(({ starts }, i) => starts ? [i] : []);
  assertEquals(starts.length, 2);
  const begun = told.frames.slice(starts[1], starts[1] + STATES.length);
  assertEquals(begun.map(({ ch }) => ch), [...STATES]);
  assert(begun.every(({ k, t }) => k === "key" && t === 9));
});

Deno.test("events keep their ticks, and wait for the ticks of their channel", () => {
  const simulation = new Simulation(town, { seed: 1 });
  const settings = settingsOf({
    channels: { ...QUIET, narration: { every: 4 } },
  });
  const { told, producer, view } = openTold(simulation, settings);
  const [one] = textLists(['{"e":"a"}']);
  const both = { events: [one, one], narration: [one] };
  simulation.runFor(6, () => producer.tell(view, both));
  producer.tell(view, {}, true);
  const of = (channel: string) =>
    told.frames.flatMap(({ ch, n, t }, at) =>
      ch === channel ? [{ n, t, at }] : []
    );
  assertEquals(
    of("events").map(({ n, t }) => [n, t]),
    [1, 2, 3, 4, 5, 6].flatMap((t) => [[2 * t - 2, t], [2 * t - 1, t]]),
  );
  assertEquals(of("narration").map(({ t }) => t), [1, 2, 3, 4, 5, 6]);
  // Those of the first three ticks came with the fourth.
  const fourth = of("events").findLast(({ t }) => t === 4)?.at ?? 0;
  assert(of("narration").every(({ at }) => at > fourth));
});

Deno.test("what is redacted is told nowhere", () => {
  const simulation = new Simulation(town, { seed: 1 });
  const settings = settingsOf({
    channels: QUIET,
    redact: ["agents/*/wallet", "town/prices", "policy/identity"],
  });
  const { told, producer, view } = openTold(simulation, settings);
  producer.tell(view, {});
  simulation.runFor(100, () => producer.tell(view, {}));
  for (const { ch, d } of told.frames) {
    if (ch === "agents") {
      for (const agent of Object.values(d)) {
        assert(agent === null || !Object.hasOwn(agent as object, "wallet"));
      }
    } else if (ch === "town") assert(!Object.hasOwn(d, "prices"));
    else if (ch === "policy") assert(!Object.hasOwn(d, "identity"));
  }
});

Deno.test("a channel that fails does no harm, and tells its whole state once it can", () => {
  const simulation = new Simulation(town, { seed: 1 });
  const settings = settingsOf({
    channels: { health: { every: 1 }, agents: { enabled: false } },
  });
  const { told, producer, view } = openTold(simulation, settings);
  const tell = () => producer.tell(view, {});
  tell();
  simulation.runFor(1, tell);
  assertEquals(told.faults.length, 2);
  assert(told.faults.every((fault) => fault.startsWith("health: ")));
  assert(told.frames.every(({ ch }) => ch !== "health"));

  const health = { loop: { tick: 2 } } as unknown as Health;
  simulation.runFor(
    1,
    () => producer.tell({ ...view, health: () => health }, {}),
  );
  assertEquals(told.frames.filter(({ ch }) => ch === "health"), [
    { ch: "health", n: 0, k: "key", t: 2, ts: 0, d: health } as ToldFrame,
  ]);
  assert(told.frames.filter(({ ch }) => ch === "town").length >= 2);
});
