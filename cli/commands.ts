/**
 * The commands by name. Each is loaded when it is asked for, so that all start
 * quickly.
 * @module
 */
import type { Command } from "./command.ts";

/** A command before it is loaded. */
interface Entry {
  /** One sentence: what it does. */
  readonly summary: string;
  /** Loads it. */
  load(): Promise<Command>;
}

/** The commands by name, in the order in which help lists them. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  simulate: {
    summary: "Run a town and print what happened",
    load: async () => (await import("./commands/simulate.ts")).simulate,
  },
  config: {
    summary: "Check, show, document or import a configuration",
    load: async () => (await import("./commands/config.ts")).config,
  },
  inspect: {
    summary:
      "Print the town a configuration makes, or what somebody sees there",
    load: async () => (await import("./commands/inspect.ts")).inspect,
  },
  bench: {
    summary: "Measure ticks and observations beside a bare loop",
    load: async () => (await import("./commands/bench.ts")).bench,
  },
  version: {
    summary: "Print the versions of program and runtime",
    load: async () => (await import("./commands/version.ts")).version,
  },
};
