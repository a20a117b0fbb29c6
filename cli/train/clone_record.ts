/** What a pass over demonstrations tells, for the log and for people. @module */
import type { CloneEpoch } from "../../src/training/cloning.ts";
import { number } from "../print/text.ts";
import { pause, type TrainRun } from "./run.ts";

/** How well a network agrees with demonstrations; numbers by name. */
export type CloneNumbers = Readonly<Record<string, number | null>>;

/** How far cloning is after a pass. */
export interface ClonePass {
  /** Number of the pass in the run, from 1. */
  readonly updates: number;
  /** Decisions learned from so far. */
  readonly steps: number;
  /** Seconds that the pass took. */
  readonly seconds: number;
  /** Learning rate. */
  readonly learningRate: number;
}

/** The line of `metrics.jsonl` for a pass. */
export function cloneRecord(
  { metrics, town }: TrainRun,
  pass: CloneEpoch,
  { updates, steps, seconds, learningRate }: ClonePass,
): Readonly<Record<string, unknown>> {
  const { heldOut } = pass;
  return {
    epoch: updates,
    data_mode: "bc",
    transitions: pass.steps,
    steps,
    ...cloneNumbers(pass),
    val_recall: Object.fromEntries(
      town.actions.flatMap((name, k) =>
        heldOut.recall[k] === null ? [] : [[name, heldOut.recall[k]]]
      ),
    ),
    grad_norm: pass.gradNorm,
    lr: learningRate,
    epoch_duration_sec: seconds,
    steps_per_second: seconds > 0 ? pass.steps / seconds : 0,
    log_stream_offset: metrics.records + 1,
  };
}

/** Accuracy and loss of a pass, and over what was held out after it. */
export function cloneNumbers(
  { accuracy, loss, heldOut }: CloneEpoch,
): CloneNumbers {
  return {
    accuracy,
    loss,
    val_accuracy: heldOut.accuracy,
    val_loss: heldOut.loss,
  };
}

/** Number of the pass, and how well the network agrees. */
export function cloneText(
  epoch: number,
  epochs: number,
  { accuracy, loss, heldOut }: CloneEpoch,
): string {
  return [
    `epoch ${number(epoch)}/${number(epochs)}`,
    `loss ${number(loss, 4)}`,
    `accuracy ${percent(accuracy)}`,
    `held out: loss ${number(heldOut.loss, 4)}`,
    `accuracy ${percent(heldOut.accuracy)}`,
  ].join(", ");
}

/** `97.4 %`. */
export function percent(share: number): string {
  return `${number(100 * share, 1)} %`;
}

/**
 * Does something that pauses between minibatches, so that signals are heard;
 * null when one asked to stop before it was done.
 */
export async function untilStopped<T>(
  { interrupt }: TrainRun,
  act: (pause: () => Promise<void>) => Promise<T>,
): Promise<T | null> {
  try {
    return await act(async () => {
      await pause();
      interrupt.asked.throwIfAborted();
    });
  } catch (error) {
    if (interrupt.asked.aborted) return null;
    throw error;
  }
}
