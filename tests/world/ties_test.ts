import { assertEquals } from "@std/assert";
import { failChat, succeedChat } from "../../src/world/chats.ts";
import { clash } from "../../src/world/queues.ts";
import {
  avoids,
  raiseRivalry,
  relate,
  relateOneWay,
  setTie,
  TIE_DELTAS,
  type TieCause,
  type TieDelta,
} from "../../src/world/ties.ts";
import {
  agentOf,
  assertNear,
  ledgerOf,
  named,
  namesOf,
  setFeeling,
  setLedger,
  tieOf,
  type Tiny,
  tinyTown,
} from "../helpers/tiny_town.ts";

const { chat_failure, queue_polite, shared_meal } = TIE_DELTAS;
const { employment_help, employment_shift_taken } = TIE_DELTAS;
const chat = { trust: 0.05, familiarity: 0.1, rivalry: 0 };
const conflict = { trust: 0, familiarity: 0, rivalry: 0.3 };

/** What each cause changes, by profile, from a tie of 0.5, 0.5 and 0.5. */
const CHANGES: readonly (readonly [
  TieCause,
  TieDelta,
  string,
  readonly [number, number, number],
])[] = [
  ["chat_success", chat, "balanced", [0.05, 0.1, 0]],
  ["chat_success", chat, "socialite", [0.05, 0.112, 0]],
  ["chat_success", chat, "stoic", [0.05, 0.094, 0]],
  ["chat_failure", chat_failure, "balanced", [0, -0.05, 0.05]],
  ["chat_failure", chat_failure, "stoic", [0, -0.0375, 0.05]],
  ["chat_failure", chat_failure, "industrious", [0, -0.0525, 0.05]],
  ["queue_polite", queue_polite, "balanced", [0.05, 0.05, -0.05]],
  ["queue_polite", queue_polite, "stoic", [0.05, 0.05, -0.0375]],
  ["conflict", conflict, "balanced", [0, 0, 0.3]],
  ["conflict", conflict, "industrious", [0, 0, 0.345]],
  ["conflict", conflict, "stoic", [0, 0, 0.282]],
  ["shared_meal", shared_meal, "socialite", [0.1, 0.25, 0]],
  ["employment_help", employment_help, "balanced", [0.2, 0.1, -0.1]],
  ["employment_help", employment_help, "stoic", [0.2, 0.1, -0.075]],
  ["employment_shift_taken", employment_shift_taken, "balanced", [
    -0.1,
    0,
    0.3,
  ]],
  ["employment_shift_taken", employment_shift_taken, "industrious", [
    -0.105,
    0,
    0.3,
  ]],
];

for (const [cause, delta, profile, change] of CHANGES) {
  Deno.test(`${cause} changes what a ${profile} resident feels by ${change}`, () => {
    const sim = tinyTown({
      agents: [{ id: "a", profile }, { id: "b" }],
      config: { features: { relationship_modifiers: true } },
    });
    setFeeling(sim, "a", "b", { trust: 0.5, familiarity: 0.5, rivalry: 0.5 });
    relateOneWay(sim.town, sim.world, sim.turn, 0, 1, cause, delta);
    assertNear(tieOf(sim, "a", "b"), change.map((by) => 0.5 + by));
  });
}

Deno.test("personality changes nothing while relationship_modifiers is off", () => {
  for (const [cause, delta, profile] of CHANGES) {
    const sim = tinyTown({ agents: [{ id: "a", profile }, { id: "b" }] });
    const { trust, familiarity, rivalry } = delta;
    setFeeling(sim, "a", "b", { trust: 0.5, familiarity: 0.5, rivalry: 0.5 });
    relateOneWay(sim.town, sim.world, sim.turn, 0, 1, cause, delta);
    assertNear(
      tieOf(sim, "a", "b"),
      [trust, familiarity, rivalry].map((by) => 0.5 + by),
      `${cause}, ${profile}`,
    );
  }
});

