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

for (const seed of [1, 2, 3, 4, 5]) {
  Deno.test(`configs/town.yaml lives for ten days, seed ${seed}`, async () => {
    const { town } = await loadTown("configs/town.yaml");
    const simulation = new Simulation(town, { seed });
    const { world } = simulation;
    const residents = town.residents.length;
    assert(residents >= 12);
    const handovers: number[] = [];
    const conflicts: number[] = [];
    let friends = 0;
    let rivals = 0;
    let deaths = 0;
    const brokeDays = new Map<string, number>();
    for (let day = 0; day < DAYS; day++) {
      const acted = new Set<string>();
      const places = new Set<string>();
      const summary = simulation.runFor(DAY, () => {
        for (let i = 0; i < world.population[0]; i++) {
          const row = world.roster[i];
          acted.add(`${row} ${KINDS[world.lastKind[row]]}`);
          places.add(`${row} ${world.x[row]} ${world.y[row]}`);
        }
      });
      assertEquals(summary.ticks, DAY);
      deaths += summary.deaths;
      handovers.push(summary.events["queue.handover"] ?? 0);
      conflicts.push(summary.events["queue.conflict"] ?? 0);
      // Nobody is stuck: everyone walks, asks for things and uses them.
      assert(acted.size >= 4 * residents, `day ${day}: ${acted.size} kinds`);
      assert(places.size >= 20 * residents, `day ${day}: ${places.size} tiles`);
      for (let i = 0; i < world.population[0]; i++) {
        const row = world.roster[i];
        const start = row * town.tieSlots;
        for (let slot = start; slot < start + world.ties[row]; slot++) {
          if (world.tieTrust[slot] + world.tieFamiliarity[slot] > 1) friends++;
        }
        for (let slot = start; slot < start + world.rivals[row]; slot++) {
          if (world.rivalScore[slot] > 0.2) rivals++;
        }
        const { origin } = world.records.lineages[world.lineage[row]];
        if (world.wallet[row] < 0.15) {
          brokeDays.set(origin, (brokeDays.get(origin) ?? 0) + 1);
        }
      }
    }
    for (const [origin, counts] of countsByOrigin(world)) {
      const said = `${origin}: ${JSON.stringify(counts)}`;
      assert(counts.meals_consumed >= 2 * DAYS, said);
      assert(counts.meals_consumed <= 5 * DAYS, said);
      assert(counts.showers_taken >= DAYS, said);
      assert(counts.sleep_sessions >= DAYS - 2, said);
      assert(counts.shifts_worked >= DAYS - 2, said);
    }
    const chatty = [...countsByOrigin(world).values()]
      .filter(({ chats }) => chats > 0).length;
    assert(chatty > 0.75 * residents, `${chatty} residents chat`);
    assertEquals(countsByOrigin(world).size, residents);
    assert(deaths <= residents / 2, `${deaths} deaths`);
    const tickets = world.records.tickets.length;
    assertEquals(world.population[0] + tickets, residents);
    for (const [origin, days] of brokeDays) {
      assert(days < DAYS / 2, `${origin} was broke on ${days} days`);
    }
    assert(Math.min(...handovers) > 0 && Math.min(...conflicts) > 0);
    assert(friends > 0, "no friendships");
    assert(rivals > 0, "no rivalries");
  });
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
