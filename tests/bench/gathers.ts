/**
 * All gathers by name.
 *
 * @module
 */
import { type Film, openStage, showFrame, type Stage } from "./film.ts";
import { CELLS, CHANNELS, type Gather } from "./gather.ts";
import { openChanged } from "./gather_changes.ts";
import { openCounts } from "./gather_counts.ts";
import {
  openCells,
  openLoopF32,
  openLoopU8,
  openVisit,
} from "./gather_loops.ts";
import { openWasmCells, openWasmF32, openWasmU8 } from "./gather_vectors.ts";

/** Sets a gather up on a stage. */
export type OpenGather = (stage: Stage) => Gather;

/** Ways to draw maps; the first is what others are compared with. */
export const GATHERS: Readonly<Record<string, OpenGather>> = {
  "double loop, f32": openLoopF32,
  "double loop, u8": openLoopU8,
  "cells of four u8, rows unrolled": openCells,
  "cells of four u8, WebAssembly": openWasmCells,
  "WebAssembly, f32": openWasmF32,
  "WebAssembly, u8": openWasmU8,
  "clear, then visit bits, f32": openVisit,
  "WebAssembly, f32, and counts": (stage) =>
    withCounts(openWasmF32(stage), stage),
  "WebAssembly, u8, and counts": (stage) =>
    withCounts(openWasmU8(stage), stage),
  "what changed, f32, and counts": (stage) => openChanged(stage, "f32"),
  "what changed, u8, and counts": (stage) => openChanged(stage, "u8"),
};

/** A gather that writes counts too. */
function withCounts(gather: Gather, stage: Stage): Gather {
  const { count, counts } = openCounts(stage);
  return {
    indexOf: gather.indexOf,
    counts,
    draw() {
      count();
      return gather.draw();
    },
  };
}

/**
 * Plays a film, and fails at the first map that is not what the plain double
 * loop draws, and at counts that are not those of the first gather with counts.
 *
 * @param told what to say of the film
 * @throws {RangeError} naming gather, tick, and what differs
 */
export function assertSameMaps(
  film: Film,
  told: string,
  gathers: Readonly<Record<string, OpenGather>> = GATHERS,
): void {
  const stage = openStage(film);
  const plain = openLoopF32(stage);
  const opened = Object.entries(gathers)
    .map(([name, open]) => [name, open(stage)] as const);
  const counting = opened.find(([, { counts }]) => counts !== undefined)?.[1];
  for (let frame = 0; frame < film.tiles.length; frame++) {
    showFrame(stage, frame);
    for (const [name, gather] of opened) {
      const moment = `${told}, ${name}, tick ${frame}`;
      assertSame(plain, gather, film, moment);
      const wanted = counting?.counts?.();
      const got = gather.counts?.();
      if (wanted === undefined || got === undefined) continue;
      assertEqual(wanted.features, got.features, `${moment}: feature`);
      assertEqual(wanted.summary, got.summary, `${moment}: summary`);
    }
  }
}

function assertEqual(
  expected: Float32Array,
  actual: Float32Array,
  told: string,
): void {
  const at = expected.findIndex((value, i) => value !== actual[i]);
  if (at < 0 && expected.length === actual.length) return;
  throw new RangeError(`${told} ${at}: ${actual[at]}, not ${expected[at]}`);
}

function assertSame(
  expected: Gather,
  actual: Gather,
  { tiles: [{ length: agents }] }: Film,
  told: string,
): void {
  const wanted = expected.draw();
  const got = actual.draw();
  for (let agent = 0; agent < agents; agent++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      for (let cell = 0; cell < CELLS; cell++) {
        const want = wanted[expected.indexOf(agent, channel, cell)];
        const have = got[actual.indexOf(agent, channel, cell)];
        if (want === have) continue;
        throw new RangeError(
          `${told}: resident ${agent}, channel ${channel}, cell ${cell}: ` +
            `${have}, not ${want}`,
        );
      }
    }
  }
}
