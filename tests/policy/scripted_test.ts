import { assertEquals } from "@std/assert";
import type { Simulation } from "../../src/simulation.ts";
import { moveAgent } from "../../src/world/spatial.ts";
import { roundHalfEven } from "../../src/world/compile/profiles.ts";
import { decide, optionOf } from "../helpers/decisions.ts";
import {
  assertNear,
  namesOf,
  objectOf,
  play,
  setFeeling,
  setLedger,
  setNeeds,
  tileOf,
  type TinyAgent,
  type TinyOptions,
  tinyTown,
} from "../helpers/tiny_town.ts";

const KITCHEN = [
  { id: "stove_1", type: "stove", at: [20, 20] },
  { id: "fridge_1", type: "fridge", at: [20, 22] },
] as const;
const BATH = [{ id: "shower_1", type: "shower", at: [20, 24] }] as const;
const BEDROOM = [{ id: "bed_1", type: "bed", at: [20, 26] }] as const;

/** Content residents with money, scripted; only what is said differs. */
function scripted(
  options: TinyOptions & { readonly people?: readonly TinyAgent[] } = {},
): Simulation {
  const { people = [{ id: "a" }], config = {}, ...rest } = options;
  return tinyTown({
    policy: "scripted",
    agents: people.map((who) => ({
      needs: [0.9, 0.9, 0.9],
      wallet: 5,
      ...who,
    })),
    ...rest,
    config: {
      ...config,
      features: {
        stages: { relationships: "B" },
        ...(config.features as object | undefined),
      },
    },
  });
}

const PROFILES_ON = { features: { behavior: { personality_profiles: true } } };

/** Sets the clock so that the next decision is about a tick. */
function before(sim: Simulation, tick: number): Simulation {
  sim.world.tick[0] = tick - 1;
  return sim;
}

function setStock(sim: Simulation, object: string, key: string, to: number) {
  const { stockKeys } = sim.town;
  const at = objectOf(sim, object) * stockKeys.length + stockKeys.indexOf(key);
  sim.world.stock[at] = to;
  sim.world.usableStale[objectOf(sim, object)] = 1;
}

Deno.test("case 1: the hungry buy a meal, else cook one, else wait; at the threshold they are fine", () => {
  const kitchen = (hunger: number, meals: number, ingredients: number) => {
    const sim = scripted({
      people: [{ id: "a", needs: [hunger, 0.1, 0.1] }],
      objects: KITCHEN,
    });
    setStock(sim, "fridge_1", "meals", meals);
    setStock(sim, "stove_1", "raw_ingredients", ingredients);
    return [decide(sim, "a"), optionOf(sim, "a")];
  };
  assertEquals(kitchen(0.39, 5, 3), ["request fridge_1", "eat_meal fridge_1"]);
  assertEquals(kitchen(0.39, 0, 3), ["request stove_1", "cook_meal stove_1"]);
  assertEquals(kitchen(0.39, 0, 0), ["wait", ""]);
  assertEquals(kitchen(0.4, 5, 3), ["wait", ""]);
});

const GROCER = {
  jobs: {
    grocer: {
      start_tick: 180,
      end_tick: 360,
      wage_rate: 0.02,
      lateness_penalty: 0.1,
      location: [0, 0],
    },
  },
};

Deno.test("case 2: work begins 20 ticks ahead of the shift, and sooner for the industrious", () => {
  const at = (tick: number, options: TinyOptions = {}, profile = "balanced") =>
    decide(
      before(
        scripted({
          people: [{ id: "a", at: [5, 5], profile }],
          config: { ...GROCER, ...options.config },
        }),
        tick,
      ),
      "a",
    );
  assertEquals(
    [159, 160, 179, 180].map((tick) => at(tick)),
    ["wait", "move 0,0", "move 0,0", "wait"],
  );
  const keen = (tick: number) =>
    at(tick, { config: PROFILES_ON }, "industrious");
  assertEquals([151, 152].map(keen), ["wait", "move 0,0"]);
  // Without biases the industrious are like everybody.
  assertEquals(at(159, {}, "industrious"), "wait");
  // The next day is like the first.
  assertEquals([1599, 1600].map((tick) => at(tick)), ["wait", "move 0,0"]);
});

