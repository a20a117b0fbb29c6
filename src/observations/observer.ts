/**
 * Observer: builds the observations of one world, tick after tick.
 *
 * @module
 */
import { bytesFor } from "../base/columns.ts";
import { actionMask } from "../world/choices.ts";
import { allocateSlot, releaseSlot } from "../world/slots.ts";
import type { Town } from "../world/town.ts";
import { ENDS, type Turn } from "../world/turn.ts";
import type { World } from "../world/world.ts";
import {
  type BatchArrays,
  batchArrays,
  batchCatalogue,
  type ObservationBatch,
} from "./batch.ts";
import { type Canvas, emptyRow, openCanvas } from "./canvas.ts";
import { type Changes, noteChanges, openChanges } from "./changes.ts";
import { writeFeatures } from "./features.ts";
import {
  copyBatch,
  loadBatch,
  requireSame,
  saveBatch,
  type SavedBatch,
} from "./saved.ts";
import { openSocialMemory, type SocialMemory, writeSocial } from "./social.ts";
import type { MapFormat, ObservationSpec } from "./spec.ts";
import { type ObservationTables, observationTables } from "./tables.ts";
import { drawWays } from "./targets.ts";
import { drawWindows } from "./windows.ts";

/** How to observe. */
export interface ObserverOptions {
  /** Number format of the maps (`f32`). */
  readonly mapFormat?: MapFormat;
  /** Row of an agent: its place in the roster (the default), or its index. */
  readonly rows?: "roster" | "agents";
  /** Arrays for the two batches, in place of new ones. */
  readonly arrays?: readonly [BatchArrays, BatchArrays];
}

/** Columns that an observation writes. */
const TOUCHED = [
  "embeddingSlot",
  "slotShared",
  "slotReleased",
  "slotTotals",
  "slotGiven",
  "slotsTouched",
  "contextReset",
] as const;

/**
 * Observes one world: who observes several needs one for each. Two batches
 * alternate, so that the observation an action
 * was chosen from stays as it is while the next one is written.
 */
export class Observer {
  /** The town whose worlds it can observe. */
  readonly town: Town;
  /** What the observations look like. */
  readonly spec: ObservationSpec;

  readonly #tables: ObservationTables;
  readonly #mapFormat: MapFormat;
  readonly #byAgent: boolean;
  readonly #canvases: readonly [Canvas, Canvas];
  readonly #changes: Changes;
  readonly #social: SocialMemory;
  #peeked: Canvas | null = null;
  /** Canvases that show what was saved, and not what was drawn on them. */
  readonly #resumed = new Set<Canvas>();
  #canTakeBack = false;
  #latest = 0;

