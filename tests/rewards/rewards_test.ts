import { assertEquals } from "@std/assert";
import { computeRewards, rewardBreakdown } from "../../src/rewards/rewards.ts";
import type { Simulation } from "../../src/simulation.ts";
import { removeEnded } from "../../src/world/people.ts";
import { ENDS } from "../../src/world/turn.ts";
import {
  act,
  agentOf,
  assertNear,
  collect,
  play,
  setFeeling,
  setLedger,
  setNeeds,
  type TinyOptions,
  tinyTown,
} from "../helpers/tiny_town.ts";

/** A town of content people with room for large rewards. */
function town(options: TinyOptions & { rewards?: object } = {}): Simulation {
  const { rewards = {}, config, ...rest } = options;
  const sim = tinyTown({
    agents: 2,
    ...rest,
    config: {
      ...config,
      rewards: {
        survival_tick: 0,
        ...rewards,
        clip: {
          clip_per_tick: 1,
          clip_per_episode: null,
          ...(rewards as { clip?: object }).clip,
        },
      },
    },
  });
  for (const id of sim.world.records.agentIds) {
    if (id !== "") setNeeds(sim, id, [1, 1, 1]);
  }
  // Not the first tick of an episode, which starts its total over.
  sim.world.episodeTick.fill(1);
  return sim;
}

function compute(sim: Simulation): void {
  computeRewards(sim.town, sim.world, sim.turn);
}

function rewards(sim: Simulation): number[] {
  compute(sim);
  return [...sim.turn.reward.subarray(0, sim.world.population[0])];
}

function parts(sim: Simulation, agent = 0) {
  compute(sim);
  return rewardBreakdown(sim.turn, agent).parts;
}

const social = (stage: string) => ({
  features: { stages: { relationships: "B", social_rewards: stage } },
});

Deno.test("survival is a little every tick", () => {
  assertNear(rewards(town({ rewards: { survival_tick: 0.004 } })), [
    0.004,
    0.004,
  ]);
});

Deno.test("needs cost the square of what is missing, by their weights", () => {
  const sim = town({
    rewards: { needs_weights: { hunger: 2, hygiene: 0.5, energy: 1.5 } },
  });
  setNeeds(sim, "a", [0.9, 0.8, 0.7]);
  setNeeds(sim, "b", [1, 1, 0]);
  assertNear(rewards(sim), [-(0.02 + 0.02 + 0.135), -1]);
  const { parts, needs, homeostasis } = rewardBreakdown(sim.turn, 1);
  assertNear([parts.needs_penalty, needs, homeostasis], [-1.5, -1.5, -1.5]);
});

Deno.test("chats count from stage C1 on", () => {
  for (const [stage, bonus] of [["OFF", 0], ["C1", 0.03], ["C3", 0.03]]) {
    const sim = town({ config: social(String(stage)) });
    act(sim, { a: { kind: "chat", target: "b", quality: 1 } });
    // 0.01 + 0.3 · 0.05 + 0.2 · 0.1 after the chat's own change
    assertNear(parts(sim).social_bonus, bonus === 0 ? 0 : 0.045);
    assertNear(parts(sim, 1).social_bonus, bonus === 0 ? 0 : 0.045);
  }
});

Deno.test("each side of a chat looks at its own tie", () => {
  const sim = town({ config: social("C1") });
  setFeeling(sim, "a", "b", { trust: 0.5, familiarity: 0.2 });
  setFeeling(sim, "b", "a", { trust: -0.4 });
  act(sim, { a: { kind: "chat", target: "b", quality: 0.5 } });
  assertNear(
    parts(sim).social_bonus,
    (0.01 + 0.3 * 0.525 + 0.2 * 0.25) * 0.5,
  );
  assertNear(
    parts(sim, 1).social_bonus,
    (0.01 - 0.3 * 0.375 + 0.2 * 0.05) * 0.5,
  );
});

Deno.test("every chat of a tick counts", () => {
  const sim = town({
    agents: 3,
    config: social("C1"),
    rewards: { social: { C1_coeff_trust: 0, C1_coeff_fam: 0 } },
  });
  act(sim, {
    a: { kind: "chat", target: "b", quality: 1 },
    c: { kind: "chat", target: "b", quality: 0.5 },
  });
  assertNear(rewards(sim), [0.01, 0.015, 0.005]);
});

