/**
 * The bare loop: the memory traffic of a simulated resident, and nothing else.
 *
 * Speed is told as a ratio to it, measured in the same process, because only
 * the ratio travels between machines.
 *
 * @module
 */
import { Random } from "../../src/base/random.ts";

/** Tiles on each side of a resident that the loop reads. */
const RADIUS = 5;
/** Tiles in a row of the window. */
const WINDOW = 2 * RADIUS + 1;
/** Tiles of the window. */
const CELLS = WINDOW * WINDOW;
/** Numbers a tile has. */
const CHANNELS = 4;
/** Single-precision numbers copied beside the window. */
const EXTRA = 81;

/** The form in which a tile is read and written. */
export type CellForm = "f32" | "u8";

/** A bare loop over so many residents. */
export interface BareLoop {
  /** Runs so many ticks and gives a number that depends on all of them. */
  run(ticks: number): number;
}

/**
 * Sets up a bare loop.
 *
 * Per resident and tick: three doubles are worn off by a rate; the 11 × 11
 * tiles around a fixed random tile are copied, each of four single-precision
 * numbers (`f32`) or four bytes in one word (`u8`); 81 single-precision numbers
 * are copied from a row of its own.
 */
export function openBareLoop(
  agents: number,
  side: number,
  form: CellForm,
): BareLoop {
  const random = Random.seeded("bare loop", "bench");
  const x = new Int16Array(agents).map(() => random.int(0, side - 1));
  const y = new Int16Array(agents).map(() => random.int(0, side - 1));
  const need = new Float64Array(agents * 3).fill(1);
  const rate = new Float64Array(agents * 3).fill(0.005);
  const source = new Float32Array(agents * EXTRA).fill(0.5);
  const target = new Float32Array(agents * EXTRA);
  const padded = side + 2 * RADIUS;

  const wearOff = (agent: number) => {
    for (let k = agent * 3; k < agent * 3 + 3; k++) {
      const left = need[k] - rate[k];
      need[k] = left > 0 ? left : 1;
    }
  };
  const copyExtra = (agent: number) => {
    const from = agent * EXTRA;
    for (let k = from; k < from + EXTRA; k++) target[k] = source[k];
  };

  if (form === "u8") {
    const grid = new Uint32Array(padded * padded).map(() =>
      random.int(0, 0xffff)
    );
    const out = new Uint32Array(agents * CELLS);
    return {
      run(ticks) {
        for (let tick = 0; tick < ticks; tick++) {
          for (let agent = 0; agent < agents; agent++) {
            wearOff(agent);
            let to = agent * CELLS;
            let row = y[agent] * padded + x[agent];
            for (let dy = 0; dy < WINDOW; dy++) {
              for (let dx = 0; dx < WINDOW; dx++) out[to++] = grid[row + dx];
              row += padded;
            }
            copyExtra(agent);
          }
        }
        return out[0] + need[0] + target[0];
      },
    };
  }
  const grid = new Float32Array(padded * padded * CHANNELS).map(() =>
    random.int(0, 1)
  );
  const out = new Float32Array(agents * CELLS * CHANNELS);
  return {
    run(ticks) {
      for (let tick = 0; tick < ticks; tick++) {
        for (let agent = 0; agent < agents; agent++) {
          wearOff(agent);
          let to = agent * CELLS * CHANNELS;
          let row = (y[agent] * padded + x[agent]) * CHANNELS;
          for (let dy = 0; dy < WINDOW; dy++) {
            let from = row;
            for (let dx = 0; dx < WINDOW; dx++) {
              out[to] = grid[from];
              out[to + 1] = grid[from + 1];
              out[to + 2] = grid[from + 2];
              out[to + 3] = grid[from + 3];
              to += CHANNELS;
              from += CHANNELS;
            }
            row += padded * CHANNELS;
          }
          copyExtra(agent);
        }
      }
      return out[0] + need[0] + target[0];
    },
  };
}