/** A speaker with an extroversion of its own, beside a friend. */
function speaker(
  extroversion: number,
  options: { profile?: string; config?: TinyOptions["config"] } = {},
): Simulation {
  const { profile = "balanced", config = {} } = options;
  const sim = scripted({
    people: [{ id: "a", profile }, { id: "b" }],
    config,
  });
  sim.world.extroversion[0] = extroversion;
  setFeeling(sim, "a", "b", { trust: 0.5, familiarity: 0.25 });
  return before(sim, 10);
}

Deno.test("case 3: outgoing people chat, then pause, as well and as long as they are made", () => {
  const plain = speaker(0.6);
  assertEquals(decide(plain, "a"), "chat b");
  assertNear(plain.turn.quality[0], 0.805);
  assertEquals(plain.world.chatCooldown[0], 40);
  assertEquals(decide(before(plain, 39), "a"), "wait");
  assertEquals(decide(before(plain, 40), "a"), "chat b");
  const social = speaker(0.6, { profile: "socialite", config: PROFILES_ON });
  assertEquals(decide(social, "a"), "chat b");
  assertNear(social.turn.quality[0], 1);
  assertEquals(social.world.chatCooldown[0], 33);
  assertEquals(decide(speaker(0.19), "a"), "wait");
});

/** Somebody on [x, y] with a rival on the same tile. */
function beside(
  at: readonly [number, number],
  rivalry: number,
  more: readonly TinyAgent[] = [],
  options: { profile?: string; config?: TinyOptions["config"] } = {},
): Simulation {
  const { profile = "balanced", config = {} } = options;
  const sim = scripted({
    people: [{ id: "a", at, profile }, { id: "rival", at }, ...more],
    config,
  });
  setLedger(sim, "a", "rival", rivalry);
  return sim;
}

Deno.test("case 4: a rival on the tile is stepped away from, to the first free neighbour", () => {
  const east = [{ id: "c", at: [1, 0] }] as const;
  assertEquals(decide(beside([0, 0], 0.7, east), "a"), "move 0,1");
  assertEquals(decide(beside([0, 0], 0.69, east), "a"), "wait");
  assertEquals(decide(beside([47, 47], 0.7), "a"), "move 46,47");
});

Deno.test("case 5: the stoic bear a rival up to 1", () => {
  const stoic = (rivalry: number) =>
    decide(
      beside([0, 0], rivalry, [], { profile: "stoic", config: PROFILES_ON }),
      "a",
    );
  assertEquals(stoic(0.99), "wait");
  assertEquals(stoic(1), "move 1,0");
});

Deno.test("case 6: a shower that a rival holds is not asked for", () => {
  const shower = (rivalry: number) => {
    const sim = scripted({
      people: [{ id: "a", needs: [0.9, 0.2, 0.9] }, { id: "b", at: [9, 9] }],
      objects: BATH,
    });
    play(sim, { b: { kind: "request", object: "shower_1" } });
    if (rivalry > 0) setLedger(sim, "a", "b", rivalry);
    return decide(sim, "a");
  };
  assertEquals(shower(0), "request shower_1");
  assertEquals(shower(0.8), "wait");
});

Deno.test("case 7: thresholds follow the profile where reward multipliers are on", () => {
  const shower = (hygiene: number, reward_multipliers: boolean) =>
    decide(
      scripted({
        people: [{
          id: "a",
          needs: [0.9, hygiene, 0.9],
          profile: "socialite",
        }],
        objects: BATH,
        config: { features: { behavior: { reward_multipliers } } },
      }),
      "a",
    );
  assertEquals(shower(0.43, true), "request shower_1");
  assertEquals(shower(0.441, true), "wait");
  assertEquals(shower(0.43, false), "wait");
});

