/** What a scenario has planned, tick by tick. @module */
import type { ScheduledAction } from "../../config/action.ts";
import type { Command } from "../../config/commands.ts";
import { commandOf, type TimelineEntry } from "../../config/scenario.ts";
import type { Affordance, Schedule, Scheduled } from "../town.ts";
import { KIND, MOST } from "../turn.ts";

/** A schedule with names made into indices. */
export function compileSchedule(
  actions: readonly ScheduledAction[],
  loop: boolean,
  objects: readonly { readonly id: string }[],
  affordances: readonly Affordance[],
): Schedule {
  const ends: number[] = [];
  const entries = actions.map((action): Scheduled => {
    ends.push((ends.at(-1) ?? 0) + action.repeat);
    return {
      kind: KIND[action.kind],
      object: objects.findIndex(({ id }) => id === action.object),
      affordance: affordances.findIndex(({ id }) => id === action.affordance),
      x: action.position?.[0] ?? 0,
      y: action.position?.[1] ?? 0,
      target: action.target ?? "",
      quality: action.quality ?? 0.5,
      success: action.success ?? true,
      reason: action.reason ?? "",
      blocked: action.blocked ?? false,
      duration: Math.min(action.duration, MOST),
    };
  });
  return { entries, ends, loop };
}

/** The commands of a timeline by tick, in order. */
export function timelineOf(
  entries: readonly TimelineEntry[],
): Map<number, readonly Command[]> {
  const byTick = new Map<number, readonly Command[]>();
  for (const entry of entries) {
    const before = byTick.get(entry.tick) ?? [];
    byTick.set(entry.tick, [...before, commandOf(entry)]);
  }
  return byTick;
}
