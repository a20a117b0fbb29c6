/**
 * Flags of an anneal: whether a stage of reinforcement got worse than the one
 * before it, and what became of the whole schedule.
 *
 * @module
 */

/** What stages of reinforcement are compared by. */
export interface StageFigures {
  /** Total loss, mean over the updates. */
  readonly loss_total: number;
  /** Conflicts in queues in fresh rollouts after them. */
  readonly queue_conflict_events: number;
  /** Sum of their intensities. */
  readonly queue_conflict_intensity_sum: number;
}

/** What a stage of reinforcement is flagged for. */
export interface StageFlags {
  /** The loss grew by more than a tenth. */
  readonly loss_flag: boolean;
  /** More than 15 % fewer conflicts: residents may have stopped queueing. */
  readonly queue_flag: boolean;
  /** The same of their intensity. */
  readonly intensity_flag: boolean;
}

/** What is read of a finished stage to judge the schedule. */
export type JudgedStage =
  | {
    /** Demonstrations. */
    readonly mode: "bc";
    /** Cycle of the stage. */
    readonly cycle: number;
    /** Whether its accuracy sufficed. */
    readonly passed: boolean;
  }
  | StageFlags & {
    /** Reinforcement. */
    readonly mode: "ppo";
    /** Cycle of the stage. */
    readonly cycle: number;
  };

/** What became of a schedule. */
export type AnnealStatus = "PASS" | "HOLD" | "FAIL";

/** Share by which the loss may grow. */
const LOSS_GROWTH = 0.1;
/** Share of the conflicts that has to remain. */
const REMAINING = 0.85;

/** Flags of a stage beside the one before it; no baseline, or one of 0, flags nothing. */
export function stageFlags(
  now: StageFigures,
  before: StageFigures | null,
): StageFlags {
  const fell = (value: number, base: number) =>
    base !== 0 && value < REMAINING * base;
  return {
    loss_flag: before !== null && before.loss_total !== 0 &&
      (now.loss_total - before.loss_total) / Math.abs(before.loss_total) >
        LOSS_GROWTH,
    queue_flag: before !== null &&
      fell(now.queue_conflict_events, before.queue_conflict_events),
    intensity_flag: before !== null &&
      fell(
        now.queue_conflict_intensity_sum,
        before.queue_conflict_intensity_sum,
      ),
  };
}

/** Status of stages: a failed demonstration fails all, a flag holds. */
export function annealStatus(stages: readonly JudgedStage[]): AnnealStatus {
  if (stages.some((stage) => stage.mode === "bc" && !stage.passed)) {
    return "FAIL";
  }
  return stages.every(stagePassed) ? "PASS" : "HOLD";
}

/** Whether a stage reached its accuracy, or has no flag. */
export function stagePassed(stage: JudgedStage): boolean {
  return stage.mode === "bc"
    ? stage.passed
    : FLAGS.every((flag) => !stage[flag]);
}

/** Why stages do not pass, such as `loss_flag_cycle_2`, in their order. */
export function annealReasons(stages: readonly JudgedStage[]): string[] {
  return stages.flatMap((stage) => {
    const { cycle } = stage;
    if (stage.mode === "ppo") {
      return FLAGS.filter((flag) => stage[flag])
        .map((flag) => `${flag}_cycle_${cycle}`);
    }
    return stage.passed ? [] : [`bc_stage_failed_cycle_${cycle}`];
  });
}

const FLAGS = ["loss_flag", "queue_flag", "intensity_flag"] as const;
