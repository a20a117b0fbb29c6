/** `townlet capture`: records a dataset. @module */
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { join } from "node:path";
import { type LoadedTown, loadRunPolicy } from "../../src/app.ts";
import { EXIT } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import { learnedPath } from "../../src/policy/open.ts";
import {
  checkDatasetFolder,
  openDataset,
} from "../../src/runs/dataset_files.ts";
import { pathInRoot } from "../../src/security/roots.ts";
import type { Dataset } from "../../src/training/dataset/dataset.ts";
import { MANIFEST_FILE } from "../../src/training/dataset/manifest.ts";
import { loadInhabited } from "../capture/auto_seed.ts";
import { capture as record, checkNames } from "../capture/capture.ts";
import { captureText } from "../capture/show.ts";
import { writeParquet } from "../capture/tables.ts";
import { baseSeed } from "../base_seed.ts";
import { type Command, command } from "../command.ts";
import {
  commonFlags,
  jsonFlag,
  oneOf,
  quietFlag,
  says,
  seedFlag,
  setFlag,
  wholeNumber,
} from "../flags.ts";
import { foldersFor } from "../output_folders.ts";
import { policyName } from "../policy_name.ts";
import { listenForSignals, STOP_EXIT } from "../interrupt.ts";
import { checkProfile } from "../permissions.ts";
import { jsonLine } from "../print/json.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { openProgress } from "../print/progress.ts";
import { count } from "../print/text.ts";
import { townFile } from "../town_file.ts";

/** Most ticks of a world. */
const TICKS_MAX = 100_000_000;
/** Ticks where neither flag nor scenario says. */
const TICKS = 100;
/** Most worlds. */
const SEEDS_MAX = 100_000;

/** Records what residents see, do and get. */
export const capture: Command = command({
  examples: [
    "capture configs/hamlet.yaml --ticks 1440 --out out/data/hamlet",
    "capture configs/training/commons.yaml --ticks 1440 --seeds 8 --out out/data/commons",
    "capture configs/hamlet.yaml --policy random --tag exploring --table parquet --out out/data/random",
    "capture configs/hamlet.yaml configs/town.yaml --ticks 500 --out out/data/both",
  ],
  flags: object({
    configs: multiple(
      argument(townFile, says("Town files; several get a folder each")),
      { min: 1 },
    ),
    out: option(
      "--out",
      string({ metavar: "DIR" }),
      says("Folder of the dataset, new or empty"),
    ),
    ticks: optional(option(
      "--ticks",
      wholeNumber(1, TICKS_MAX),
      says("Ticks of each world; without it scenario.ticks, else 100"),
    )),
    policy: optional(option(
      "--policy",
      policyName,
      says(
        "Who decides, instead of policy.backend; onnx:PATH is a checkpoint, a run or a file .onnx",
      ),
    )),
    seed: seedFlag,
    seeds: withDefault(
      option(
        "--seeds",
        wholeNumber(1, SEEDS_MAX),
        says("Worlds, each at the next seed"),
      ),
      1,
      { message: [text("1")] },
    ),
    set: setFlag,
    autoSeedAgents: option(
      "--auto-seed-agents",
      says("Let two residents move into a town that has nobody"),
    ),
    tags: multiple(option(
      "--tag",
      string({ metavar: "TAG" }),
      says("A word for the manifest; may be repeated"),
    )),
    table: optional(option(
      "--table",
      oneOf(["parquet"], "FORM"),
      says("Write the tables of episodes and metrics in this form, too"),
    )),
    json: jsonFlag,
    quiet: quietFlag,
    ...commonFlags,
  }),
  needs: ({ configs, set, policy, out }) => ({
    towns: configs,
    set,
    opens: [
      ...["manifest", "hooks"] as const,
      ...policy === undefined ? ["policy"] as const : [],
    ],
    reads: [learnedPath(policy ?? "")].filter((path) => path !== null),
    writes: foldersFor([out]),
  }),
  async run(flags) {
    const { configs, out, quiet, json } = flags;
    using stack = new DisposableStack();
    const towns: LoadedTown[] = [];
    for (const file of configs) {
      const loaded = await loadInhabited(file, flags.set, flags.autoSeedAgents);
      stack.use(loaded.hooks);
      checkProfile(loaded.config);
      towns.push(loaded);
    }
    const ids = towns.map(({ config }) => config.config_id);
    checkNames(ids);
    if (towns.length > 1) await checkDatasetFolder(out, configs);
    const paint = openPaint(showsColours("stdout"));
    using interrupt = listenForSignals();
    const recorded: Dataset[] = [];
    for (const [i, town] of towns.entries()) {
      if (interrupt.signal() !== null) break;
      const folder = towns.length === 1
        ? out
        : pathInRoot(out, ids[i], "dataset");
      const dataset = await recordTown(
        town,
        configs[i],
        { ...flags, folder },
        interrupt.asked,
      );
      recorded.push(dataset);
      if (!quiet && !json) {
        print(captureText(dataset, paint).map((line) => `${line}\n`).join(""));
      }
    }
    if (json) {
      print(
        jsonLine({
          format: "townlet.capture",
          version: 1,
          datasets: recorded.map(({ where, manifest }) => ({
            config_id: manifest.config_id,
            folder: where,
            manifest: join(where, MANIFEST_FILE),
            policy: manifest.policy,
            seed: manifest.seed,
            ticks: manifest.ticks,
            ...manifest.totals,
          })),
          interrupted: interrupt.signal(),
        }) + "\n",
      );
    }
    const signal = interrupt.signal();
    return signal === null ? EXIT.done : STOP_EXIT[signal];
  },
});

/** What of the flags is for one town. */
interface TownFlags {
  readonly configs: readonly string[];
  readonly folder: string;
  readonly ticks: number | undefined;
  readonly policy: string | undefined;
  readonly seed: number | undefined;
  readonly seeds: number;
  readonly tags: readonly string[];
  readonly table: "parquet" | undefined;
  readonly quiet: boolean;
}

/** Records one town and opens what was written, which checks it. */
async function recordTown(
  { config, town, hooks }: LoadedTown,
  file: string,
  flags: TownFlags,
  asked: AbortSignal,
): Promise<Dataset> {
  const { folder, seeds, tags } = flags;
  const ticks = flags.ticks ?? config.scenario?.ticks ?? TICKS;
  const policy = await loadRunPolicy(town, file, flags.policy, {
    values: "all",
    runtime: async () => (await import("network-runtime")).loadRuntime(),
  });
  await hooks.start();
  const progress = openProgress(!flags.quiet);
  try {
    await record(town, {
      out: folder,
      ticks,
      seed: baseSeed(flags.seed, config),
      worlds: seeds,
      policy,
      tags,
      keeps: flags.configs,
      asked,
      onTicks: (done) =>
        progress.show(
          done / (ticks * seeds),
          () => `${recordText(config.config_id)}, ${count(done, "tick")}`,
        ),
    });
  } finally {
    progress.clear();
  }
  const dataset = await openDataset(folder);
  if (flags.table === "parquet") await writeParquet(dataset);
  return dataset;
}