Deno.test("relate() changes both directions, each bent by its owner", () => {
  const sim = tinyTown({
    agents: [{ id: "a", profile: "stoic" }, {
      id: "b",
      profile: "industrious",
    }],
    config: { features: { relationship_modifiers: true } },
  });
  const { town, world, turn } = sim;
  relate(town, world, turn, 0, 1, "chat_failure", chat_failure);
  assertNear(tieOf(sim, "a", "b"), [0, -0.0375, 0.05]);
  assertNear(tieOf(sim, "b", "a"), [0, -0.0525, 0.05]);
});

Deno.test("trust and familiarity stay within −1 and 1, rivalry within 0 and 1", () => {
  const sim = tinyTown({ agents: 2 });
  const { town, world, turn } = sim;
  const by = (trust: number, familiarity: number, rivalry: number) => {
    const delta = { trust, familiarity, rivalry };
    relateOneWay(town, world, turn, 0, 1, "hook", delta);
    return tieOf(sim, "a", "b");
  };
  assertEquals(by(3, -3, -3), [1, -1, 0]);
  assertEquals(by(-5, 5, 5), [-1, 1, 1]);
  assertEquals(by(0.25, -0.25, -0.25), [-0.75, 0.75, 0.75]);
  setTie(town, world, turn, 0, 1, { trust: 7, familiarity: -7, rivalry: -7 });
  assertEquals(tieOf(sim, "a", "b"), [1, -1, 0]);
});

/** A town where a has three slots and ties to b, c and d. */
function fullTown(): Tiny {
  const sim = tinyTown({
    agents: 6,
    config: { conflict: { rivalry: { max_edges: 3 } } },
  });
  setFeeling(sim, "a", "b", { trust: 0.3 });
  setFeeling(sim, "a", "c", { familiarity: 0.1 });
  setFeeling(sim, "a", "d", { trust: 0.1 });
  return sim;
}

for (
  const [story, feeling, gone] of [
    ["a good new tie takes the place of the newest of the weakest", {
      trust: 0.2,
    }, "d"],
    ["a weak new tie goes itself", { trust: 0.05 }, "e"],
    ["as weak as the weakest, the new tie goes itself", { trust: 0.1 }, "e"],
    ["rivalry does not make a tie strong", { trust: -0.1, rivalry: 1 }, "e"],
  ] as const
) {
  Deno.test(`ties: ${story}`, () => {
    const sim = fullTown();
    setFeeling(sim, "a", "e", feeling);
    assertEquals(sim.turn.events, [{
      event: "relationship.evicted",
      tick: 0,
      owner: "a",
      other: gone,
      reason: "capacity",
    }]);
    const kept = ["b", "c", "d", "e"].filter((id) => id !== gone);
    const { world } = sim;
    assertEquals(world.ties[0], 3);
    assertEquals(
      [...world.tieOther.subarray(0, 3)].map((o) => world.records.agentIds[o]),
      kept,
    );
    // The other side has room and keeps its own tie.
    relate(sim.town, world, sim.turn, 0, 4, "shared_meal", shared_meal);
    assertNear(tieOf(sim, "e", "a"), [0.1, 0.25, 0]);
  });
}

Deno.test("ties: of two equally weak the newer goes", () => {
  const sim = fullTown();
  setFeeling(sim, "a", "d", { trust: 0.1 });
  setFeeling(sim, "a", "c", { trust: 0.1 });
  setFeeling(sim, "a", "b", { trust: 0.1 });
  setFeeling(sim, "a", "e", { trust: 0.2 });
  assertEquals(
    named(sim.turn.events, "relationship.evicted").map(({ other }) => other),
    ["d"],
  );
  setFeeling(sim, "a", "f", { trust: 0.2 });
  assertEquals(
    named(sim.turn.events, "relationship.evicted").map(({ other }) => other),
    ["d", "c"],
  );
});

Deno.test("a change of nothing makes no tie", () => {
  const sim = tinyTown({ agents: 2 });
  const none = { trust: 0, familiarity: 0, rivalry: -0.5 };
  relate(sim.town, sim.world, sim.turn, 0, 1, "hook", none);
  assertEquals([...sim.world.ties.subarray(0, 2)], [0, 0]);
});

