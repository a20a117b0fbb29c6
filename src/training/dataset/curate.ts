/**
 * Curation: which episodes of a dataset one should learn from.
 *
 * @module
 */
import { TALLIES } from "../../vector/tallies.ts";
import type { Sequence, Steps } from "../experience.ts";
import { type Dataset, type DatasetEpisode, episodesOf } from "./dataset.ts";
import type { DatasetManifest } from "./manifest.ts";
import { unusable } from "./refusal.ts";
import { emptyTally, tallyActions } from "./summary.ts";
import type { NewEpisode } from "./writer.ts";

/** Share of one action above which there is nothing to learn. */
const SHARE_MAX = 0.95;

/** What an episode must have to be accepted. */
export interface CurationRules {
  /** Least steps. */
  readonly minTimesteps: number;
  /** Least return, or null for any. */
  readonly minReward: number | null;
}

/** What came of a curation. */
export interface Curation {
  /** Episodes. */
  readonly total: number;
  /** Those to learn from. */
  readonly accepted: number;
  /** The others. */
  readonly rejected: number;
}

/**
 * Counts the episodes of a dataset that one should learn from. What was
 * rejected before stays so.
 *
 * @throws {TownletError} where there is none, or one action has more than 95 %
 * of their decisions, as learning from them would find
 */
export async function curation(
  dataset: Dataset,
  rules: CurationRules,
): Promise<Curation> {
  const { manifest: { actions, totals }, where } = dataset;
  const tally = emptyTally(actions.length);
  let accepted = 0;
  for await (const episode of episodesOf(dataset)) {
    if (!isAccepted(episode, rules)) continue;
    accepted++;
    const { start, end } = episode.sequence;
    tallyActions(tally, episode.steps, [start, end]);
  }
  const total = totals.episodes;
  if (accepted === 0) {
    throw unusable("empty", `None of ${total} episodes is accepted`, {
      where,
      hint: "Record more, or ask for less with --min-timesteps, --min-reward",
    });
  }
  const { decisions } = tally;
  const most = decisions.indexOf(Math.max(...decisions));
  const share = decisions[most] /
    Math.max(1, decisions.reduce((sum, count) => sum + count, 0));
  if (share > SHARE_MAX) {
    throw unusable(
      "one_action",
      `${actions[most]} is ${(100 * share).toFixed(1)} % of the decisions: ` +
        "nothing else can be learned",
      {
        where,
        hint: `Record residents who do more; at most ${
          100 * SHARE_MAX
        } % may be alike`,
      },
    );
  }
  return { total, accepted, rejected: total - accepted };
}

/** Hands every episode on, accepted or not. */
export async function curate(
  dataset: Dataset,
  rules: CurationRules,
  add: (
    steps: Steps,
    sequence: Sequence,
    episode: NewEpisode,
  ) => Promise<void>,
): Promise<void> {
  for await (const episode of episodesOf(dataset)) {
    const { world, agent_id, profile, end_reason } = episode.listed;
    await add(episode.steps, episode.sequence, {
      world,
      agent_id,
      profile,
      end_reason,
      metrics: episode.metrics,
      accepted: isAccepted(episode, rules),
    });
  }
}

/** What happened while a dataset was recorded, by `TALLIES`. */
export function talliesOf({ totals }: DatasetManifest): readonly number[] {
  return TALLIES.map((name) => totals[name]);
}

function isAccepted(
  { listed, accepted }: DatasetEpisode,
  { minTimesteps, minReward }: CurationRules,
): boolean {
  return accepted && listed.length >= minTimesteps &&
    (minReward === null || listed.return >= minReward);
}
