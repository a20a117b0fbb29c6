/** The shipped towns live: what their residents do in ten days, by the counts. */
import { assert, assertEquals } from "@std/assert";
import { loadTown } from "../src/app.ts";
import { Simulation } from "../src/simulation.ts";
import { KINDS } from "../src/world/turn.ts";
import { COUNTERS, type World } from "../src/world/world.ts";

const DAYS = 10;
const DAY = 1440;

/** Counters of everyone, all lives together, by the id of the first life. */
function countsByOrigin(world: World): Map<string, Record<string, number>> {
  const { lineages } = world.records;
  const all = new Map<string, number[]>(
    lineages.map(({ origin, past }) => [origin, [...past]]),
  );
  for (let i = 0; i < world.population[0]; i++) {
    const row = world.roster[i];
    const { origin, past } = lineages[world.lineage[row]];
    const now = row * COUNTERS.length;
    all.set(origin, past.map((n, k) => n + world.inventory[now + k]));
  }
  return new Map(
    [...all].map(([origin, sums]) =>
      [
        origin,
        Object.fromEntries(COUNTERS.map((name, k) => [name, sums[k]])),
      ] as const
    ),
  );
}

/** What every resident should do once a day, by counter. */
const DAILY = [
  "meals_consumed",
  "showers_taken",
  "sleep_sessions",
  "shifts_worked",
] as const;

for (const seed of [1, 2, 3, 4, 5]) {
  Deno.test(`configs/town.yaml lives for ten days, seed ${seed}`, async () => {
    const { town } = await loadTown("configs/town.yaml");
    const simulation = new Simulation(town, { seed });
    const { world } = simulation;
    const residents = town.residents.length;
    assert(residents >= 12);
    /** By resident and counter: the days it was left out. */
    const missed = new Map<string, number[]>();
    const brokeDays = new Map<string, number>();
    const befriended = new Set<string>();
    const embroiled = new Set<string>();
    let deaths = 0;
    let before = countsByOrigin(world);
    for (let day = 1; day <= DAYS; day++) {
      const kinds = new Map<string, Set<string>>();
      const tiles = new Map<string, Set<number>>();
      const summary = simulation.runFor(DAY, () => {
        for (const [origin, row] of livingRows(world)) {
          setOf(kinds, origin).add(KINDS[world.lastKind[row]]);
          setOf(tiles, origin).add(world.y[row] * town.width + world.x[row]);
        }
      });
      assertEquals(summary.ticks, DAY);
      deaths += summary.deaths;
      assert(summary.events["queue.handover"] > 0, `day ${day}: handovers`);
      assert(summary.events["queue.conflict"] > 0, `day ${day}: conflicts`);
      // Nobody is stuck: each one walks about, asks for things, uses them.
      for (const [origin, seen] of tiles) {
        assert(seen.size >= 10, `day ${day}: ${origin} saw ${seen.size} tiles`);
        const did = kinds.get(origin)?.size ?? 0;
        assert(did >= 4, `day ${day}: ${origin} did ${did} kinds of things`);
      }
      const after = countsByOrigin(world);
      for (const [origin, counts] of after) {
        for (const what of DAILY) {
          if (counts[what] > (before.get(origin)?.[what] ?? 0)) continue;
          const key = `${origin}: ${what}`;
          missed.set(key, [...(missed.get(key) ?? []), day]);
        }
      }
      before = after;
      for (const [origin, row] of livingRows(world)) {
        const start = row * town.tieSlots;
        for (let slot = start; slot < start + world.ties[row]; slot++) {
          const warmth = world.tieTrust[slot] + world.tieFamiliarity[slot];
          if (warmth > 1) befriended.add(origin);
        }
        for (let slot = start; slot < start + world.rivals[row]; slot++) {
          if (world.rivalScore[slot] > 0.2) embroiled.add(origin);
        }
        if (world.wallet[row] < 0.15) {
          brokeDays.set(origin, (brokeDays.get(origin) ?? 0) + 1);
        }
      }
    }
    for (const [what, days] of missed) {
      // The first night ends on the second day, and a night around midnight
      // counts for the day it ends on; nothing else is left out twice running.
      const nights = what.endsWith("sleep_sessions");
      const running = days.filter((day) =>
        days.includes(day + 1) && !(nights && day === 1)
      );
      assertEquals(running, [], `${what} left out on days ${days}`);
      const most = nights ? 4 : 1;
      assert(days.length <= most, `${what} left out on days ${days}`);
    }
    const counts = [...before];
    assertEquals(counts.length, residents);
    for (const [origin, { meals_consumed }] of counts) {
      const meals = meals_consumed / DAYS;
      assert(meals > 2 && meals < 4.5, `${origin}: ${meals} meals a day`);
    }
    assert(deaths <= 2, `${deaths} deaths`);
    const tickets = world.records.tickets.length;
    assertEquals(world.population[0] + tickets, residents);
    for (const [origin, days] of brokeDays) {
      assert(days <= 2, `${origin} was broke on ${days} evenings`);
    }
    assert(befriended.size > residents / 2, `${befriended.size} have friends`);
    assert(embroiled.size > residents / 2, `${embroiled.size} have rivals`);
    const chatty = counts.filter(([, { chats }]) => chats > 0).length;
    assert(chatty > 0.75 * residents, `${chatty} residents chat`);
  });
}

