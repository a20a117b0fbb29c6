/**
 * Packs episodes into shards and lists them.
 *
 * @module
 */
import { bytesFor } from "../../base/columns.ts";
import { TALLIES, type TallyName } from "../../vector/tallies.ts";
import {
  createSteps,
  type Sequence,
  stepCatalogue,
  type Steps,
} from "../experience.ts";
import {
  encodeEpisodes,
  encodeMetrics,
  type EpisodeFacts,
  EPISODES_FILE,
  type ListedEpisode,
  type ListedMetrics,
  METRICS_FILE,
} from "./episodes.ts";
import {
  DATASET_FORMAT,
  type DatasetHeader,
  type DatasetManifest,
  encodeManifest,
  type ListedShard,
  listFile,
  MANIFEST_FILE,
  stepShape,
} from "./manifest.ts";
import { type EpisodeMetrics, episodeMetrics } from "./metrics.ts";
import { encodeShard } from "./shard.ts";
import { copySteps, stepSizes } from "./steps.ts";

/** Bytes of arrays at which a shard is closed; one episode may be more. */
const SHARD_BYTES = 64 << 20;

/** An episode to be written. */
export interface NewEpisode extends EpisodeFacts {
  /** Choices that could not be done; for its metrics, unless these are given. */
  readonly blocked?: number;
  /** Its metrics, where they are known already. */
  readonly metrics?: EpisodeMetrics;
  /** Whether one should learn from it; yes unless said. */
  readonly accepted?: boolean;
}

/** A file that is complete. */
export interface NewFile {
  /** Its name. */
  readonly file: string;
  /** What is in it. */
  readonly bytes: Uint8Array;
}

/** An episode that waits for its shard. */
interface Waiting {
  readonly steps: Steps;
  readonly sequence: Sequence;
  readonly listed: Omit<ListedEpisode, "shard" | "index">;
  readonly metrics: EpisodeMetrics;
}

/** Packs episodes into shards; accepted ones and others apart. */
export class DatasetPacker {
  readonly #header: DatasetHeader;
  readonly #stepBytes: number;
  readonly #shardBytes: number;
  readonly #waiting = { yes: [] as Waiting[], no: [] as Waiting[] };
  readonly #shards: ListedShard[] = [];
  readonly #episodes: ListedEpisode[] = [];
  readonly #metrics: ListedMetrics[] = [];

  /**
   * Begins with no episode.
   *
   * @param shardBytes bytes of arrays at which a shard is closed (64 MiB)
   */
  constructor(header: DatasetHeader, shardBytes: number = SHARD_BYTES) {
    this.#header = header;
    this.#stepBytes = bytesFor(stepCatalogue(stepShape(header), 64)) / 64;
    this.#shardBytes = shardBytes;
  }

  /**
   * Adds an episode; its steps are copied. Where they neither terminate nor
   * are truncated, the recording ended: the last one then is truncated.
   *
   * @returns the shard that is full now, or null
   */
  add(
    steps: Steps,
    sequence: Sequence,
    { blocked = 0, metrics, accepted = true, ...facts }: NewEpisode,
  ): NewFile | null {
    const { start, end, bootstrap } = sequence;
    const kind = accepted ? "yes" : "no";
    const length = end - start;
    const full = this.#isFull(kind, length) ? this.#close(kind) : null;
    const shape = stepShape(this.#header);
    const own = createSteps(shape, length);
    copySteps(stepSizes(shape), steps, [start, end], own, 0);
    const last = length - 1;
    if (own.terminated[last] === 0) own.truncated[last] = 1;
    const whole = { start: 0, end: length, bootstrap };
    this.#waiting[kind].push({
      steps: own,
      sequence: whole,
      listed: {
        ...facts,
        first_tick: own.tick[0],
        length,
        return: own.reward.reduce((sum, reward) => sum + reward, 0),
      },
      metrics: metrics ?? episodeMetrics(this.#header, own, whole, blocked),
    });
    return full;
  }

  /**
   * Ends it: the last shards, the tables, and the manifest at the very end.
   *
   * @param tallies what happened meanwhile, by `TALLIES`; 0 unless given
   */
  finish(
    tallies: ArrayLike<number> = [],
  ): {
    readonly files: readonly NewFile[];
    readonly manifest: DatasetManifest;
  } {
    const text = (content: string) => new TextEncoder().encode(content);
    const last = (["yes", "no"] as const)
      .filter((kind) => this.#waiting[kind].length > 0)
      .map((kind) => this.#close(kind));
    const tables = [
      { file: EPISODES_FILE, bytes: text(encodeEpisodes(this.#episodes)) },
      { file: METRICS_FILE, bytes: text(encodeMetrics(this.#metrics)) },
    ];
    const shards = this.#shards;
    const sum = (of: (shard: ListedShard) => number) =>
      shards.reduce((total, shard) => total + of(shard), 0);
    const manifest: DatasetManifest = {
      format: DATASET_FORMAT,
      version: 1,
      ...this.#header,
      shards,
      tables: tables.map(({ file, bytes }) => listFile(file, bytes)),
      totals: {
        shards: shards.length,
        episodes: sum(({ episodes }) => episodes),
        steps: sum(({ steps }) => steps),
        bytes: sum(({ bytes }) => bytes),
        accepted_episodes: sum((shard) => shard.accepted ? shard.episodes : 0),
        ...tallyTotals(tallies),
      },
    };
    const files = [
      ...last,
      ...tables,
      { file: MANIFEST_FILE, bytes: text(encodeManifest(manifest)) },
    ];
    return { files, manifest };
  }

  /** Whether a shard has no room for so many more steps. */
  #isFull(kind: "yes" | "no", length: number): boolean {
    const waiting = this.#waiting[kind];
    if (waiting.length === 0) return false;
    const steps = waiting.reduce((sum, { listed }) => sum + listed.length, 0);
    return (steps + length) * this.#stepBytes > this.#shardBytes;
  }

  #close(kind: "yes" | "no"): NewFile {
    const waiting = this.#waiting[kind];
    const shard = this.#shards.length;
    const file = `shard-${String(shard).padStart(5, "0")}.npz`;
    const bytes = encodeShard(stepShape(this.#header), waiting);
    this.#shards.push({
      ...listFile(file, bytes),
      steps: waiting.reduce((sum, { listed }) => sum + listed.length, 0),
      episodes: waiting.length,
      accepted: kind === "yes",
    });
    for (const [index, { listed, metrics }] of waiting.entries()) {
      this.#episodes.push({ shard, index, ...listed });
      this.#metrics.push({ shard, index, metrics });
    }
    this.#waiting[kind] = [];
    return { file, bytes };
  }
}

/** Tallies by name, and the mean quality of chats. */
function tallyTotals(tallies: ArrayLike<number>) {
  // Made of the same list of names.
  const named = Object.fromEntries(
    TALLIES.map((name, i) => [name, tallies[i] ?? 0]),
  ) as Record<TallyName, number>;
  const { chat_success_events: chats, chat_quality_sum: sum } = named;
  return { ...named, chat_quality_mean: chats === 0 ? 0 : sum / chats };
}
