import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { TownletError } from "../src/base/error.ts";
import { idlePolicy } from "../src/policy/baselines.ts";
import type { Policy } from "../src/policy/policy.ts";
import { openSimulation, Simulation } from "../src/simulation.ts";
import { actionMask } from "../src/world/choices.ts";
import { SYSTEMS } from "../src/world/tick.ts";
import type { Town } from "../src/world/town.ts";
import { copyWorld, type World } from "../src/world/world.ts";
import { tinyConfig, type TinyOptions, tinyTown } from "./helpers/tiny_town.ts";

/** A town in which something happens in every tick. */
const BUSY: TinyOptions = {
  agents: [
    { id: "a", needs: [0.3, 0.9, 0.9], wallet: 4, profile: "socialite" },
    { id: "b", needs: [0.9, 0.3, 0.9], wallet: 4 },
    { id: "c", needs: [0.9, 0.9, 0.3], wallet: 4, profile: "stoic" },
    { id: "d", needs: [0.3, 0.3, 0.3], wallet: 4 },
  ],
  objects: [
    { id: "fridge_1", type: "fridge", at: [2, 2] },
    { id: "shower_1", type: "shower", at: [4, 2] },
    { id: "bed_1", type: "bed", at: [6, 2] },
    { id: "stove_1", type: "stove", at: [2, 4] },
    { id: "cafe_1", type: "cafe", at: [4, 4] },
  ],
  decay: 0.004,
  walk: true,
  policy: "random",
  config: {
    features: { stages: { relationships: "B", social_rewards: "C2" } },
    world: { grid_size: [8, 8], ticks_per_day: 60 },
    jobs: { clerk: { start_tick: 10, end_tick: 40, location: [7, 7] } },
    queue_fairness: { long_wait_ticks: 5, cooldown_ticks: 5 },
    employment: { enforce_job_loop: true, max_absent_shifts: 2 },
    perturbations: {
      max_concurrent_events: 2,
      max_events_per_window: 0,
      events: {
        dark: { kind: "blackout", prob_per_day: 2, duration: 5 },
        meet: { kind: "arranged_meet", prob_per_day: 2, duration: [5, 9] },
        dear: {
          kind: "price_spike",
          prob_per_day: 2,
          duration: 7,
          magnitude: [1, 2],
        },
      },
    },
  },
};

/** Every bit of a World that is remembered. */
function bitsOf(world: World): unknown {
  const bytes = new Uint8Array(world.buffer, 0, world.primaryBytes);
  return [bytes.toHex(), world.records];
}

/** A policy that answers later, as another would at once. */
function later(inner: Policy): Policy {
  return {
    ...inner,
    async act(see, out) {
      await Promise.resolve();
      await inner.act(see, out);
    },
  };
}

Deno.test("runFor() executes its ticks before it returns, and tells of them", () => {
  const sim = tinyTown(BUSY);
  const seen: number[] = [];
  const summary = sim.runFor(150, ({ events }) => {
    seen.push(events.length);
  });
  assertEquals(sim.world.tick[0], 150);
  assertEquals(seen.length, 150);
  assertEquals([summary.ticks, summary.tick], [150, 150]);
  assertEquals(summary.agents, sim.world.population[0]);
  const told = Object.values(summary.events).reduce((a, b) => a + b, 0);
  assertEquals(told, seen.reduce((a, b) => a + b, 0));
  assert(told > 100);
  assertEquals(summary.deaths, summary.events["agent.removed"] ?? 0);
  assertEquals(summary.respawns, summary.events["agent.respawned"] ?? 0);
});

Deno.test("runFor() is no promise and no iterator: what it gives is done", () => {
  const sim = tinyTown();
  const summary: object = sim.runFor(3);
  assertEquals("then" in summary || Symbol.iterator in summary, false);
  assertEquals(sim.world.tick[0], 3);
});

