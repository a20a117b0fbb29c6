/** What a policy is. @module */
import type { ObservationBatch } from "../observations/batch.ts";
import type { Town } from "../world/town.ts";
import type { Turn } from "../world/turn.ts";
import type { World } from "../world/world.ts";

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
  /** Log-probability of the action. [agents] */
  readonly logProb: Float32Array;
  /** Value expected from here. [agents] */
  readonly value: Float32Array;
}

/** Chooses for every agent at a decision point. */
export interface Policy {
  /** Name, as on the command line. */
  readonly name: string;
  /** What it looks at; observations are built for those who look at them. */
  readonly sees: "world" | "observations";
  /** True when it may cut a use short, so that it is asked during uses. */
  readonly releases: boolean;
  /**
   * Writes the choice of every row. A promise makes the policy one for
   * `runForAsync` only.
   */
  act(see: DecisionPoint, out: Decisions): void | Promise<void>;
}