Deno.test("the ledger keeps scores within its least and highest value", () => {
  const sim = tinyTown({
    agents: 2,
    config: {
      conflict: {
        rivalry: {
          min_value: 0.2,
          max_value: 0.5,
          avoid_threshold: 0.4,
          eviction_threshold: 0.2,
        },
      },
    },
  });
  const { town, world, turn } = sim;
  raiseRivalry(town, world, turn, 0, 1, 0.1);
  assertNear(ledgerOf(sim, "a", "b"), 0.2);
  raiseRivalry(town, world, turn, 0, 1, 5);
  assertNear(ledgerOf(sim, "a", "b"), 0.5);
  assertNear(world.rivalryMax[0], 0.5);
});

Deno.test("ledger: of two equally weak entries the newer goes", () => {
  const sim = tinyTown({
    agents: 6,
    config: { conflict: { rivalry: { max_edges: 3 } } },
  });
  const { town, world, turn } = sim;
  const raise = (other: string, intensity: number) =>
    raiseRivalry(town, world, turn, 0, agentOf(sim, other), intensity);
  for (const other of ["b", "c", "d"]) raise(other, 2);
  raise("e", 2);
  raise("f", 3);
  assertEquals(
    named(turn.events, "relationship.evicted").map(({ other }) => other),
    ["e", "d"],
  );
  assertNear(["b", "c", "f"].map((id) => ledgerOf(sim, "a", id)), [
    0.3,
    0.3,
    0.45,
  ]);
  assertNear(world.rivalryMax[0], 0.45);
});

Deno.test("a clash raises ledger and tie of both, and is told once each", () => {
  const sim = tinyTown({ agents: 2, objects: [{ id: "bed_1", type: "bed" }] });
  const { town, world, turn } = sim;
  clash(town, world, turn, 0, 0, 1, "long_wait", 3);
  assertEquals(namesOf(turn.events), ["queue.conflict", "rivalry.recorded"]);
  const intensity = 0.4 + 0.25 * 2;
  for (const [owner, other] of [["a", "b"], ["b", "a"]] as const) {
    assertNear(ledgerOf(sim, owner, other), 0.15 * intensity);
    assertNear(tieOf(sim, owner, other), [0, 0, 0.15 * intensity]);
  }
});

for (
  const [profile, biased, threshold] of [
    ["balanced", true, 0.7],
    ["stoic", true, 1],
    ["stoic", false, 0.7],
    ["socialite", true, 0.7],
  ] as const
) {
  Deno.test(`a ${profile} resident ${biased ? "with" : "without"} biases avoids from ${threshold} on`, () => {
    const sim = tinyTown({
      agents: [{ id: "a", profile }, { id: "b" }],
      config: { features: { behavior: { personality_profiles: biased } } },
    });
    const avoidsAt = (score: number) => {
      setLedger(sim, "a", "b", score);
      return avoids(sim.town, sim.world, 0, 1);
    };
    assertEquals(avoidsAt(threshold - 1e-9), false);
    assertEquals(avoidsAt(threshold), true);
    assertEquals(avoids(sim.town, sim.world, 1, 0), false);
  });
}

Deno.test("succeedChat() scales with quality, failChat() does not", () => {
  const sim = tinyTown({ agents: 3 });
  const { town, world, turn } = sim;
  succeedChat(town, world, turn, 0, 1, 0.4);
  assertNear(tieOf(sim, "a", "b"), [0.02, 0.04, 0]);
  assertNear(tieOf(sim, "b", "a"), [0.02, 0.04, 0]);
  succeedChat(town, world, turn, 0, 1, 0);
  assertNear(tieOf(sim, "a", "b"), [0.02, 0.04, 0]);
  failChat(town, world, turn, 1, 2);
  assertNear(tieOf(sim, "c", "b"), [0, -0.05, 0.05]);
  assertEquals(turn.chats, [0, 1, 0, 1]);
  assertEquals(turn.chatQualities, [0.4, 0]);
  assertEquals(turn.failedChats, [1, 2]);
});