Deno.test("runFor() goes on from where the last run ended", () => {
  const whole = tinyTown(BUSY);
  whole.runFor(90);
  const parts = tinyTown(BUSY);
  for (const ticks of [0, 1, 29, 60]) {
    assertEquals(parts.runFor(ticks).ticks, ticks);
  }
  assertEquals(parts.hash(), whole.hash());
});

Deno.test("runFor() ends when it is told to, with the tick that was done", () => {
  const sim = tinyTown();
  const summary = sim.runFor(100, () => sim.world.tick[0] === 7);
  assertEquals([summary.ticks, sim.world.tick[0]], [7, 7]);
});

Deno.test("runFor() refuses numbers of ticks that make no sense", async () => {
  const sim = tinyTown();
  for (const ticks of [-1, 0.5, NaN, Infinity]) {
    assertThrows(() => sim.runFor(ticks), RangeError, String(ticks));
    await assertRejects(() => sim.runForAsync(ticks), RangeError);
  }
  assertEquals(sim.world.tick[0], 0);
});

Deno.test("ticks() does nothing until it is iterated, and then one at a time", () => {
  const sim = tinyTown();
  const ticks = sim.ticks(3);
  assertEquals(sim.world.tick[0], 0);
  assertStrictEquals(ticks.next().value, sim.turn);
  assertEquals(sim.world.tick[0], 1);
  assertEquals([...ticks].length, 2);
  assertEquals(sim.world.tick[0], 3);
  let count = 0;
  for (const _turn of sim.ticks()) if (++count === 5) break;
  assertEquals(sim.world.tick[0], 8);
});

Deno.test("ticks() and runFor() do the same", () => {
  const run = tinyTown(BUSY);
  run.runFor(80);
  const iterated = tinyTown(BUSY);
  assertEquals([...iterated.ticks(80)].length, 80);
  assertEquals(iterated.hash(), run.hash());
});

Deno.test("step() does one tick: decisions, the tick, rewards, removals", () => {
  const sim = tinyTown({ agents: [{ id: "a", needs: [0.02, 1, 1] }] });
  const turn = sim.step();
  assertStrictEquals(turn, sim.turn);
  assertEquals(sim.world.tick[0], 1);
  // The dying get their reward, and are gone after it.
  assertEquals(turn.reward[0] < -0.1, true);
  assertEquals(sim.world.population[0], 0);
});

Deno.test("step() does what it is given in place of what the policy decides", () => {
  const sim = tinyTown({ agents: 2, policy: "random" });
  sim.step({ a: { kind: "move", position: [9, 9] } });
  assertEquals([sim.world.x[0], sim.world.y[0]], [9, 9]);
  // Only for one tick.
  sim.policy = idlePolicy();
  sim.step();
  assertEquals([sim.world.x[0], sim.world.y[0]], [9, 9]);
  assertEquals([...sim.turn.given], Array(sim.town.capacity).fill(0));
});

Deno.test("a simulation takes its policy by name, by itself, or from the configuration", () => {
  const config = tinyConfig({ config: { policy: { backend: "random" } } });
  assertEquals(openSimulation(config).policy.name, "random");
  assertEquals(openSimulation(config, { policy: "idle" }).policy.name, "idle");
  const own = { ...idlePolicy(), name: "mine" };
  assertEquals(openSimulation(config, { policy: own }).policy.name, "mine");
});

Deno.test("many simulations can share a town", () => {
  const { town } = tinyTown(BUSY);
  const one = new Simulation(town, { seed: 1, policy: "random" });
  const two = new Simulation(town, { seed: 1, policy: "random" });
  const other = new Simulation(town, { seed: 2, policy: "random" });
  for (let i = 0; i < 60; i++) {
    one.step();
    other.step();
    two.step();
    assertEquals(one.hash(), two.hash(), `tick ${i + 1}`);
  }
  assert(one.hash() !== other.hash());
});

