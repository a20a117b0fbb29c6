/** Observers that hold every batch against the reference. @module */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { bytesOf } from "../../src/base/columns.ts";
import type { ObservationBatch } from "../../src/observations/batch.ts";
import { Observer } from "../../src/observations/observer.ts";
import type { ObserverOptions } from "../../src/observations/observer.ts";
import { SUMMARY } from "../../src/observations/spec.ts";
import type { Town } from "../../src/world/town.ts";
import { ENDS, type Turn } from "../../src/world/turn.ts";
import type { World } from "../../src/world/world.ts";
import { living } from "../laws/laws.ts";
import { type Expected, expectedOf, expectedSlots } from "./reference.ts";

/** A batch as it was at some time. */
export type Copy =
  & Readonly<Record<typeof ARRAYS[number], Int32Array | Float32Array>>
  & Readonly<Record<"tick" | "count", number>>
  & { readonly ids: readonly string[] };

/** The arrays of a batch. */
const ARRAYS = [
  "agents",
  "rowOf",
  "map",
  "features",
  "actionMask",
  "summary",
  "slots",
  "filledSlots",
] as const;

/** Copies a batch: of its arrays what counts. */
export function copyOf(batch: ObservationBatch): Copy {
  const { tick, count, agents } = batch;
  const arrays = ARRAYS.map((name) => {
    const array = batch[name];
    const size = name === "rowOf" ? array.length : array.length / agents.length;
    return [name, array.slice(0, name === "rowOf" ? size : count * size)];
  });
  const ids = Array.from({ length: count }, (_, row) => batch.row(row).agentId);
  return { tick, count, ids, ...Object.fromEntries(arrays) };
}

/** Fails unless two copies of batches are equal to the bit. */
export function assertSameBatch(actual: Copy, expected: Copy): void {
  assertEquals([actual.tick, actual.count], [expected.tick, expected.count]);
  assertEquals(actual.ids, expected.ids);
  for (const name of ARRAYS) assertBits(actual[name], expected[name], name);
}

/** Fails unless two lists of numbers are equal to the bit. */
export function assertBits(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
): void {
  assertEquals(actual.length, expected.length, `length of ${what}`);
  if (
    actual instanceof Float32Array && expected instanceof Float32Array &&
    Buffer.compare(bytesOf(actual), bytesOf(expected)) === 0
  ) return;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    throw new Error(`${what}[${i}] is ${actual[i]}, not ${expected[i]}`);
  }
}

/** Fails unless a row of a batch is as the reference has it. */
function assertRow(
  { spec }: Observer,
  batch: ObservationBatch,
  row: number,
  expected: Expected,
): void {
  const { map, features, actionMask } = batch.row(row);
  const [channels, height, width] = spec.mapShape;
  assertEquals(String(spec.mapChannels), String(expected.channels));
  assertEquals(map.length, channels * height * width, "size of the map");
  const most = batch.mapFormat === "u8" ? 255 : Infinity;
  for (let i = 0; i < map.length; i++) {
    if (Object.is(map[i], Math.min(most, expected.map[i]))) continue;
    const channel = spec.mapChannels[Math.floor(i / (height * width))];
    const place = [Math.floor(i / width) % height, i % width];
    throw new Error(
      `${channel} at ${place} is ${map[i]}, not ${expected.map[i]}`,
    );
  }
  assertEquals(features.length, expected.features.size, "features");
  let at = 0;
  for (const [name, value] of expected.features) {
    if (spec.featureNames[at] !== name || !Object.is(features[at], value)) {
      const told = `${spec.featureNames[at]} is ${features[at]}`;
      throw new Error(`feature ${at}, ${told}, should be ${name}, ${value}`);
    }
    at++;
  }
  const sums = batch.summary.subarray(row * SUMMARY.length)
    .subarray(0, SUMMARY.length);
  assertBits(sums, expected.summary, "summary");
  assertBits(actionMask, expected.mask, "mask");
  assertEquals(batch.filledSlots[row], expected.filled, "filledSlots");
}

/**
 * An observer of a run that checks, at every build, that every row and all
 * that the build changes is as the reference has it.
 */
export class CheckedObserver extends Observer {
  /** Rows checked so far. */
  checked = 0;
  readonly #town: Town;
  readonly #byAgent: boolean;

  constructor(town: Town, options: ObserverOptions = {}) {
    super(town, options);
    this.#town = town;
    this.#byAgent = options.rows === "agents";
  }

  /** Builds the observations, and checks them. */
  override observe(world: World, turn?: Turn): ObservationBatch {
    const town = this.#town;
    const before = copyOf(this.batch);
    const old = this.batch;
    const leaves = (agent: number) =>
      turn !== undefined && turn.anyEnds && turn.ends[agent] !== ENDS.not;
    const slots = expectedSlots(town, world, leaves);
    const expected = new Map(
      slots.told.entries().map(([agent, slot]) => {
        const isReset = world.contextReset[agent] === 1 || leaves(agent);
        return [agent, expectedOf(town, world, agent, { slot, isReset })];
      }),
    );
    const batch = super.observe(world, turn);
    assertSameBatch(copyOf(old), before);
    assert(batch !== old && batch === this.batch, "two batches alternate");
    this.#checkRows(world, batch, expected);
    for (const [agent, slot] of slots.told) {
      assertEquals(batch.slots[batch.rowOf[agent]], slot, "slot");
    }
    for (
      const name of [
        "embeddingSlot",
        "slotShared",
        "slotReleased",
        "slotTotals",
      ] as const
    ) assertBits(world[name], slots[name], name);
    assertEquals(world.contextReset.indexOf(1), -1, "contextReset");
    return batch;
  }

  #checkRows(
    world: World,
    batch: ObservationBatch,
    expected: ReadonlyMap<number, Expected>,
  ): void {
    const agents = this.#byAgent
      ? Array.from(world.alive, (alive, agent) => alive === 1 ? agent : -1)
      : living(world);
    assertEquals([batch.tick, batch.count], [world.tick[0], agents.length]);
    assertEquals([...batch.agents.subarray(0, batch.count)], agents);
    for (const agent of world.alive.keys()) {
      assertEquals(batch.rowOf[agent], agents.indexOf(agent), "rowOf");
    }
    for (const [row, agent] of agents.entries()) {
      if (agent < 0) {
        assertEmptyRow(batch, row);
        continue;
      }
      const mine = expected.get(agent);
      assert(mine !== undefined, "an expected row");
      const id = world.records.agentIds[agent];
      assertEquals(batch.row(row).agentId, id);
      try {
        assertRow(this, batch, row, mine);
      } catch (cause) {
        throw new Error(`${id}, tick ${batch.tick}: ${cause}`, { cause });
      }
      this.checked++;
    }
  }
}

/** Fails unless a row is zeros, and waiting its only action. */
export function assertEmptyRow(batch: ObservationBatch, row: number): void {
  const { agentId, map, features, actionMask } = batch.row(row);
  const { slots, filledSlots } = batch;
  assertEquals([agentId, slots[row], filledSlots[row]], ["", 0, 0]);
  const sums = batch.summary.subarray(row * SUMMARY.length)
    .subarray(0, SUMMARY.length);
  assert([map, features, sums].every((part) => part.every((n) => n === 0)));
  assertEquals(actionMask[0], 1);
  assert(actionMask.every((allowed, action) => action === 0 || allowed === 0));
}
