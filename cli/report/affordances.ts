/** What one can do in a town, as plain data and as text for people. @module */
import { escapeText } from "../../src/base/text.ts";
import type { Affordance, Town } from "../../src/world/town.ts";
import type { Paint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { number } from "../print/text.ts";

/** The affordances as plain data. */
export function affordanceData(town: Town): unknown {
  return {
    format: "townlet.affordances",
    config_id: town.config.config_id,
    manifest_sha256: town.manifestSha256,
    affordances: town.affordances.map((affordance) => ({
      id: affordance.id,
      object_type: town.typeIds[affordance.type],
      objects: town.objectsOfType[affordance.type].length,
      duration: affordance.duration,
      effects: affordance.effects,
      preconditions: affordance.conditions.map(({ source }) => source),
      hooks: Object.fromEntries(
        Object.entries(affordance.hooks).map((
          [stage, hooks],
        ) => [stage, hooks.map(({ name }) => name)]),
      ),
    })),
  };
}

/** The lines of a town's affordances. */
export function showAffordances(town: Town, paint: Paint): string[] {
  return table(
    [
      { heading: "affordance" },
      { heading: "objects" },
      { heading: "ticks", right: true },
      { heading: "effects" },
      { heading: "if" },
    ],
    town.affordances.map((affordance) => [
      escapeText(affordance.id),
      `${number(town.objectsOfType[affordance.type].length)} × ${
        escapeText(town.typeIds[affordance.type])
      }`,
      number(affordance.duration),
      effectsText(affordance),
      affordance.conditions.map(({ source }) => escapeText(source)).join(
        " and ",
      ) || "–",
    ]),
    paint,
  );
}

function effectsText({ effects }: Affordance): string {
  return Object.entries(effects).map(([name, value]) =>
    `${name} ${value < 0 ? "" : "+"}${value}`
  ).join(", ") || "–";
}