Deno.test("a simulation goes on from a world it is given", () => {
  const whole = tinyTown(BUSY);
  whole.runFor(40);
  const copy = new Simulation(whole.town, { policy: "random" }).world;
  copyWorld(whole.world, copy);
  const rest = new Simulation(whole.town, { policy: "random", world: copy });
  rest.runFor(40);
  whole.runFor(40);
  assertEquals(rest.hash(), whole.hash());
});

Deno.test("a clock times the systems and changes nothing else", () => {
  const { town } = tinyTown(BUSY);
  let now = 0;
  const timed = new Simulation(town, { policy: "random", clock: () => now++ });
  const plain = new Simulation(town, { policy: "random" });
  timed.runFor(40);
  plain.runFor(40);
  assertEquals(timed.hash(), plain.hash());
  for (const { name } of SYSTEMS) assert((timed.timings.get(name) ?? 0) > 0);
  assertEquals(plain.timings.size, 0);
});

Deno.test("a trace changes nothing but the events", () => {
  const { town } = tinyTown(BUSY);
  const loud = new Simulation(town, { policy: "random", trace: true });
  const plain = new Simulation(town, { policy: "random" });
  for (let i = 0; i < 40; i++) {
    const events = loud.step().events;
    assertEquals(
      events.filter(({ event }) => !event.startsWith("action.")),
      plain.step().events,
    );
  }
  assertEquals(loud.hash(), plain.hash());
});

/** Parts of a Town, each read somewhere in a tick after much has happened. */
const READ_IN_A_TICK = [
  "affordances",
  "attendanceWindow",
  "config",
  "ghostStepAfter",
  "jobs",
  "objectIds",
  "objectTile",
  "specs",
  "ticksPerDay",
  "tieSlots",
  "timeline",
  "width",
] as const satisfies readonly (keyof Town)[];

/** The same town, with a part that throws once when it is looked at. */
function poison(town: Town, part: keyof Town): {
  readonly town: Town;
  armed: boolean;
} {
  const poisoned = {
    armed: false,
    town: Object.defineProperty({ ...town }, part, {
      get() {
        if (!poisoned.armed) return town[part];
        poisoned.armed = false;
        throw new Error(`${part} is poisoned`);
      },
    }),
  };
  return poisoned;
}

for (const part of READ_IN_A_TICK) {
  Deno.test(`a tick that fails at ${part} leaves every bit as it was, and the run goes on`, () => {
    const healthy = tinyTown(BUSY);
    const poisoned = poison(healthy.town, part);
    const sim = new Simulation(poisoned.town, { policy: "random" });
    for (let round = 0; round < 3; round++) {
      sim.runFor(25);
      healthy.runFor(25);
      poisoned.armed = true;
      let error: unknown = null;
      for (let i = 0; i < 200 && error === null; i++) {
        const before = bitsOf(sim.world);
        const tick = sim.world.tick[0];
        error = thrownBy(() => sim.step());
        if (error === null) {
          // Nobody looked at it in this tick.
          healthy.step();
        } else {
          assertEquals(bitsOf(sim.world), before);
          checkFailure(sim, error, tick + 1, `${part} is poisoned`);
        }
      }
      assert(error !== null);
      assertEquals(sim.hash(), healthy.hash());
    }
    sim.runFor(20);
    healthy.runFor(20);
    assertEquals(sim.hash(), healthy.hash());
  });
}

Deno.test("a policy that throws is a failed tick, whatever it had written by then", () => {
  const sim = tinyTown(BUSY);
  const { policy } = sim;
  sim.runFor(33);
  const before = bitsOf(sim.world);
  sim.policy = {
    ...policy,
    act(see, out) {
      policy.act(see, out);
      see.world.need.fill(7);
      throw new RangeError("no idea");
    },
  };
  const error = thrownBy(() => sim.step({ a: { kind: "dance" } as never }));
  checkFailure(sim, error, 34, "no idea", "RangeError");
  assertEquals(bitsOf(sim.world), before);
  sim.policy = policy;
  const smooth = tinyTown(BUSY);
  smooth.runFor(43);
  // The senseless action of the failed tick is forgotten with it.
  sim.runFor(10);
  assertEquals(sim.hash(), smooth.hash());
});

