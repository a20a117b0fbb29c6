import { assert, assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { compareCodePoints } from "../../../src/base/order.ts";
import { Simulation } from "../../../src/simulation.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../../src/snapshots/snapshot.ts";
import type {
  ManualStory,
  NarrationRecord,
} from "../../../src/telemetry/stories/moment.ts";
import { Narrator } from "../../../src/telemetry/stories/narrator.ts";
import type { TownEvent } from "../../../src/world/events.ts";
import { addAgent, removeEnded } from "../../../src/world/people.ts";
import { ENDS } from "../../../src/world/turn.ts";
import { busyTown } from "../../helpers/busy_town.ts";
import { agentOf, setFeeling, tinyTown } from "../../helpers/tiny_town.ts";

/** A narrator that tells everything, and a town to tell of. */
function open(telemetry: Readonly<Record<string, unknown>> = {}) {
  const sim = tinyTown({
    agents: [{ id: "ann" }, { id: "bo" }, { id: "cy", profile: "stoic" }, {
      id: "dee",
      profile: "socialite",
    }, { id: "eve" }],
    objects: [{ id: "shower_1", type: "shower" }],
    config: {
      features: {
        stages: { relationships: "B" },
        systems: {},
        behavior: { personality_profiles: true },
      },
      telemetry: {
        narration: {
          global_cooldown_ticks: 0,
          dedupe_window_ticks: 0,
          global_window_limit: 1000,
        },
        ...telemetry,
      },
    },
  });
  const narrator = new Narrator(sim.town, sim.world);
  const tell = (
    events: readonly TownEvent[] = [],
    stories: readonly ManualStory[] = [],
  ) => {
    sim.world.tick[0]++;
    return narrator.tell(sim.world, { events: [...events] }, stories);
  };
  return { sim, narrator, tell };
}

/** What records say, shortly. */
function keysOf(records: readonly NarrationRecord[]): string[] {
  return records.map(({ key, priority }) => `${key}${priority ? " !" : ""}`);
}

const CHAT_FAILED: TownEvent = {
  event: "chat.failed",
  tick: 1,
  speaker: "bo",
  listener: "ann",
};

Deno.test("Narrator tells of clashes, outages, showers and sleep", () => {
  const { tell } = open();
  const clash = {
    event: "queue.conflict",
    tick: 1,
    object: "shower_1",
    actor: "bo",
    rival: "ann",
    queue_length: 2,
    intensity: 1.25,
  } as const;
  const records = tell([
    { event: "sleep.completed", tick: 1, agent: "cy", object: "bed_1" },
    { ...clash, reason: "ghost_step" },
    { event: "shower.power_lost", tick: 1, object: "shower_1" },
    { event: "shower.completed", tick: 1, agent: "ann", object: "shower_1" },
    { event: "meal.shared", tick: 1, object: "stove_1", agents: ["ann", "bo"] },
  ]);
  assertEquals(records, [
    {
      tick: 1,
      category: "sleep_complete",
      text: "cy slept well in bed_1.",
      priority: false,
      data: { agent: "cy", object: "bed_1" },
      key: "sleep_complete:cy:bed_1",
    },
    {
      tick: 1,
      category: "queue_conflict",
      text: "bo kept shower_1 for nothing, and ann in the queue lost patience.",
      priority: true,
      data: {
        actor: "bo",
        rival: "ann",
        object: "shower_1",
        reason: "ghost_step",
        intensity: 1.25,
        queue_length: 2,
      },
      key: "queue_conflict:shower_1:ann:bo",
    },
    {
      tick: 1,
      category: "utility_outage",
      text: "shower_1 has no power.",
      priority: true,
      data: { object: "shower_1", reason: "power_off" },
      key: "outage:shower_1",
    },
    {
      tick: 1,
      category: "shower_complete",
      text: "ann is fresh from shower_1.",
      priority: false,
      data: { agent: "ann", object: "shower_1" },
      key: "shower_complete:ann:shower_1",
    },
  ]);
  const [waiting] = tell([{ ...clash, reason: "long_wait" }]);
  assertEquals([waiting.priority, waiting.text], [
    false,
    "ann has waited too long for bo at shower_1.",
  ]);
});

Deno.test("Narrator tells of a friendship that begins, with priority", () => {
  const { sim, tell } = open();
  setFeeling(sim, "ann", "bo", { trust: 0.05, familiarity: 0.1 });
  assertEquals(tell(), [{
    tick: 1,
    category: "relationship_friendship",
    text: "ann has got to know bo.",
    priority: true,
    data: {
      owner: "ann",
      other: "bo",
      status: "added",
      trust: 0.05,
      familiarity: 0.1,
      deltas: { trust: 0.05, familiarity: 0.1, rivalry: 0 },
    },
    key: "relationship_friendship:ann:bo",
  }]);
  assertEquals(tell(), []);
});

Deno.test("Narrator tells of those who met in a clash in other words", () => {
  const { sim, tell } = open();
  setFeeling(sim, "ann", "bo", { rivalry: 0.05 });
  setFeeling(sim, "bo", "ann", { trust: 0.1, rivalry: 0.05 });
  assertEquals(tell().map(({ text }) => text), [
    "ann got off to a bad start with bo.",
    "bo has got to know ann.",
  ]);
});

Deno.test("Narrator tells of trust that crosses the threshold, changes above it, or leaps", () => {
  const { sim, tell } = open();
  /** What is told when trust takes these values one after the other. */
  const told = (...trusts: readonly number[]) =>
    trusts.map((trust) => {
      setFeeling(sim, "ann", "bo", { trust, familiarity: 0.1 });
      const records = tell();
      if (records.length === 0) return "";
      const { data, priority, text } = records[0];
      const word = text.includes("more")
        ? "more"
        : text.includes("less")
        ? "less"
        : "new";
      return `${data.status} ${word}${priority ? " !" : ""}`;
    });
  assertEquals(told(0.1, 0.2, 0.3499, 0.6, 0.6), [
    "added new !",
    "",
    "",
    "updated more",
    "",
  ]);
  // From just below to just above, and then hardly at all.
  assertEquals(told(0.5999, 0.6, 0.6009, 0.602, 0.6015), [
    "",
    "updated more",
    "",
    "updated more",
    "",
  ]);
  assertEquals(told(0.7, 0.65, 0.59, 0.84, 0.85, 0.9), [
    "updated more",
    "updated less",
    "",
    "updated more",
    "updated more !",
    "updated more !",
  ]);
  // A leap below the threshold is told, and a hair less than one is not.
  assertEquals(told(-0.5, -0.25, 0, 0.2499), [
    "",
    "updated more",
    "updated more",
    "",
  ]);
});

Deno.test("Narrator does not tell of familiarity or rivalry that changes beside high trust", () => {
  const { sim, tell } = open();
  setFeeling(sim, "ann", "bo", { trust: 0.9, familiarity: 0.1 });
  tell();
  setFeeling(sim, "ann", "bo", { trust: 0.9, familiarity: 0.4, rivalry: 0.3 });
  assertEquals(tell(), []);
});

Deno.test("Narrator tells of ties that ended and began anew, and of newcomers in the place of others", () => {
  const { sim, tell } = open();
  setFeeling(sim, "ann", "bo", { trust: 0.3 });
  assertEquals(keysOf(tell()), ["relationship_friendship:ann:bo !"]);
  const { town, world, turn } = sim;
  const row = agentOf(sim, "ann");
  const { x, y } = world;
  const place = { x: x[row], y: y[row], homeX: 0, homeY: 0 };
  turn.ends[row] = ENDS.killed;
  turn.anyEnds = true;
  removeEnded(town, world, turn);
  assertEquals(tell(), []);
  addAgent(town, world, {
    id: "zed",
    lineage: -1,
    ...place,
    needs: [1, 1, 1],
    wallet: 0,
    profile: 0,
    traits: [0, 0, 0],
    job: -1,
    jobless: true,
    schedule: -1,
  });
  assertEquals(agentOf(sim, "zed"), row);
  setFeeling(sim, "zed", "bo", { trust: 0.3 });
  assertEquals(keysOf(tell()), ["relationship_friendship:zed:bo !"]);
});

Deno.test("Narrator tells of the three highest rivalries of each while they last", () => {
  const { sim, tell } = open();
  const feel = (owner: string, other: string, rivalry: number) =>
    setFeeling(sim, owner, other, { trust: -0.1, rivalry });
  feel("bo", "ann", 0.9);
  feel("ann", "eve", 0.7);
  feel("ann", "bo", 0.8);
  feel("ann", "cy", 0.8);
  feel("ann", "dee", 0.95);
  feel("cy", "ann", 0.69);
  const rivalries = () =>
    tell().filter(({ category }) => category === "relationship_rivalry");
  assertEquals(keysOf(rivalries()), [
    "relationship_rivalry:ann:dee !",
    "relationship_rivalry:ann:bo",
    "relationship_rivalry:ann:cy",
    "relationship_rivalry:bo:ann !",
  ]);
  const [first, second] = rivalries();
  assertEquals(first.data, {
    owner: "ann",
    rival: "dee",
    rivalry: 0.95,
    level: "escalated",
  });
  assertEquals([second.data.level, second.text], [
    "avoid",
    "ann had rather not meet bo.",
  ]);
  feel("ann", "dee", 0.1);
  feel("bo", "ann", 0.1);
  assertEquals(keysOf(rivalries()), [
    "relationship_rivalry:ann:bo",
    "relationship_rivalry:ann:cy",
    "relationship_rivalry:ann:eve",
  ]);
});

Deno.test("Narrator tells of chats that failed and of people who keep away, the latter with priority", () => {
  const { tell } = open();
  const records = tell([
    CHAT_FAILED,
    { event: "rivalry.avoided", tick: 1, agent: "ann", reason: "chat_rival" },
    {
      event: "rivalry.avoided",
      tick: 1,
      agent: "bo",
      object: "shower_1",
      reason: "queue_rival",
    },
  ]);
  assertEquals(keysOf(records), [
    "relationship_social_alert:bo:ann",
    "relationship_social_alert:ann:chat_rival !",
    "relationship_social_alert:bo:shower_1 !",
  ]);
  assertEquals(records.map(({ data }) => data), [
    { speaker: "bo", listener: "ann" },
    { agent: "ann", reason: "chat_rival" },
    { agent: "bo", object: "shower_1", reason: "queue_rival" },
  ]);
});

Deno.test("Narrator tells of the outgoing who talk well and of the peaceable who keep away", () => {
  const { sim, tell } = open();
  const chat = (speaker: string, quality: number): TownEvent => ({
    event: "chat.succeeded",
    tick: 1,
    speaker,
    listener: "ann",
    quality,
  });
  const character = (events: readonly TownEvent[]) =>
    tell(events).filter(({ category }) => category === "personality_event");
  assertEquals(character([chat("dee", 0.29), chat("bo", 0.9)]), []);
  assertEquals(character([chat("dee", 0.3), chat("nobody", 1)]), [{
    tick: 2,
    category: "personality_event",
    text: "dee, outgoing as ever, had a good talk with ann.",
    priority: false,
    data: {
      agent: "dee",
      trait: "extroversion",
      value: 0.6,
      listener: "ann",
      quality: 0.3,
    },
    key: "personality_event:dee:ann",
  }]);
  sim.world.extroversion[agentOf(sim, "dee")] = 0.75;
  assertEquals(character([chat("dee", 0.3)])[0].priority, true);
  const away = (agent: string, object?: string): TownEvent => ({
    event: "rivalry.avoided",
    tick: 1,
    agent,
    ...(object === undefined ? {} : { object }),
    reason: "queue_rival",
  });
  const records = character([
    away("bo", "shower_1"),
    away("cy", "shower_1"),
    away("cy"),
  ]);
  assertEquals(keysOf(records), [
    "personality_event:cy:shower_1",
    "personality_event:cy:queue_rival",
  ]);
  assertEquals(records[0].data, {
    agent: "cy",
    trait: "conflict_tolerance",
    value: 0.6,
    object: "shower_1",
    reason: "queue_rival",
  });
});

Deno.test("Narrator tells of no character where that is switched off", () => {
  const { tell } = open({ personality_narration: { enabled: false } });
  const chat: TownEvent = {
    event: "chat.succeeded",
    tick: 1,
    speaker: "dee",
    listener: "ann",
    quality: 1,
  };
  assertEquals(tell([chat]), []);
});

Deno.test("Narrator tells stories of others first, then events, ties and people", () => {
  const { sim, tell } = open();
  setFeeling(sim, "bo", "ann", { trust: 0.1, rivalry: 0.95 });
  setFeeling(sim, "ann", "bo", { trust: 0.1 });
  const records = tell(
    [
      CHAT_FAILED,
      { event: "rivalry.avoided", tick: 1, agent: "cy", reason: "chat_rival" },
      { event: "shower.completed", tick: 1, agent: "cy", object: "shower_1" },
    ],
    [{ category: "operator_story", text: "Fair today" }],
  );
  assertEquals(records.map(({ category }) => category), [
    "operator_story",
    "shower_complete",
    "relationship_friendship",
    "relationship_friendship",
    "relationship_rivalry",
    "relationship_social_alert",
    "relationship_social_alert",
    "personality_event",
  ]);
  assertEquals(records[2].data.owner, "ann");
});

Deno.test("Narrator tells stories in words of one line, under the key they were given", () => {
  const { tell } = open({ narration: { global_cooldown_ticks: 30 } });
  const story: ManualStory = {
    category: "demo_story",
    text: ` Hear,\n\u001b[1mhear!${"😀".repeat(200)}`,
    priority: true,
    key: "opening",
    data: { act: 1 },
  };
  const [told] = tell([], [story, story]);
  assertEquals([told.key, told.priority, told.data], ["opening", true, {
    act: 1,
  }]);
  assertEquals(told.text.slice(0, 14), "Hear, [1mhear!");
  assertEquals([told.text.length, told.text.isWellFormed()], [279, true]);
  assertEquals(told.text.at(-1), "…");
  // Without a key the words are it, without priority they wait.
  const plain: ManualStory = { category: "operator_story", text: "Rain\n" };
  assertEquals(tell([], [plain]), []);
  for (let i = 0; i < 28; i++) tell();
  assertEquals(keysOf(tell([], [plain, plain])), ["Rain"]);
});

Deno.test("Narrator tells of objects alone where there are no relationships", () => {
  const sim = tinyTown({ agents: [{ id: "ann" }, { id: "bo" }] });
  const narrator = new Narrator(sim.town, sim.world);
  setFeeling(sim, "ann", "bo", { trust: 0.9, rivalry: 0.9 });
  const records = narrator.tell(sim.world, {
    events: [CHAT_FAILED, {
      event: "shower.power_lost",
      tick: 0,
      object: "shower_1",
    }],
  });
  assertEquals(keysOf(records), ["outage:shower_1 !"]);
});

Deno.test("Narrator gives the same empty list whenever there is nothing to tell", () => {
  const { tell } = open();
  assert(tell() === tell());
});

Deno.test("Narrator begins with the ties that are there: they are no news", () => {
  const { sim } = open();
  setFeeling(sim, "ann", "bo", { trust: 0.9 });
  const narrator = new Narrator(sim.town, sim.world);
  assertEquals(narrator.tell(sim.world, { events: [] }), []);
});

Deno.test("Narrator.load() refuses what save() does not give, and a limiter of a later tick", () => {
  const { sim, narrator, tell } = open();
  tell([], [{ category: "demo_story", text: "Now" }]);
  const saved = narrator.save();
  Narrator.load(sim.town, sim.world, saved, "here");
  sim.world.tick[0]--;
  for (const wrong of [saved, null, {}, []]) {
    assertThrows(
      () => Narrator.load(sim.town, sim.world, wrong, "here"),
      TownletError,
    );
  }
});

Deno.test("Narrator saved and loaded with a World tells what it would have told", () => {
  const town = busyTown({ movement: "walk", backend: "scripted" });
  for (const seed of [1, 2, 3]) {
    const straight = new Simulation(town, { seed });
    const narrator = new Narrator(town, straight.world);
    const told: NarrationRecord[] = [];
    let saved = { text: "", narrator: "" };
    for (let tick = 1; tick <= 700; tick++) {
      straight.step();
      told.push(...narrator.tell(straight.world, straight.turn));
      if (tick !== 350) continue;
      saved = {
        text: encodeSnapshot(town, straight.world, {
          app: "test",
          parts: { narration: narrator.save() },
        }),
        narrator: JSON.stringify(narrator.save()),
      };
    }
    const { world, parts } = decodeSnapshot(saved.text, town, {
      where: "here",
      parts: ["narration"],
    });
    const other = new Simulation(town, { world });
    const again = Narrator.load(town, world, parts.narration, "here");
    assertEquals(JSON.stringify(again.save()), saved.narrator);
    const toldAgain: NarrationRecord[] = [];
    for (let tick = 351; tick <= 700; tick++) {
      other.step();
      toldAgain.push(...again.tell(other.world, other.turn));
    }
    const later = told.filter(({ tick }) => tick > 350);
    assert(later.length > 5, `seed ${seed}: ${later.length}`);
    assertEquals(toldAgain, later, `seed ${seed}`);
  }
});

Deno.test("Narrator compares ties with those of the tick before, however long it kept quiet", () => {
  const busy = busyTown({ movement: "walk", backend: "scripted" });
  const { config } = busy;
  const narration = {
    ...config.telemetry.narration,
    global_cooldown_ticks: 0,
    global_window_limit: 3,
    global_window_ticks: 12,
  };
  const telemetry = { ...config.telemetry, narration };
  const town = { ...busy, config: { ...config, telemetry } };
  const simulation = new Simulation(town, { seed: 4 });
  const { world, turn } = simulation;
  const narrator = new Narrator(town, world);
  let told = 0;
  for (let tick = 0; tick < 400; tick++) {
    // One that has seen the tick before, whatever the other one looked at.
    const other = Narrator.load(town, world, narrator.save(), "here");
    simulation.step();
    const records = narrator.tell(world, turn);
    assertEquals(records, other.tell(world, turn), `tick ${tick}`);
    told += records.filter(({ category }) =>
      category === "relationship_friendship"
    ).length;
  }
  assert(told > 10, `only ${told} friendships`);
});

Deno.test("Narrator tells of a busy town within its limits, in words that are plain", () => {
  const town = busyTown({ movement: "walk", backend: "scripted" });
  const sim = new Simulation(town, { seed: 7 });
  const narrator = new Narrator(town, sim.world);
  const ticks: number[] = [];
  const categories = new Set<string>();
  for (let tick = 1; tick <= 3000; tick++) {
    sim.step();
    for (const record of narrator.tell(sim.world, sim.turn)) {
      ticks.push(record.tick);
      categories.add(record.category);
      // deno-lint-ignore no-control-regex
      assert(/^[^{}\u0000-\u001f]{1,280}$/.test(record.text), record.text);
      assert(!record.text.includes("undefined"), record.text);
    }
  }
  ticks.forEach((tick, i) => {
    const later = ticks.slice(i).filter((other) => other < tick + 600);
    assert(later.length <= 10, `${later.length} from tick ${tick}`);
  });
  assert(categories.size >= 3, [...categories].sort(compareCodePoints).join());
});
