/** `dataset curate`: which episodes to learn from. @module */
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import {
  checkDatasetFolder,
  createDataset,
  openDataset,
} from "../../src/runs/dataset_files.ts";
import type { Needs } from "../../src/security/permissions.ts";
import {
  curate,
  curation,
  talliesOf,
} from "../../src/training/dataset/curate.ts";
import {
  commonFlags,
  jsonFlag,
  realNumber,
  says,
  wholeNumber,
} from "../flags.ts";
import { foldersFor } from "../output_folders.ts";
import { jsonLine } from "../print/json.ts";
import { print } from "../print/output.ts";
import { number } from "../print/text.ts";
import { folderArgument } from "./flags.ts";

/** Steps an episode needs unless another number is given. */
const TIMESTEPS = 10;

/** Flags of the command. */
export const curateFlags = object({
  part: constant("curate"),
  folder: folderArgument,
  out: option(
    "--out",
    string({ metavar: "DIR" }),
    says("Folder of the new dataset, new or empty"),
  ),
  minTimesteps: withDefault(
    option(
      "--min-timesteps",
      wholeNumber(0),
      says("Reject episodes of fewer steps"),
    ),
    TIMESTEPS,
    { message: [text(String(TIMESTEPS))] },
  ),
  minReward: optional(option(
    "--min-reward",
    realNumber(-Number.MAX_VALUE, Number.MAX_VALUE),
    says("Reject episodes of a lower return"),
  )),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
interface CurateFlags {
  readonly folder: string;
  readonly out: string;
  readonly minTimesteps: number;
  readonly minReward: number | undefined;
  readonly json: boolean;
}

/** What the command needs. */
export function curateNeeds(
  { folder, out }: Pick<CurateFlags, "folder" | "out">,
): Partial<Needs> {
  return { reads: [folder], writes: foldersFor([out]) };
}

/** Runs the command. */
export async function runCurate(
  { folder, out, minTimesteps, minReward, json }: CurateFlags,
): Promise<number> {
  const rules = { minTimesteps, minReward: minReward ?? null };
  const dataset = await openDataset(folder);
  await checkDatasetFolder(out, []);
  const result = await curation(dataset, rules);
  const writer = await createDataset(out, {
    ...dataset.manifest,
    created_utc: new Date().toISOString(),
  });
  await curate(dataset, rules, writer.add);
  await writer.close(talliesOf(dataset.manifest));
  print(
    json
      ? jsonLine({
        format: "townlet.dataset_curate",
        version: 1,
        folder,
        out,
        min_timesteps: minTimesteps,
        min_reward: rules.minReward,
        ...result,
      }) + "\n"
      : `${recordText(out)}: ${number(result.total)} total, ` +
        `${number(result.accepted)} accepted, ` +
        `${number(result.rejected)} rejected\n`,
  );
  return EXIT.done;
}
