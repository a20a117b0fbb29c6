/** The outcome log as people and programs outside read it. @module */
import { reasonText } from "./reasons.ts";
import type { Town } from "./town.ts";
import { type ActionKind, KINDS } from "./turn.ts";
import type { World } from "./world.ts";

/** One entry of an agent's outcome log. */
export interface Outcome {
  /** Kind of the action. */
  readonly kind: ActionKind;
  /** Whether it did what it was for. */
  readonly success: boolean;
  /** Duration it named, ticks. */
  readonly duration: number;
  /** Tick of it. */
  readonly tick: number;
  /** Object it was about, if any. */
  readonly object_id?: string;
  /** Affordance it was about, if any. */
  readonly affordance_id?: string;
  /** More about it. */
  readonly metadata?: { readonly reason: string };
}

/**
 * The last actions of an agent and how they went, oldest first: at most
 * `affordances.outcome_history` entries.
 */
export function outcomesOf(
  town: Town,
  world: World,
  agent: number,
): Outcome[] {
  const history = town.outcomeHistory;
  const found: Outcome[] = [];
  for (let i = 0; i < history; i++) {
    const place = (world.outcomeNext[agent] + i) % history;
    const at = place * town.capacity + agent;
    const kind = KINDS[world.outcomeKind[at]];
    if (kind === "none") continue;
    const object = world.outcomeObject[at];
    const affordance = world.outcomeAffordance[at];
    const reason = world.outcomeReason[at];
    found.push({
      kind,
      success: world.outcomeSuccess[at] === 1,
      duration: world.outcomeDuration[at],
      tick: world.outcomeTick[at],
      ...(object < 0 ? {} : { object_id: town.objectIds[object] }),
      ...(affordance < 0
        ? {}
        : { affordance_id: town.affordances[affordance].id }),
      ...(reason === 0
        ? {}
        : { metadata: { reason: reasonText(world, reason) } }),
    });
  }
  return found;
}