/** Origin and row of everyone alive. */
function livingRows(world: World): (readonly [string, number])[] {
  const rows = [...world.roster.subarray(0, world.population[0])];
  const { lineages } = world.records;
  return rows.map((row) => [lineages[world.lineage[row]].origin, row] as const);
}

function setOf<T>(sets: Map<string, Set<T>>, key: string): Set<T> {
  const known = sets.get(key);
  if (known !== undefined) return known;
  const fresh = new Set<T>();
  sets.set(key, fresh);
  return fresh;
}

Deno.test("configs/town.yaml has jobs with places and enough of everything", async () => {
  const { town, config } = await loadTown("configs/town.yaml");
  assert(town.jobs.filter((job) => job.x >= 0).length >= 4);
  for (const type of ["fridge", "stove", "shower", "bed", "cafe"]) {
    assert(town.typeIds.includes(type), type);
  }
  assert(
    config.population.residents.every(({ profile, home }) =>
      profile !== null && home !== null
    ),
  );
  assertEquals(town.specs.map(({ config }) => config.kind).sort(), [
    "arranged_meet",
    "blackout",
    "outage",
    "price_spike",
  ]);
});

Deno.test("configs/town.yaml: nobody waits at a bed somebody sleeps in", async () => {
  const { town } = await loadTown("configs/town.yaml");
  const simulation = new Simulation(town, { seed: 1 });
  const { world } = simulation;
  const beds = town.objectsOfType[town.typeIds.indexOf("bed")];
  let slept = 0;
  simulation.runFor(3 * DAY, () => {
    for (const bed of beds) {
      if (world.running[bed] < 0) continue;
      slept++;
      const waiting = world.queueHead[bed];
      // Who came at the same time leaves with the next decision.
      const since = waiting < 0 ? world.tick[0] : world.joined[waiting];
      assert(world.tick[0] - since <= 3, `${town.objectIds[bed]} has a queue`);
    }
  });
  assert(slept > DAY);
});

Deno.test("configs/hamlet.yaml has three residents who live for ten days", async () => {
  const { town } = await loadTown("configs/hamlet.yaml");
  assertEquals(town.residents.length, 3);
  const { world, runFor } = bind(new Simulation(town, { seed: 1 }));
  assertEquals(runFor(DAYS * DAY).deaths, 0);
  for (const [origin, counts] of countsByOrigin(world)) {
    const said = `${origin}: ${JSON.stringify(counts)}`;
    assert(counts.meals_consumed >= DAYS, said);
    assert(counts.showers_taken >= DAYS - 2, said);
    assert(counts.sleep_sessions >= DAYS - 2, said);
    assert(counts.shifts_worked >= DAYS - 2, said);
  }
});

Deno.test("configs/city.yaml makes a thousand residents who live", async () => {
  const { town } = await loadTown("configs/city.yaml");
  assertEquals(town.residents.length, 1000);
  const { world, runFor } = bind(new Simulation(town, { seed: 1 }));
  const { deaths, events } = runFor(2 * DAY);
  assert(deaths < 150, `${deaths} deaths`);
  assert(events["chat.succeeded"] > 1000 && events["queue.conflict"] > 1000);
  const counts = [...countsByOrigin(world).values()];
  const share = (name: string, least: number) =>
    counts.filter((all) => all[name] >= least).length / counts.length;
  assert(share("sleep_sessions", 1) > 0.9);
  assert(share("shifts_worked", 1) > 0.9);
  assert(share("showers_taken", 1) > 0.9);
  assert(share("meals_consumed", 2) > 0.9);
});

function bind(simulation: Simulation) {
  return {
    world: simulation.world,
    runFor: simulation.runFor.bind(simulation),
  };
}
