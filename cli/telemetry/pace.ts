/** When the lines of a recording are due. @module */
import type { Frame } from "../../src/telemetry/reader/envelope.ts";
import type { Told } from "./excerpt.ts";

/** Most lines that wait for the next time that was written down. */
const WAITING_MAX = 100_000;

/** Lines, and after how many milliseconds they are due. */
export interface Due extends Told {
  /** Milliseconds after the first line. */
  readonly ms: number;
}

/** Lines at so many ticks a second; with 0 all are due at once. */
export async function* atSpeed(
  lines: AsyncIterable<Told>,
  ticksPerSecond: number,
): AsyncGenerator<Due> {
  let first: number | null = null;
  for await (const line of lines) {
    first ??= line.frame.tick;
    const ticks = Math.max(0, line.frame.tick - first);
    const ms = ticksPerSecond === 0 ? 0 : 1000 * ticks / ticksPerSecond;
    yield { ...line, ms };
  }
}

/**
 * Lines as they were sent. Some have a time; those between two of them are
 * spread by their ticks. Without any time all are due at once.
 */
export async function* asSent(
  lines: AsyncIterable<Told>,
): AsyncGenerator<Due> {
  let start: number | null = null;
  let before = { ms: 0, tick: 0 };
  let waiting: Told[] = [];
  function* until(ms: number, tick: number): Generator<Due> {
    const ticks = tick - before.tick;
    for (const line of waiting) {
      const share = ticks > 0 ? (line.frame.tick - before.tick) / ticks : 1;
      const at = before.ms + (ms - before.ms) * Math.min(1, Math.max(0, share));
      yield { ...line, ms: at };
    }
    waiting = [];
    before = { ms, tick };
  }
  for await (const line of lines) {
    waiting.push(line);
    const ts = timeOf(line.frame);
    const { tick } = line.frame;
    if (ts !== null) {
      start ??= ts;
      // Clocks may be set back; time is not.
      yield* until(Math.max(before.ms, ts - start), tick);
    } else if (waiting.length > WAITING_MAX) yield* until(before.ms, tick);
  }
  yield* until(before.ms, before.tick);
}

function timeOf(frame: Frame): number | null {
  return "ts" in frame ? frame.ts : null;
}
