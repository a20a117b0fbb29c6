/** Commands from outside take effect. @module */
import type {
  Command,
  CommandArgs,
  CommandName,
} from "../../config/commands.ts";
import { succeedChat } from "../chats.ts";
import { relocate } from "../holding.ts";
import {
  addAgent,
  endedLineage,
  hasRoom,
  isFree,
  personality,
} from "../people.ts";
import { endEvent, nextEventId, refreshPrices } from "../perturbations.ts";
import { insideGrid } from "../spatial.ts";
import { findTie, setTie } from "../ties.ts";
import { findPlace, type Town } from "../town.ts";
import { clearAction, type CommandResult, ENDS, type Turn } from "../turn.ts";
import {
  ABSENCES,
  EMPLOY,
  findAgent,
  NEED_COUNT,
  NEEDS,
  PRICE,
  type World,
} from "../world.ts";

/** Why a command was not carried out. */
class Refusal extends Error {
  /** `not_found` or `conflict` or `unsupported`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Result = Readonly<Record<string, unknown>>;
type Handlers = {
  readonly [Name in CommandName]: (
    town: Town,
    world: World,
    turn: Turn,
    args: CommandArgs[Name],
  ) => Result;
};

/**
 * Carries out what the timeline has for this tick, then what was asked for
 * since the last one, in order; results go to the turn.
 *
 * Writes whatever the commands are about.
 */
export function applyCommands(town: Town, world: World, turn: Turn): void {
  if (town.timeline.size > 0) {
    for (const command of town.timeline.get(world.tick[0]) ?? []) {
      carryOut(town, world, turn, command);
    }
  }
  if (turn.inbox.length === 0) return;
  for (const command of turn.inbox.splice(0)) {
    carryOut(town, world, turn, command);
  }
}

function carryOut(
  town: Town,
  world: World,
  turn: Turn,
  command: Command,
): void {
  let outcome: CommandResult;
  try {
    // The handler of a name takes the arguments of that name.
    const handle = HANDLERS[command.name] as (
      town: Town,
      world: World,
      turn: Turn,
      args: Command["args"],
    ) => Result;
    outcome = { command, result: handle(town, world, turn, command.args) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message } = error;
    outcome = { command, error: { code, message } };
  }
  turn.results.push(outcome);
}

const HANDLERS: Handlers = {
  spawn(town, world, turn, args) {
    const { agent: id, pos: [x, y] } = args;
    if (findAgent(world, id) >= 0) {
      throw new Refusal("conflict", `There is an agent ${id} already`);
    }
    if (!hasRoom(town, world)) {
      throw new Refusal("population_cap", "The town has no room left");
    }
    requireFree(town, world, x, y);
    const job = town.jobs.findIndex((candidate) => candidate.id === args.job);
    if (args.job !== null && args.job !== "none" && job < 0) {
      throw new Refusal("not_found", `There is no job ${args.job}`);
    }
    const home = args.home ?? args.pos;
    if (!insideGrid(town, home[0], home[1])) {
      throw new Refusal("conflict", "The home is outside the grid");
    }
    const agent = addAgent(town, world, {
      id,
      lineage: endedLineage(world, id),
      x,
      y,
      homeX: home[0],
      homeY: home[1],
      needs: NEEDS.map((need) => args.needs[need]),
      wallet: args.wallet,
      ...personality(town, world.records.seed, id, args.profile),
      job,
      jobless: args.job === "none",
      schedule: -1,
    });
    clearAction(turn, agent);
    world.contextReset[agent] = 1;
    const tick = world.tick[0];
    turn.events.push({ event: "agent.spawned", tick, agent: id, pos: [x, y] });
    return {
      agent: id,
      pos: [x, y],
      needs: args.needs,
      wallet: args.wallet,
    };
  },

  teleport(town, world, turn, { agent: id, pos: [x, y] }) {
    const agent = requireAgent(world, id);
    const stays = world.x[agent] === x && world.y[agent] === y;
    if (!stays) {
      requireFree(town, world, x, y);
      relocate(town, world, turn, agent, x, y);
    }
    world.contextReset[agent] = 1;
    const tick = world.tick[0];
    turn.events.push({
      event: "agent.teleported",
      tick,
      agent: id,
      pos: [x, y],
    });
    return { agent: id, pos: [x, y] };
  },

  setneed(_town, world, _turn, { agent: id, needs }) {
    const agent = requireAgent(world, id);
    for (const [k, need] of NEEDS.entries()) {
      const value = needs[need];
      if (value === undefined) continue;
      world.need[agent * NEED_COUNT + k] = Math.min(1, Math.max(0, value));
    }
    return { agent: id, needs };
  },

  price(town, world, turn, { key, value }) {
    world.basePrice[PRICE[key]] = value;
    refreshPrices(town, world);
    const tick = world.tick[0];
    turn.events.push({ event: "economy.price_set", tick, key, value });
    return { key, value: world.price[PRICE[key]] };
  },

  force_chat(town, world, turn, args) {
    const speaker = requireAgent(world, args.speaker);
    const listener = requireAgent(world, args.listener);
    if (speaker === listener) {
      throw new Refusal("conflict", "Nobody chats with themselves");
    }
    succeedChat(town, world, turn, speaker, listener, args.quality);
    return {
      quality: args.quality,
      speaker: tieValues(town, world, speaker, listener),
      listener: tieValues(town, world, listener, speaker),
    };
  },

  set_rel(town, world, turn, args) {
    const a = requireAgent(world, args.a);
    const b = requireAgent(world, args.b);
    if (a === b) {
      throw new Refusal("conflict", "Nobody has a tie to themselves");
    }
    setTie(town, world, turn, a, b, args);
    setTie(town, world, turn, b, a, args);
    turn.heldTies.push(a, b, b, a);
    return {
      a: tieValues(town, world, a, b),
      b: tieValues(town, world, b, a),
    };
  },

  arrange_meet(town, world, _turn, args) {
    const spec = requireSpec(town, args.spec);
    if (town.specs[spec].config.kind !== "arranged_meet") {
      throw new Refusal("unsupported", `${args.spec} is not a meeting`);
    }
    for (const id of args.agents) requireAgent(world, id);
    return queueEvent(town, world, spec, {
      startsIn: args.starts_in,
      duration: args.duration,
      targets: args.agents,
      magnitude: null,
      location: args.location,
    });
  },

  perturbation_trigger(town, world, _turn, args) {
    const spec = requireSpec(town, args.spec);
    const { kind } = town.specs[spec].config;
    const spikes = args.targets !== null || args.magnitude !== null;
    if (spikes && kind !== "price_spike") {
      throw new Refusal("unsupported", `${args.spec} is not a price spike`);
    }
    if (args.location !== null && kind !== "arranged_meet") {
      throw new Refusal("unsupported", `${args.spec} is not a meeting`);
    }
    return queueEvent(town, world, spec, {
      startsIn: args.starts_in,
      duration: args.duration,
      targets: args.targets,
      magnitude: args.magnitude,
      location: args.location,
    });
  },

  perturbation_cancel(town, world, turn, { event_id }) {
    const { activeEvents, pendingEvents } = world.records;
    const active = activeEvents.find(({ id }) => id === event_id);
    if (active !== undefined) {
      endEvent(town, world, turn, active, "cancelled");
      return { cancelled: event_id };
    }
    const pending = pendingEvents.find(({ id }) => id === event_id);
    if (pending === undefined) {
      throw new Refusal("not_found", `There is no perturbation ${event_id}`);
    }
    world.records = {
      ...world.records,
      pendingEvents: pendingEvents.filter((event) => event !== pending),
    };
    turn.events.push({
      event: "perturbation.cancelled",
      tick: world.tick[0],
      event_id,
      spec: town.specs[pending.spec].id,
      kind: town.specs[pending.spec].config.kind,
      pending: true,
    });
    return { cancelled: event_id };
  },

  kill(_town, world, turn, { agent: id, reason }) {
    const agent = requireAgent(world, id);
    turn.ends[agent] = ENDS.killed;
    turn.anyEnds = true;
    turn.events.push({
      event: "agent.killed",
      tick: world.tick[0],
      agent: id,
      reason: reason ?? "",
    });
    return { killed: id };
  },

  toggle_mortality(_town, world, _turn, { enabled }) {
    world.mortality[0] = enabled ? 1 : 0;
    return { enabled };
  },

  set_exit_cap(_town, world, _turn, { cap }) {
    world.exitCap[0] = cap;
    return { cap };
  },

  set_spawn_delay(_town, world, _turn, { ticks }) {
    world.respawnDelay[0] = ticks;
    return { ticks };
  },

  set_employment_param(_town, world, _turn, { key, value }) {
    const before = world.employment[EMPLOY[key]];
    world.employment[EMPLOY[key]] = value;
    return { key, old: before, new: value };
  },

  employment_exit(town, world, turn, { action, agent: id }) {
    const agent = requireAgent(world, id);
    if (!town.config.employment.enforce_job_loop) {
      throw new Refusal(
        "unsupported",
        "Nobody leaves this town: employment.enforce_job_loop is off",
      );
    }
    if (town.config.features.systems.lifecycle === "off") {
      throw new Refusal(
        "unsupported",
        "Nobody leaves this town: features.systems.lifecycle is off",
      );
    }
    const tick = world.tick[0];
    const { exitQueue, exitRequests } = world.records;
    if (action === "approve") {
      const asked = exitRequests.includes(agent);
      if (!asked) {
        world.records = {
          ...world.records,
          exitRequests: [...exitRequests, agent],
        };
      }
      turn.events.push({
        event: "employment.exit_requested",
        tick,
        agent: id,
        pending_count: exitQueue.length,
      });
      return { approved: !asked };
    }
    const staying = exitQueue.filter((pending) => pending.agent !== agent);
    const deferred = staying.length < exitQueue.length;
    if (deferred) {
      world.records = { ...world.records, exitQueue: staying };
      world.exitPending[agent] = 0;
      // A second chance: with the old absences it would be queued at once.
      world.absences[agent] = 0;
      world.absence.fill(0, agent * ABSENCES, (agent + 1) * ABSENCES);
      turn.events.push({
        event: "employment.exit_deferred",
        tick,
        agent: id,
        pending_count: staying.length,
      });
    }
    return { deferred };
  },
};

function requireAgent(world: World, id: string): number {
  const agent = findAgent(world, id);
  if (agent < 0) throw new Refusal("not_found", `There is no agent ${id}`);
  return agent;
}

function requireSpec(town: Town, id: string): number {
  const spec = town.specs.findIndex((candidate) => candidate.id === id);
  if (spec < 0) throw new Refusal("not_found", `There is no spec ${id}`);
  return spec;
}

function requireFree(town: Town, world: World, x: number, y: number): void {
  if (isFree(town, world, x, y)) return;
  const why = insideGrid(town, x, y) ? "taken" : "outside the grid";
  throw new Refusal("conflict", `Tile [${x}, ${y}] is ${why}`);
}

function queueEvent(
  town: Town,
  world: World,
  spec: number,
  asked: {
    readonly startsIn: number;
    readonly duration: number | null;
    readonly targets: readonly string[] | null;
    readonly magnitude: number | null;
    readonly location: string | null;
  },
): Result {
  const location = asked.location === null
    ? null
    : placeId(town, asked.location);
  const id = nextEventId(world);
  const startsTick = world.tick[0] + asked.startsIn;
  const { duration, targets, magnitude } = asked;
  const event = {
    id,
    spec,
    startsTick,
    duration,
    targets,
    magnitude,
    location,
  };
  world.records = {
    ...world.records,
    pendingEvents: [...world.records.pendingEvents, event],
  };
  return { event_id: id, spec: town.specs[spec].id, starts_at: startsTick };
}

function placeId(town: Town, place: string): string {
  const object = findPlace(
    town.objectIds.map((id, i) => ({
      id,
      type: town.typeIds[town.objectType[i]],
      position: town.objectTile[i] < 0 ? null : town.objectTile[i],
    })),
    place,
  );
  if (object < 0) throw new Refusal("not_found", `There is no place ${place}`);
  return town.objectIds[object];
}

function tieValues(
  town: Town,
  world: World,
  owner: number,
  other: number,
): Result {
  const slot = findTie(town, world, owner, other);
  if (slot < 0) return { trust: 0, familiarity: 0, rivalry: 0 };
  return {
    trust: world.tieTrust[slot],
    familiarity: world.tieFamiliarity[slot],
    rivalry: world.tieRivalry[slot],
  };
}