for (
  const [needs, joy] of [
    [[0.15, 1, 1], 0.01],
    [[0.1499, 1, 1], 0],
    [[1, 0.14, 1], 0],
    [[1, 1, 0.14], 0],
  ] as const
) {
  Deno.test(`a chat with needs of ${needs} is worth ${joy}`, () => {
    const sim = town({
      config: social("C1"),
      rewards: { social: { C1_coeff_trust: 0, C1_coeff_fam: 0 } },
    });
    act(sim, { a: { kind: "chat", target: "b", quality: 1 } });
    setNeeds(sim, "a", needs);
    assertNear(parts(sim).social_bonus, joy);
    assertNear(parts(sim, 1).social_bonus, 0.01);
  });
}

Deno.test("a failed chat costs the speaker twice what it costs the listener", () => {
  const sim = town({
    agents: [{ id: "a" }, { id: "b", at: [9, 9] }],
    config: social("C1"),
  });
  act(sim, { a: { kind: "chat", target: "b" } });
  assertNear(rewards(sim), [-0.005, -0.0025]);
  assertNear(parts(sim).social_penalty, -0.005);
  assertNear(rewardBreakdown(sim.turn, 0).social, -0.005);
});

Deno.test("avoidance pays from stage C2 on, once a tick", () => {
  for (const [stage, bonus] of [["C1", 0], ["C2", 0.005], ["C3", 0.005]]) {
    const sim = town({ config: social(String(stage)) });
    sim.turn.avoided[1] = 1;
    assertNear(parts(sim).social_avoidance, 0);
    assertNear(parts(sim, 1).social_avoidance, Number(bonus));
    const { social: all } = rewardBreakdown(sim.turn, 1);
    assertNear(all, Number(bonus));
  }
});

/** One job from tick 2 to 5 at [0, 0]; a is there, b is not. */
const job = (more: object = {}): TinyOptions => ({
  agents: [{ id: "a", wallet: 9 }, { id: "b", wallet: 9, at: [9, 9] }],
  config: {
    jobs: {
      clerk: {
        start_tick: 2,
        end_tick: 5,
        wage_rate: 0.25,
        location: [0, 0],
      },
    },
    employment: { grace_ticks: 0 },
    ...more,
  },
});

Deno.test("wages count in the tick in which they are paid or withheld", () => {
  const sim = town({ ...job(), rewards: { punctuality_bonus: 0 } });
  const seen = Array.from({ length: 7 }, () => {
    play(sim);
    return [parts(sim).wage, parts(sim, 1).wage];
  });
  assertEquals(seen, [
    [0, 0],
    [0.25, -0.25],
    [0.25, -0.25],
    [0.25, -0.25],
    [0.25, -0.25],
    [0, 0],
    [0, 0],
  ]);
});

Deno.test("wages count only where rewards.wage is on", () => {
  const sim = town({
    ...job(),
    rewards: { wage: false, punctuality_bonus: 0 },
  });
  play(sim, {}, 3);
  assertNear(parts(sim).wage, 0);
  assertNear(rewards(sim), [0, 0]);
});

Deno.test("punctuality grows over a shift, for those who are on shift", () => {
  const sim = town({
    ...job(),
    rewards: { wage: false, punctuality_bonus: 0.1 },
  });
  const seen = Array.from({ length: 7 }, () => {
    play(sim);
    return parts(sim).punctuality;
  });
  assertNear(seen, [0, 0.025, 0.05, 0.075, 0.1, 0, 0]);
  assertNear(parts(sim, 1).punctuality, 0);
  const { work } = rewardBreakdown(sim.turn, 0);
  assertNear(work, 0);
});

for (
  const [ends, penalty] of [
    ["faint", -0.75],
    ["eviction", -0.875],
    ["killed", 0],
  ] as const
) {
  Deno.test(`the end of a life by ${ends} costs ${-penalty}`, () => {
    const sim = town({
      rewards: {
        survival_tick: 0.004,
        faint_penalty: -0.75,
        eviction_penalty: -0.875,
      },
    });
    sim.turn.ends[0] = ENDS[ends];
    sim.turn.anyEnds = true;
    assertNear(rewards(sim), [penalty === 0 ? 0 : penalty + 0.004, 0.004]);
    assertNear(parts(sim).terminal_penalty, penalty);
  });
}

