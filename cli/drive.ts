/** Runs ticks without keeping the event loop waiting. @module */
import { setImmediate } from "node:timers";

/** How to run. */
export interface DriveOptions {
  /** Ticks to run. */
  readonly ticks: number;
  /** Ticks a second, or null for as fast as it goes. */
  readonly realtime: number | null;
  /** Aborted when the run is to stop: it does so after the tick. */
  readonly asked: AbortSignal;
  /** Called each time the event loop had its turn, with the ticks done. */
  readonly pause: (done: number) => void;
}

/** Milliseconds of ticks after which the event loop has its turn. */
const SLICE_MS = 10;

/**
 * Calls `step` once a tick, waits for its answer if it is a promise, and gives
 * the number of calls.
 *
 * The event loop, and with it signals, has a turn every 10 ms or after each
 * tick, whichever is longer.
 */
export async function drive(
  step: () => void | Promise<void>,
  options: DriveOptions,
): Promise<number> {
  return options.realtime === null
    ? await driveFast(step, options)
    : await driveSlowly(step, options, 1000 / options.realtime);
}

async function driveFast(
  step: () => void | Promise<void>,
  { ticks, asked, pause }: DriveOptions,
): Promise<number> {
  let done = 0;
  while (done < ticks) {
    const end = performance.now() + SLICE_MS;
    do {
      const answer = step();
      if (answer !== undefined) await answer;
      done++;
    } while (done < ticks && performance.now() < end);
    await new Promise<void>((resolve) => setImmediate(resolve));
    pause(done);
    if (asked.aborted) break;
  }
  return done;
}

async function driveSlowly(
  step: () => void | Promise<void>,
  { ticks, asked, pause }: DriveOptions,
  periodMs: number,
): Promise<number> {
  const start = performance.now();
  let done = 0;
  while (done < ticks) {
    const wait = start + done * periodMs - performance.now();
    await sleep(Math.max(0, wait), asked);
    pause(done);
    if (asked.aborted) break;
    await step();
    done++;
  }
  return done;
}

/** Waits so long, or until it is cut short. */
export function sleep(ms: number, asked: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      asked.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    asked.addEventListener("abort", end);
    if (asked.aborted) end();
  });
}
