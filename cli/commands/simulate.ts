/** `townlet simulate`: runs a town. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { type Command, command } from "../command.ts";
import {
  commonFlags,
  configFlag,
  jsonFlag,
  logLevelFlag,
  quietFlag,
  realNumber,
  says,
  seedFlag,
  setFlag,
  wholeNumber,
} from "../flags.ts";
import { learnedPath } from "../../src/policy/open.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { foldersFor } from "../output_folders.ts";
import { policyName } from "../policy_name.ts";
import { type RunFlags, runTown } from "../run_town.ts";
import { transportsOf } from "../run_telemetry.ts";

/** Most ticks one run may be asked for. */
const TICKS_MAX = 1e12;

/** Runs a town for so many ticks and prints what happened. */
export const simulate: Command = command({
  examples: [
    "simulate --ticks 200",
    "simulate --ticks 1440 --seed 7 --report out/report.json",
    "simulate --ticks 500 --events - | head",
    "simulate --ticks 500 --snapshot-save out/noon.tsnap",
    "simulate --ticks 500 --snapshot-load out/noon.tsnap",
    "simulate --ticks 500 --telemetry out/run.ndjson",
    "simulate --ticks 500 --policy onnx:out/checkpoints/mine",
  ],
  flags: object({
    config: configFlag,
    ticks: optional(
      option(
        "--ticks",
        wholeNumber(0, TICKS_MAX),
        says("Ticks to run; without it scenario.ticks, else 1000"),
      ),
    ),
    seed: seedFlag,
    set: setFlag,
    policy: optional(
      option(
        "--policy",
        policyName,
        says(
          "Who decides, instead of policy.backend; onnx:PATH is a checkpoint, a run or a file .onnx",
        ),
      ),
    ),
    events: optional(
      option(
        "--events",
        string({ metavar: "FILE" }),
        says("Write every event as a line of JSON; - is the standard output"),
      ),
    ),
    report: optional(
      option(
        "--report",
        string({ metavar: "FILE" }),
        says("Write the report as JSON"),
      ),
    ),
    hashEvery: optional(
      option(
        "--hash-every",
        wholeNumber(1),
        says("Tell the hash of the world every so many ticks"),
      ),
    ),
    realtime: optional(
      option(
        "--realtime",
        realNumber(0.001, 1000),
        says("Ticks a second; without it as fast as it goes"),
      ),
    ),
    snapshotSave: optional(
      option(
        "--snapshot-save",
        string({ metavar: "FILE" }),
        says("Write the state after the last tick; .tsnap or .tsnap.gz"),
      ),
    ),
    snapshotLoad: optional(
      option(
        "--snapshot-load",
        string({ metavar: "FILE" }),
        says("Go on from a saved state; latest is the newest one"),
      ),
    ),
    telemetry: optional(
      option(
        "--telemetry",
        string({ metavar: "FILE" }),
        says(
          "Send telemetry to a file, to stdout or to none, instead of where the town file says",
        ),
      ),
    ),
    telemetryStrict: option(
      "--telemetry-strict",
      says("Exit with 3 when telemetry was not delivered"),
    ),
    json: jsonFlag,
    quiet: quietFlag,
    logLevel: logLevelFlag,
    ...commonFlags,
  }),
  needs: (flags) => needsOf(flags),
  run: (flags) => runTown(flags),
});

/** What a run with these flags touches. */
function needsOf(flags: RunFlags): Partial<Needs> {
  const { config, set, events, report, snapshotSave, snapshotLoad } = flags;
  const { policy } = flags;
  const files = [events === "-" ? undefined : events, report, snapshotSave];
  return {
    towns: [config],
    set,
    opens: [
      ...["manifest", "hooks", "saves", "telemetry"] as const,
      // The newest state lies in a folder that the configuration names.
      ...snapshotLoad === "latest" ? ["snapshots"] as const : [],
      ...policy === undefined ? ["policy"] as const : [],
    ],
    transports: transportsOf(flags),
    reads: [
      snapshotLoad === "latest" ? undefined : snapshotLoad,
      learnedPath(policy ?? "") ?? undefined,
    ].filter((path) => path !== undefined),
    writes: foldersFor(files.filter((path) => path !== undefined)),
  };
}
