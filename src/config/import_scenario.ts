/** Affordances that older scenarios used without declaring them. @module */
import type { AffordanceEntry } from "./affordance_entry.ts";
import { CORE_MANIFEST } from "./manifest.ts";
import type { YamlEdit } from "./yaml_edit.ts";

/** Objects that every older town had without saying so; they have no place. */
export const OLD_OBJECTS = [
  { id: "shower_1", type: "shower" },
  { id: "bed_1", type: "bed" },
  { id: "fridge_1", type: "fridge" },
] as const;

/** Ticks of an affordance when nothing tells. */
const DURATION = 30;

/** An agent of a scenario, as far as this reads it. */
interface Agent {
  readonly job?: unknown;
  readonly schedule?: unknown;
}

/** An entry of a schedule, as far as this reads it. */
interface Entry {
  readonly object?: unknown;
  readonly affordance?: unknown;
  readonly duration?: unknown;
}

/**
 * Declares every affordance that a schedule names and nobody declares.
 *
 * It takes the type of the first object it is used with, the duration of that
 * entry, else of the agent's job, else 30 ticks, and does nothing.
 */
export function declareAffordances(edit: YamlEdit): void {
  if (edit.get(["affordances", "manifest"]) !== undefined) return;
  const agents = listAt<Agent>(edit, ["scenario", "agents"]);
  const declared = listAt<AffordanceEntry>(edit, ["scenario", "affordances"]);
  const known = new Set([
    ...CORE_MANIFEST.affordances.map(({ id }) => id),
    ...declared.map(({ id }) => id),
  ]);
  const added: object[] = [];
  for (const { job, schedule } of agents) {
    for (
      const { object, affordance, duration } of mappingsIn<Entry>(schedule)
    ) {
      if (typeof affordance !== "string" || known.has(affordance)) continue;
      const object_type = typeOf(edit, object);
      if (object_type === null) continue;
      known.add(affordance);
      added.push({
        id: affordance,
        object_type,
        duration: typeof duration === "number" && duration >= 1
          ? duration
          : jobLength(edit, job),
        effects: {},
      });
    }
  }
  if (added.length === 0) return;
  edit.set(["scenario", "affordances"], [...declared, ...added]);
  edit.tell(
    ["scenario", "affordances"],
    `added: ${added.map((entry) => (entry as AffordanceEntry).id).join(", ")}`,
  );
}

function listAt<T>(edit: YamlEdit, path: readonly string[]): readonly T[] {
  return mappingsIn(edit.get(path));
}

/** The mappings of a list; none where there is no list. */
function mappingsIn<T>(value: unknown): readonly T[] {
  return Array.isArray(value)
    ? value.filter((item) => typeof item === "object" && item !== null)
    : [];
}

function typeOf(edit: YamlEdit, id: unknown): string | null {
  const objects = [
    ...listAt<{ id?: unknown; type?: unknown }>(edit, ["world", "objects"]),
    ...listAt<{ id?: unknown; type?: unknown }>(edit, ["scenario", "objects"]),
  ];
  const type = objects.find((object) => object.id === id)?.type;
  return typeof type === "string" ? type : null;
}

/** Ticks of a job's shift, as far as the file says. */
function jobLength(edit: YamlEdit, job: unknown): number {
  if (typeof job !== "string") return DURATION;
  const start = edit.get(["jobs", job, "start_tick"]);
  const end = edit.get(["jobs", job, "end_tick"]);
  if (typeof start !== "number" || typeof end !== "number") return DURATION;
  const length = end - start;
  return Number.isSafeInteger(length) && length >= 1 ? length : DURATION;
}
