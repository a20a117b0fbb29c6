/**
 * Saved batches: what everybody observed last, as plain JSON.
 *
 * Who chooses from observations chooses in the next tick from those that were
 * built before the dead were taken away, so a World alone does not tell what
 * they were. A run that goes on from a file goes on with this batch.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { bytesFor, bytesOf } from "../base/columns.ts";
import { TownletError } from "../base/error.ts";
import type { Town } from "../world/town.ts";
import type { World } from "../world/world.ts";
import {
  type BatchArrays,
  batchArrays,
  batchCatalogue,
  type DraftBatch,
  type ObservationBatch,
  openBatch,
} from "./batch.ts";
import type { MapFormat, ObservationSpec } from "./spec.ts";

/** A batch as plain JSON; arrays are base64 of little-endian numbers. */
export interface SavedBatch {
  /** Hash of what its observations look like. */
  readonly spec_hash: string;
  /** Ticks done when it was built. */
  readonly tick: number;
  /** Number format of the maps. */
  readonly map_format: MapFormat;
  /** Id of each row's agent, "" in a row nobody has. [rows] */
  readonly agent_ids: readonly string[];
  /** Arrays by name. */
  readonly arrays: { readonly [K in keyof BatchArrays]: string };
}

const ARRAYS: readonly (keyof BatchArrays)[] = [
  "agents",
  "map",
  "features",
  "actionMask",
  "summary",
  "slots",
  "filledSlots",
];

/** Writes the rows of a batch down. */
export function saveBatch(
  spec: ObservationSpec,
  batch: ObservationBatch,
): SavedBatch {
  const { tick, count, mapFormat, agents, agentIds } = batch;
  const rows = batch.agents.length;
  const base64 = (name: keyof BatchArrays) => {
    const bytes = bytesOf(batch[name]);
    return Buffer.from(bytes.slice(0, bytes.length / rows * count))
      .toString("base64");
  };
  return {
    spec_hash: spec.specHash,
    tick,
    map_format: mapFormat,
    agent_ids: [...agents.subarray(0, count)].map((agent) =>
      agent < 0 ? "" : agentIds[agent]
    ),
    arrays: Object.fromEntries(
      ARRAYS.map((name) => [name, base64(name)]),
    ) as SavedBatch["arrays"],
  };
}

/**
 * Makes a batch of what was written down.
 *
 * @throws {TownletError} when it is none of this town's batches
 */
export function loadBatch(
  town: Town,
  spec: ObservationSpec,
  saved: unknown,
): ObservationBatch {
  const {
    spec_hash,
    tick,
    map_format: mapFormat,
    agent_ids: ids,
    arrays: texts,
  } = members(saved);
  if (spec_hash !== spec.specHash) {
    throw unusable("they look different in this town");
  }
  if (mapFormat !== "f32" && mapFormat !== "u8") {
    throw unusable(`maps of the format ${String(mapFormat)} are unknown`);
  }
  if (typeof tick !== "number" || !Number.isSafeInteger(tick) || tick < 0) {
    throw unusable("there is no such tick");
  }
  if (!Array.isArray(ids) || ids.length > town.capacity) {
    throw unusable("the ids are no list of the town's agents");
  }
  const rows = ids.length;
  const catalogue = batchCatalogue(
    spec,
    town.actions.length,
    rows,
    mapFormat,
  );
  const arrays = batchArrays(catalogue, new ArrayBuffer(bytesFor(catalogue)));
  const given = members(texts);
  for (const name of ARRAYS) {
    const bytes = Buffer.from(String(given[name]), "base64");
    if (bytes.length !== arrays[name].byteLength) {
      throw unusable(`${name} has ${bytes.length} bytes`);
    }
    bytesOf(arrays[name]).set(bytes);
  }
  const batch: DraftBatch = openBatch(town, spec, mapFormat, arrays);
  batch.tick = tick;
  batch.count = rows;
  const agentIds = new Array<string>(town.capacity).fill("");
  for (const [row, agent] of arrays.agents.entries()) {
    if (agent === -1) continue;
    if (!(agent >= 0 && agent < town.capacity) || batch.rowOf[agent] >= 0) {
      throw unusable(`row ${row} is of no agent, or of one twice`);
    }
    batch.rowOf[agent] = row;
    agentIds[agent] = String(ids[row]);
  }
  batch.agentIds = agentIds;
  if (!arrays.features.every(Number.isFinite)) {
    throw unusable("features are no numbers");
  }
  return batch;
}

/** Writes a loaded batch into another, which has as many rows or more. */
export function copyBatch(from: ObservationBatch, to: DraftBatch): void {
  to.tick = from.tick;
  to.count = from.count;
  to.agentIds = from.agentIds;
  to.rowOf.set(from.rowOf);
  for (const name of ARRAYS) to[name].set(from[name]);
}

/**
 * Refuses a saved batch that is not the last one of a world.
 *
 * @param byAgent whether rows are those of agents, or follow the roster
 * @throws {TownletError} unless tick, format, rows and ids are the world's
 */
export function requireSame(
  batch: ObservationBatch,
  world: World,
  mapFormat: MapFormat,
  byAgent: boolean,
): void {
  if (batch.tick !== world.tick[0]) {
    throw unusable(
      `they are of tick ${batch.tick}, the world of tick ${world.tick[0]}`,
    );
  }
  if (batch.mapFormat !== mapFormat) {
    throw unusable(`their maps are ${batch.mapFormat}, not ${mapFormat}`);
  }
  const { roster, population, records, alive } = world;
  const isOrdered = batch.agents.every((agent, row) =>
    agent < 0 ? byAgent : !byAgent || agent === row
  );
  if (!isOrdered || (byAgent && batch.count !== alive.length)) {
    throw unusable("their rows are in another order");
  }
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    const id = records.agentIds[agent];
    if (batch.agentIds[agent] === id && batch.rowOf[agent] >= 0) continue;
    throw unusable(`${id} is not among them`);
  }
}

function members(value: unknown): { readonly [name: string]: unknown } {
  if (typeof value === "object" && value !== null) {
    return value as { readonly [name: string]: unknown };
  }
  throw unusable("they are no object");
}

function unusable(why: string): TownletError {
  return new TownletError(`Saved observations cannot be used: ${why}`, {
    code: "observations.saved",
    hint: "Load them with the configuration they were saved with",
  });
}
