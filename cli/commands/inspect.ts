/** `townlet inspect`: what a configuration makes. @module */
import { object, or } from "@optique/core/constructs";
import { constant } from "@optique/core/primitives";
import { EXIT } from "../../src/base/error.ts";
import { escapeText } from "../../src/base/text.ts";
import type { Affordance, Town } from "../../src/world/town.ts";
import { anyOf, type Command, command, subcommand } from "../command.ts";
import { configFlag, debugFlag, jsonFlag, setFlag } from "../flags.ts";
import { loadTown } from "../../src/app.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";
import { type Column, table } from "../print/table.ts";
import { count, number } from "../print/text.ts";

const flags = {
  config: configFlag,
  set: setFlag,
  json: jsonFlag,
  debug: debugFlag,
};

/** Prints the town a configuration makes, or what one can do in it. */
export const inspect: Command = command({
  examples: [
    "inspect town",
    "inspect town --config configs/hamlet.yaml --json",
    "inspect affordances",
  ],
  flags: or(
    subcommand(
      "town",
      "Grid, objects, jobs, residents and perturbations",
      object({ part: constant("town"), ...flags }),
    ),
    subcommand(
      "affordances",
      "What residents can do with objects",
      object({ part: constant("affordances"), ...flags }),
    ),
    anyOf("town", "affordances"),
  ),
  async run({ part, config, set, json }) {
    const { town } = await loadTown(config, set);
    const paint = openPaint(showsColours("stdout"));
    const lines = part === "town"
      ? json ? [JSON.stringify(townData(town))] : showTown(town, paint)
      : json
      ? [JSON.stringify(affordanceData(town))]
      : showAffordances(town, paint);
    print(lines.join("\n") + "\n");
    return EXIT.done;
  },
});

/** The town as plain data. */
function townData(town: Town): unknown {
  const tile = (x: number, y: number) => x < 0 ? null : [x, y];
  return {
    format: "townlet.town",
    config_id: town.config.config_id,
    grid: [town.width, town.height],
    ticks_per_day: town.ticksPerDay,
    capacity: town.capacity,
    manifest_sha256: town.manifestSha256,
    objects: town.objectIds.map((id, i) => ({
      id,
      type: town.typeIds[town.objectType[i]],
      position: tile(town.objectX[i], town.objectY[i]),
    })),
    jobs: town.jobs.map(({ id, start, end, wage, x, y }) => ({
      id,
      start,
      end,
      wage,
      location: tile(x, y),
    })),
    residents: town.residents.map(({ id, profile, job, home, position }) => ({
      id,
      profile,
      job,
      home,
      position,
    })),
    perturbations: town.specs.map(({ id, config, probability }) => ({
      id,
      kind: config.kind,
      probability_per_tick: probability,
    })),
    actions: town.actions,
  };
}

/** The affordances as plain data. */
function affordanceData(town: Town): unknown {
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

function showTown(town: Town, paint: Paint): string[] {
  const { config } = town;
  const place = (x: number, y: number) => x < 0 ? "anywhere" : `${x},${y}`;
  return [
    `${paint.bold(escapeText(config.config_id))}: ${town.width} × ${
      number(town.height)
    } tiles, ${count(town.residents.length, "resident")} (room for ${
      number(town.capacity)
    }), days of ${number(town.ticksPerDay)} ticks`,
    ...mapLines(town, paint),
    ...section(
      [{ heading: "objects" }, { heading: "number", right: true }],
      town.typeIds.map((type, i) => [
        escapeText(type),
        number(town.objectsOfType[i].length),
      ]),
      paint,
    ),
    ...section(
      [
        { heading: "job" },
        { heading: "from", right: true },
        { heading: "to", right: true },
        { heading: "wage", right: true },
        { heading: "place" },
      ],
      town.jobs.map(({ id, start, end, wage, x, y }) => [
        escapeText(id),
        number(start),
        number(end),
        wage === 0 ? "usual" : String(wage),
        place(x, y),
      ]),
      paint,
    ),
    ...residentLines(town, paint),
    ...section(
      [{ heading: "perturbation" }, { heading: "kind" }, {
        heading: "a day",
        right: true,
      }],
      town.specs.map(({ id, config }) => [
        escapeText(id),
        config.kind,
        number(config.prob_per_day, 2),
      ]),
      paint,
    ),
  ];
}

/** A table after an empty line, or nothing when it has no rows. */
function section(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string[] {
  return rows.length === 0 ? [] : ["", ...table(columns, rows, paint)];
}

/** Residents listed at most. */
const RESIDENTS_MAX = 24;

function residentLines(town: Town, paint: Paint): string[] {
  const { residents } = town;
  const lines = section(
    [
      { heading: "resident" },
      { heading: "profile" },
      { heading: "job" },
      { heading: "home" },
    ],
    residents.slice(0, RESIDENTS_MAX).map(({ id, profile, job, home }) => [
      escapeText(id),
      profile ?? "drawn",
      escapeText(job ?? "in turn"),
      home.join(","),
    ]),
    paint,
  );
  const more = residents.length - RESIDENTS_MAX;
  return more > 0
    ? [...lines, paint.dim(`and ${number(more)} more (--json has all)`)]
    : lines;
}

/** Widest and highest town that is drawn. */
const MAP_MAX = 100;

/** A map: a letter for each type of object, `@` where only a job is. */
function mapLines(town: Town, paint: Paint): string[] {
  const { width, height } = town;
  const letters = lettersFor(town.typeIds);
  if (width > MAP_MAX || height > MAP_MAX) return [];
  const rows = Array.from(
    { length: height },
    () => new Array<string>(width).fill("·"),
  );
  for (const { home } of town.residents) rows[home[1]][home[0]] = "⌂";
  for (const { x, y } of town.jobs) if (x >= 0) rows[y][x] = "@";
  for (let i = 0; i < town.objectIds.length; i++) {
    if (town.objectX[i] < 0) continue;
    rows[town.objectY[i]][town.objectX[i]] = letters[town.objectType[i]];
  }
  const drawn = rows.map((row) => row.join(""));
  const legend = (mark: string, meaning: string) =>
    drawn.some((row) => row.includes(mark)) ? [`${mark} ${meaning}`] : [];
  return [
    "",
    ...drawn,
    paint.dim(
      [
        ...town.typeIds.flatMap((type, i) =>
          town.objectsOfType[i].length === 0
            ? []
            : [`${letters[i]} ${escapeText(type)}`]
        ),
        ...legend("⌂", "home"),
        ...legend("@", "work"),
      ].join(", "),
    ),
  ];
}

/** A letter for each type: of its own name if one is free, else `?`. */
function lettersFor(types: readonly string[]): string[] {
  const taken = new Set<string>();
  return types.map((type) => {
    const letter = [...type, ...type.toUpperCase()].find((char) =>
      /[A-Za-z]/.test(char) && !taken.has(char)
    ) ?? "?";
    taken.add(letter);
    return letter;
  });
}

function showAffordances(town: Town, paint: Paint): string[] {
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
