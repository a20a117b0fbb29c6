/** `dataset stats`: what a dataset comes to on average. @module */
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { EXIT } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import { openDataset } from "../../src/runs/dataset_files.ts";
import type { Dataset } from "../../src/training/dataset/dataset.ts";
import {
  baselineOf,
  type EpisodeMetrics,
} from "../../src/training/dataset/metrics.ts";
import { commonFlags, jsonFlag, oneOf, says } from "../flags.ts";
import { jsonLine } from "../print/json.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { folderArgument } from "./flags.ts";

const FORMATS = ["text", "md", "json"] as const;
/** Digits of a number that count. */
const DIGITS = 6;

/** Flags of the command. */
export const statsFlags = object({
  part: constant("stats"),
  folder: folderArgument,
  format: withDefault(
    option("--format", oneOf(FORMATS, "FORMAT"), says("How to print it")),
    "text",
    { message: [text("text")] },
  ),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
interface StatsFlags {
  readonly folder: string;
  readonly format: typeof FORMATS[number];
  readonly json: boolean;
}

/** The baseline of a dataset: of the episodes that one should learn from. */
export function datasetBaseline(
  { manifest, metrics }: Dataset,
): EpisodeMetrics {
  const accepted = metrics.filter(({ shard }) =>
    manifest.shards[shard].accepted
  );
  return baselineOf(accepted.map(({ metrics }) => metrics));
}

/** Runs the command. */
export async function runStats(
  { folder, format, json }: StatsFlags,
): Promise<number> {
  const dataset = await openDataset(folder);
  const baseline = datasetBaseline(dataset);
  print(shown(dataset, baseline, json ? "json" : format));
  return EXIT.done;
}

function shown(
  { where, manifest }: Dataset,
  baseline: EpisodeMetrics,
  format: typeof FORMATS[number],
): string {
  const { config_id, policy } = manifest;
  const rows = Object.entries(baseline).map(([name, value]) => [
    recordText(name),
    valueText(value),
  ]);
  switch (format) {
    case "json":
      return jsonLine({
        format: "townlet.dataset_stats",
        version: 1,
        folder: where,
        config_id,
        policy,
        metrics: baseline,
      }) + "\n";
    case "md":
      return [
        `### ${recordText(config_id)}, policy ${recordText(policy)}`,
        "",
        "| Metric | Value |",
        "| --- | ---: |",
        ...rows.map(([name, value]) => `| \`${name}\` | ${value} |`),
        "",
      ].join("\n");
    case "text":
      return table(
        [{ heading: "metric" }, { heading: "value", right: true }],
        rows,
        openPaint(showsColours("stdout")),
      ).map((line) => `${line}\n`).join("");
  }
}

/** A number, whole or with the digits that count. */
export function valueText(value: number): string {
  return Number.isInteger(value)
    ? String(value)
    : String(Number(value.toPrecision(DIGITS)));
}
