/**
 * Annealing: from demonstrations to reinforcement, stage by stage.
 *
 * What has been done is a list of results, and what comes next follows from
 * that list alone: a schedule that was interrupted goes on from its list.
 *
 * @module
 */
import type { TrainingSettings } from "../config/training_settings.ts";
import {
  type StageFigures,
  type StageFlags,
  stageFlags,
} from "./anneal_flags.ts";

/** A stage of the schedule. */
export type AnnealStage = TrainingSettings["anneal_schedule"][number];

/** What came of a stage of demonstrations. */
export interface BcStageResult {
  /** Cycle of the stage. */
  readonly cycle: number;
  /** Demonstrations. */
  readonly mode: "bc";
  /** Share of held-out decisions that the network would have made too. */
  readonly accuracy: number;
  /** Mean cross-entropy of those decisions, nats. */
  readonly loss: number;
  /** Accuracy it had to reach. */
  readonly threshold: number;
  /** Whether it has. */
  readonly passed: boolean;
  /** Weight of demonstrations in the next stage of reinforcement. */
  readonly bc_weight: number;
  /** True where the weights went back to those that passed last. */
  readonly rolled_back: boolean;
}

/** What came of a stage of reinforcement, beside its last record. */
export interface PpoStageResult extends StageFigures, StageFlags {
  /** Cycle of the stage. */
  readonly cycle: number;
  /** Reinforcement. */
  readonly mode: "ppo";
  /** What its figures may be compared with: figures of the same label. */
  readonly anneal_dataset: string;
  /** Any other member of the record of its last update. */
  readonly [key: string]: unknown;
}

/** What came of a stage. */
export type StageResult = BcStageResult | PpoStageResult;

/** What a stage of reinforcement goes by. */
export interface ReinforcementPlan {
  /** Share of the decisions that the learned policy takes, above 0 to 1. */
  readonly blend: number;
  /** Weight of demonstrations in the loss; 0 for none. */
  readonly cloneWeight: number;
  /** Label of its figures. */
  readonly dataset: string;
  /** The demonstrations before it; null where there were none. */
  readonly cloned: BcStageResult | null;
  /** The stage of the same label before it; null for the first one. */
  readonly before: StageFigures | null;
}

/** What the records of a stage of reinforcement have beside the usual. */
export interface AnnealMembers {
  /** Cycle of the stage. */
  readonly anneal_cycle: number;
  /** Its mode. */
  readonly anneal_stage: "ppo";
  /** Label of its figures. */
  readonly anneal_dataset: string;
  /** Accuracy of the demonstrations before it. */
  readonly anneal_bc_accuracy: number | null;
  /** Accuracy they had to reach. */
  readonly anneal_bc_threshold: number | null;
  /** Whether they have. */
  readonly anneal_bc_passed: boolean | null;
  /** Loss of the stage before. */
  readonly anneal_loss_baseline: number | null;
  /** Conflicts in an update of the stage before. */
  readonly anneal_queue_baseline: number | null;
  /** Sum of their intensities. */
  readonly anneal_intensity_baseline: number | null;
  /** The loss grew by more than a tenth. */
  readonly anneal_loss_flag: boolean;
  /** More than 15 % fewer conflicts. */
  readonly anneal_queue_flag: boolean;
  /** The same of their intensity. */
  readonly anneal_intensity_flag: boolean;
}

const UNKNOWN: StageFlags = {
  loss_flag: false,
  queue_flag: false,
  intensity_flag: false,
};

/** The stages in the order in which they run: by cycle. */
export function stagesInOrder(
  schedule: readonly AnnealStage[],
): readonly AnnealStage[] {
  return schedule.toSorted((a, b) => a.cycle - b.cycle);
}

/**
 * What came of demonstrations.
 *
 * @param heldOut accuracy and loss over held-out episodes
 */
export function bcStageResult(
  stage: AnnealStage,
  { accuracy, loss }: { readonly accuracy: number; readonly loss: number },
  threshold: number,
): BcStageResult {
  const passed = accuracy >= threshold;
  return {
    cycle: stage.cycle,
    mode: "bc",
    accuracy,
    loss,
    threshold,
    passed,
    bc_weight: stage.bc_weight,
    rolled_back: !passed,
  };
}

/**
 * What the next stage of reinforcement goes by.
 *
 * The blend rises linearly over the stages of reinforcement, and is 1 in the
 * last. Demonstrations count in the stage that follows them, and no further.
 *
 * @param stages all stages in order, of which `results` are done
 * @param dataset label of what the stage samples
 */
export function reinforcementPlan(
  stages: readonly AnnealStage[],
  results: readonly StageResult[],
  dataset: string,
  blends: boolean,
): ReinforcementPlan {
  const isPpo = ({ mode }: { readonly mode: "bc" | "ppo" }) => mode === "ppo";
  const cloned = results.findLast((result) => result.mode === "bc") ?? null;
  return {
    blend: blends
      ? (results.filter(isPpo).length + 1) / stages.filter(isPpo).length
      : 1,
    cloneWeight: results.at(-1) === cloned ? cloned?.bc_weight ?? 0 : 0,
    dataset,
    cloned,
    before:
      results.findLast((result) =>
        result.mode === "ppo" && result.anneal_dataset === dataset
      ) as PpoStageResult | undefined ?? null,
  };
}

/**
 * What a record of the stage says beside the usual.
 *
 * @param figures those of the stage, null while they are not known: nothing is
 * flagged then
 */
export function annealMembers(
  stage: AnnealStage,
  { dataset, cloned, before }: ReinforcementPlan,
  figures: StageFigures | null,
): AnnealMembers {
  const flags = figures === null ? UNKNOWN : stageFlags(figures, before);
  return {
    anneal_cycle: stage.cycle,
    anneal_stage: "ppo",
    anneal_dataset: dataset,
    anneal_bc_accuracy: cloned?.accuracy ?? null,
    anneal_bc_threshold: cloned?.threshold ?? null,
    anneal_bc_passed: cloned?.passed ?? null,
    anneal_loss_baseline: before?.loss_total ?? null,
    anneal_queue_baseline: before?.queue_conflict_events ?? null,
    anneal_intensity_baseline: before?.queue_conflict_intensity_sum ?? null,
    anneal_loss_flag: flags.loss_flag,
    anneal_queue_flag: flags.queue_flag,
    anneal_intensity_flag: flags.intensity_flag,
  };
}

/** What came of reinforcement: the record of its last update, and its figures. */
export function ppoStageResult(
  stage: AnnealStage,
  plan: ReinforcementPlan,
  last: Readonly<Record<string, unknown>>,
  figures: StageFigures,
): PpoStageResult {
  return {
    ...last,
    ...figures,
    ...annealMembers(stage, plan, figures),
    ...stageFlags(figures, plan.before),
    cycle: stage.cycle,
    mode: "ppo",
  };
}
