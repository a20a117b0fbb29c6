/**
 * Simulation: a town, its world, and the step that moves it on.
 *
 * One step is: decide, tick, reward, observe, retire. Its core is synchronous;
 * nothing in it waits for anything.
 *
 * @module
 */
import { EXIT, TownletError } from "./base/error.ts";
import { compareCodePoints } from "./base/order.ts";
import type { Command } from "./config/commands.ts";
import type { Config } from "./config/config.ts";
import type { Manifest } from "./config/manifest.ts";
import type { ObservationBatch } from "./observations/batch.ts";
import { Observer } from "./observations/observer.ts";
import type { SavedBatch } from "./observations/saved.ts";
import type { MapFormat } from "./observations/spec.ts";
import { openPolicy } from "./policy/open.ts";
import type { Decisions, Policy } from "./policy/policy.ts";
import { computeRewards } from "./rewards/rewards.ts";
import { type Action, setAction } from "./world/actions.ts";
import { applyChoices, gatherDecisions } from "./world/choices.ts";
import { HookHalt } from "./world/hooks.ts";
import type { TownEvent } from "./world/events.ts";
import { breakOption } from "./world/options.ts";
import { createWorld, rebuildDerived, removeEnded } from "./world/people.ts";
import { type System, tick } from "./world/tick.ts";
import { compileTown } from "./world/compile/town.ts";
import type { Town } from "./world/town.ts";
import { beginTurn, createTurn, ENDS, type Turn } from "./world/turn.ts";
import { findAgent, hashWorld, type World } from "./world/world.ts";

/** How to open a simulation. */
export interface SimulationOptions {
  /** Seed of the run; null or absent takes the configuration's. */
  readonly seed?: number | null;
  /** Who decides: a policy or its name; absent takes the configuration's. */
  readonly policy?: Policy | string;
  /** A world to go on from, of the same town, in place of a fresh one. */
  readonly world?: World;
  /** True to tell of every action as an event. */
  readonly trace?: boolean;
  /**
   * Number format of the maps, to observe after every step; absent observes
   * with `f32`, and only for a policy that sees observations. An observer of
   * one's own may be given in its place.
   */
  readonly observe?: MapFormat | Observer;
  /**
   * What was observed last before the world was saved
   * ({@link Simulation.saveBatch}), so that whoever chooses from observations
   * goes on as if nothing had been interrupted.
   */
  readonly batch?: unknown;
  /** What ends with the simulation, such as the threads of its hooks. */
  readonly closes?: Disposable;
  /** Clock for timing systems, milliseconds; absent times nothing. */
  readonly clock?: () => number;
}

/** What happened in a run. */
export interface RunSummary {
  /** Ticks executed. */
  readonly ticks: number;
  /** Tick the world is at now. */
  readonly tick: number;
  /** Living agents now. */
  readonly agents: number;
  /** Lives that ended in the run. */
  readonly deaths: number;
  /** Newcomers who took their places in the run. */
  readonly respawns: number;
  /** Events of the run by name. */
  readonly events: Readonly<Record<string, number>>;
}

/** Who decides, as far as events tell of it. */
interface Deciders {
  readonly policy: Policy;
  readonly ratio: number | null;
  readonly possessed: readonly string[];
}

/** Ids of nobody. */
const NOBODY: readonly string[] = [];

/** Steps between two that are timed, when a clock is given. */
const TIMED_EVERY = 16;

/** A town that runs. */
export class Simulation implements Disposable {
  /** What never changes. */
  readonly town: Town;
  /** What changes. */
  readonly world: World;
  /** The working space of the last tick: events, rewards, actions. */
  readonly turn: Turn;
  /** Who decides. */
  policy: Policy;
  /** Milliseconds by part of the step, over the steps that were timed. */
  readonly timings: ReadonlyMap<string, number>;

  readonly #decisions: Decisions;
  #observer: Observer | null = null;
  readonly #live: Uint8Array;
  readonly #spare: Uint8Array;
  readonly #closes: Disposable | undefined;
  readonly #clock: (() => number) | undefined;
  readonly #afterSystem: ((system: System) => void) | undefined;
  /** Who decided in the tick before. */
  #deciders: Deciders;
  readonly #timings = new Map<string, number>();
  #steps = 0;
  /** True once somebody has begun to observe in the step under way. */
  #opened = false;
  /** True once the step under way has been observed. */
  #observed = false;
  /** True while a step is under way. */
  #stepping = false;
  /** When the clock was last looked at, -1 in steps that are not timed. */
  #lastLook = -1;

