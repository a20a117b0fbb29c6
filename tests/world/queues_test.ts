import { assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { request } from "../../src/world/holding.ts";
import { REASON } from "../../src/world/reasons.ts";
import { serveQueues } from "../../src/world/systems/serve_queues.ts";
import {
  cooldownEnd,
  hasRival,
  joinQueue,
  leaveQueue,
  releaseDone,
  releaseFailed,
  setHolder,
} from "../../src/world/queues.ts";
import { COOLDOWNS, ENGAGED, TOTAL } from "../../src/world/world.ts";
import {
  agentOf,
  assertNear,
  named,
  queueOf,
  setFeeling,
  setLedger,
  tieOf,
  type Tiny,
  tinyTown,
} from "../helpers/tiny_town.ts";

const BED = [{ id: "bed_1", type: "bed" }];

/** A town where h holds the bed and others wait for it, since tick 0. */
function waitingTown(others: readonly string[]): Tiny {
  const sim = tinyTown({
    agents: ["h", ...others].map((id) => ({ id })),
    objects: BED,
  });
  setHolder(sim.town, sim.world, 0, 0);
  for (const id of others) joinQueue(sim.world, 0, agentOf(sim, id));
  return sim;
}

Deno.test("a waiting list of any length keeps its order when some leave", () => {
  const ids = Array.from({ length: 30 }, (_, i) => `w${i}`);
  const sim = waitingTown(ids);
  const { world } = sim;
  const random = Random.seeded("1", "queue");
  let wanted = ids;
  while (wanted.length > 0) {
    assertEquals(queueOf(sim, "bed_1").waiting, wanted);
    assertEquals(world.queueLength[0], wanted.length);
    const out = wanted[random.int(0, wanted.length - 1)];
    leaveQueue(world, agentOf(sim, out));
    wanted = wanted.filter((id) => id !== out);
    assertEquals(world.engaged[agentOf(sim, out)], -1);
  }
  assertEquals(world.queueHead[0], -1);
});

Deno.test("a good release is a handover: cooldown, next one, event, politer tie", () => {
  const sim = waitingTown(["p", "q"]);
  const { town, world, turn } = sim;
  setFeeling(sim, "h", "p", { rivalry: 0.2 });
  setFeeling(sim, "p", "h", { rivalry: 0.2 });
  world.tick[0] = 10;
  releaseDone(town, world, turn, 0, false);
  assertEquals(turn.events, [{
    event: "queue.handover",
    tick: 10,
    object: "bed_1",
    actor: "h",
    rival: "p",
    queue_length: 2,
  }]);
  assertNear(tieOf(sim, "h", "p"), [0.05, 0.05, 0.15]);
  assertNear(tieOf(sim, "p", "h"), [0.05, 0.05, 0.15]);
  assertEquals(cooldownEnd(world, 0, 0), 70);
  assertEquals(queueOf(sim, "bed_1"), { holder: "p", waiting: ["q"] });
});

Deno.test("a release without anybody waiting is no handover", () => {
  const sim = waitingTown([]);
  releaseDone(sim.town, sim.world, sim.turn, 0, true);
  assertEquals(sim.turn.events, []);
  assertEquals(cooldownEnd(sim.world, 0, 0), 60);
});

for (
  const [story, feelings, feud, first] of [
    ["nobody is liked", {}, 0, "p"],
    ["the second is liked", { q: 0.3 }, 0, "q"],
    ["the second is liked less than the place costs", { q: 0.05 }, 0, "p"],
    ["the first is liked more", { p: 0.3, q: 0.3 }, 0, "p"],
    ["the third is liked enough for two places", { p: 0.1, r: 0.3 }, 0, "r"],
    ["the second is liked and a rival", { q: 0.3 }, 0.3, "p"],
    ["the second is a rival, but not as much as liked", { q: 0.3 }, 0.2, "q"],
  ] as const
) {
  Deno.test(`after a use ${first} comes next when ${story}`, () => {
    const sim = waitingTown(["p", "q", "r"]);
    const { town, world, turn } = sim;
    for (const [id, familiarity] of Object.entries(feelings)) {
      setFeeling(sim, "h", id, { familiarity });
    }
    if (feud > 0) setLedger(sim, "h", "q", feud);
    releaseDone(town, world, turn, 0, true);
    assertEquals(
      named(turn.events, "queue.handover").map(({ rival }) => rival),
      [first],
    );
    assertEquals(queueOf(sim, "bed_1"), {
      holder: first,
      waiting: ["p", "q", "r"].filter((id) => id !== first),
    });
    assertEquals(
      world.queueTotals[TOTAL.rotations],
      first === "p" ? 0 : 1,
    );
  });
}

Deno.test("the first of the roster waits and is promoted like others", () => {
  const sim = tinyTown({
    agents: [{ id: "first" }, { id: "q" }, { id: "h" }],
    objects: BED,
  });
  const { town, world, turn } = sim;
  setHolder(town, world, 0, agentOf(sim, "h"));
  joinQueue(world, 0, agentOf(sim, "q"));
  joinQueue(world, 0, agentOf(sim, "first"));
  setFeeling(sim, "h", "first", { trust: 0.5 });
  releaseDone(town, world, turn, 0, true);
  assertEquals(queueOf(sim, "bed_1"), { holder: "first", waiting: ["q"] });
  releaseFailed(town, world, 0);
  joinQueue(world, 0, agentOf(sim, "first"));
  releaseFailed(town, world, 0);
  assertEquals(queueOf(sim, "bed_1"), { holder: "first", waiting: [] });
});

Deno.test("an idle release promotes nobody", () => {
  const sim = waitingTown(["p", "q"]);
  setFeeling(sim, "h", "q", { trust: 1 });
  releaseDone(sim.town, sim.world, sim.turn, 0, false);
  assertEquals(queueOf(sim, "bed_1").holder, "p");
});

Deno.test("a failed release drops the own cooldown and clears the stall", () => {
  const sim = waitingTown(["p"]);
  const { town, world, turn } = sim;
  releaseDone(town, world, turn, 0, false);
  assertEquals(cooldownEnd(world, 0, 0), 60);
  world.stall[0] = 2;
  releaseFailed(town, world, 0);
  assertEquals(world.stall[0], 0);
  setHolder(town, world, 0, 0);
  releaseFailed(town, world, 0);
  assertEquals(cooldownEnd(world, 0, 0), 0);
});

Deno.test("cooldowns have 16 slots, and a 17th takes the place of the first to end", () => {
  const beds = Array.from({ length: 18 }, (_, i) => ({
    id: `bed_${i}`,
    type: "bed",
  }));
  const sim = tinyTown({ objects: beds });
  const { town, world, turn } = sim;
  const useBed = (object: number, tick: number) => {
    world.tick[0] = tick;
    setHolder(town, world, object, 0);
    releaseDone(town, world, turn, object, false);
  };
  // Ends: bed_0 at 105, bed_1 at 101, the others at 110 and later.
  useBed(0, 45);
  useBed(1, 41);
  for (let object = 2; object < 16; object++) useBed(object, 48 + object);
  assertEquals(world.cooldowns[0], COOLDOWNS);
  useBed(16, 70);
  assertEquals(world.cooldowns[0], COOLDOWNS);
  assertEquals(cooldownEnd(world, 0, 1), 0);
  assertEquals(cooldownEnd(world, 0, 16), 130);
  useBed(17, 71);
  assertEquals(cooldownEnd(world, 0, 0), 0);
  assertEquals(cooldownEnd(world, 0, 2), 110);
  // A slot of its own is used again.
  useBed(17, 72);
  assertEquals(cooldownEnd(world, 0, 17), 132);
  assertEquals(cooldownEnd(world, 0, 2), 110);
  assertEquals(world.cooldowns[0], COOLDOWNS);
});

Deno.test("a cooldown of 0 ticks is none", () => {
  const sim = tinyTown({
    objects: BED,
    config: { queue_fairness: { cooldown_ticks: 0 } },
  });
  const { town, world, turn } = sim;
  setHolder(town, world, 0, 0);
  releaseDone(town, world, turn, 0, false);
  assertEquals(world.cooldowns[0], 0);
  assertEquals(request(town, world, turn, 0, 0), 0);
});

Deno.test("a cooldown ends at its tick, to the request as to the queue's step", () => {
  const sim = tinyTown({ objects: BED });
  const { town, world, turn } = sim;
  setHolder(town, world, 0, 0);
  releaseDone(town, world, turn, 0, false);
  world.tick[0] = 59;
  serveQueues(town, world, turn);
  assertEquals(world.cooldowns[0], 1);
  assertEquals(request(town, world, turn, 0, 0), REASON.cooldown);
  world.tick[0] = 60;
  assertEquals(request(town, world, turn, 0, 0), 0);
  serveQueues(town, world, turn);
  assertEquals(world.cooldowns[0], 0);
});

Deno.test("hasRival() sees holder and waiting agents, through the eyes of the one who asks", () => {
  const sim = waitingTown(["p", "q"]);
  const { town, world } = sim;
  const sees = (id: string) => hasRival(town, world, 0, agentOf(sim, id));
  assertEquals(["h", "p", "q"].map(sees), [false, false, false]);
  setLedger(sim, "q", "h", 0.7);
  assertEquals(["h", "p", "q"].map(sees), [false, false, true]);
  setLedger(sim, "h", "p", 0.7);
  assertEquals(["h", "p", "q"].map(sees), [true, false, true]);
  setLedger(sim, "q", "h", 0.69);
  assertEquals(sees("q"), false);
});

Deno.test("an agent has to do with one object at most, and nobody queues twice", () => {
  const beds = [0, 1, 2].map((i) => ({ id: `bed_${i}`, type: "bed" }));
  for (let seed = 1; seed <= 10; seed++) {
    const sim = tinyTown({ agents: 6, objects: beds });
    const { town, world, turn } = sim;
    const random = Random.seeded(String(seed), "queues");
    for (let i = 0; i < 400; i++) {
      world.tick[0] = i;
      const object = random.int(0, 2);
      if (random.float() < 0.7) {
        request(town, world, turn, object, random.int(0, 5));
      } else if (world.holder[object] >= 0) {
        if (random.float() < 0.5) releaseFailed(town, world, object);
        else releaseDone(town, world, turn, object, true);
      }
      serveQueues(town, world, turn);
      checkQueues(sim, `seed ${seed}, step ${i}`);
    }
  }
});

/** Every agent is in exactly the place its own columns say. */
function checkQueues({ town, world }: Tiny, where: string): void {
  const places = new Map<number, [number, number]>();
  for (let object = 0; object < town.objectIds.length; object++) {
    let length = 0;
    for (let a = world.queueHead[object]; a >= 0; a = world.waitNext[a]) {
      assertEquals(places.has(a), false, where);
      places.set(a, [object, ENGAGED.waits]);
      length++;
    }
    assertEquals(world.queueLength[object], length, where);
    const holder = world.holder[object];
    if (holder >= 0) {
      assertEquals(places.has(holder), false, where);
      places.set(holder, [object, ENGAGED.holds]);
    } else assertEquals(length, 0, where);
  }
  for (let agent = 0; agent < 6; agent++) {
    assertEquals(
      [world.engaged[agent], world.engagement[agent]],
      places.get(agent) ?? [-1, ENGAGED.not],
      where,
    );
  }
}
