/**
 * Ties as they were when they were last looked at, to tell what has become of
 * them.
 *
 * An agent whose ties have the same stamp as before costs one comparison.
 * @module
 */
import { compareCodePoints } from "../../base/order.ts";
import type { RelationshipNarration } from "../../config/narration.ts";
import type { Town } from "../../world/town.ts";
import type { World } from "../../world/world.ts";

/** Least change of trust that is told. */
const CHANGE_MIN = 1e-3;

/** Rivals of an agent that are told. */
const RIVALS_MAX = 3;

/** A friendship that began or changed. */
export interface FriendshipChange {
  /** Whose tie it is. */
  readonly owner: string;
  /** To whom. */
  readonly other: string;
  /** Whether it is new. */
  readonly added: boolean;
  /** Trust, −1 to 1. */
  readonly trust: number;
  /** Familiarity, −1 to 1. */
  readonly familiarity: number;
  /** Changes since the last look; of a new tie, from nothing. */
  readonly deltas: {
    /** Of trust. */
    readonly trust: number;
    /** Of familiarity. */
    readonly familiarity: number;
    /** Of rivalry. */
    readonly rivalry: number;
  };
}

/** A rivalry that is high. */
export interface HighRivalry {
  /** Who feels it. */
  readonly owner: string;
  /** For whom. */
  readonly rival: string;
  /** How much, 0 to 1. */
  readonly rivalry: number;
}

/** None of anything. */
const NONE: readonly never[] = [];

/** Remembers the ties of a town. */
export class SeenTies {
  readonly #town: Town;
  readonly #thresholds: RelationshipNarration;
  /** Stamp of the ties at the last look. [agents] */
  readonly #stamp: Float64Array;
  /** Whose ties they were. [agents] */
  readonly #owner: string[];
  /** How many. [agents] */
  readonly #count: Uint8Array;
  /** To whom. [agents × ties] */
  readonly #other: string[];
  readonly #trust: Float64Array;
  readonly #familiarity: Float64Array;
  readonly #rivalry: Float64Array;
  /** 1 for agents with a high rivalry. [agents] */
  readonly #isRival: Uint8Array;
  #changes: FriendshipChange[] = [];

  /** Sees the ties as they are now. */
  constructor(town: Town, world: World) {
    this.#town = town;
    this.#thresholds = town.config.telemetry.relationship_narration;
    const slots = town.capacity * town.tieSlots;
    this.#stamp = new Float64Array(town.capacity).fill(-1);
    this.#owner = new Array<string>(town.capacity).fill("");
    this.#count = new Uint8Array(town.capacity);
    this.#other = new Array<string>(slots).fill("");
    this.#trust = new Float64Array(slots);
    this.#familiarity = new Float64Array(slots);
    this.#rivalry = new Float64Array(slots);
    this.#isRival = new Uint8Array(town.capacity);
    this.look(world);
  }

  /** Looks at the ties again, whatever has become of them. */
  look(world: World): void {
    this.#look(world, false);
  }