  /**
   * Opens a town that was compiled before; many can share one.
   *
   * @throws {RangeError} for a world or an observer of another town, a world
   * and a seed, or a batch that nobody goes on from
   * @throws {TownletError} for a batch that is none of the town's
   */
  constructor(town: Town, options: SimulationOptions = {}) {
    const { world, seed = null } = options;
    if (world !== undefined && seed !== null) {
      throw new RangeError("a world that goes on has its own seed");
    }
    if (world !== undefined && world.alive.length !== town.capacity) {
      throw new RangeError("the world is of another town");
    }
    const { observe, batch } = options;
    if (observe instanceof Observer && observe.town !== town) {
      throw new RangeError("the observer is of another town");
    }
    this.town = town;
    this.world = world ?? createWorld(town, seed);
    this.turn = createTurn(town);
    this.turn.trace = options.trace ?? false;
    const policy = options.policy ?? town.config.policy.backend;
    this.policy = typeof policy === "string"
      ? openPolicy(policy, town)
      : policy;
    this.policy.reset?.(this.world.records.seed);
    this.#deciders = this.#decidersNow();
    this.timings = this.#timings;
    this.#closes = options.closes;
    this.#clock = options.clock;
    this.#afterSystem = options.clock === undefined
      ? undefined
      : (system) => this.#look(system.name);
    const { choice: action, logProb, value } = this.turn;
    this.#decisions = { action, logProb, value };
    if (observe !== undefined || this.policy.sees === "observations") {
      this.#openObserver(observe, batch);
    } else if (batch !== undefined) {
      throw new RangeError(
        "a batch goes with observations, and nobody observes",
      );
    }
    const { buffer, primaryBytes } = this.world;
    this.#live = new Uint8Array(buffer, 0, primaryBytes);
    this.#spare = new Uint8Array(primaryBytes);
  }

  /**
   * What everybody observed after the last step, or at the start; the batch
   * before it is still as it was. Null when nobody asked for observations.
   */
  get batch(): ObservationBatch | null {
    return this.#observer?.batch ?? null;
  }

  /**
   * The latest batch as plain JSON, to be saved beside the world; null when
   * nobody asked for observations.
   */
  saveBatch(): SavedBatch | null {
    return this.#observer?.save() ?? null;
  }

  /**
   * Does one tick and gives the turn, which is valid until the next one.
   *
   * @param actions actions by agent id, in place of what the policy decides
   * @throws {TownletError} when the tick fails; the world is then as it was
   * before it, and the turn holds the event `loop.failed`; commands and
   * actions given for the tick are forgotten
   * @throws {TypeError} when the policy answers with a promise, or another
   * step is under way
   */
  step(actions: Readonly<Record<string, Action>> = {}): Turn {
    const before = this.#begin();
    try {
      this.#give(actions);
      const answer = this.#decide();
      if (answer instanceof Promise) {
        // Nobody will wait for it; its failure must not end the process.
        answer.catch(() => {});
        throw new Misuse(
          `policy ${this.policy.name} answers later: use runForAsync()`,
        );
      }
      this.#act();
    } catch (error) {
      this.#fail(before, error);
    } finally {
      this.#stepping = false;
    }
    return this.turn;
  }

  /**
   * Executes a number of ticks, now, and tells what happened.
   *
   * @param ticks how many, at least 0
   * @param onTick called after every tick; true ends the run there
   */
  runFor(
    ticks: number,
    onTick: (turn: Turn) => boolean | void = () => {},
  ): RunSummary {
    const tally = new Tally(ticks);
    for (let i = 0; i < ticks; i++) {
      tally.add(this.step());
      if (onTick(this.turn) === true) break;
    }
    return tally.summary(this.world);
  }

