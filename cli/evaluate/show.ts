/** Policies side by side: as a table, as JSON, as a picture. @module */
import { recordText } from "../../src/base/text.ts";
import type { Evaluation } from "../../src/training/evaluate.ts";
import type { Interval } from "../../src/training/statistics.ts";
import { jsonLine } from "../print/json.ts";
import type { Paint } from "../print/paint.ts";
import { svgOf } from "../print/svg.ts";
import { type Column, table } from "../print/table.ts";
import { count, number } from "../print/text.ts";

/** A policy, as it was named, and what it is worth. */
export interface Rated {
  /** What the command line called it. */
  readonly name: string;
  /** What came of it. */
  readonly evaluation: Evaluation;
}

/** What was played. */
export interface Play {
  /** The town's name. */
  readonly town: string;
  /** Residents of the town. */
  readonly residents: number;
  /** Episodes of each policy. */
  readonly seeds: number;
  /** Ticks of an episode. */
  readonly ticks: number;
}

const COLUMNS: readonly Column[] = [
  { heading: "policy" },
  { heading: "return", right: true },
  { heading: "95 % interval", right: true },
  { heading: "", spare: 1 },
  { heading: "deaths", right: true, spare: 4 },
  { heading: "ticks of a life", right: true, spare: 3 },
  { heading: "senseless choices", right: true, spare: 2 },
];

/** Characters of the strip that shows an interval. */
const STRIP = 30;

/** Lines for a terminal of so many columns. */
export function evaluationText(
  rated: readonly Rated[],
  { town, residents, seeds, ticks }: Play,
  paint: Paint,
  room?: number,
): string[] {
  const ends = rated.flatMap(({ evaluation }) => endsOf(evaluation.return));
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  const rows = rated.map(({ name, evaluation }) => [
    recordText(name),
    number(evaluation.return.mean, 2),
    intervalText(evaluation.return),
    strip(evaluation.return, from, to),
    number(evaluation.deaths, 1),
    number(evaluation.lifeTicks),
    `${number(100 * evaluation.invalid, 1)} %`,
  ]);
  return [
    `${recordText(town)}: ${count(seeds, "episode")} of ${
      count(ticks, "tick")
    }, ${count(residents, "resident")}`,
    "",
    ...table(COLUMNS, rows, paint, room),
    "",
    paint.dim(
      "return: what a resident earns in an episode, all lives together",
    ),
  ];
}

/** One object of JSON. */
export function evaluationJson(rated: readonly Rated[]): string {
  return jsonLine({
    policies: rated.map(({ name, evaluation }) => ({
      name,
      episodes: evaluation.episodes.length,
      return_mean: evaluation.return.mean,
      return_ci95: [evaluation.return.low, evaluation.return.high],
    })),
  }) + "\n";
}

/** A picture: means with their intervals, and every episode. */
export function evaluationSvg(
  rated: readonly Rated[],
  { town, seeds, ticks }: Play,
): string {
  const title = `${town}: return over ${count(seeds, "episode")} of ${
    count(ticks, "tick")
  }`;
  return svgOf([{
    title,
    xLabel: "policy",
    names: rated.map(({ name }) => name),
    zero: false,
    series: [
      {
        name: "mean and 95 %",
        points: rated.map(({ evaluation }, x) => [x, evaluation.return.mean]),
        spread: rated.map(({ evaluation: { return: { low, high } } }) =>
          low === null || high === null ? null : [low, high]
        ),
      },
      {
        name: "episodes",
        // Beside the mean, so that neither hides the other.
        points: rated.flatMap(({ evaluation: { episodes } }, x) =>
          episodes.map((episode) => [x + 0.15, episode.return] as const)
        ),
        spread: [],
      },
    ],
  }]);
}

function endsOf({ mean, low, high }: Interval): number[] {
  return [low ?? mean, high ?? mean];
}

function intervalText({ low, high }: Interval): string {
  if (low === null || high === null) return "–";
  return `${number(low, 2)} to ${number(high, 2)}`;
}

/** Where an interval is between two values, its mean a dot. */
function strip(interval: Interval, from: number, to: number): string {
  const place = (value: number) =>
    to > from ? Math.round((STRIP - 1) * (value - from) / (to - from)) : 0;
  const [low, high] = endsOf(interval).map(place);
  const mean = place(interval.mean);
  return Array.from(
    { length: STRIP },
    (_, i) => i === mean ? "●" : i >= low && i <= high ? "━" : "·",
  ).join("");
}
