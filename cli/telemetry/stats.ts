/** `telemetry stats`: a recording in numbers. @module */
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { commonFlags, jsonFlag, oneOf, says, wholeNumber } from "../flags.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import {
  type DriftLimit,
  driftLimit,
  driftsOf,
  meansNow,
  readBaseline,
} from "./drift.ts";
import {
  type ShowOptions,
  statsJson,
  statsMarkdown,
  statsSvg,
  statsText,
} from "./show_statistics.ts";
import { type SourceFlags, sourceFlags, sourceNeeds } from "./source.ts";
import { type Statistics, statisticsOf } from "./statistics.ts";

const FORMATS = ["text", "md", "json", "svg"] as const;

/** Flags of the command. */
export const statsFlags = object({
  part: constant("stats"),
  ...sourceFlags,
  baseline: optional(option(
    "--baseline",
    string({ metavar: "FILE" }),
    says("Compare a training with this one: a recording, or stats as JSON"),
  )),
  maxDrift: optional(option(
    "--max-drift",
    driftLimit,
    says("Exit with 4 where a mean went further: 0.05, or 10% of the baseline"),
  )),
  rewards: option("--rewards", says("Tell rewards, too")),
  agent: optional(option(
    "--agent",
    string({ metavar: "ID" }),
    says("Tell the rewards of this resident only"),
  )),
  top: withDefault(
    option(
      "--top",
      wholeNumber(1, 10_000),
      says("Events and residents to list"),
    ),
    10,
    { message: [text("10")] },
  ),
  last: optional(option(
    "--last",
    wholeNumber(1),
    says("Look at the last N ticks only"),
  )),
  format: withDefault(
    option("--format", oneOf(FORMATS, "FORMAT"), says("How to print it")),
    "text",
    { message: [text("text")] },
  ),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
export interface StatsFlags extends SourceFlags {
  /** File of another training. */
  readonly baseline: string | undefined;
  /** How far the means may have gone from it. */
  readonly maxDrift: DriftLimit | undefined;
  /** Whether rewards are told. */
  readonly rewards: boolean;
  /** The one resident whose rewards are told. */
  readonly agent: string | undefined;
  /** Rows of tables that are a choice. */
  readonly top: number;
  /** Ticks at the end. */
  readonly last: number | undefined;
  /** How it is printed. */
  readonly format: typeof FORMATS[number];
  /** Whether to print JSON. */
  readonly json: boolean;
}

/** What the command needs. */
export function statsNeeds(flags: StatsFlags): Partial<Needs> {
  const { baseline } = flags;
  const { reads } = sourceNeeds(flags);
  return {
    reads: baseline === undefined
      ? reads
      : [...reads, ...sourceNeeds({ ...flags, source: baseline }).reads],
  };
}

/** Runs the command. */
export async function runStats(flags: StatsFlags): Promise<number> {
  const { source, baseline, maxDrift, last, top } = flags;
  checkFlags(flags);
  const then = baseline === undefined
    ? null
    : await readBaseline(baseline, flags);
  const statistics = await statisticsOf(flags, { last, agent: flags.agent });
  const drifts = then === null
    ? null
    : driftsOf(then, meansNow(statistics.training), maxDrift);
  const rewards = flags.rewards || flags.agent !== undefined;
  const format = flags.json ? "json" : flags.format;
  print(shown(statistics, { source, rewards, top, drifts }, format));
  return drifts?.some(({ exceeded }) => exceeded) ? EXIT.alert : EXIT.done;
}

function checkFlags(
  { source, maxDrift, baseline, last, json, format }: StatsFlags,
): void {
  if (maxDrift !== undefined && baseline === undefined) {
    throw new TownletError("--max-drift wants something to compare with", {
      code: "usage",
      hint: "Give --baseline FILE",
    });
  }
  if (last !== undefined && source === "-") {
    throw new TownletError("--last reads its source twice", {
      code: "usage",
      hint: "Write it to a file first",
    });
  }
  if (json && format !== "text" && format !== "json") {
    throw new TownletError(`--json and --format ${format} are two`, {
      code: "usage",
      hint: "Leave one out",
    });
  }
}

function shown(
  statistics: Statistics,
  options: ShowOptions,
  format: typeof FORMATS[number],
): string {
  const lines = (all: readonly string[]) =>
    all.map((line) => `${line}\n`).join("");
  switch (format) {
    case "text": {
      const paint = openPaint(showsColours("stdout"));
      return lines(statsText(statistics, options, paint));
    }
    case "md":
      return lines(statsMarkdown(statistics, options));
    case "json":
      return statsJson(statistics, options);
    case "svg":
      return statsSvg(statistics, options);
  }
}