  /**
   * Like {@link Simulation.runFor}, for policies that answer with a promise:
   * decisions are awaited between ticks, never inside one.
   */
  async runForAsync(
    ticks: number,
    onTick: (turn: Turn) => boolean | void | Promise<boolean | void> = () => {},
  ): Promise<RunSummary> {
    const tally = new Tally(ticks);
    for (let i = 0; i < ticks; i++) {
      tally.add(await this.stepAsync());
      if (await onTick(this.turn) === true) break;
    }
    return tally.summary(this.world);
  }

  /**
   * Like {@link Simulation.step}, for policies that answer with a promise.
   * One step at a time: await it before the next.
   */
  async stepAsync(
    actions: Readonly<Record<string, Action>> = {},
  ): Promise<Turn> {
    const before = this.#begin();
    try {
      this.#give(actions);
      await this.#decide();
      this.#act();
    } catch (error) {
      this.#fail(before, error);
    } finally {
      this.#stepping = false;
    }
    return this.turn;
  }

  /**
   * Iterates over ticks: nothing happens until somebody asks for the next
   * one. To execute ticks, use {@link Simulation.runFor}.
   *
   * @param ticks how many at most
   */
  *ticks(ticks: number = Infinity): Generator<Turn, void, void> {
    for (let i = 0; i < ticks; i++) yield this.step();
  }

  /** Asks for a command at the start of the next tick. */
  command(command: Command): void {
    this.turn.inbox.push(command);
  }

  /**
   * Takes the decisions about a resident away from the policy: it waits but for
   * actions given to {@link Simulation.step}. Its option ends, and its next
   * observation tells of a new context.
   *
   * @returns false when it was taken before
   * @throws {RangeError} when there is no such resident
   * @throws {TypeError} while a step is under way
   */
  possess(agentId: string): boolean {
    return this.#setPossessed(agentId, 1);
  }

  /**
   * Gives the decisions about a resident back to the policy; its next
   * observation tells of a new context.
   *
   * @returns false when they were the policy's
   * @throws {RangeError} when there is no such resident
   * @throws {TypeError} while a step is under way
   */
  releasePossession(agentId: string): boolean {
    return this.#setPossessed(agentId, 0);
  }

  /** Ids of the living residents for whom somebody else decides, sorted. */
  possessedAgents(): string[] {
    const { roster, population, possessed, records } = this.world;
    const ids: string[] = [];
    for (let i = 0; i < population[0]; i++) {
      if (possessed[roster[i]] === 1) ids.push(records.agentIds[roster[i]]);
    }
    return ids.sort(compareCodePoints);
  }

  /**
   * Shares decisions otherwise from the next tick on.
   *
   * @param ratio share of the learned policy, 0 to 1; null to share nothing
   * @throws {RangeError} for other numbers
   * @throws {TypeError} when the policy is not one over two
   */
  setBlend(ratio: number | null): void {
    const { blend, name } = this.policy;
    if (blend === undefined) {
      throw new TypeError(`policy ${name} shares decisions with nobody`);
    }
    blend.ratio = ratio;
  }

  /**
   * How often residents gave plans up for others since this was asked last, by
   * id; who did not is left out.
   */
  consumeOptionSwitches(): Record<string, number> {
    const { roster, population, optionSwitches, records } = this.world;
    const switches: Record<string, number> = {};
    for (let i = 0; i < population[0]; i++) {
      const count = optionSwitches[roster[i]];
      if (count > 0) switches[records.agentIds[roster[i]]] = count;
    }
    optionSwitches.fill(0);
    return switches;
  }

  /**
   * Begins deciding anew, in the world as it is: the policy forgets what it
   * remembers, options end, switches are forgotten, and the next observations
   * tell of new contexts.
   *
   * @throws {TypeError} while a step is under way
   */
  resetState(): void {
    this.#requireIdle();
    const { world } = this;
    const { roster, population } = world;
    this.policy.reset?.(world.records.seed);
    for (let i = 0; i < population[0]; i++) {
      breakOption(world, roster[i], world.tick[0] + 1);
      world.brokenAffordance[roster[i]] = -1;
      world.contextReset[roster[i]] = 1;
    }
    world.optionSwitches.fill(0);
    this.#observer?.maskActions(world);
  }

