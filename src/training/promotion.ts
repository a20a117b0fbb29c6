/**
 * The promotion gate: whether a trained policy may replace the one there is.
 *
 * @module
 */
import {
  annealReasons,
  type AnnealStatus,
  annealStatus,
  type JudgedStage,
} from "./anneal_flags.ts";

/** The policy that passed last. */
export interface Candidate {
  /** Status of its schedule. */
  readonly status: AnnealStatus;
  /** Cycle of its last stage. */
  readonly cycle: number;
  /** Mode of its last stage. */
  readonly mode: "bc" | "ppo";
  /** Hash of its weights. */
  readonly policy_hash: string;
  /** Folder of its checkpoint. */
  readonly checkpoint: string;
}

/** How near policies are to a promotion. */
export interface Promotion {
  /** Passes in a row. */
  readonly pass_streak: number;
  /** Passes in a row that are needed. */
  readonly required_passes: number;
  /** Whether the candidate may be promoted. */
  readonly candidate_ready: boolean;
  /** How the last schedule went. */
  readonly last_result: "pass" | "fail" | null;
  /** Number of the last schedule; 0 where there was none. */
  readonly last_evaluated_tick: number;
  /** The policy that passed, null after one that did not. */
  readonly candidate: Candidate | null;
}

/** Mean returns over the same seeds. */
export interface GateReturns {
  /** Of the candidate. */
  readonly candidate: number;
  /** Of scripted residents. */
  readonly scripted: number;
}

/** Share of the scripted return that a candidate may lack. */
const RETURN_SLACK = 0.02;

/** Before the first schedule. */
export function createPromotion(requiredPasses: number): Promotion {
  return {
    pass_streak: 0,
    required_passes: requiredPasses,
    candidate_ready: false,
    last_result: null,
    last_evaluated_tick: 0,
    candidate: null,
  };
}

/** Whether a candidate earns what scripted residents do, less 2 %. */
export function returnSuffices({ candidate, scripted }: GateReturns): boolean {
  return candidate >= scripted - RETURN_SLACK * Math.abs(scripted);
}

/**
 * After one more schedule: a pass lengthens the streak, all else ends it.
 *
 * @param candidate the policy of the schedule, whatever its status
 * @param returns what it earns; null where nobody looked, which no candidate
 * passes
 */
export function nextPromotion(
  before: Promotion,
  requiredPasses: number,
  candidate: Candidate,
  returns: GateReturns | null,
): Promotion {
  const passed = candidate.status === "PASS";
  const streak = passed ? before.pass_streak + 1 : 0;
  return {
    pass_streak: streak,
    required_passes: requiredPasses,
    candidate_ready: streak >= requiredPasses && returns !== null &&
      returnSuffices(returns),
    last_result: passed ? "pass" : "fail",
    last_evaluated_tick: before.last_evaluated_tick + 1,
    candidate: passed ? candidate : null,
  };
}

/** What a training left behind, to be judged. */
export interface TrainingResults {
  /** Its stages. */
  readonly results: readonly JudgedStage[];
  /** The gate. */
  readonly promotion: { readonly candidate_ready: boolean };
}

/** What is to be done with a trained policy. */
export interface Verdict<Results extends TrainingResults = TrainingResults> {
  /** What became of the schedule. */
  readonly status: AnnealStatus;
  /** What to do. */
  readonly decision: "PROMOTE" | "HOLD" | "FAIL";
  /** Whether the gate is open. */
  readonly candidate_ready: boolean;
  /** The gate, as it was given. */
  readonly promotion: Results["promotion"];
  /** The stages, as they were given. */
  readonly results: Results["results"];
  /** Why it is not promoted. */
  readonly reasons: readonly string[];
}

/** Decides by stages and gate. */
export function judge<Results extends TrainingResults>(
  { results, promotion }: Results,
): Verdict<Results> {
  const status = annealStatus(results);
  const ready = promotion.candidate_ready;
  const reasons = annealReasons(results);
  return {
    status,
    decision: status !== "PASS" ? status : ready ? "PROMOTE" : "HOLD",
    candidate_ready: ready,
    promotion,
    results,
    reasons: status === "PASS" && !ready ? ["candidate_not_ready"] : reasons,
  };
}
