/** Money comes and goes by name: nobody gains or loses a cent otherwise. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { Simulation } from "../../src/simulation.ts";
import type { TownEvent } from "../../src/world/events.ts";
import type { Town } from "../../src/world/town.ts";
import type { Turn } from "../../src/world/turn.ts";
import {
  COUNTER,
  COUNTERS,
  EMPLOY,
  FLAG,
  PRICE,
  SHIFT,
  type World,
} from "../../src/world/world.ts";
import { living } from "./laws.ts";
import { drafts, Meddler, townOf } from "./random_town.ts";

/** What a tick's account of an agent begins with. */
interface Before {
  readonly wallet: number;
  readonly shifts: number;
  readonly flags: number;
  readonly lateness: number;
}

const NEWCOMER: Before = { wallet: 0, shifts: 0, flags: 0, lateness: 0 };

/** The accounts of all the living, by id. */
function accounts(world: World): Map<string, Before> {
  return new Map(
    living(world).map((agent) => [
      world.records.agentIds[agent],
      {
        wallet: world.wallet[agent],
        shifts: world.inventory[agent * COUNTERS.length + COUNTER.wages_earned],
        flags: world.shiftFlags[agent],
        lateness: world.lateness[agent],
      },
    ]),
  );
}

/** Money someone brings into town by command. */
function brought(turn: Turn, id: string): number {
  for (const { command, error } of turn.results) {
    if (error !== undefined || command.name !== "spawn") continue;
    if (command.args.agent === id) return command.args.wallet;
  }
  return 0;
}

/** What uses of objects took and gave, in the order of the tick. */
function afterUses(
  town: Town,
  world: World,
  events: readonly TownEvent[],
  id: string,
  wallet: number,
): number {
  let money = wallet;
  for (const event of events) {
    if (event.event === "affordance.started" && event.agent === id) {
      if (event.affordance === "eat_meal") {
        money -= world.price[PRICE.meal_cost];
      }
      if (event.affordance === "cook_meal") {
        money -= world.price[PRICE.ingredients_cost];
      }
    } else if (event.event === "affordance.finished" && event.agent === id) {
      const use = town.affordances.find(({ id }) => id === event.affordance);
      money = Math.max(0, money + (use?.money ?? 0));
    }
  }
  return money;
}

/** What work gave and took, as far as the columns tell. */
function afterWork(
  town: Town,
  world: World,
  agent: number,
  before: Before,
  wallet: number,
): readonly number[] {
  const job = town.jobs[world.job[agent]];
  if (job === undefined) return [wallet];
  const { employment, shiftState, shiftFlags } = world;
  const shifts =
    world.inventory[agent * COUNTERS.length + COUNTER.wages_earned];
  const isPaid = shifts === before.shifts + 1;
  assert(isPaid || shifts === before.shifts, "one wage a tick");
  const wage = job.wage > 0 ? job.wage : world.price[PRICE.wage_income];
  let money = isPaid ? wallet + wage : wallet;
  const fine = (amount: number) => Math.max(0, money - amount);
  if (world.lateness[agent] > before.lateness) money = fine(job.lateness);
  if (isPaid) return [money];
  const late = fine(employment[EMPLOY.late_tick_penalty]);
  const absent = fine(employment[EMPLOY.absence_penalty]);
  // The night wipes away what would tell the two fines apart.
  if (world.tick[0] % town.ticksPerDay === 0) return [money, late, absent];
  if (shiftState[agent] === SHIFT.late) return [late];
  const isNew = (before.flags & FLAG.absenceFined) === 0 &&
    (shiftFlags[agent] & FLAG.absenceFined) !== 0;
  return [shiftState[agent] === SHIFT.absent && isNew ? absent : money];
}

Deno.test("every change of a wallet has its wage, price, fine or effect", () => {
  fc.assert(
    fc.property(drafts, ({ town: draft, seed, meddling }) => {
      const town = townOf(draft);
      const simulation = new Simulation(town, { seed });
      const { world } = simulation;
      const meddler = new Meddler(meddling);
      for (let i = 0; i < 150; i++) {
        const before = accounts(world);
        const { turn } = simulation;
        simulation.step(meddler.next(simulation));
        const arrived = new Set(
          turn.events.flatMap((event) =>
            event.event === "agent.spawned" ? [event.agent] : []
          ),
        );
        for (const agent of living(world)) {
          const id = world.records.agentIds[agent];
          const account = before.get(id) ?? NEWCOMER;
          const start = arrived.has(id) ? brought(turn, id) : account.wallet;
          const spent = afterUses(town, world, turn.events, id, start);
          const expected = afterWork(town, world, agent, account, spent);
          assert(
            expected.includes(world.wallet[agent]),
            `tick ${world.tick[0]}: ${id} has ${
              world.wallet[agent]
            }, not ${expected}`,
          );
        }
      }
    }),
    { numRuns: 80, seed: 3 },
  );
});
