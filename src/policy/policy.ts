/** What a policy is. @module */
import type { ObservationBatch } from "../observations/batch.ts";
import type { Town } from "../world/town.ts";
import type { Turn } from "../world/turn.ts";
import type { World } from "../world/world.ts";
import type { PolicySpec } from "./spec.ts";

/** What a policy sees when it has to choose. */
export interface DecisionPoint {
  /** The town. */
  readonly town: Town;
  /** The world that the last tick has left. */
  readonly world: World;
  /** The working space of the tick to come. */
  readonly turn: Turn;
  /** Rows of agents at a decision point; only the first `count` count. */
  readonly rows: Int32Array;
  /** How many there are. */
  readonly count: number;
  /** What everybody observed after the last tick; null if nobody asked. */
  readonly batch: ObservationBatch | null;
}

/** Where a policy writes what it chose; arrays are indexed by agent row. */
export interface Decisions {
  /** Action of the catalogue `town.actions`. [agents] */
  readonly action: Int32Array;
  /** Log-probability of the action; 0 until it is written. [agents] */
  readonly logProb: Float32Array;
  /** Value expected from here; 0 until it is written. [agents] */
  readonly value: Float32Array;
}

/** How a policy over two shares decisions between them. */
export interface Blend {
  /**
   * Share of the learned policy in the decisions, 0 to 1. With 0 or null
   * nothing is shared: the configured policy decides alone.
   */
  ratio: number | null;
}

/** Chooses for every agent at a decision point. */
export interface Policy {
  /** Name, as on the command line. */
  readonly name: string;
  /** What it looks at; observations are built for those who look at them. */
  readonly sees: "world" | "observations";
  /** True when it may cut a use short, so that it is asked during uses. */
  readonly releases: boolean;
  /** What it was made for; absent for one that does for every town. */
  readonly spec?: PolicySpec;
  /**
   * True when it is asked in every tick, be anybody at a decision point or
   * not, because it values what everybody sees.
   */
  readonly everyTick?: boolean;
  /**
   * Logits of whom it was asked about last, −1e9 where the mask was 0; absent
   * for one that has none. [agents × K]
   */
  readonly logits?: Float32Array;
  /** How it shares decisions; only a policy over two has it. */
  readonly blend?: Blend;
  /**
   * Writes the choice of every row. A promise makes the policy one for
   * `runForAsync` only.
   */
  act(see: DecisionPoint, out: Decisions): void | Promise<void>;
  /** Digest of its weights, 64 hex digits; absent for one that has none. */
  policyHash?(): string;
  /**
   * Forgets all that it remembers: a run begins.
   *
   * @param seed of the run; null where it comes from the town's name
   */
  reset?(seed: number | null): void;
  /** Forgets those of the first `count` rows: their lives are over. */
  onTerminated?(agents: Int32Array, count: number): void;
}