  /** Digest of all that is remembered, 64 hex digits. */
  hash(): string {
    return hashWorld(this.world);
  }

  /** Ends what belongs to it; a town whose hooks are built in has nothing. */
  [Symbol.dispose](): void {
    this.#closes?.[Symbol.dispose]();
  }

  #requireIdle(): void {
    if (this.#stepping) throw new Misuse("the step before is not done yet");
  }

  #setPossessed(agentId: string, possessed: 0 | 1): boolean {
    this.#requireIdle();
    const { world } = this;
    const agent = findAgent(world, agentId);
    if (agent < 0 || world.alive[agent] === 0) {
      throw new RangeError(`there is no resident ${agentId}`);
    }
    if (world.possessed[agent] === possessed) return false;
    world.possessed[agent] = possessed;
    breakOption(world, agent, world.tick[0] + 1);
    world.contextReset[agent] = 1;
    this.#observer?.maskActions(world);
    return true;
  }

  /** Begins a step: keeps what is needed to take it back. */
  #begin(): World["records"] {
    this.#requireIdle();
    this.#stepping = true;
    this.#observed = false;
    this.#opened = false;
    if (this.#clock !== undefined) {
      const timed = ++this.#steps % TIMED_EVERY === 0;
      this.#lastLook = timed ? this.#clock() : -1;
    }
    this.#spare.set(this.#live);
    this.#look("save");
    return this.world.records;
  }

  #fail(before: World["records"], cause: unknown): never {
    const { town, world, turn } = this;
    this.#live.set(this.#spare);
    world.records = before;
    rebuildDerived(town, world);
    if (this.#observed) this.#observer?.takeBack();
    if (this.#opened) this.#observer = null;
    const attempted = world.tick[0] + 1;
    const error = cause instanceof Error ? cause.name : "Error";
    const message = cause instanceof Error ? cause.message : String(cause);
    beginTurn(turn);
    turn.given.fill(0);
    turn.faults.clear();
    turn.strangers = [];
    const halt = cause instanceof HookHalt ? cause : null;
    if (halt !== null) {
      turn.events.push({
        event: "hook.faulted",
        tick: attempted,
        specifier: halt.specifier,
        rule: halt.rule,
        reason: halt.message.slice(0, 500),
      });
    }
    turn.events.push({
      event: "loop.failed",
      tick: attempted,
      error,
      message: message.slice(0, 500),
    });
    if (cause instanceof Misuse) throw cause;
    if (halt !== null) {
      const { specifier, rule } = halt;
      const hook = `Hook ${specifier} failed (rule ${rule}): ${message}`;
      throw new TownletError(hook, {
        code: "hooks.faulted",
        where: `tick ${attempted}`,
        hint:
          "Mend it, or go on without it: affordances.hooks.on_fault=disable",
        exit: EXIT.failed,
        cause,
      });
    }
    throw new TownletError(`Tick ${attempted} failed: ${message}`, {
      code: "loop.failed",
      where: `tick ${attempted}`,
      hint: `The world is as it was after tick ${world.tick[0]}`,
      exit: EXIT.failed,
      cause,
    });
  }

  #give(actions: Readonly<Record<string, Action>>): void {
    for (const agentId in actions) {
      if (!Object.hasOwn(actions, agentId)) continue;
      setAction(this.town, this.world, this.turn, agentId, actions[agentId]);
    }
  }

  #decide(): void | Promise<void> {
    const { town, world, turn, policy } = this;
    gatherDecisions(town, world, turn, policy.releases);
    turn.logProb.fill(0);
    turn.value.fill(0);
    if (turn.rowCount === 0 && policy.everyTick !== true) return;
    if (policy.sees === "observations" && this.#observer === null) {
      this.#openObserver();
      this.#opened = true;
    }
    const { rows, rowCount: count } = turn;
    const { batch } = this;
    return policy.act(
      { town, world, turn, rows, count, batch },
      this.#decisions,
    );
  }

  #openObserver(observe: MapFormat | Observer = "f32", batch?: unknown): void {
    this.#observer = observe instanceof Observer
      ? observe
      : new Observer(this.town, { mapFormat: observe });
    if (batch === undefined) this.#observer.observe(this.world);
    else this.#observer.resume(batch, this.world);
  }

  #act(): void {
    const { town, world, turn } = this;
    applyChoices(town, world, turn);
    this.#look("decide");
    tick(town, world, turn, this.#afterSystem);
    computeRewards(town, world, turn);
    this.#look("computeRewards");
    this.#observer?.observe(world, turn);
    this.#observed = this.#observer !== null;
    this.#look("observe");
    if (turn.anyEnds) this.#forgetEnded();
    removeEnded(town, world, turn);
    if (turn.anyEnds) this.#observer?.maskActions(world);
    this.#look("removeEnded");
    this.#tellDeciders();
  }

  /** Has the policy forget those whose lives end. */
  #forgetEnded(): void {
    const { policy, turn: { ends } } = this;
    if (policy.onTerminated === undefined) return;
    const { roster, population } = this.world;
    const rows = roster.subarray(0, population[0])
      .filter((agent) => ends[agent] !== ENDS.not);
    policy.onTerminated(Int32Array.from(rows), rows.length);
  }

  #decidersNow(): Deciders {
    const { policy } = this;
    return {
      policy,
      ratio: policy.blend?.ratio ?? null,
      // Hardly ever anybody is: then nobody is looked for.
      possessed: this.world.possessed.includes(1)
        ? this.possessedAgents()
        : NOBODY,
    };
  }

  /** Puts in front of the tick's events who decides, as far as it is news. */
  #tellDeciders(): void {
    const { turn, world: { tick: [tick] } } = this;
    const before = this.#deciders;
    const now = this.#decidersNow();
    const news: TownEvent[] = [];
    if (now.policy !== before.policy) {
      const identity = identityOf(now.policy);
      const { name, policy_hash } = identityOf(before.policy);
      if (identity.name !== name || identity.policy_hash !== policy_hash) {
        news.push({ event: "policy.changed", tick, identity });
      }
    }
    if (now.ratio !== before.ratio) {
      const { ratio } = now;
      news.push({
        event: "policy.anneal_changed",
        tick,
        ...ratio === null ? {} : { ratio },
      });
    }
    if (now.possessed.join() !== before.possessed.join()) {
      const agents = now.possessed;
      news.push({ event: "policy.possession_changed", tick, agents });
    }
    this.#deciders = now;
    if (news.length > 0) turn.events = [...news, ...turn.events];
  }

  /** Adds the time since the last look to a part, in steps that are timed. */
  #look(part: string): void {
    if (this.#clock === undefined || this.#lastLook < 0) return;
    const now = this.#clock();
    const spent = this.#timings.get(part) ?? 0;
    this.#timings.set(part, spent + now - this.#lastLook);
    this.#lastLook = now;
  }
}

