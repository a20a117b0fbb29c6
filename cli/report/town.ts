/** A town as plain data and as text for people. @module */
import { escapeText } from "../../src/base/text.ts";
import type { Town } from "../../src/world/town.ts";
import type { Paint } from "../print/paint.ts";
import { type Column, table } from "../print/table.ts";
import { count, number } from "../print/text.ts";
import { lettersFor } from "./letters.ts";

/** The town as plain data. */
export function townData(town: Town): unknown {
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

/** The lines of a town: map, objects, jobs, residents, perturbations. */
export function showTown(town: Town, paint: Paint): string[] {
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
