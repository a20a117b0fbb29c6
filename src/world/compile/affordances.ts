/** Affordances: conditions compiled, hooks bound. @module */
import { EXIT, TownletError } from "../../base/error.ts";
import { compareCodePoints } from "../../base/order.ts";
import { escapeText } from "../../base/text.ts";
import type { AffordanceEntry } from "../../config/affordance_entry.ts";
import { namesIn, parseCondition } from "../../config/condition.ts";
import type { Config } from "../../config/config.ts";
import { DEFAULT_SPECIFIER } from "../../config/hook_source.ts";
import {
  BUILT_IN_HOOKS,
  HOOK_TAKES,
  type HookTable,
  MEAL_HOOK,
  type OutsideHook,
} from "../hooks.ts";
import { compileCondition } from "../preconditions.ts";
import {
  type Affordance,
  type BoundHook,
  PLAIN_ACTIONS,
  type Town,
} from "../town.ts";
import { NEEDS } from "../world.ts";

/** Context names a condition may use and still depend on the object alone. */
const OBJECT_NAMES = new Set([
  "object",
  "stock",
  "world",
  "power_on",
  "water_on",
  "meal_available",
]);

/** Tables that hold the affordances, by index, type and action. */
export type AffordanceTables = Pick<
  Town,
  | "hooks"
  | "affordances"
  | "typeAffordances"
  | "usesPerType"
  | "readsClock"
  | "clockRead"
  | "actions"
  | "actionAffordance"
>;

/** Compiles affordances for the object types of a town. */
export function compileAffordances(
  config: Config,
  entries: readonly AffordanceEntry[],
  typeIds: readonly string[],
  outside: readonly OutsideHook[],
): AffordanceTables {
  const sources = hookSources(config, outside);
  const affordances = bindAll(sources, entries, typeIds);
  const typeAffordances = typeIds.map((_, type) =>
    affordances.flatMap((spec, i) => spec.type === type ? [i] : [])
  );
  const actions = [
    ...PLAIN_ACTIONS,
    ...affordances.map(({ id }) => `use:${id}`).sort(compareCodePoints),
  ];
  const actionAffordance = new Int32Array(actions.length).fill(-1);
  for (const [i, { action }] of affordances.entries()) {
    actionAffordance[action] = i;
  }
  const asksClock = (i: number) =>
    affordances[i].conditions.some((condition) =>
      condition.objectOnly && condition.names.includes("world")
    );
  const readsClock = new Uint8Array(
    typeAffordances.map((uses) => uses.some(asksClock) ? 1 : 0),
  );
  return {
    hooks: sources.map((source) => ({
      specifier: source.specifier,
      sha256: "outside" in source ? source.outside.sha256 : null,
    })),
    affordances,
    typeAffordances,
    usesPerType: Math.max(1, ...typeAffordances.map((uses) => uses.length)),
    readsClock,
    clockRead: readsClock.includes(1),
    actions,
    actionAffordance,
  };
}

function bindAll(
  sources: readonly HookSource[],
  entries: readonly AffordanceEntry[],
  typeIds: readonly string[],
): Affordance[] {
  const ids = entries.map(({ id }) => `use:${id}`).sort(compareCodePoints);
  const uses = typeIds.map(() => 0);
  return entries.map((entry) => {
    const type = typeIds.indexOf(entry.object_type);
    const bind = (names: readonly string[]): BoundHook[] =>
      names.flatMap((name) =>
        sources.flatMap((source) => bindHook(source, name))
      );
    const hooks = {
      before: bind(entry.hooks.before),
      after: bind(entry.hooks.after),
      fail: bind(entry.hooks.fail),
    };
    return {
      id: entry.id,
      type,
      use: uses[type]++,
      duration: entry.duration,
      effects: Object.freeze({ ...entry.effects }),
      needs: NEEDS.map((need) => entry.effects[need] ?? 0),
      money: entry.effects.money ?? 0,
      conditions: entry.preconds.map((source) => {
        const condition = parseCondition(source);
        const names = namesIn(condition);
        return {
          source,
          names,
          objectOnly: names.every((name) => OBJECT_NAMES.has(name)),
          holds: compileCondition(condition),
        };
      }),
      hooks,
      takes: hooks.before.flatMap(({ name, specifier }) =>
        specifier === DEFAULT_SPECIFIER && Object.hasOwn(HOOK_TAKES, name)
          ? [HOOK_TAKES[name]]
          : []
      ),
      isMeal: hooks.after.some(({ name, specifier }) =>
        specifier === DEFAULT_SPECIFIER && name === MEAL_HOOK
      ),
      action: PLAIN_ACTIONS.length + ids.indexOf(`use:${entry.id}`),
    };
  });
}

/** Where hooks come from: a table that is compiled in, or a file. */
type HookSource =
  & { readonly specifier: string }
  & ({ readonly table: HookTable } | { readonly outside: OutsideHook });

/** The sources that the configuration allows, in its order. */
function hookSources(
  config: Config,
  outside: readonly OutsideHook[],
): readonly HookSource[] {
  return config.affordances.hooks.allow.map(({ specifier }) => {
    const table = BUILT_IN_HOOKS.get(specifier);
    if (table !== undefined) return { specifier, table };
    const hook = outside.find((one) => one.specifier === specifier);
    if (hook !== undefined) return { specifier, outside: hook };
    throw new TownletError(`Hook ${escapeText(specifier)} is not loaded`, {
      code: "hooks.refused",
      where: "affordances.hooks.allow",
      exit: EXIT.refused,
      hint: "Files of hooks are loaded by openTown() and the command line",
    });
  });
}

function bindHook(source: HookSource, name: string): readonly BoundHook[] {
  const { specifier } = source;
  if ("outside" in source) {
    const { outside } = source;
    return outside.names.includes(name) ? [{ name, specifier, outside }] : [];
  }
  return Object.hasOwn(source.table, name)
    ? [{ name, specifier, handler: source.table[name] }]
    : [];
}
