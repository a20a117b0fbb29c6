/** What a training has come to, for people and programs. @module */
import { join } from "node:path";
import { EXIT } from "../../src/base/error.ts";
import { policyHash } from "../../src/policy/network/net.ts";
import { RUN_CHECKPOINTS } from "../../src/runs/checkpoint_files.ts";
import type { UpdateRecord } from "../../src/training/update_record.ts";
import { showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { count, number, padEnd, shellWord } from "../print/text.ts";
import { PROGRAM } from "../program.ts";
import type { EvaluationRecord } from "./evaluation.ts";
import { durationText } from "./progress.ts";
import type { Outcome, TrainRun, TrainState } from "./run.ts";

/** Hexadecimal digits of a hash that people are shown. */
const SHORT = 12;

/**
 * What a training has come to: how far it is, what residents earned at first
 * and now, where it is kept, and what to do with it.
 */
export function outcomeOf(
  run: TrainRun,
  state: TrainState,
  record: UpdateRecord | null,
): Outcome {
  const { evaluated, clock } = run;
  const { updates, steps, cycle, network } = state;
  const [first = null] = evaluated;
  const last = evaluated.at(-1) ?? null;
  const best = evaluated.findLast((one) => one.best) ?? null;
  return {
    exit: EXIT.done,
    json: {
      updates,
      steps,
      cycle,
      seconds: clock(),
      policy_hash: policyHash(network),
      evaluations: { first, last, best },
      last_update: record,
    },
    lines: [
      headline(run, state),
      ...evaluated.length === 0 ? [] : [earnedLine(first, last, best)],
      "",
      ...placeLines(run, state, best),
      "",
      ...nextLines(run, state),
    ],
  };
}

function headline(
  { config, clock, resumed, interrupt }: TrainRun,
  { steps, updates }: TrainState,
): string {
  const paint = openPaint(showsColours("stdout"));
  const seconds = clock();
  const before = resumed?.meta.steps ?? 0;
  const speed = seconds > 0 ? (steps - before) / seconds : 0;
  const stopped = interrupt.signal() === null ? "" : ", stopped";
  return `${paint.bold(config.config_id)}: ${number(steps)} steps in ${
    count(updates, "update")
  }${stopped} (${durationText(seconds)}, ${number(speed)} steps/s)`;
}

function earnedLine(
  first: EvaluationRecord | null,
  last: EvaluationRecord | null,
  best: EvaluationRecord | null,
): string {
  const parts = [
    ...first === null ? [] : [`${earned(first)} at first`],
    ...last === null || last === first ? [] : [`${earned(last)} now`],
    ...best === null
      ? []
      : [`best ${earned(best)} after update ${number(best.updates)}`],
  ];
  return `Return of an episode: ${parts.join(", ")}`;
}

function earned({ return_mean, return_ci95 }: EvaluationRecord): string {
  if (return_ci95 === null) return number(return_mean, 2);
  const [low, high] = return_ci95;
  return `${number(return_mean, 2)} ± ${number((high - low) / 2, 2)}`;
}

function placeLines(
  { folder }: TrainRun,
  { network }: TrainState,
  best: EvaluationRecord | null,
): string[] {
  const line = (name: string, path: string, hash?: string) =>
    `${padEnd(name, 6)}${path}${
      hash === undefined ? "" : `  policy ${hash.slice(0, SHORT)}`
    }`;
  return [
    line("Run", folder),
    line("Last", join(folder, RUN_CHECKPOINTS.last), policyHash(network)),
    ...best === null
      ? []
      : [line("Best", join(folder, RUN_CHECKPOINTS.best), best.policy_hash)],
  ];
}

function nextLines(
  { file, folder, mode, config }: TrainRun,
  { steps, updates }: TrainState,
): string[] {
  const paint = openPaint(showsColours("stdout"));
  const goesOn = mode === "rollout" && steps < config.ppo.total_steps;
  const [run, town, policy] = [folder, file, `onnx:${folder}`].map(shellWord);
  const lines = [
    ...goesOn ? [`train --resume ${run}`] : [],
    `evaluate --config ${town} --policy scripted --policy ${policy}`,
    ...updates > 0 ? [`plot ${run}`] : [],
    `simulate --config ${town} --policy ${policy}`,
  ];
  return [
    paint.dim("Next:"),
    ...lines.map((line) => `  ${PROGRAM} ${line}`),
  ];
}
