/**
 * The commands by name. Each is loaded when it is asked for, so that all start
 * quickly.
 * @module
 */
import type { Permissions } from "../src/security/permissions.ts";
import type { Command } from "./command.ts";

/** A command before it is loaded. */
interface Entry {
  /** One sentence: what it does. */
  readonly summary: string;
  /** Folders its task may read and write; its own flags may need fewer. */
  readonly grants: Pick<Permissions, "read" | "write">;
  /** Parts of it with tasks of their own, `NAME:PART`, and what these may do. */
  readonly parts?: Readonly<
    Record<string, Pick<Permissions, "read" | "write" | "net">>
  >;
  /** Flags of the engine that its task has beside those of all. */
  readonly v8Flags?: readonly string[];
  /** Flags by which its task has packages that the others do not fetch. */
  readonly packageFlags?: readonly string[];
  /** Loads it. */
  load(): Promise<Command>;
}

/** What gives a command the runtime of networks. */
const LEARNING = [
  "--import-map=cli/learning/imports.json",
  "--lock=cli/learning/deno.lock",
];

/** The commands by name, in the order in which help lists them. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  simulate: {
    summary: "Run a town and print what happened",
    grants: { read: ["configs", "out", "src"], write: ["out"] },
    load: async () => (await import("./commands/simulate.ts")).simulate,
  },
  train: {
    summary: "Teach residents, and keep what they have learned",
    grants: { read: ["configs", "data", "out", "src"], write: ["out"] },
    packageFlags: LEARNING,
    load: async () => (await import("./commands/train.ts")).train,
  },
  evaluate: {
    summary: "Play policies side by side, and compare what they earn",
    grants: { read: ["configs", "data", "out", "src"], write: ["out"] },
    packageFlags: LEARNING,
    load: async () => (await import("./commands/evaluate.ts")).evaluate,
  },
  capture: {
    summary: "Record what residents see, do and get",
    grants: { read: ["configs", "data", "out", "src"], write: ["out"] },
    packageFlags: LEARNING,
    load: async () => (await import("./commands/capture.ts")).capture,
  },
  dataset: {
    summary: "Look into recorded datasets, check, choose and sum up",
    grants: { read: ["configs", "data", "out", "src"], write: ["out"] },
    load: async () => (await import("./commands/dataset.ts")).dataset,
  },
  plot: {
    summary: "Draw the curves of a training run",
    grants: { read: ["configs", "data", "out", "src"], write: ["out"] },
    load: async () => (await import("./commands/plot.ts")).plot,
  },
  promote: {
    summary: "Decide whether a trained policy may replace the one there is",
    grants: { read: ["configs", "data", "out", "src"], write: ["out"] },
    load: async () => (await import("./commands/promote.ts")).promote,
  },
  config: {
    summary: "Check, show, document or import a configuration",
    grants: { read: ["."], write: ["out"] },
    load: async () => (await import("./commands/config.ts")).config,
  },
  inspect: {
    summary:
      "Print the town a configuration makes, or what somebody sees there",
    grants: { read: ["."], write: ["out"] },
    load: async () => (await import("./commands/inspect.ts")).inspect,
  },
  bench: {
    summary: "Measure ticks and observations beside a bare loop",
    grants: { read: ["configs", "src"], write: ["out"] },
    v8Flags: ["--expose-gc"],
    load: async () => (await import("./commands/bench.ts")).bench,
  },
  perms: {
    summary: "Print the flags that grant a command what it needs",
    grants: { read: ["."], write: ["out"] },
    load: async () => (await import("./commands/perms.ts")).perms,
  },
  hooks: {
    summary: "List, pin and verify hooks that are files",
    grants: { read: ["."], write: ["out"] },
    load: async () => (await import("./commands/hooks.ts")).hooks,
  },
  telemetry: {
    summary: "Watch, check, replay, sum up and convert what towns tell",
    grants: { read: ["out", "data"], write: ["out"] },
    parts: {
      collect: {
        read: ["out", "src"],
        write: ["out"],
        net: ["127.0.0.1:9443"],
      },
    },
    load: async () => (await import("./commands/telemetry.ts")).telemetry,
  },
  doctor: {
    summary: "Look at the program, its runtime and its permissions",
    grants: { read: ["configs", "out", "src"], write: ["out"] },
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  version: {
    summary: "Print the versions of program and runtime",
    grants: { read: [], write: [] },
    load: async () => (await import("./commands/version.ts")).version,
  },
};
