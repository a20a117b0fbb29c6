import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import type { Simulation } from "../../../src/simulation.ts";
import { stepPerturbations } from "../../../src/world/systems/step_perturbations.ts";
import {
  assertNear,
  named,
  play,
  type TinyOptions,
  tinyTown,
} from "../../helpers/tiny_town.ts";

/** A town where the given things can happen. */
function town(
  events: Readonly<Record<string, unknown>>,
  options: TinyOptions & { scheduler?: object } = {},
): Simulation {
  const { scheduler = {}, config = {}, ...rest } = options;
  return tinyTown({
    ...rest,
    config: { ...config, perturbations: { ...scheduler, events } },
  });
}

const ALWAYS = 1440;

/** Ticks at which a spec starts, over some ticks of the scheduler alone. */
function starts(sim: Simulation, ticks: number): Record<string, number[]> {
  const { town, world, turn } = sim;
  const found: Record<string, number[]> = {};
  for (let tick = 1; tick <= ticks; tick++) {
    world.tick[0] = tick;
    turn.events = [];
    stepPerturbations(town, world, turn);
    for (const { spec } of named(turn.events, "perturbation.started")) {
      (found[spec] ??= []).push(tick);
    }
  }
  return found;
}

Deno.test("no more perturbations at a time than max_concurrent_events, by file order", () => {
  const spike = { kind: "price_spike", prob_per_day: ALWAYS, duration: 10 };
  const sim = town({ one: spike, two: spike, three: spike }, {
    scheduler: { max_concurrent_events: 2, max_events_per_window: 0 },
  });
  // One and two go first; at their end three has its turn, then one again.
  assertEquals(starts(sim, 21), {
    one: [1, 11, 21],
    two: [1, 11, 21],
  });
  assertEquals(starts(town({ one: spike, two: spike, three: spike }), 1), {
    one: [1],
  });
});

Deno.test("a spec's own cooldown and the global one add up, for that spec alone", () => {
  const sim = town({
    one: {
      kind: "price_spike",
      prob_per_day: ALWAYS,
      duration: 2,
      cooldown_ticks: 3,
    },
    two: { kind: "price_spike", prob_per_day: ALWAYS, duration: 2 },
  }, {
    scheduler: {
      max_concurrent_events: 9,
      max_events_per_window: 0,
      global_cooldown_ticks: 4,
    },
  });
  assertEquals(starts(sim, 20), { one: [1, 10, 19], two: [1, 7, 13, 19] });
});

Deno.test("a spec starts at most so often within a window", () => {
  const sim = town(
    { one: { kind: "price_spike", prob_per_day: ALWAYS, duration: 1 } },
    { scheduler: { window_ticks: 10, max_events_per_window: 2 } },
  );
  // What started 10 ticks ago has left the window.
  assertEquals(starts(sim, 22), { one: [1, 2, 11, 12, 21, 22] });
});

Deno.test("draws come in order: whether, how long, how much", () => {
  const sim = town({
    never: { kind: "blackout", prob_per_day: 0 },
    one: {
      kind: "price_spike",
      prob_per_day: ALWAYS,
      duration: [10, 20],
      magnitude: [1.5, 2.5],
    },
  });
  const random = Random.seeded("1337", "perturbations");
  random.float();
  const duration = random.int(10, 20);
  const magnitude = 1.5 + random.float();
  const [spike] = named(play(sim), "perturbation.price_spike");
  assertEquals(spike.ends_at, 1 + duration);
  assertNear(spike.magnitude, magnitude);
  assertEquals(
    sim.world.random.perturbations.uint32(),
    random.uint32(),
  );
});

Deno.test("a chance fires when the draw is at most the probability", () => {
  const sim = town({
    one: { kind: "blackout", prob_per_day: 144, duration: 1 },
  }, { scheduler: { max_events_per_window: 0 } });
  const random = Random.seeded("1337", "perturbations");
  const wanted: number[] = [];
  for (let tick = 1; tick <= 300; tick++) {
    // While one goes on, nothing is drawn; it ends before the next draw.
    if (random.float() <= 0.1) wanted.push(tick);
  }
  assert(wanted.length > 10);
  assertEquals(starts(sim, 300), { one: wanted });
});

Deno.test("nothing is drawn for a spec that cannot happen", () => {
  const sim = town({
    never: { kind: "price_spike", prob_per_day: 0 },
    nowhere: { kind: "arranged_meet", prob_per_day: ALWAYS },
  }, { agents: 3 });
  assertEquals(play(sim, {}, 50), []);
  assertEquals(sim.world.randomDraws[0], 0);
});
