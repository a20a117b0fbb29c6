/**
 * Gathers in WebAssembly, whose layers and maps are in its memory.
 *
 * @module
 */
import { addLayer, type Stage } from "./film.ts";
import {
  CENTRE,
  CHANNELS,
  type Gather,
  interleaved,
  MAP,
  planar,
  SIDE,
  sizes,
} from "./gather.ts";
import { compileGather, type Copy } from "./gather_wasm.ts";

/** The same cells, a row in three overlapping vectors of four. */
export function openWasmCells(stage: Stage): Gather {
  return openWasm(stage, {
    numberBytes: 1,
    tileStride: CHANNELS,
    kindStride: 1,
    indexOf: interleaved,
  });
}

/** Rows of planes as vectors; the plane of self is written once. */
export function openWasmF32(stage: Stage): Gather {
  return openWasm(stage, {
    numberBytes: 4,
    tileStride: 1,
    kindStride: sizes(stage).tiles,
    indexOf: planar,
  });
}

/** The same in bytes, a row in two overlapping words. */
export function openWasmU8(stage: Stage): Gather {
  return openWasm(stage, {
    numberBytes: 1,
    tileStride: 1,
    kindStride: sizes(stage).tiles,
    indexOf: planar,
  });
}

/** Layers and maps in the memory of a WebAssembly gather. */
function openWasm(
  stage: Stage,
  { numberBytes, tileStride, kindStride, indexOf }: {
    readonly numberBytes: 1 | 4;
    readonly tileStride: number;
    readonly kindStride: number;
    readonly indexOf: Gather["indexOf"];
  },
): Gather {
  const { agents, pitch, tiles } = sizes(stage);
  const planes = tileStride === 1 ? 3 : 1;
  const tileBytes = tileStride * numberBytes;
  const layerBytes = tiles * tileBytes * planes;
  const mapBytes = MAP * numberBytes;
  // A list of corners, the layer, two sets of maps, each on a line of its own.
  const layerAt = align(agents * Int32Array.BYTES_PER_ELEMENT);
  const mapsAt = align(layerAt + layerBytes);
  const turnBytes = align(agents * mapBytes);
  const pages = Math.ceil((mapsAt + 2 * turnBytes) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { buffer } = memory;
  const corners = new Int32Array(buffer, 0, agents);
  const numbers = (at: number, count: number) =>
    numberBytes === 1
      ? new Uint8Array(buffer, at, count)
      : new Float32Array(buffer, at, count);
  const layer = numbers(layerAt, layerBytes / numberBytes);
  const flags = planes === 1 ? layer.subarray(1) : layer;
  addLayer(stage, { flags, tileStride, kindStride });
  const both = [0, 1].map((i) => numbers(mapsAt + i * turnBytes, agents * MAP));
  if (planes > 1) {
    for (let agent = 0; agent < agents; agent++) {
      for (const maps of both) maps[agent * MAP + CENTRE] = 1;
    }
  }
  const code = compileGather({
    copies: copies(planes, tileBytes, pitch, kindStride * numberBytes),
    mark: planes === 1 ? CENTRE * CHANNELS : null,
    mapBytes,
  }, memory);
  const { x, y } = stage.world;
  let turn = 0;
  return {
    indexOf,
    draw() {
      turn = 1 - turn;
      for (let agent = 0; agent < agents; agent++) {
        corners[agent] = layerAt + (y[agent] * pitch + x[agent]) * tileBytes;
      }
      code(0, mapsAt + turn * turnBytes, agents);
      return both[turn];
    },
  };
}

/** The copies of a window, plane by plane and row by row. */
function copies(
  planes: number,
  tileBytes: number,
  pitch: number,
  planeBytes: number,
): Copy[] {
  const rowBytes = SIDE * tileBytes;
  const bytes = rowBytes < 16 ? 8 : 16;
  const parts = rowBytes < 16 ? [0, rowBytes - 8] : [0, 16, rowBytes - 16];
  const all: Copy[] = [];
  for (let plane = 0; plane < planes; plane++) {
    // Before planes comes the plane of self, which is never copied.
    const first = planes === 1 ? 0 : (plane + 1) * SIDE * rowBytes;
    for (let row = 0; row < SIDE; row++) {
      const from = plane * planeBytes + row * pitch * tileBytes;
      const to = first + row * rowBytes;
      all.push(...parts.map((part) => ({
        from: from + part,
        to: to + part,
        bytes,
      } as const)));
    }
  }
  return all;
}

/** The next address that begins a line of the cache. */
function align(address: number): number {
  return Math.ceil(address / 64) * 64;
}
