/**
 * Episodes of a dataset, and the tables that list them: a line each.
 *
 * @module
 */
import { z } from "zod";
import { int, oneOf } from "../../config/schema.ts";
import type { EpisodeMetrics } from "./metrics.ts";
import { unusable } from "./refusal.ts";

/** Name of the table of episodes. */
export const EPISODES_FILE = "episodes.jsonl";
/** Name of the table of their metrics. */
export const METRICS_FILE = "metrics.jsonl";

/** How an episode may end: by death, by time, or with the recording. */
const END_REASONS = [
  "faint",
  "eviction",
  "killed",
  "truncated",
  "end",
] as const;
/** How an episode ended. */
export type EndReason =
  | "faint"
  | "eviction"
  | "killed"
  | "truncated"
  | "end";

/** What is known of an episode beside its steps. */
export interface EpisodeFacts {
  /** Index of its world; its seed is the dataset's plus this. */
  readonly world: number;
  /** Who lived it. */
  readonly agent_id: string;
  /** Personality. */
  readonly profile: string;
  /** How it ended. */
  readonly end_reason: EndReason;
}

/** An episode, as the table lists it. */
export interface ListedEpisode extends EpisodeFacts {
  /** Index of its shard. */
  readonly shard: number;
  /** Index in its shard. */
  readonly index: number;
  /** Tick of its first step. */
  readonly first_tick: number;
  /** Steps. */
  readonly length: number;
  /** Sum of its rewards. */
  readonly return: number;
}

/** The metrics of an episode, as the table lists them. */
export interface ListedMetrics {
  /** Index of its shard. */
  readonly shard: number;
  /** Index in its shard. */
  readonly index: number;
  /** The metrics by name. */
  readonly metrics: EpisodeMetrics;
}

const place = { shard: int(0), index: int(0) };

const EPISODE: z.ZodType<ListedEpisode> = z.strictObject({
  ...place,
  world: int(0),
  agent_id: z.string().min(1).max(200),
  profile: z.string().max(200),
  first_tick: int(0),
  length: int(1),
  return: z.number(),
  end_reason: oneOf(...END_REASONS),
});

const METRICS = z.object(place).catchall(z.number());

/** Lines of the table of episodes. */
export function encodeEpisodes(episodes: readonly ListedEpisode[]): string {
  return episodes.map((episode) => `${JSON.stringify(episode)}\n`).join("");
}

/** Lines of the table of metrics. */
export function encodeMetrics(rows: readonly ListedMetrics[]): string {
  return rows.map(({ shard, index, metrics }) =>
    `${JSON.stringify({ shard, index, ...metrics })}\n`
  ).join("");
}

/**
 * Reads the table of episodes.
 *
 * @param where the file, for messages
 * @throws {TownletError} that names the first line that makes no sense
 */
export function decodeEpisodes(text: string, where: string): ListedEpisode[] {
  return linesOf(text, EPISODE, where);
}

/**
 * Reads the table of metrics.
 *
 * @param where the file, for messages
 * @throws {TownletError} that names the first line that makes no sense
 */
export function decodeMetrics(text: string, where: string): ListedMetrics[] {
  return linesOf(text, METRICS, where).map((
    { shard, index, ...metrics },
  ) => ({ shard, index, metrics }));
}

function linesOf<Row>(
  text: string,
  schema: z.ZodType<Row>,
  where: string,
): Row[] {
  const lines = text.split("\n");
  if (lines.pop() !== "") {
    throw unusable("table", "The last line is cut off", { where });
  }
  return lines.map((line, i) => {
    const place = `${where}:${i + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw unusable("table", "The line is no JSON", { where: place });
    }
    const read = schema.safeParse(value);
    if (read.success) return read.data;
    const { path, message } = read.error.issues[0];
    throw unusable("table", `${path.join(".") || "The line"}: ${message}`, {
      where: place,
    });
  });
}