  /**
   * Looks at the ties again: gives the friendships to be told, by owner, then
   * by other.
   */
  changes(world: World): readonly FriendshipChange[] {
    this.#look(world, true);
    if (this.#changes.length === 0) return NONE;
    const changes = this.#changes;
    this.#changes = [];
    return changes.sort((a, b) =>
      compareCodePoints(a.owner, b.owner) || compareCodePoints(a.other, b.other)
    );
  }

  /**
   * Rivalries not below the threshold, as of the last look, among the three
   * highest of each agent: by owner, then the highest first.
   */
  rivalries(world: World): readonly HighRivalry[] {
    const { roster, population } = world;
    let found: HighRivalry[] | null = null;
    for (let i = 0; i < population[0]; i++) {
      if (this.#isRival[roster[i]] === 0) continue;
      (found ??= []).push(...this.#rivalsOf(roster[i]));
    }
    return found?.sort((a, b) =>
      compareCodePoints(a.owner, b.owner) || byRivalry(a, b)
    ) ?? NONE;
  }

  #look(world: World, tells: boolean): void {
    const { roster, population, tieStamp } = world;
    for (let i = 0; i < population[0]; i++) {
      const agent = roster[i];
      if (tieStamp[agent] === this.#stamp[agent]) continue;
      this.#stamp[agent] = tieStamp[agent];
      if (tells) this.#compare(world, agent);
      this.#remember(world, agent);
    }
  }

  /** Notes which ties of an agent are to be told. */
  #compare(world: World, agent: number): void {
    const { ties, tieOther, tieTrust, tieFamiliarity, tieRivalry } = world;
    const { agentIds } = world.records;
    const owner = agentIds[agent];
    const start = agent * this.#town.tieSlots;
    for (let slot = start; slot < start + ties[agent]; slot++) {
      const other = agentIds[tieOther[slot]];
      const trust = tieTrust[slot];
      const before = this.#find(agent, owner, other);
      const added = before < 0;
      const trustBefore = added ? 0 : this.#trust[before];
      if (!added && !this.#isTold(trustBefore, trust)) continue;
      const familiarity = tieFamiliarity[slot];
      this.#changes.push({
        owner,
        other,
        added,
        trust,
        familiarity,
        deltas: {
          trust: trust - trustBefore,
          familiarity: familiarity - (added ? 0 : this.#familiarity[before]),
          rivalry: tieRivalry[slot] - (added ? 0 : this.#rivalry[before]),
        },
      });
    }
  }

  /** Whether a change of trust is told. */
  #isTold(before: number, now: number): boolean {
    const { friendship_trust_threshold, friendship_delta_threshold } =
      this.#thresholds;
    const crosses = before < friendship_trust_threshold &&
      now >= friendship_trust_threshold;
    if (crosses) return true;
    if (Math.abs(now - before) < CHANGE_MIN) return false;
    return now >= friendship_trust_threshold ||
      now - before >= friendship_delta_threshold;
  }

  /** Slot of a tie at the last look, or -1. */
  #find(agent: number, owner: string, other: string): number {
    // The row may have been somebody else's.
    if (this.#owner[agent] !== owner) return -1;
    const start = agent * this.#town.tieSlots;
    for (let slot = start; slot < start + this.#count[agent]; slot++) {
      if (this.#other[slot] === other) return slot;
    }
    return -1;
  }

  #remember(world: World, agent: number): void {
    const { ties, tieOther, tieTrust, tieFamiliarity, tieRivalry } = world;
    const { agentIds } = world.records;
    const start = agent * this.#town.tieSlots;
    this.#owner[agent] = agentIds[agent];
    this.#count[agent] = ties[agent];
    this.#isRival[agent] = 0;
    for (let slot = start; slot < start + ties[agent]; slot++) {
      this.#other[slot] = agentIds[tieOther[slot]];
      this.#trust[slot] = tieTrust[slot];
      this.#familiarity[slot] = tieFamiliarity[slot];
      this.#rivalry[slot] = tieRivalry[slot];
      if (this.#isHigh(tieRivalry[slot])) this.#isRival[agent] = 1;
    }
  }

  /** Whether a rivalry is told. */
  #isHigh(rivalry: number): boolean {
    return rivalry > 0 && rivalry >= this.#thresholds.rivalry_avoid_threshold;
  }

  /** The highest rivalries of an agent that are not below the threshold. */
  #rivalsOf(agent: number): readonly HighRivalry[] {
    const start = agent * this.#town.tieSlots;
    const found: HighRivalry[] = [];
    for (let slot = start; slot < start + this.#count[agent]; slot++) {
      const rivalry = this.#rivalry[slot];
      if (!this.#isHigh(rivalry)) continue;
      found.push({
        owner: this.#owner[agent],
        rival: this.#other[slot],
        rivalry,
      });
    }
    return found.sort(byRivalry).slice(0, RIVALS_MAX);
  }
}

/** The highest first, equal ones by id. */
function byRivalry(a: HighRivalry, b: HighRivalry): number {
  return b.rivalry - a.rivalry || compareCodePoints(a.rival, b.rival);
}