Deno.test("a precondition that breaks is a failed tick; what throws in a hook is not", () => {
  const sim = tinyTown({
    objects: [{ id: "bed_1", type: "bed" }, { id: "shower_1", type: "shower" }],
  });
  const { town } = sim;
  const sleep = town.affordances.findIndex(({ id }) => id === "rest_sleep");
  const broken = (change: object): Simulation => {
    const affordances = town.affordances.with(sleep, {
      ...town.affordances[sleep],
      ...change,
    });
    return new Simulation({ ...town, affordances }, { policy: "idle" });
  };
  const start = { kind: "start", object: "bed_1", affordance: "rest_sleep" };
  const run = (sim: Simulation) => {
    sim.step({ a: { kind: "request", object: "bed_1" } });
    return sim.step({ a: start as { kind: "start" } });
  };
  const holds = () => {
    throw new Error("broken");
  };
  const condition = { source: "?", names: [], objectOnly: false, holds };
  const failing = broken({ conditions: [condition] });
  checkFailure(failing, thrownBy(() => run(failing)), 2, "broken");
  assertEquals(failing.world.holder[0], 0);
  const hook = { name: "hook", specifier: "test", handler: holds };
  const hooked = broken({ hooks: { before: [hook], after: [], fail: [] } });
  assertEquals(
    run(hooked).events.map(({ event }) => event),
    ["hook.faulted", "affordance.failed"],
  );
});

Deno.test("runFor() ends with the tick that fails, and what was done stays done", () => {
  const sim = tinyTown(BUSY);
  const { policy } = sim;
  let asked = 0;
  sim.policy = {
    ...policy,
    act(see, out) {
      if (++asked > 5) throw new Error("enough");
      policy.act(see, out);
    },
  };
  const error = thrownBy(() => sim.runFor(50));
  assertInstanceOf(error, TownletError);
  const smooth = tinyTown(BUSY);
  smooth.runFor(sim.world.tick[0]);
  assert(sim.world.tick[0] >= 5 && sim.world.tick[0] < 50);
  assertEquals(sim.hash(), smooth.hash());
});

Deno.test("a failure that is no error is told as well, and a long one in short", () => {
  const sim = tinyTown();
  for (const thrown of ["words", "x".repeat(900)]) {
    sim.policy = {
      ...idlePolicy(),
      act() {
        throw thrown;
      },
    };
    const error = thrownBy(() => sim.step());
    assertInstanceOf(error, TownletError);
    assertStrictEquals(error.cause, thrown);
    assertEquals(sim.turn.events, [{
      event: "loop.failed",
      tick: 1,
      error: "Error",
      message: thrown.slice(0, 500),
    }]);
  }
});

Deno.test("step() and runFor() refuse a policy that answers later, and name what takes it", () => {
  const sim = tinyTown({ ...BUSY, policy: later(idlePolicy()) });
  const before = bitsOf(sim.world);
  for (const run of [() => sim.step(), () => sim.runFor(3)]) {
    const error = assertThrows(run, TypeError, "use runForAsync()");
    assert(error.message.includes("idle"));
    assertEquals(bitsOf(sim.world), before);
  }
  assertThrows(() => sim.ticks().next(), TypeError, "use runForAsync()");
});

Deno.test("a policy that answers later and fails does not fail behind one's back", async () => {
  const sim = tinyTown({
    policy: {
      ...idlePolicy(),
      act: () => Promise.reject(new Error("too late")),
    },
  });
  assertThrows(() => sim.step(), TypeError, "use runForAsync()");
  const error = await assertRejects(() => sim.stepAsync(), TownletError);
  checkFailure(sim, error, 1, "too late");
  assertEquals(sim.world.tick[0], 0);
});

