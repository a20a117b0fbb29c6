/** Records what residents see, do and get, as a dataset. @module */
import { setImmediate } from "node:timers";
import { TownletError } from "../../src/base/error.ts";
import {
  observationSpec,
  smallestMapFormat,
} from "../../src/observations/spec.ts";
import type { Policy } from "../../src/policy/policy.ts";
import {
  createDataset,
  type DatasetWriter,
} from "../../src/runs/dataset_files.ts";
import { Simulation } from "../../src/simulation.ts";
import {
  datasetHeader,
  type DatasetManifest,
} from "../../src/training/dataset/manifest.ts";
import {
  type RecordedEpisode,
  Recorder,
} from "../../src/training/dataset/recorder.ts";
import { addTallies, TALLIES } from "../../src/vector/tallies.ts";
import type { Town } from "../../src/world/town.ts";

/** What to record. */
export interface CaptureOptions {
  /** Folder of the dataset, empty or not there. */
  readonly out: string;
  /** Ticks of each world. */
  readonly ticks: number;
  /** Seed of the first world. */
  readonly seed: number;
  /** How many worlds, each at the next seed. */
  readonly worlds: number;
  /** Who decides; values everybody, if it sees observations. */
  readonly policy: Policy;
  /** Words for the manifest. */
  readonly tags: readonly string[];
  /** Files the folder must not contain. */
  readonly keeps: readonly string[];
  /** Aborted when the recording is to stop: it does so after the tick. */
  readonly asked: AbortSignal;
  /** Called now and then with the ticks done of all. */
  readonly onTicks: (done: number) => void;
}

/** Milliseconds of ticks after which the event loop has its turn. */
const SLICE_MS = 10;

/**
 * Records worlds of a town, one after the other, and gives the manifest of what
 * was written. Episodes are cut after `training.episode_ticks`; worlds go on.
 */
export async function capture(
  town: Town,
  options: CaptureOptions,
): Promise<DatasetManifest> {
  const { ticks, seed, worlds, policy, tags, asked } = options;
  const mapFormat = smallestMapFormat(observationSpec(town));
  const header = {
    ...datasetHeader(town, {
      mapFormat,
      seed,
      policy: policy.name,
      policyHash: policy.policyHash?.() ?? null,
      ticks: 0,
      createdUtc: new Date().toISOString(),
      tags,
    }),
  };
  const writer = await createDataset(options.out, header, {
    keeps: options.keeps,
  });
  const tallies = new Float64Array(TALLIES.length);
  for (let world = 0; world < worlds && !asked.aborted; world++) {
    const simulation = new Simulation(town, {
      seed: seed + world,
      policy,
      observe: mapFormat,
    });
    const done = world * ticks;
    const recorded = await recordWorld(simulation, writer, {
      ...options,
      world,
      tallies,
      onTicks: (ticks) => options.onTicks(done + ticks),
    });
    // Fewer than were wanted, if the first world was stopped.
    header.ticks = Math.max(header.ticks, recorded);
  }
  return await writer.close(tallies);
}

/** Records one world, and gives the ticks that it came to. */
async function recordWorld(
  simulation: Simulation,
  writer: DatasetWriter,
  options: CaptureOptions & {
    readonly world: number;
    readonly tallies: Float64Array;
  },
): Promise<number> {
  const { ticks, world, tallies, asked, onTicks } = options;
  const { episode_ticks } = simulation.town.config.training;
  const recorder = new Recorder(simulation, {
    episodeTicks: episode_ticks,
    world,
  });
  const write = async (episodes: readonly RecordedEpisode[]) => {
    for (const { steps, sequence, episode } of episodes) {
      await writer.add(steps, sequence, episode);
    }
  };
  let end = performance.now() + SLICE_MS;
  let done = 0;
  while (done < ticks && !asked.aborted) {
    const { events } = await simulation.stepAsync();
    addTallies(events, tallies, 0);
    await write(recorder.record());
    done++;
    if (performance.now() < end) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    onTicks(done);
    end = performance.now() + SLICE_MS;
  }
  await write(await recorder.finish());
  return done;
}

/** Refuses datasets that would lie in one folder, each by its town's name. */
export function checkNames(ids: readonly string[]): void {
  const twin = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twin === undefined) return;
  throw new TownletError(`Two of the towns are called ${twin}`, {
    code: "capture.twins",
    hint: "Each gets a folder of its name: record them one by one",
  });
}