Deno.test("a gain is taken back at a life's end and for ten ticks after, told as guardrail", () => {
  const sim = town({ rewards: { survival_tick: 0.004 } });
  sim.world.gloomUntil[0] = 10;
  sim.world.tick[0] = 10;
  assertNear(rewards(sim), [0, 0.004]);
  const { guardrail_active, clipped, parts } = rewardBreakdown(sim.turn, 0);
  assertEquals([guardrail_active, clipped], [true, true]);
  assertNear(parts.clip_adjustment, -0.004);
  sim.world.tick[0] = 11;
  assertNear(rewards(sim), [0.004, 0.004]);
  assertEquals(rewardBreakdown(sim.turn, 0).guardrail_active, false);
});

Deno.test("a loss is not taken back at a life's end", () => {
  const sim = town();
  setNeeds(sim, "a", [0.5, 1, 1]);
  sim.world.gloomUntil[0] = 10;
  assertNear(rewards(sim), [-0.25, 0]);
  assertEquals(rewardBreakdown(sim.turn, 0).guardrail_active, false);
});

Deno.test("no memory of deaths where no_positive_within_death_ticks is 0, but for the tick itself", () => {
  const sim = town({
    rewards: {
      survival_tick: 0.004,
      clip: { no_positive_within_death_ticks: 0 },
    },
  });
  const { world, turn } = sim;
  world.tick[0] = 5;
  turn.ends[0] = ENDS.killed;
  turn.anyEnds = true;
  assertNear(rewards(sim), [0, 0.004]);
  removeEnded(sim.town, world, turn);
  sim.command({
    name: "spawn",
    args: {
      agent: "a",
      pos: [5, 5],
      home: null,
      needs: { hunger: 1, hygiene: 1, energy: 1 },
      wallet: 0,
      profile: null,
      job: null,
    },
  });
  collect(sim, 1);
  assertNear(turn.reward[agentOf(sim, "a")], 0.004);
});

Deno.test("a tick's reward is clipped on both sides", () => {
  const sim = town({
    ...job(),
    rewards: { punctuality_bonus: 0, clip: { clip_per_tick: 0.2 } },
  });
  play(sim, {}, 2);
  assertNear(rewards(sim), [0.2, -0.2]);
  const gain = rewardBreakdown(sim.turn, 0);
  assertNear(gain.parts.clip_adjustment, -0.05);
  assertEquals(gain.clipped, true);
});

Deno.test("with exempt_terminal the end of a life costs all of it", () => {
  const at = (exempt_terminal: boolean) => {
    const sim = town({
      rewards: {
        survival_tick: 0.004,
        eviction_penalty: -2,
        clip: { clip_per_tick: 0.2, exempt_terminal },
      },
    });
    sim.turn.ends[0] = ENDS.eviction;
    sim.turn.anyEnds = true;
    const reward = rewards(sim)[0];
    const { clip_adjustment } = rewardBreakdown(sim.turn, 0).parts;
    return [reward, clip_adjustment];
  };
  assertNear(at(false), [-0.2, 1.796]);
  // The small gain is taken back; the penalty comes after the clip.
  assertNear(at(true), [-2, -0.004]);
});

Deno.test("an episode's rewards stay within its clip, on both sides", () => {
  const sim = town({ rewards: { clip: { clip_per_episode: 1 } } });
  setNeeds(sim, "a", [0.4, 1, 1]);
  const seen = Array.from({ length: 4 }, () => {
    sim.world.episodeTick[0]++;
    return rewards(sim)[0];
  });
  assertNear(seen, [-0.36, -0.36, -0.28, 0]);
  assertNear(parts(sim).clip_adjustment, 0.36);
  // What is gained later counts from the limit.
  sim.turn.paid[0] = 0.6;
  setNeeds(sim, "a", [1, 1, 1]);
  assertNear(rewards(sim)[0], 0.6);
  assertNear(sim.world.episodeReturn[0], -0.4);
});