Deno.test("case 8: a granted bed is slept in", () => {
  const sim = scripted({
    people: [{ id: "a", needs: [0.9, 0.9, 0.2] }],
    objects: BEDROOM,
  });
  assertEquals(decide(sim, "a"), "request bed_1");
  sim.step();
  assertEquals(decide(sim, "a"), "start bed_1 rest_sleep");
});

for (const option_commit_ticks of [15, 0]) {
  Deno.test(`case 9: who is tired beside a bed sleeps from the second tick on, commit ${option_commit_ticks}`, () => {
    const sim = scripted({
      people: [{ id: "a", at: [20, 25], needs: [0.9, 0.9, 0.3] }],
      objects: BEDROOM,
      walk: true,
      config: { policy: { option_commit_ticks } },
    });
    assertEquals(decide(sim, "a"), "request bed_1");
    assertEquals(namesOf(sim.step().events), []);
    assertEquals(namesOf(sim.step().events), ["affordance.started"]);
  });
}

const HOUSE = [...KITCHEN, ...BATH, ...BEDROOM];

for (
  const [needs, choice] of [
    [[0.39, 0.39, 0.39], "eat_meal fridge_1"],
    [[0.4, 0.39, 0.39], "use_shower shower_1"],
    [[0.4, 0.4, 0.39], "rest_sleep bed_1"],
    [[0.4, 0.4, 0.4], ""],
  ] as const
) {
  Deno.test(`with needs of ${needs} the first that presses is served`, () => {
    const sim = scripted({ people: [{ id: "a", needs }], objects: HOUSE });
    decide(sim, "a");
    assertEquals(optionOf(sim, "a"), choice);
  });
}

for (
  const [wallet, choice] of [
    [0.4, "eat_meal fridge_1"],
    [0.39, "cook_meal stove_1"],
    [0.15, "cook_meal stove_1"],
    [0.14, "use_shower shower_1"],
  ] as const
) {
  Deno.test(`the hungry with ${wallet} in the pocket choose ${choice}`, () => {
    const sim = scripted({
      people: [{ id: "a", needs: [0.1, 0.3, 0.9], wallet }],
      objects: HOUSE,
    });
    decide(sim, "a");
    assertEquals(optionOf(sim, "a"), choice);
  });
}

Deno.test("the hungry heed the price of the day", () => {
  const sim = scripted({
    people: [{ id: "a", needs: [0.1, 0.9, 0.9], wallet: 0.5 }],
    objects: KITCHEN,
  });
  sim.command({ name: "price", args: { key: "meal_cost", value: 0.6 } });
  play(sim);
  decide(sim, "a");
  assertEquals(optionOf(sim, "a"), "cook_meal stove_1");
});

Deno.test("nobody works without a job, or goes to one that has no place", () => {
  for (const jobs of [{}, { any: { start_tick: 5, end_tick: 50 } }]) {
    const sim = scripted({
      people: [{ id: "a", at: [5, 5] }],
      config: { jobs },
    });
    assertEquals(decide(before(sim, 3), "a"), "wait");
  }
});

Deno.test("at work, needs press below half their thresholds only", () => {
  const at = (tick: number, hygiene: number) => {
    const sim = scripted({
      people: [{ id: "a", at: [5, 5], needs: [0.9, hygiene, 0.9] }],
      objects: BATH,
      config: GROCER,
    });
    return decide(before(sim, tick), "a");
  };
  assertEquals(at(100, 0.39), "request shower_1");
  assertEquals(at(170, 0.39), "move 0,0");
  assertEquals(at(170, 0.2), "move 0,0");
  assertEquals(at(170, 0.199), "request shower_1");
});

Deno.test("who walks leaves in time for the way, and keeps working until the end", () => {
  const at = (tick: number, hygiene = 0.9) => {
    const sim = scripted({
      // From [10, 0] it is nine steps until [0, 0] is in reach.
      people: [{ id: "a", at: [10, 0], needs: [0.9, hygiene, 0.9] }],
      objects: BATH,
      walk: true,
      config: GROCER,
    });
    return decide(before(sim, tick), "a");
  };
  assertEquals([150, 151].map((tick) => at(tick)), ["wait", "move 9,0"]);
  assertEquals([180, 360].map((tick) => at(tick)), ["move 9,0", "move 9,0"]);
  assertEquals([361, 1440].map((tick) => at(tick)), ["wait", "wait"]);
  assertEquals(at(300, 0.39), "move 9,0");
  assertEquals(at(300, 0.19), "move 11,0");
  assertEquals(at(361, 0.39), "move 11,0");
});

