import { assertEquals } from "@std/assert";
import type { AnnealStatus } from "../../src/training/anneal_flags.ts";
import {
  type Candidate,
  createPromotion,
  judge,
  nextPromotion,
  type Promotion,
  returnSuffices,
} from "../../src/training/promotion.ts";

const GOOD = { candidate: 10, scripted: 10 };

function candidate(status: AnnealStatus): Candidate {
  const mode = "ppo";
  return { status, cycle: 4, mode, policy_hash: "ab", checkpoint: "run/best" };
}

/** The gate after schedules with these statuses. */
function after(...statuses: readonly AnnealStatus[]): Promotion {
  return statuses.reduce(
    (gate, status) => nextPromotion(gate, 2, candidate(status), GOOD),
    createPromotion(2),
  );
}

Deno.test("nextPromotion() counts passes in a row", () => {
  for (
    const [statuses, streak, ready] of [
      [["PASS"], 1, false],
      [["PASS", "PASS"], 2, true],
      [["PASS", "PASS", "PASS"], 3, true],
      [["PASS", "HOLD"], 0, false],
      [["PASS", "FAIL", "PASS"], 1, false],
    ] as const
  ) {
    const gate = after(...statuses);
    assertEquals(gate.pass_streak, streak, statuses.join());
    assertEquals(gate.candidate_ready, ready, statuses.join());
    assertEquals(gate.last_evaluated_tick, statuses.length);
  }
});

Deno.test("nextPromotion() names the candidate after a pass only", () => {
  assertEquals(createPromotion(2).candidate, null);
  assertEquals(createPromotion(2).last_result, null);
  assertEquals(after("PASS").candidate, candidate("PASS"));
  assertEquals(after("PASS").last_result, "pass");
  assertEquals(after("PASS", "HOLD").candidate, null);
  assertEquals(after("PASS", "HOLD").last_result, "fail");
});

Deno.test("nextPromotion() keeps a candidate that earns too little, or unknown, waiting", () => {
  const poor = { candidate: 9, scripted: 10 };
  for (const [returns, ready] of [[GOOD, true], [poor, false], [null, false]]) {
    const gate = nextPromotion(
      after("PASS"),
      2,
      candidate("PASS"),
      returns as typeof GOOD | null,
    );
    assertEquals(gate.pass_streak, 2);
    assertEquals(gate.candidate_ready, ready);
  }
});

Deno.test("returnSuffices() lets 2 % be missing, below 0 too", () => {
  for (
    const [scripted, least] of [[100, 98], [-100, -102], [0, 0]]
  ) {
    assertEquals(returnSuffices({ candidate: least, scripted }), true);
    assertEquals(returnSuffices({ candidate: least - 0.01, scripted }), false);
  }
});

Deno.test("judge() promotes what passed and is ready, and says why it does not", () => {
  const passed = { mode: "bc", cycle: 0, passed: true } as const;
  const failed = { mode: "bc", cycle: 1, passed: false } as const;
  const flagged = {
    mode: "ppo",
    cycle: 2,
    loss_flag: false,
    queue_flag: true,
    intensity_flag: false,
  } as const;
  for (
    const [results, candidate_ready, status, decision, reasons] of [
      [[passed], true, "PASS", "PROMOTE", []],
      [[passed], false, "PASS", "HOLD", ["candidate_not_ready"]],
      [[passed, flagged], true, "HOLD", "HOLD", ["queue_flag_cycle_2"]],
      [[failed], true, "FAIL", "FAIL", ["bc_stage_failed_cycle_1"]],
    ] as const
  ) {
    const promotion = { candidate_ready };
    assertEquals(judge({ results, promotion }), {
      status,
      decision,
      candidate_ready,
      promotion,
      results,
      reasons: [...reasons],
    });
  }
});
