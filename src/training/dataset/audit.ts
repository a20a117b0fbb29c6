/**
 * Audits: everything that is wrong with a dataset, not only the first of it.
 *
 * @module
 */
import type { Shard } from "./shard.ts";
import type { ListedEpisode, ListedMetrics } from "./episodes.ts";
import type { DatasetHeader, ListedShard } from "./manifest.ts";
import { episodeMetrics } from "./metrics.ts";

/** Something that is wrong with a dataset. */
export interface AuditFinding {
  /** The file. */
  readonly file: string;
  /** What is wrong with it. */
  readonly fault: string;
}

/** Metrics that do not follow from the steps alone. */
const UNSEEN = ["action_blocked_ratio"];

/** Where the tables do not name the episodes of the shards, one by one. */
export function placeFaults(
  rows: readonly { readonly shard: number; readonly index: number }[],
  shards: readonly ListedShard[],
): string[] {
  const count = shards.reduce((sum, { episodes }) => sum + episodes, 0);
  if (rows.length !== count) {
    return [`${rows.length} episodes are listed, and the shards have ${count}`];
  }
  let line = 0;
  for (const [shard, { episodes }] of shards.entries()) {
    for (let index = 0; index < episodes; index++) {
      const row = rows[line++];
      if (row.shard === shard && row.index === index) continue;
      return [`Line ${line} is of another place than its own`];
    }
  }
  return [];
}

/** Where a shard is not what the manifest and the tables say of it. */
export function contentFaults(
  header: DatasetHeader,
  listed: ListedShard,
  { steps, sequences }: Shard,
  episodes: readonly ListedEpisode[],
  metrics: readonly ListedMetrics[],
): string[] {
  const counts = [
    ["steps", steps.action.length, listed.steps],
    ["episodes", sequences.length, listed.episodes],
  ] as const;
  const faults = counts.flatMap(([what, found, expected]) =>
    found === expected
      ? []
      : [`It has ${found} ${what}, and the manifest says ${expected}`]
  );
  if (faults.length > 0) return faults;
  for (const [i, sequence] of sequences.entries()) {
    const { start, end } = sequence;
    const found = episodeMetrics(header, steps, sequence, 0);
    const told: Record<string, number> = {
      ...metrics[i].metrics,
      length: episodes[i].length,
      return: episodes[i].return,
      first_tick: episodes[i].first_tick,
    };
    const computed: Record<string, number> = {
      ...found,
      length: end - start,
      return: found.reward_sum,
      first_tick: steps.tick[start],
    };
    for (const [name, value] of Object.entries(computed)) {
      if (UNSEEN.includes(name) || told[name] === value) continue;
      faults.push(
        `Episode ${i} has ${name} ${value}, and the tables say ${told[name]}`,
      );
    }
    const isDead = steps.terminated[end - 1] === 1;
    const { end_reason } = episodes[i];
    if (isDead === (end_reason === "truncated" || end_reason === "end")) {
      faults.push(`Episode ${i} did not end as the table says: ${end_reason}`);
    }
    if (isDead && sequence.bootstrap !== 0) {
      faults.push(`Episode ${i} ends in death and has a value after it`);
    }
  }
  return faults;
}
