/** Ctrl-C and its like: the first asks to stop, the second stops at once. @module */
import { EXIT } from "../src/base/error.ts";

/** A signal that ends a run. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** Exit code of a run that a signal ended. */
export const STOP_EXIT: Readonly<Record<StopSignal, number>> = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
};

/** Listens for signals while a run goes on. */
export interface Interrupt extends Disposable {
  /** The signal that asked to stop, or null. */
  signal(): StopSignal | null;
  /** Aborted when a signal asks to stop. */
  readonly asked: AbortSignal;
}

/**
 * Milliseconds in which a signal counts once: a terminal sends Ctrl-C to all
 * that runs in it, and what runs a task passes it on again.
 */
const ECHO_MS = 500;

/** Starts to listen. The second signal ends the process at once. */
export function listenForSignals(): Interrupt {
  let first: StopSignal | null = null;
  let firstAt = 0;
  const asked = new AbortController();
  const take = (signal: StopSignal) => () => {
    if (first === null) {
      first = signal;
      firstAt = performance.now();
      asked.abort();
    } else if (performance.now() - firstAt >= ECHO_MS) {
      Deno.exit(STOP_EXIT[signal]);
    }
  };
  const handlers = {
    SIGINT: take("SIGINT"),
    SIGTERM: take("SIGTERM"),
  } as const;
  // Windows knows no SIGTERM.
  const signals: readonly StopSignal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  for (const signal of signals) {
    Deno.addSignalListener(signal, handlers[signal]);
  }
  return {
    signal: () => first,
    asked: asked.signal,
    [Symbol.dispose]() {
      for (const signal of signals) {
        Deno.removeSignalListener(signal, handlers[signal]);
      }
    },
  };
}
