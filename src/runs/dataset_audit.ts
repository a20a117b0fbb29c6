/**
 * Audits of datasets in folders: all that is wrong, file by file.
 *
 * @module
 */
import { join } from "node:path";
import { TownletError } from "../base/error.ts";
import { decodeNpz } from "../base/npz.ts";
import { about } from "../security/paths.ts";
import {
  type AuditFinding,
  contentFaults,
  placeFaults,
} from "../training/dataset/audit.ts";
import {
  decodeEpisodes,
  decodeMetrics,
  EPISODES_FILE,
  METRICS_FILE,
} from "../training/dataset/episodes.ts";
import {
  type DatasetManifest,
  type ListedShard,
  MANIFEST_FILE,
  stepShape,
} from "../training/dataset/manifest.ts";
import {
  SHARD_BYTES_MAX,
  shardFaults,
  shardOf,
} from "../training/dataset/shard.ts";
import { readListed, readManifest, WHAT } from "./dataset_files.ts";

/** What an audit of a dataset found. */
export interface DatasetAudit {
  /** The folder. */
  readonly dataset: string;
  /** What its manifest says, or null: it cannot be read. */
  readonly manifest: DatasetManifest | null;
  /** What is wrong; empty is well. */
  readonly findings: readonly AuditFinding[];
}

/** Ending of tables for other programs, which no manifest lists. */
const TABLE_ENDING = ".parquet";

/**
 * Looks at every file of a dataset: digests, shapes, numbers, offsets, and
 * whether manifest, tables and shards agree.
 *
 * @throws {TownletError} for a folder that is not there or may not be read
 */
export async function auditDataset(folder: string): Promise<DatasetAudit> {
  const names = await namesIn(folder);
  const findings: AuditFinding[] = [];
  const find = (file: string, faults: readonly string[]) =>
    findings.push(...faults.map((fault) => ({ file, fault })));
  const tried = async <Value>(
    file: string,
    act: () => Promise<Value>,
  ): Promise<Value | null> => {
    try {
      return await act();
    } catch (error) {
      const isFault = error instanceof TownletError &&
        error.code !== "file.permission";
      if (!isFault) throw error;
      find(file, [faultOf(error, folder, file)]);
      return null;
    }
  };
  const manifest = await tried(MANIFEST_FILE, () => readManifest(folder));
  if (manifest === null) return { dataset: folder, manifest, findings };

  const table = <
    Row extends { readonly shard: number; readonly index: number },
  >(
    file: string,
    decode: (text: string, where: string) => Row[],
  ) =>
    tried(file, async () => {
      const listed = manifest.tables.find((one) => one.file === file);
      if (listed === undefined) {
        find(file, ["The manifest does not list it"]);
        return null;
      }
      const bytes = await readListed(folder, listed, "table");
      const rows = decode(new TextDecoder().decode(bytes), join(folder, file));
      const faults = placeFaults(rows, manifest.shards);
      find(file, faults);
      return faults.length > 0 ? null : rows;
    });
  const episodes = await table(EPISODES_FILE, decodeEpisodes);
  const metrics = await table(METRICS_FILE, decodeMetrics);

  for (const [shard, listed] of manifest.shards.entries()) {
    await tried(listed.file, async () => {
      const arrays = await readArrays(folder, listed);
      const faults = shardFaults(arrays, stepShape(manifest));
      find(listed.file, faults);
      if (faults.length > 0 || episodes === null || metrics === null) return;
      const own = <Row extends { readonly shard: number }>(
        rows: readonly Row[],
      ) => rows.filter((row) => row.shard === shard);
      find(
        listed.file,
        contentFaults(
          manifest,
          listed,
          shardOf(arrays),
          own(episodes),
          own(metrics),
        ),
      );
    });
  }
  find(MANIFEST_FILE, strangers(names, manifest));
  return { dataset: folder, manifest, findings };
}

async function readArrays(folder: string, listed: ListedShard) {
  const bytes = await readListed(folder, listed, "shard");
  return decodeNpz(bytes, {
    where: join(folder, listed.file),
    limitBytes: SHARD_BYTES_MAX,
  });
}

/** Names of the files in a folder. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  await about("read", folder, WHAT, async () => {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  });
  return names.sort();
}

/** What the manifest does not list. */
function strangers(
  names: readonly string[],
  { shards, tables }: DatasetManifest,
): string[] {
  const known = new Set([
    MANIFEST_FILE,
    ...[...shards, ...tables].map(({ file }) => file),
  ]);
  return names
    .filter((name) => !known.has(name) && !name.endsWith(TABLE_ENDING))
    .map((name) => `It does not list ${name}`);
}

/** What an error says, and of which part of the file. */
function faultOf(
  { message, where = "" }: TownletError,
  folder: string,
  file: string,
): string {
  const part = where.slice(join(folder, file).length).replace(/^:\s*/, "");
  return part === "" ? message : `${part}: ${message}`;
}