Deno.test("an episode's total starts over when its tick wraps, and when a life ends", () => {
  const sim = town({ rewards: { clip: { clip_per_episode: 1 } } });
  const { world, turn } = sim;
  world.episodeReturn.fill(-1);
  setNeeds(sim, "a", [0.5, 1, 1]);
  setNeeds(sim, "b", [0.5, 1, 1]);
  assertNear(rewards(sim), [0, 0]);
  world.episodeTick[0] = 0;
  turn.ends[1] = ENDS.killed;
  turn.anyEnds = true;
  assertNear(rewards(sim), [-0.25, -0.25]);
  assertNear([...world.episodeReturn.subarray(0, 2)], [-0.25, -0.25]);
});

Deno.test("without clip_per_episode nothing is kept back", () => {
  const sim = town();
  setNeeds(sim, "a", [0, 1, 1]);
  for (let i = 0; i < 300; i++) assertEquals(rewards(sim)[0], -1);
});

for (
  const [profile, factors] of [
    ["balanced", [1, 1, 1]],
    ["socialite", [1.2, 1, 1]],
    ["industrious", [1, 1.25, 1]],
    ["stoic", [1, 1, 1.1]],
  ] as const
) {
  Deno.test(`a ${profile} resident weighs social, work and survival by ${factors}`, () => {
    const at = (reward_multipliers: boolean, gain: boolean) => {
      const sim = town({
        agents: [{ id: "a", profile }, { id: "b" }],
        config: {
          features: {
            stages: { relationships: "B", social_rewards: "C2" },
            behavior: { reward_multipliers },
          },
          jobs: { clerk: { start_tick: 0, end_tick: 9 } },
        },
        rewards: {
          survival_tick: 0.004,
          punctuality_bonus: 0.1,
          social: { C1_coeff_trust: 0, C1_coeff_fam: 0 },
        },
      });
      const { world, turn } = sim;
      turn.paid[0] = gain ? 0.5 : -0.5;
      turn.avoided[0] = 1;
      world.onShift[0] = 1;
      world.onTimeTicks[0] = 5;
      if (gain) {
        turn.chats.push(0, 1);
        turn.chatQualities.push(1);
      } else turn.failedChats.push(0, 1);
      const all = parts(sim);
      return [
        all.social_bonus + all.social_penalty,
        all.social_avoidance,
        all.wage,
        all.punctuality,
        all.survival,
      ];
    };
    const [social, work, survival] = factors;
    assertNear(at(false, true), [0.01, 0.005, 0.5, 0.05, 0.004]);
    assertNear(at(true, true), [
      0.01 * social,
      0.005 * social,
      0.5 * work,
      0.05 * work,
      0.004 * survival,
    ]);
    // Losses are divided.
    assertNear(at(true, false), [
      -0.005 / social,
      0.005 * social,
      -0.5 / work,
      0.05 * work,
      0.004 * survival,
    ]);
  });
}

Deno.test("the parts of a reward add up to it, in a town where much happens", () => {
  const sim = tinyTown({
    agents: [
      { id: "a", wallet: 5, profile: "socialite" },
      { id: "b", wallet: 5, profile: "stoic" },
      { id: "c", wallet: 5, profile: "industrious", at: [7, 7] },
    ],
    decay: 0.011,
    policy: "random",
    objects: [
      { id: "bed_1", type: "bed", at: [1, 1] },
      { id: "fridge_1", type: "fridge", at: [3, 1] },
    ],
    walk: true,
    config: {
      ...social("C2"),
      world: { grid_size: [8, 8], ticks_per_day: 100 },
      jobs: { clerk: { start_tick: 20, end_tick: 60, location: [4, 4] } },
      rewards: { clip: { clip_per_episode: 3 } },
    },
  });
  setLedger(sim, "a", "b", 0.9);
  let ended = 0;
  for (let i = 0; i < 400; i++) {
    const { turn } = sim;
    const ids = [...sim.world.roster.subarray(0, sim.world.population[0])];
    const before = new Set(sim.world.records.agentIds);
    const events = sim.step().events;
    ended += events.filter(({ event }) => event === "agent.removed").length;
    if (sim.world.records.agentIds.some((id) => !before.has(id))) continue;
    for (const agent of ids) {
      const { total, parts } = rewardBreakdown(turn, agent);
      const sum = Object.values(parts).reduce((a, b) => a + b, 0);
      assertNear(sum, total, `tick ${i + 1}`);
    }
  }
  assertEquals(ended > 0, true);
});
