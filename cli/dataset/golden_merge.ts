/** `dataset golden-merge`: metrics that are kept to compare with. @module */
import { dirname } from "node:path";
import { object } from "@optique/core/constructs";
import { multiple } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { z } from "zod";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import { int } from "../../src/config/schema.ts";
import { openDataset } from "../../src/runs/dataset_files.ts";
import {
  type OutputKind,
  readText,
  writeFile,
} from "../../src/security/paths.ts";
import type { Needs } from "../../src/security/permissions.ts";
import type { EpisodeMetrics } from "../../src/training/dataset/metrics.ts";
import { commonFlags, jsonFlag, says } from "../flags.ts";
import { jsonLine } from "../print/json.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { count } from "../print/text.ts";
import { folderArgument } from "./flags.ts";
import { datasetBaseline, valueText } from "./stats.ts";

/** First member of the file. */
const FORMAT = "townlet-golden-metrics";
/** Most bytes of the file. */
const BYTES_MAX = 16 << 20;
const WHAT = "file of golden metrics";

/** Flags of the command. */
export const goldenFlags = object({
  part: constant("golden-merge"),
  folders: multiple(folderArgument, { min: 1 }),
  golden: option(
    "--golden",
    string({ metavar: "FILE" }),
    says("Metrics to compare with, by name of the town"),
  ),
  write: option("--write", says("Write the new metrics into that file")),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
interface GoldenFlags {
  readonly folders: readonly string[];
  readonly golden: string;
  readonly write: boolean;
  readonly json: boolean;
}

/** What is kept of a dataset. */
interface Golden {
  readonly policy: string;
  readonly seed: number;
  readonly ticks: number;
  readonly config_sha256: string;
  readonly metrics: EpisodeMetrics;
}

/** The file: what is kept, by name of the town. */
interface GoldenFile {
  readonly format: typeof FORMAT;
  readonly version: 1;
  readonly datasets: Readonly<Record<string, Golden>>;
}

const FILE: z.ZodType<GoldenFile> = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  datasets: z.record(
    z.string(),
    z.strictObject({
      policy: z.string(),
      seed: int(0),
      ticks: int(0),
      config_sha256: z.string(),
      metrics: z.record(z.string(), z.number()),
    }),
  ),
});

/** A metric that is another than the one kept. */
interface Change {
  readonly dataset: string;
  readonly metric: string;
  /** The one kept, or null: there was none. */
  readonly golden: number | null;
  /** The one now, or null: there is none any more. */
  readonly now: number | null;
}

/** What the command needs. */
export function goldenNeeds(
  { folders, golden, write }: Pick<GoldenFlags, "folders" | "golden" | "write">,
): Partial<Needs> {
  return write
    ? { reads: folders, writes: [dirname(golden)] }
    : { reads: [...folders, golden] };
}

/** Runs the command; without `--write` it only tells what would change. */
export async function runGoldenMerge(
  { folders, golden, write, json }: GoldenFlags,
): Promise<number> {
  const before = await readGolden(golden);
  const datasets = new Map(Object.entries(before.datasets));
  const changes: Change[] = [];
  const named = new Set<string>();
  for (const folder of folders) {
    const dataset = await openDataset(folder);
    const { config_id, policy, seed, ticks, config_sha256 } = dataset.manifest;
    if (named.has(config_id)) {
      throw new TownletError(`Two of the datasets are of ${config_id}`, {
        code: "dataset.twins",
        where: folder,
        hint: "One of each town is kept",
      });
    }
    named.add(config_id);
    const metrics = datasetBaseline(dataset);
    changes.push(
      ...changesOf(config_id, datasets.get(config_id)?.metrics ?? {}, metrics),
    );
    datasets.set(config_id, { policy, seed, ticks, config_sha256, metrics });
  }
  if (write) {
    const sorted = [...datasets].sort(([a], [b]) => a < b ? -1 : 1);
    const file: GoldenFile = {
      format: FORMAT,
      version: 1,
      datasets: Object.fromEntries(sorted),
    };
    await writeFile(golden, `${JSON.stringify(file, null, 2)}\n`, GOLDEN_FILE);
  }
  print(shown({ golden, write, json }, changes));
  return EXIT.done;
}

const GOLDEN_FILE: OutputKind = {
  what: WHAT,
  isKind: (head) =>
    new TextDecoder().decode(head).startsWith(`{\n  "format": "${FORMAT}"`),
};

/** The file as it is; nothing where there is none yet. */
async function readGolden(path: string): Promise<GoldenFile> {
  let text: string;
  try {
    text = await readText(path, { what: WHAT, limit: BYTES_MAX });
  } catch (error) {
    if (!(error instanceof TownletError) || error.code !== "file.missing") {
      throw error;
    }
    return { format: FORMAT, version: 1, datasets: {} };
  }
  const read = FILE.safeParse(parsed(text));
  if (read.success) return read.data;
  const { path: [...keys], message } = read.error.issues[0];
  throw new TownletError(
    recordText(`Of the golden metrics: ${keys.join(".")}: ${message}`),
    { code: "dataset.golden", where: path, hint: "Name another file" },
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function changesOf(
  dataset: string,
  before: EpisodeMetrics,
  metrics: EpisodeMetrics,
): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(metrics)]);
  return [...names].flatMap((metric) => {
    const golden = before[metric] ?? null;
    const now = metrics[metric] ?? null;
    return golden === now ? [] : [{ dataset, metric, golden, now }];
  });
}

function shown(
  { golden, write, json }: Omit<GoldenFlags, "folders">,
  changes: readonly Change[],
): string {
  if (json) {
    return jsonLine({
      format: "townlet.dataset_golden_merge",
      version: 1,
      golden,
      written: write,
      changes,
    }) + "\n";
  }
  const told = (value: number | null) =>
    value === null ? "–" : valueText(value);
  const lines = changes.length === 0 ? [] : [
    ...table(
      [
        { heading: "town" },
        { heading: "metric" },
        { heading: "golden", right: true },
        { heading: "now", right: true },
      ],
      changes.map(({ dataset, metric, golden, now }) => [
        recordText(dataset),
        recordText(metric),
        told(golden),
        told(now),
      ]),
      openPaint(showsColours("stdout")),
    ),
    "",
  ];
  const end = `${count(changes.length, "change")}, ` +
    (write ? `written to ${golden}` : "nothing written; --write does");
  return [...lines, recordText(end), ""].join("\n");
}
