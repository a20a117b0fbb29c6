/** Small datasets, recorded in memory. @module */
import type { Policy } from "../../src/policy/policy.ts";
import type { Simulation } from "../../src/simulation.ts";
import type { Dataset } from "../../src/training/dataset/dataset.ts";
import {
  decodeEpisodes,
  decodeMetrics,
  EPISODES_FILE,
  METRICS_FILE,
} from "../../src/training/dataset/episodes.ts";
import {
  type DatasetHeader,
  datasetHeader,
  stepShape,
} from "../../src/training/dataset/manifest.ts";
import {
  type RecordedEpisode,
  Recorder,
} from "../../src/training/dataset/recorder.ts";
import { decodeShard } from "../../src/training/dataset/shard.ts";
import { DatasetPacker } from "../../src/training/dataset/writer.ts";
import type { Town } from "../../src/world/town.ts";

/** What a manifest says of the datasets of tests. */
export function tinyHeader(town: Town): DatasetHeader {
  return datasetHeader(town, {
    mapFormat: "u8",
    seed: 1337,
    policy: "scripted",
    policyHash: null,
    ticks: 10,
    createdUtc: "2026-01-31T12:00:00Z",
    tags: ["test"],
  });
}

/** Records so many ticks of a simulation that observes. */
export async function recordTicks(
  simulation: Simulation,
  ticks: number,
  episodeTicks = 1440,
  beforeTick: (tick: number) => void = () => {},
): Promise<readonly RecordedEpisode[]> {
  const recorder = new Recorder(simulation, { episodeTicks, world: 0 });
  const episodes: RecordedEpisode[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    beforeTick(tick);
    simulation.step();
    episodes.push(...recorder.record());
  }
  return [...episodes, ...await recorder.finish()];
}

/** A dataset of episodes, its files in memory, by name. */
export interface PackedDataset extends Dataset {
  /** The files. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Packs episodes; `shardBytes` bytes of arrays close a shard. */
export function packed(
  town: Town,
  episodes: readonly RecordedEpisode[],
  shardBytes?: number,
): PackedDataset {
  const header = tinyHeader(town);
  const packer = new DatasetPacker(header, shardBytes);
  const files = new Map<string, Uint8Array>();
  for (const { steps, sequence, episode } of episodes) {
    const full = packer.add(steps, sequence, episode);
    if (full !== null) files.set(full.file, full.bytes);
  }
  const { files: last, manifest } = packer.finish();
  for (const { file, bytes } of last) files.set(file, bytes);
  const bytesOf = (file: string) => files.get(file) ?? new Uint8Array();
  const textOf = (file: string) => new TextDecoder().decode(bytesOf(file));
  return {
    where: "tiny",
    manifest,
    episodes: decodeEpisodes(textOf(EPISODES_FILE), EPISODES_FILE),
    metrics: decodeMetrics(textOf(METRICS_FILE), METRICS_FILE),
    files,
    read(shard) {
      const { file } = manifest.shards[shard];
      return Promise.resolve(
        decodeShard(bytesOf(file), stepShape(header), file),
      );
    },
  };
}

/** Chooses one action, and values everybody by the ticks that were done. */
export function clockPolicy(action: number): Policy {
  return {
    name: "clock",
    sees: "observations",
    releases: true,
    everyTick: true,
    act({ world, rows, count }, out) {
      out.value.fill(world.tick[0]);
      for (let i = 0; i < count; i++) {
        out.action[rows[i]] = action;
        out.logProb[rows[i]] = -0.5;
      }
    },
  };
}