/** Compiles a configuration and opens it. */
export function openSimulation(
  config: Config,
  options: SimulationOptions & { readonly manifest?: Manifest } = {},
): Simulation {
  return new Simulation(compileTown(config, options.manifest), options);
}

/** What tells policies apart. */
function identityOf(
  policy: Policy,
): { readonly name: string; readonly policy_hash?: string } {
  const { name } = policy;
  const policy_hash = policy.policyHash?.();
  return policy_hash === undefined ? { name } : { name, policy_hash };
}

/** A call that makes no sense, not a tick that fails. */
class Misuse extends TypeError {}

/** Counts what happens in a run. */
class Tally {
  readonly #events = new Map<string, number>();
  #ticks = 0;

  constructor(ticks: number) {
    if (!Number.isSafeInteger(ticks) || ticks < 0) {
      throw new RangeError(`ticks must be a whole number from 0, got ${ticks}`);
    }
  }

  add(turn: Turn): void {
    this.#ticks++;
    const { events } = turn;
    for (let i = 0; i < events.length; i++) {
      const name = events[i].event;
      this.#events.set(name, (this.#events.get(name) ?? 0) + 1);
    }
  }

  summary(world: World): RunSummary {
    return {
      ticks: this.#ticks,
      tick: world.tick[0],
      agents: world.population[0],
      deaths: this.#events.get("agent.removed") ?? 0,
      respawns: this.#events.get("agent.respawned") ?? 0,
      events: Object.fromEntries(this.#events),
    };
  }
}
