/** Datasets and their episodes, for people. @module */
import { recordText } from "../../src/base/text.ts";
import type {
  Dataset,
  DatasetEpisode,
} from "../../src/training/dataset/dataset.ts";
import type {
  DatasetSummary,
  Spread,
} from "../../src/training/dataset/summary.ts";
import type { Paint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { count, number, padEnd } from "../print/text.ts";
import { sizeText } from "./size.ts";

/** Columns of a label. */
const LABEL = 14;

/** Lines that tell what a dataset is and what is in it. */
export function datasetText(
  { where, manifest }: Dataset,
  summary: DatasetSummary,
  paint: Paint,
): string[] {
  const { totals, map_shape } = manifest;
  const line = (label: string, text: string) =>
    `${paint.dim(padEnd(label, LABEL))}${recordText(text)}`;
  const rejected = totals.episodes - totals.accepted_episodes;
  return [
    paint.bold(recordText(where)),
    line("town", `${manifest.config_id}, seed ${manifest.seed}`),
    line(
      "recorded",
      `${manifest.created_utc}, ${count(manifest.ticks, "tick")} of each world`,
    ),
    line(
      "policy",
      manifest.policy_hash === null
        ? manifest.policy
        : `${manifest.policy} ${manifest.policy_hash}`,
    ),
    ...manifest.tags.length === 0
      ? []
      : [line("tags", manifest.tags.join(", "))],
    line(
      "observations",
      `${manifest.variant}, layout ${manifest.layout}: ` +
        `${count(manifest.feature_names.length, "feature")}, map ` +
        `${map_shape.join(" × ")} ${manifest.map_dtype}`,
    ),
    line("", manifest.obs_spec_hash),
    line("actions", `${manifest.actions.length}: ${manifest.action_spec_hash}`),
    line("config", manifest.config_sha256),
    line(
      "steps",
      `${number(totals.steps)} in ${count(totals.episodes, "episode")} and ` +
        `${count(totals.shards, "shard")} (${sizeText(totals.bytes)})`,
    ),
    line(
      "",
      `${number(summary.decisions)} with a choice, ` +
        `${number(summary.external_steps)} chosen by others`,
    ),
    ...rejected === 0 ? [] : [line("rejected", count(rejected, "episode"))],
    line(
      "ends",
      Object.entries(summary.ends)
        .map(([reason, times]) => `${reason} ${number(times)}`).join(", "),
    ),
    line("return", spreadText(summary.returns, 2)),
    line("length", spreadText(summary.lengths, 1)),
    "",
    ...table(
      [
        { heading: "action" },
        { heading: "steps", right: true },
        { heading: "share", right: true },
        { heading: "choices", right: true },
        { heading: "share", right: true },
      ],
      summary.actions.map((one) => [
        recordText(one.action),
        number(one.steps),
        percent(one.share),
        number(one.decisions),
        percent(one.decision_share),
      ]),
      paint,
    ),
  ];
}

/** Lines that tell an episode step by step. */
export function episodeText(
  { manifest }: Dataset,
  { listed, accepted, steps, sequence: { start, end, bootstrap } }:
    DatasetEpisode,
  paint: Paint,
): string[] {
  return [
    `${paint.bold(recordText(listed.agent_id))} (${
      recordText(listed.profile)
    }), world ${listed.world}: ${count(listed.length, "step")}, return ${
      number(listed.return, 3)
    }, ${listed.end_reason}, value after it ${number(bootstrap, 3)}${
      accepted ? "" : ", rejected"
    }`,
    "",
    ...table(
      [
        { heading: "tick", right: true },
        { heading: "action" },
        { heading: "reward", right: true },
        { heading: "value", right: true },
        { heading: "log prob", right: true },
        { heading: "" },
      ],
      Array.from({ length: end - start }, (_, i) => {
        const step = start + i;
        return [
          number(steps.tick[step]),
          recordText(manifest.actions[steps.action[step]]),
          number(steps.reward[step], 4),
          number(steps.value[step], 3),
          number(steps.log_prob[step], 3),
          steps.external[step] === 1 ? "chosen by others" : "",
        ];
      }),
      paint,
    ),
  ];
}

function spreadText(spread: Spread | null, decimals: number): string {
  if (spread === null) return "–";
  const { min, mean, max } = spread;
  return `${number(mean, decimals)} on average, ${number(min, decimals)} to ${
    number(max, decimals)
  }`;
}

function percent(share: number): string {
  return `${number(100 * share, 1)} %`;
}
