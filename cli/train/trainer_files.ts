/**
 * What a training on rollouts needs to go on, as files of its checkpoint: its
 * worlds as snapshots, and the rest as JSON.
 * @module
 */
import { z } from "zod";
import project from "../../deno.json" with { type: "json" };
import { TownletError } from "../../src/base/error.ts";
import type { SavedBatch } from "../../src/observations/saved.ts";
import type { WholeCheckpoint } from "../../src/runs/checkpoint_files.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import type { TrainerState } from "../../src/training/ppo_trainer.ts";
import { configOfCycle } from "../../src/training/schedules.ts";
import { savedWorld, worldOf } from "../../src/vector/saved.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import type { Town } from "../../src/world/town.ts";
import type { TrainRun } from "./run.ts";
import { adamOf } from "./save.ts";

/** What is kept beside the worlds. */
const TRAINER_FILE = "trainer.json";

/** Part of a world's snapshot: what its residents observed last. */
const BATCH_PART = "batch";

const TRAINER = z.strictObject({
  episodes: z.strictObject({
    returns: z.array(z.number()),
    lengths: z.array(z.number()),
  }),
  columns: z.record(z.string(), z.array(z.number())),
});

/** The files of a training that goes on, by name; `town` is its town. */
export function trainerFiles(
  { episodes, vector }: TrainerState,
  town: Town,
): Map<string, Uint8Array> {
  const { columns, worlds } = vector;
  const bytesOf = (text: string) => new TextEncoder().encode(text);
  return new Map([
    [TRAINER_FILE, bytesOf(`${JSON.stringify({ episodes, columns })}\n`)],
    ...worlds.map((saved, i): [string, Uint8Array] => {
      const text = encodeSnapshot(town, worldOf(saved, town), {
        app: `townlet ${project.version}`,
        parts: { [BATCH_PART]: saved.batch },
      });
      return [worldFile(i), bytesOf(text)];
    }),
  ]);
}

/**
 * The training that a checkpoint was saved of.
 *
 * @param where its folder, for messages
 * @throws {TownletError} where a file is missing or makes no sense
 */
export function trainerState(
  { config, manifest }: TrainRun,
  { network, meta, optimizer, others }: WholeCheckpoint,
  where: string,
): TrainerState {
  const { steps, updates, cycle, rng } = meta;
  const town = compileTown(configOfCycle(config, cycle), manifest);
  const textOf = (name: string) => {
    const bytes = others.get(name);
    if (bytes !== undefined) return new TextDecoder().decode(bytes);
    throw unusable(`it has no ${name}`, where);
  };
  const trainer = TRAINER.safeParse(JSON.parse(textOf(TRAINER_FILE)));
  if (!trainer.success) {
    const [{ path }] = trainer.error.issues;
    throw unusable(`${path.join(".")} makes no sense`, where);
  }
  if (optimizer === null) throw unusable("it has no optimizer.npz", where);
  const { episodes, columns } = trainer.data;
  const worlds = Array.from({ length: config.ppo.num_worlds }, (_, i) => {
    const file = `${where}/${worldFile(i)}`;
    const { world, parts } = decodeSnapshot(textOf(worldFile(i)), town, {
      where: file,
      parts: [BATCH_PART],
    });
    // What opens the worlds looks at every member.
    return savedWorld(world, parts[BATCH_PART] as unknown as SavedBatch);
  });
  return {
    network,
    adam: adamOf(network.net, optimizer, `${where}/optimizer.npz`),
    steps,
    updates,
    cycle,
    rng,
    episodes,
    vector: { worlds, columns },
  };
}

function worldFile(world: number): string {
  return `worlds/${String(world).padStart(4, "0")}.tsnap`;
}

function unusable(why: string, where: string): TownletError {
  return new TownletError(`The training cannot go on from here: ${why}`, {
    code: "run.state",
    where,
    hint: `Begin a new one with what was learned: --init ${where}`,
  });
}
