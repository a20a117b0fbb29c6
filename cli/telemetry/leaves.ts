/** What is at the ends of a tree of members. @module */
import type { Members } from "../../src/telemetry/reader/envelope.ts";

/** The values that are no objects, each with its keys from the top, by dots. */
export function leavesOf(members: Members): [string, unknown][] {
  const leaves: [string, unknown][] = [];
  collect(members, "", leaves);
  return leaves;
}

function collect(
  members: Members,
  before: string,
  leaves: [string, unknown][],
): void {
  for (const [key, value] of Object.entries(members)) {
    const path = before + key;
    if (isMembers(value)) collect(value, `${path}.`, leaves);
    else leaves.push([path, value]);
  }
}

/** Whether a value is an object, and no list. */
export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
