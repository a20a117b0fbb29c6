/** Names of hooks that are probably not meant as they are written. @module */
import type { AffordanceEntry } from "../../config/affordance_entry.ts";
import { closestWord } from "../../config/closest.ts";
import type { Config } from "../../config/config.ts";
import { isHookFile } from "../../config/hook_source.ts";
import { BUILT_IN_HOOKS } from "../hooks.ts";

/**
 * Sentences about hooks that nobody calls, and calls that nobody answers, in
 * a town that lists files of hooks.
 *
 * @param entries affordances that come with the town, beside its scenario's
 */
export function hookWarnings(
  config: Config,
  entries: readonly AffordanceEntry[],
): readonly string[] {
  const { allow } = config.affordances.hooks;
  if (!allow.some(isHookFile)) return [];
  const called = new Set(
    [...entries, ...config.scenario?.affordances ?? []].flatMap(({ hooks }) => [
      ...hooks.before,
      ...hooks.after,
      ...hooks.fail,
    ]),
  );
  const had = new Set(allow.flatMap(({ specifier, names }) => [
    ...names,
    ...Object.keys(BUILT_IN_HOOKS.get(specifier) ?? {}),
  ]));
  const meant = (name: string, words: ReadonlySet<string>) => {
    const word = closestWord(name, [...words]);
    return word === null ? "" : `; did you mean ${word}?`;
  };
  return [
    ...allow.flatMap(({ specifier, names }) =>
      names.filter((name) => !called.has(name)).map((name) =>
        `affordances.hooks.allow: no affordance calls ${name} of ${specifier}${
          meant(name, called)
        }`
      )
    ),
    ...[...called].filter((name) => !had.has(name)).map((name) =>
      `affordances.hooks.allow: no hook has ${name}, which an affordance calls${
        meant(name, had)
      }`
    ),
  ];
}
