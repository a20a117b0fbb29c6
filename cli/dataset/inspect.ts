/** `dataset inspect`: what is in a dataset. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { openDataset } from "../../src/runs/dataset_files.ts";
import {
  type Dataset,
  type DatasetEpisode,
  episodesOf,
} from "../../src/training/dataset/dataset.ts";
import { summarize } from "../../src/training/dataset/summary.ts";
import { commonFlags, jsonFlag, says, wholeNumber } from "../flags.ts";
import { jsonLine } from "../print/json.ts";
import { openLinePrinter, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { number } from "../print/text.ts";
import { folderArgument } from "./flags.ts";
import { datasetText, episodeText } from "./show.ts";

/** Flags of the command. */
export const inspectFlags = object({
  part: constant("inspect"),
  folder: folderArgument,
  episode: optional(option(
    "--episode",
    wholeNumber(0),
    says("Print the steps of one episode, by its place in the table from 0"),
  )),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
interface InspectFlags {
  readonly folder: string;
  readonly episode: number | undefined;
  readonly json: boolean;
}

/** Runs the command: reads, and so checks, all of the dataset. */
export async function runInspect(
  { folder, episode, json }: InspectFlags,
): Promise<number> {
  const dataset = await openDataset(folder);
  const paint = openPaint(showsColours("stdout"));
  const out = openLinePrinter();
  if (episode !== undefined) {
    const found = await episodeAt(dataset, episode);
    if (json) out.write(jsonLine(episodeData(dataset, found)));
    else episodeText(dataset, found, paint).forEach(out.write);
  } else {
    const summary = await summarize(dataset);
    if (json) {
      out.write(jsonLine({
        format: "townlet.dataset_inspect",
        version: 1,
        folder,
        manifest: dataset.manifest,
        summary,
      }));
    } else datasetText(dataset, summary, paint).forEach(out.write);
  }
  out.flush();
  return EXIT.done;
}

async function episodeAt(
  dataset: Dataset,
  wanted: number,
): Promise<DatasetEpisode> {
  let at = 0;
  for await (const episode of episodesOf(dataset)) {
    if (at++ === wanted) return episode;
  }
  throw new TownletError(`There is no episode ${number(wanted)}`, {
    code: "dataset.episode",
    where: dataset.where,
    hint: `It has ${number(at)}, from 0`,
  });
}

/** An episode as plain data; observations are left to the arrays. */
function episodeData({ manifest }: Dataset, episode: DatasetEpisode) {
  const { steps, sequence: { start, end, bootstrap } } = episode;
  return {
    format: "townlet.dataset_episode",
    version: 1,
    ...episode.listed,
    accepted: episode.accepted,
    bootstrap_value: bootstrap,
    metrics: episode.metrics,
    steps: Array.from({ length: end - start }, (_, i) => ({
      tick: steps.tick[start + i],
      action: manifest.actions[steps.action[start + i]],
      reward: steps.reward[start + i],
      value: steps.value[start + i],
      log_prob: steps.log_prob[start + i],
      external: steps.external[start + i] === 1,
      terminated: steps.terminated[start + i] === 1,
      truncated: steps.truncated[start + i] === 1,
    })),
  };
}
