/**
 * Gathers in TypeScript that draw every map anew every tick.
 *
 * @module
 */
import { bitsFrom, firstTile, maskOf } from "../../src/observations/bits.ts";
import { addLayer, type Stage } from "./film.ts";
import {
  CELLS,
  CENTRE,
  CHANNELS,
  type Gather,
  interleaved,
  MAP,
  planar,
  SIDE,
  sizes,
} from "./gather.ts";

/** A plain loop over rows and columns. */
export function openLoopF32(stage: Stage): Gather {
  const { agents, pitch, tiles } = sizes(stage);
  const flags = new Float32Array(3 * tiles);
  addLayer(stage, { flags, tileStride: 1, kindStride: tiles });
  const both = [new Float32Array(agents * MAP), new Float32Array(agents * MAP)];
  const { x, y } = stage.world;
  let turn = 0;
  return {
    indexOf: planar,
    draw() {
      turn = 1 - turn;
      const out = both[turn];
      for (let agent = 0; agent < agents; agent++) {
        let to = agent * MAP;
        for (let dy = 0; dy < SIDE; dy++) {
          const from = (y[agent] + dy) * pitch + x[agent];
          for (let dx = 0; dx < SIDE; dx++, to++) {
            out[to] = 0;
            out[to + CELLS] = flags[from + dx];
            out[to + 2 * CELLS] = flags[from + dx + tiles];
            out[to + 3 * CELLS] = flags[from + dx + 2 * tiles];
          }
        }
        out[agent * MAP + CENTRE] = 1;
      }
      return out;
    },
  };
}

/** The same in bytes: the code once more, because code is compiled by type. */
export function openLoopU8(stage: Stage): Gather {
  const { agents, pitch, tiles } = sizes(stage);
  const flags = new Uint8Array(3 * tiles);
  addLayer(stage, { flags, tileStride: 1, kindStride: tiles });
  const both = [new Uint8Array(agents * MAP), new Uint8Array(agents * MAP)];
  const { x, y } = stage.world;
  let turn = 0;
  return {
    indexOf: planar,
    draw() {
      turn = 1 - turn;
      const out = both[turn];
      for (let agent = 0; agent < agents; agent++) {
        let to = agent * MAP;
        for (let dy = 0; dy < SIDE; dy++) {
          const from = (y[agent] + dy) * pitch + x[agent];
          for (let dx = 0; dx < SIDE; dx++, to++) {
            out[to] = 0;
            out[to + CELLS] = flags[from + dx];
            out[to + 2 * CELLS] = flags[from + dx + tiles];
            out[to + 3 * CELLS] = flags[from + dx + 2 * tiles];
          }
        }
        out[agent * MAP + CENTRE] = 1;
      }
      return out;
    },
  };
}

/** A tile is one word of four bytes; eleven words are a row. */
export function openCells(stage: Stage): Gather {
  const { agents, pitch, tiles } = sizes(stage);
  const cells = new Uint32Array(tiles);
  const flags = new Uint8Array(cells.buffer).subarray(1);
  addLayer(stage, { flags, tileStride: CHANNELS, kindStride: 1 });
  const both = [
    new Uint32Array(agents * CELLS),
    new Uint32Array(agents * CELLS),
  ];
  const bytes = both.map((out) => new Uint8Array(out.buffer));
  const { x, y } = stage.world;
  let turn = 0;
  return {
    indexOf: interleaved,
    draw() {
      turn = 1 - turn;
      const out = both[turn];
      const outBytes = bytes[turn];
      for (let agent = 0; agent < agents; agent++) {
        let from = y[agent] * pitch + x[agent];
        let to = agent * CELLS;
        for (let dy = 0; dy < SIDE; dy++, from += pitch, to += SIDE) {
          out[to] = cells[from];
          out[to + 1] = cells[from + 1];
          out[to + 2] = cells[from + 2];
          out[to + 3] = cells[from + 3];
          out[to + 4] = cells[from + 4];
          out[to + 5] = cells[from + 5];
          out[to + 6] = cells[from + 6];
          out[to + 7] = cells[from + 7];
          out[to + 8] = cells[from + 8];
          out[to + 9] = cells[from + 9];
          out[to + 10] = cells[from + 10];
        }
        outBytes[(agent * CELLS + CENTRE) * CHANNELS] = 1;
      }
      return outBytes;
    },
  };
}

/** Wipes all maps, and writes a 1 wherever there is something. */
export function openVisit(stage: Stage): Gather {
  const { agents } = sizes(stage);
  const { film: { tables }, world } = stage;
  const { town, objectStart, objectCells, cellTile } = tables;
  const { x, y, agentBits, tileReserved } = world;
  const both = [new Float32Array(agents * MAP), new Float32Array(agents * MAP)];
  const mask = maskOf(SIDE);
  let turn = 0;
  return {
    indexOf: planar,
    draw() {
      turn = 1 - turn;
      const out = both[turn];
      out.fill(0);
      for (let agent = 0; agent < agents; agent++) {
        const at = agent * MAP;
        const tile = y[agent] * town.width + x[agent];
        out[at + CENTRE] = 1;
        let row = at + CELLS;
        for (let dy = 0; dy < SIDE; dy++, row += SIDE) {
          const from = (y[agent] + dy) * town.bitWords;
          let bits = mask & bitsFrom(agentBits, from, x[agent]);
          for (; bits !== 0; bits &= bits - 1) out[row + firstTile(bits)] = 1;
        }
        for (let i = objectStart[tile]; i < objectStart[tile + 1]; i++) {
          const cell = objectCells[i];
          out[at + 2 * CELLS + cell] = 1;
          if (tileReserved[tile + cellTile[cell]] > 0) {
            out[at + 3 * CELLS + cell] = 1;
          }
        }
      }
      return out;
    },
  };
}