Deno.test("runForAsync() does with later answers what runFor() does with others", async () => {
  const sim = tinyTown(BUSY);
  const at = tinyTown({ ...BUSY, policy: later(sim.policy) });
  let seen = 0;
  const summary = await at.runForAsync(60, async () => {
    await Promise.resolve();
    seen++;
  });
  assertEquals(summary, sim.runFor(60));
  assertEquals(seen, 60);
  assertEquals(at.hash(), sim.hash());
  const short = await at.runForAsync(60, () => at.world.tick[0] === 70);
  assertEquals([short.ticks, short.tick], [10, 70]);
  assertEquals((await tinyTown(BUSY).runForAsync(2)).ticks, 2);
});

/** What a function throws, or null. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}

/** A failed tick tells the tick that was tried, in its error and its event. */
function checkFailure(
  sim: Simulation,
  error: unknown,
  tick: number,
  message: string,
  name = "Error",
): void {
  assertInstanceOf(error, TownletError);
  assertEquals(error.message, `Tick ${tick} failed: ${message}`);
  assertEquals([error.code, error.where], ["loop.failed", `tick ${tick}`]);
  assertEquals(error.exit, 1);
  assertInstanceOf(error.cause, Error);
  assertEquals(error.cause.message, message);
  assertEquals(sim.world.tick[0], tick - 1);
  assertEquals(sim.turn.events, [
    { event: "loop.failed", tick, error: name, message },
  ]);
}

Deno.test("one step at a time: another one before the first is done is refused", async () => {
  const sim = tinyTown({ agents: 2 });
  const inner = sim.policy;
  sim.policy = {
    ...inner,
    act: (see, out) => Promise.resolve().then(() => inner.act(see, out)),
  };
  const first = sim.stepAsync();
  assertThrows(() => sim.step(), TypeError, "not done yet");
  await assertRejects(() => sim.stepAsync(), TypeError, "not done yet");
  await first;
  await sim.stepAsync();
  assertEquals(sim.world.tick[0], 2);
});

Deno.test("a TypeError of a policy is a failed tick, whatever it says", () => {
  const sim = tinyTown({ agents: 1 });
  sim.policy = {
    ...sim.policy,
    act() {
      throw new TypeError("runForAsync is a word like any other");
    },
  };
  assertThrows(() => sim.step(), TownletError, "Tick 1 failed");
});

Deno.test("a world goes on with its own seed and in its own town", () => {
  const sim = tinyTown({ agents: 1 });
  const { town, world } = sim;
  assertThrows(() => new Simulation(town, { world, seed: 3 }), RangeError);
  const other = tinyTown({
    agents: 1,
    config: { world: { agent_capacity: 9 } },
  });
  assertThrows(() => new Simulation(other.town, { world }), RangeError);
});

Deno.test("a mask asked for between ticks is that of the next decision", () => {
  const sim = tinyTown({
    agents: 1,
    objects: [{ id: "bed_1", type: "bed" }, { id: "fridge_1", type: "fridge" }],
  });
  const { town, world } = sim;
  const masks: number[][] = [];
  const inner = sim.policy;
  const mask = new Uint8Array(town.actions.length);
  const ask = () => {
    actionMask(town, world, 0, mask);
    return [...mask];
  };
  sim.policy = {
    ...inner,
    act(see, out) {
      masks.push(ask());
      return inner.act(see, out);
    },
  };
  const bed = town.actions.indexOf("use:rest_sleep");
  const between = [ask()];
  assertEquals(between[0][bed], 1);
  for (let tick = 0; tick < 3; tick++) {
    sim.step();
    const slots = town.stockKeys.indexOf("meals");
    world.stock[town.stockKeys.length + slots] = tick;
    world.usableStale[1] = 1;
    between.push(ask());
  }
  assertEquals(masks, between.slice(0, 3));
});
