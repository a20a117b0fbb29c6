/** What the channels of states are built from. @module */
import type { Policy } from "../policy/policy.ts";
import type { Town } from "../world/town.ts";
import type { Turn } from "../world/turn.ts";
import type { World } from "../world/world.ts";
import type { Health } from "./health.ts";
import type { ChurnWindow } from "./stories/churn.ts";

/** A town between two ticks, and what is known around it. */
export interface View {
  /** What never changes. */
  readonly town: Town;
  /** What changes. */
  readonly world: World;
  /** The tick just done. */
  readonly turn: Turn;
  /** Who decides. */
  readonly policy: Policy;
  /** Ties that ended lately. */
  readonly churn: ChurnWindow;
  /** State of the pipeline; built only when it is asked for. */
  readonly health: () => Health;
}