Deno.test("who is at work stays there", () => {
  const sim = scripted({
    people: [{ id: "a", at: [1, 1] }],
    walk: true,
    config: GROCER,
  });
  assertEquals(decide(before(sim, 200), "a"), "wait");
});

for (
  const [why, change] of [
    ["the listener is on another tile", (sim) => {
      moveAgent(sim.town, sim.world, 1, 9, 9);
    }],
    ["the listener is not liked", (sim) => {
      setFeeling(sim, "a", "b", { trust: -0.5 });
    }],
    ["rivalry outweighs liking", (sim) => {
      setFeeling(sim, "a", "b", { trust: 0.3, rivalry: 0.4 });
    }],
    ["a need is below its threshold", (sim) => {
      setNeeds(sim, "a", [1, 1, 0.39]);
    }],
    ["the last chat was just now", (sim) => {
      sim.world.chatCooldown[0] = 11;
    }],
  ] as readonly (readonly [string, (sim: Simulation) => void])[]
) {
  Deno.test(`nobody chats when ${why}`, () => {
    const sim = speaker(0.6);
    change(sim);
    const { chatCooldown } = sim.world;
    const cooldown = chatCooldown[0];
    assertEquals(decide(sim, "a"), "wait");
    assertEquals(chatCooldown[0], cooldown);
  });
}

Deno.test("needs at their thresholds are good enough for a chat", () => {
  const sim = speaker(0.6);
  setNeeds(sim, "a", [0.4, 0.4, 0.4]);
  assertEquals(decide(sim, "a"), "chat b");
});

Deno.test("nobody chats when relationships are off", () => {
  const config = { features: { stages: { relationships: "OFF" } } };
  assertEquals(decide(speaker(0.6, { config }), "a"), "wait");
});

Deno.test("a listener who is avoided is stepped away from instead", () => {
  const sim = speaker(0.6);
  setLedger(sim, "a", "b", 0.7);
  assertEquals(decide(sim, "a"), "move 1,0");
  assertEquals(sim.world.chatCooldown[0], 0);
});

Deno.test("outgoing people talk to strangers, others do not", () => {
  const stranger = (extroversion: number) => {
    const sim = scripted({ people: [{ id: "a" }, { id: "b" }] });
    sim.world.extroversion[0] = extroversion;
    return decide(sim, "a");
  };
  assertEquals(stranger(0.2), "chat b");
  assertEquals(stranger(0.19), "wait");
});

Deno.test("the best listener is the one most liked, ties by id", () => {
  const listen = (likings: Readonly<Record<string, number>>) => {
    const sim = scripted({
      people: [{ id: "a" }, { id: "d" }, { id: "c" }, { id: "b" }],
    });
    sim.world.extroversion[0] = 0.6;
    for (const [id, trust] of Object.entries(likings)) {
      setFeeling(sim, "a", id, { trust });
    }
    return decide(sim, "a");
  };
  assertEquals(listen({}), "chat b");
  assertEquals(listen({ d: 0.1 }), "chat d");
  assertEquals(listen({ d: 0.1, c: 0.2, b: 0.2 }), "chat b");
  assertEquals(listen({ b: -0.5, c: -0.01 }), "chat d");
});

Deno.test("the quality of a chat stays between 0.1 and 1", () => {
  const quality = (feeling: object, profile = "balanced") => {
    const sim = speaker(0.6, {
      profile,
      config: PROFILES_ON,
    });
    setFeeling(sim, "a", "b", feeling);
    assertEquals(decide(sim, "a"), "chat b");
    return sim.turn.quality[0];
  };
  assertNear(quality({ trust: 1, familiarity: 1 }), 0.98);
  assertNear(quality({ trust: 1, familiarity: 1, rivalry: 1 }), 0.78);
  assertNear(quality({ trust: 1 }, "socialite"), 1);
});

