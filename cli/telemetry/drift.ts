/** How far the numbers of a training went from those of another. @module */
import { text } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";
import { TownletError } from "../../src/base/error.ts";
import { readText } from "../../src/security/paths.ts";
import { isMembers } from "./leaves.ts";
import type { SourceFlags } from "./source.ts";
import { statisticsOf } from "./statistics.ts";
import type { Summary } from "./summary.ts";

/** Name of the format that `stats --format json` has. */
export const STATS_FORMAT = "townlet.telemetry_stats";

/** Most bytes of such a file. */
const STATS_BYTES_MAX = 64 << 20;

/** How far is too far. */
export interface DriftLimit {
  /** The most that is good. */
  readonly value: number;
  /** Whether it is meant in percent of the baseline. */
  readonly percent: boolean;
}

/** One number, then and now. */
export interface Drift {
  /** Its name. */
  readonly metric: string;
  /** Its mean then. */
  readonly baseline: number;
  /** Its mean now. */
  readonly value: number;
  /** The difference. */
  readonly drift: number;
  /** The same in percent of the baseline, or null: that was 0. */
  readonly percent: number | null;
  /** Whether it is more than what is good. */
  readonly exceeded: boolean;
}

/** `--max-drift X`: a number, or one with a percent sign. */
export const driftLimit: ValueParser<"sync", DriftLimit> = {
  mode: "sync",
  metavar: "X",
  placeholder: { value: 0, percent: false },
  parse(input) {
    const percent = input.endsWith("%");
    const digits = percent ? input.slice(0, -1) : input;
    const value = digits.trim() === "" ? NaN : Number(digits);
    return value >= 0 && Number.isFinite(value)
      ? { success: true, value: { value, percent } }
      : {
        success: false,
        error: [text(`${input} is no number from 0, such as 0.05 or 10%`)],
      };
  },
  format: ({ value, percent }) => `${value}${percent ? "%" : ""}`,
};

/** Means of a training by name. */
type Means = ReadonlyMap<string, number>;

/**
 * Means of another training: from its recording, or from what `stats --format
 * json` told of it.
 */
export async function readBaseline(
  file: string,
  source: SourceFlags,
): Promise<Means> {
  const means = meansOf(await readStats(file)) ??
    meansNow(
      (await statisticsOf({ ...source, source: file }, {
        last: undefined,
        agent: undefined,
      })).training,
    );
  if (means.size > 0) return means;
  throw new TownletError("The baseline tells of no training", {
    code: "telemetry.baseline",
    where: file,
    hint:
      "Name a recording of a training, or what stats --format json made of it",
  });
}

/** Means of a training. */
export function meansNow(training: ReadonlyMap<string, Summary>): Means {
  return new Map([...training].map(([name, { mean }]) => [name, mean]));
}

/** Every number that both tell, and how far it went. */
export function driftsOf(
  baseline: Means,
  now: Means,
  limit: DriftLimit | undefined,
): readonly Drift[] {
  return [...baseline].flatMap(([metric, before]) => {
    const value = now.get(metric);
    if (value === undefined) return [];
    const drift = value - before;
    const percent = before === 0 ? null : 100 * drift / Math.abs(before);
    const size = limit?.percent
      // From nothing to something is more than any share.
      ? percent ?? (drift === 0 ? 0 : Infinity)
      : drift;
    const exceeded = limit !== undefined && Math.abs(size) > limit.value;
    return [{ metric, baseline: before, value, drift, percent, exceeded }];
  });
}

/** A file that stats wrote, as a value; null for any other. */
async function readStats(file: string): Promise<unknown> {
  if (file === "-" || !file.endsWith(".json")) return null;
  const what = "baseline";
  const text = await readText(file, { what, limit: STATS_BYTES_MAX });
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function meansOf(value: unknown): Means | null {
  if (!isMembers(value) || value.format !== STATS_FORMAT) return null;
  const { training } = value;
  if (!isMembers(training)) return new Map();
  return new Map(
    Object.entries(training).flatMap(([name, one]): [string, number][] =>
      isMembers(one) && typeof one.mean === "number" ? [[name, one.mean]] : []
    ),
  );
}
