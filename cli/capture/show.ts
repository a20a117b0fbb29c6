/** What was recorded, for people. @module */
import { recordText } from "../../src/base/text.ts";
import type { Dataset } from "../../src/training/dataset/dataset.ts";
import { sizeText } from "../dataset/size.ts";
import type { Paint } from "../print/paint.ts";
import { count, number } from "../print/text.ts";

/** Lines that tell of a dataset that was just recorded. */
export function captureText(
  { where, manifest, episodes }: Dataset,
  paint: Paint,
): string[] {
  const { totals, config_id, policy, ticks } = manifest;
  const returns = episodes.map((episode) => episode.return);
  const mean = returns.reduce((sum, one) => sum + one, 0) / returns.length;
  const least = returns.reduce((a, b) => Math.min(a, b), Infinity);
  const most = returns.reduce((a, b) => Math.max(a, b), -Infinity);
  return [
    paint.bold(`${recordText(config_id)}: ${recordText(where)}`),
    `  ${count(totals.episodes, "episode")}, ${count(totals.steps, "step")} ` +
    `in ${count(totals.shards, "shard")} (${sizeText(totals.bytes)}); ` +
    `${count(ticks, "tick")}, policy ${recordText(policy)}`,
    ...returns.length === 0 ? [] : [
      `  return ${number(mean, 2)} on average, ${number(least, 2)} to ${
        number(most, 2)
      }`,
    ],
    `  ${count(totals.queue_conflict_events, "conflict")} ` +
    `(intensity ${number(totals.queue_conflict_intensity_sum, 1)}), ` +
    `${count(totals.shared_meal_events, "shared meal")}, ` +
    `${count(totals.chat_success_events, "chat")} ` +
    `(quality ${number(totals.chat_quality_mean, 2)}), ` +
    `${number(totals.chat_failure_events)} failed; ` +
    `late and helped ${number(totals.late_help_events)}, ` +
    `shifts taken over ${number(totals.shift_takeover_events)}`,
  ];
}