  /**
   * Makes room for observations of a town's worlds.
   *
   * @throws {RangeError} for a map format that the variant does not have
   */
  constructor(town: Town, options: ObserverOptions = {}) {
    const { mapFormat = "f32", rows = "roster", arrays } = options;
    this.town = town;
    this.#tables = observationTables(town);
    this.spec = this.#tables.spec;
    this.#mapFormat = mapFormat;
    this.#byAgent = rows === "agents";
    this.#changes = openChanges(this.#tables);
    this.#social = openSocialMemory(this.#tables);
    const open = (i: 0 | 1) =>
      openCanvas(this.#tables, mapFormat, arrays?.[i] ?? this.#arrays());
    this.#canvases = [open(0), open(1)];
  }

  /** The latest batch. */
  get batch(): ObservationBatch {
    return this.#canvases[this.#latest].batch;
  }

  /** The latest batch as plain JSON, for {@link Observer.resume}. */
  save(): SavedBatch {
    return saveBatch(this.spec, this.batch);
  }

  /**
   * Takes a saved batch for the latest one.
   *
   * @throws {TownletError} when it is not what this observer would have seen
   * last in this world
   */
  resume(saved: unknown, world: World): void {
    this.#requireFit(world);
    const batch = loadBatch(this.#tables.town, this.spec, saved);
    requireSame(batch, world, this.#mapFormat, this.#byAgent);
    const canvas = this.#canvases[1 - this.#latest];
    copyBatch(batch, canvas.batch);
    this.#resumed.add(canvas);
    this.#latest = 1 - this.#latest;
    this.#canTakeBack = true;
  }

  /**
   * Builds the observations of everybody alive, those included whose life ends
   * in this tick.
   *
   * Gives embedding slots to those who have none, takes them back from those
   * who leave, and forgets the requests to reset contexts that it told of.
   *
   * @param turn the tick that was just done, or none
   * @returns the batch, good until the build after the next
   * @throws {RangeError} for a world of another town
   */
  observe(world: World, turn?: Turn): ObservationBatch {
    this.#requireFit(world);
    const canvas = this.#canvases[1 - this.#latest];
    if (this.#resumed.delete(canvas)) {
      const rows = canvas.batch.agents.length;
      for (let row = 0; row < rows; row++) emptyRow(this.#tables, canvas, row);
    }
    this.#build(canvas, world, turn?.anyEnds === true ? turn.ends : null);
    this.#latest = 1 - this.#latest;
    this.#canTakeBack = true;
    return canvas.batch;
  }

  /**
   * Goes back to the batch before the latest, once: the tick it is of has
   * failed, or another is to take its place.
   */
  takeBack(): void {
    if (!this.#canTakeBack) return;
    this.#canTakeBack = false;
    this.#latest = 1 - this.#latest;
  }

  /**
   * Builds what {@link Observer.observe} would build, and changes nothing: for
   * tools, at any time.
   *
   * @returns a batch of its own, good until the next peek
   * @throws {RangeError} for a world of another town
   */
  peek(world: World): ObservationBatch {
    this.#requireFit(world);
    this.#peeked ??= openCanvas(
      this.#tables,
      this.#mapFormat,
      this.#arrays(),
    );
    const before = TOUCHED.map((name) => world[name].slice());
    try {
      this.#build(this.#peeked, world, null);
    } finally {
      for (const [i, name] of TOUCHED.entries()) world[name].set(before[i]);
    }
    return this.#peeked.batch;
  }

  /**
   * Writes the action masks of the latest batch anew, after the world has
   * changed: those who left can only wait.
   */
  maskActions(world: World): void {
    writeMasks(this.#tables.town, world, this.batch);
  }

  #requireFit(world: World): void {
    const { town } = this.#tables;
    const { alive, tileHead, holder } = world;
    if (
      alive.length === town.capacity &&
      holder.length === town.objectIds.length &&
      tileHead.length === town.width * town.height
    ) return;
    throw new RangeError("the world is of another town");
  }

  #arrays(): BatchArrays {
    const { town, spec } = this.#tables;
    const catalogue = batchCatalogue(
      spec,
      town.actions.length,
      town.capacity,
      this.#mapFormat,
    );
    return batchArrays(catalogue, new ArrayBuffer(bytesFor(catalogue)));
  }

  #build(canvas: Canvas, world: World, ends: Uint8Array | null): void {
    const tables = this.#tables;
    const { batch } = canvas;
    batch.tick = world.tick[0];
    batch.agentIds = world.records.agentIds;
    batch.count = this.#byAgent ? world.alive.length : world.population[0];
    assignRows(tables, world, canvas, ends, this.#byAgent);
    noteChanges(tables, world, this.#changes);
    drawWindows(tables, world, canvas, this.#changes);
    writeFeatures(tables, world, canvas, ends);
    if (tables.spec.layout === "v2") drawWays(tables, world, canvas);
    writeSocial(tables, world, canvas, this.#social);
    writeMasks(tables.town, world, batch);
  }
}

/** Gives every agent its row and its embedding slot. */
function assignRows(
  tables: ObservationTables,
  world: World,
  canvas: Canvas,
  ends: Uint8Array | null,
  byAgent: boolean,
): void {
  const { town } = tables;
  const { roster, population, embeddingSlot } = world;
  const { agents, slots, rowOf } = canvas.batch;
  rowOf.fill(-1);
  if (byAgent) {
    for (let agent = 0; agent < agents.length; agent++) {
      if (world.alive[agent] === 0 && agents[agent] >= 0) {
        emptyRow(tables, canvas, agent);
      }
    }
  }
  for (let i = 0; i < population[0]; i++) {
    const agent = roster[i];
    const row = byAgent ? agent : i;
    agents[row] = agent;
    rowOf[agent] = row;
    slots[row] = embeddingSlot[agent] >= 0
      ? embeddingSlot[agent]
      : allocateSlot(town, world, agent);
    if (ends !== null && ends[agent] !== ENDS.not) releaseSlot(world, agent);
  }
}

/** Writes which actions make sense, for every row that somebody has. */
function writeMasks(
  town: Town,
  world: World,
  { agents, actionMask: mask, count }: ObservationBatch,
): void {
  const actions = town.actions.length;
  for (let row = 0; row < count; row++) {
    if (agents[row] < 0) continue;
    actionMask(town, world, agents[row], mask, row * actions);
  }
}
