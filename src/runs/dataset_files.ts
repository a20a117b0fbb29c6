/**
 * Datasets in folders: written whole, the manifest last; read with care.
 *
 * @module
 */
import { join } from "node:path";
import { TownletError } from "../base/error.ts";
import {
  about,
  checkSize,
  FILE_BYTES_MAX,
  readFile,
  readText,
  writeFile,
} from "../security/paths.ts";
import { beforeRoot, checkRoot } from "../security/roots.ts";
import type { Sequence, Steps } from "../training/experience.ts";
import { placeFaults } from "../training/dataset/audit.ts";
import type { Dataset } from "../training/dataset/dataset.ts";
import {
  decodeEpisodes,
  decodeMetrics,
  EPISODES_FILE,
  METRICS_FILE,
} from "../training/dataset/episodes.ts";
import {
  checkDigest,
  type DatasetHeader,
  type DatasetManifest,
  decodeManifest,
  type ListedFile,
  MANIFEST_BYTES_MAX,
  MANIFEST_FILE,
  stepShape,
} from "../training/dataset/manifest.ts";
import { decodeShard, SHARD_BYTES_MAX } from "../training/dataset/shard.ts";
import {
  DatasetPacker,
  type NewEpisode,
  type NewFile,
} from "../training/dataset/writer.ts";

/** What a dataset is called. */
export const WHAT = "dataset";
/** Most bytes of a table. */
const TABLE_BYTES_MAX = FILE_BYTES_MAX.snapshot;
/** What a shard has beside its arrays: headers, directory. */
const SHARD_EXTRA_BYTES = 1 << 20;

/** A dataset that is being written. */
export interface DatasetWriter {
  /** Adds an episode; its steps are copied. Writes a shard when one is full. */
  add(steps: Steps, sequence: Sequence, episode: NewEpisode): Promise<void>;
  /**
   * Writes what is left, the tables, and the manifest last.
   *
   * @param tallies what happened meanwhile, by `TALLIES`
   */
  close(tallies?: ArrayLike<number>): Promise<DatasetManifest>;
}

/**
 * Refuses a folder that a dataset cannot be written to: one that is not empty,
 * or that is not for it alone (rules F2 and F3).
 *
 * @param keeps files it must not contain, such as the town file
 */
export async function checkDatasetFolder(
  folder: string,
  keeps: readonly string[],
): Promise<void> {
  await checkRoot(folder, { what: "a dataset", keeps });
  await about("write", folder, WHAT, async () => {
    await Deno.mkdir(folder, { recursive: true });
    for await (const _entry of Deno.readDir(folder)) {
      throw new TownletError("The folder of the dataset is not empty", {
        code: "dataset.exists",
        where: folder,
        hint: "Name another folder: a dataset is never written over",
      });
    }
  });
}

/**
 * Begins a dataset in a folder that is new or empty.
 *
 * @param options `keeps`: files that folder must not contain; `shardBytes`:
 * bytes of arrays at which a shard is closed (64 MiB)
 * @throws {TownletError} for a folder that is not empty or not for it alone
 */
export async function createDataset(
  folder: string,
  header: DatasetHeader,
  options: {
    readonly keeps?: readonly string[];
    readonly shardBytes?: number;
  } = {},
): Promise<DatasetWriter> {
  await checkDatasetFolder(folder, options.keeps ?? []);
  const packer = new DatasetPacker(header, options.shardBytes);
  const write = ({ file, bytes }: NewFile) =>
    writeFile(join(folder, file), bytes, {
      what: WHAT,
      isKind: null,
      from: beforeRoot(folder),
    });
  return {
    async add(steps, sequence, episode) {
      const full = packer.add(steps, sequence, episode);
      if (full !== null) await write(full);
    },
    async close(tallies) {
      const { files, manifest } = packer.finish(tallies);
      for (const file of files) await write(file);
      return manifest;
    },
  };
}

/**
 * Opens a dataset: reads its manifest and tables. Shards are read when they are
 * asked for.
 *
 * @throws {TownletError} that names the file: exit code 5 for digests that do
 * not fit, links and paths that lead elsewhere, else 2
 */
export async function openDataset(folder: string): Promise<Dataset> {
  const manifest = await readManifest(folder);
  const table = async <
    Row extends { readonly shard: number; readonly index: number },
  >(
    file: string,
    decode: (text: string, where: string) => Row[],
  ) => {
    const listed = manifest.tables.find((one) => one.file === file);
    const where = join(folder, file);
    if (listed === undefined) {
      throw new TownletError(`The manifest does not list ${file}`, {
        code: "dataset.table",
        where: join(folder, MANIFEST_FILE),
      });
    }
    const bytes = await readListed(folder, listed, "table");
    const rows = decode(new TextDecoder().decode(bytes), where);
    const [fault] = placeFaults(rows, manifest.shards);
    if (fault === undefined) return rows;
    throw new TownletError(fault, { code: "dataset.table", where });
  };
  const episodes = await table(EPISODES_FILE, decodeEpisodes);
  const metrics = await table(METRICS_FILE, decodeMetrics);
  return {
    where: folder,
    manifest,
    episodes,
    metrics,
    async read(shard) {
      const listed = manifest.shards[shard];
      const bytes = await readListed(folder, listed, "shard");
      const where = join(folder, listed.file);
      const read = decodeShard(bytes, stepShape(manifest), where);
      const { steps, sequences } = read;
      if (
        steps.action.length === listed.steps &&
        sequences.length === listed.episodes
      ) return read;
      throw new TownletError(
        `The shard has ${steps.action.length} steps of ${sequences.length} ` +
          `episodes, the manifest ${listed.steps} of ${listed.episodes}`,
        { code: "dataset.shard", where },
      );
    },
  };
}

/**
 * Reads the manifest of a dataset.
 *
 * @throws {TownletError} as {@link openDataset} does
 */
export async function readManifest(folder: string): Promise<DatasetManifest> {
  const where = join(folder, MANIFEST_FILE);
  const text = await readText(where, {
    what: "manifest of a dataset",
    limit: MANIFEST_BYTES_MAX,
  });
  return decodeManifest(text, where);
}

/**
 * Reads a file of a dataset, as its manifest lists it.
 *
 * @throws {TownletError} exit code 5 for a digest that does not fit or a link,
 * else 2
 */
export async function readListed(
  folder: string,
  listed: ListedFile,
  what: "shard" | "table",
): Promise<Uint8Array> {
  const where = join(folder, listed.file);
  const limit = what === "shard"
    ? SHARD_BYTES_MAX + SHARD_EXTRA_BYTES
    : TABLE_BYTES_MAX;
  checkSize(listed.bytes, where, { what, limit });
  const bytes = await readFile(where, { what, limit });
  checkDigest(bytes, listed, where);
  return bytes;
}