Deno.test("a chat comes before stepping away, work before a chat, needs before work", () => {
  const sim = scripted({
    people: [
      { id: "a", at: [5, 5] },
      { id: "friend", at: [5, 5] },
      { id: "rival", at: [5, 5] },
    ],
    objects: BATH,
    config: GROCER,
  });
  sim.world.extroversion[0] = 0.6;
  setLedger(sim, "a", "rival", 1);
  assertEquals(decide(before(sim, 100), "a"), "chat friend");
  assertEquals(decide(before(sim, 101), "a"), "move 6,5");
  sim.world.chatCooldown[0] = 0;
  assertEquals(decide(before(sim, 170), "a"), "move 0,0");
  setNeeds(sim, "a", [0.9, 0.1, 0.9]);
  assertEquals(decide(before(sim, 170), "a"), "request shower_1");
});

Deno.test("stepping away needs a free tile on the grid", () => {
  const around = [[1, 0], [0, 1]] as const;
  const crowd = around.map((at, i) => ({ id: `c${i}`, at }));
  assertEquals(decide(beside([0, 0], 1, crowd), "a"), "wait");
  const boxed = scripted({
    people: [{ id: "a", at: [0, 0] }, { id: "rival", at: [0, 0] }],
    objects: around.map((at, i) => ({ id: `cafe_${i}`, type: "cafe", at })),
  });
  setLedger(boxed, "a", "rival", 1);
  assertEquals(decide(boxed, "a"), "wait");
});

Deno.test("those who teleport are on their target's tile at once, those who walk go step by step", () => {
  const sim = scripted({
    people: [{ id: "a", at: [20, 20], needs: [0.9, 0.1, 0.9] }],
    objects: BATH,
    walk: true,
  });
  const path = Array.from({ length: 4 }, () => {
    sim.step();
    return tileOf(sim, "a");
  });
  // Three steps until the shower at [20, 24] is in reach.
  assertEquals(path, [[20, 21], [20, 22], [20, 23], [20, 23]]);
  assertEquals(sim.world.holder[0], 0);
  const jump = scripted({
    people: [{ id: "a", at: [0, 0], needs: [0.9, 0.1, 0.9] }],
    objects: BATH,
    config: { world: { reach: 1 } },
  });
  assertEquals(decide(jump, "a"), "move 20,24");
  jump.step();
  assertEquals(decide(jump, "a"), "request shower_1");
});

Deno.test("roundHalfEven() rounds halves to the even number", () => {
  assertEquals(
    [0.5, 1.5, 2.5, 2.51, -0.5, -1.5, 23.08].map(roundHalfEven),
    [0, 2, 2, 3, -0, -2, 23],
  );
});

Deno.test("biases and buffers are what the profiles make of them", () => {
  const { town } = scripted({
    config: {
      ...PROFILES_ON,
      behavior: { job_arrival_buffer: 25 },
    },
  });
  assertEquals([...town.arrivalBuffer], [25, 25, 35, 25]);
  assertNear([...town.chatExtroversion], [0.2, 0.2 / 1.3, 0.2, 0.2]);
  assertEquals([...town.chatPause], [30, 23, 30, 30]);
  assertNear([...town.chatBias], [1, 1.3, 1, 1]);
  assertNear([...town.avoidThreshold], [0.7, 0.7, 0.7, 1]);
  const long = scripted({
    config: { ...PROFILES_ON, behavior: { job_arrival_buffer: 200 } },
  });
  assertEquals([...long.town.arrivalBuffer], [200, 200, 240, 200]);
  const plain = scripted();
  assertEquals([...plain.town.arrivalBuffer], [20, 20, 20, 20]);
  assertNear([...plain.town.avoidThreshold], [0.7, 0.7, 0.7, 0.7]);
});
