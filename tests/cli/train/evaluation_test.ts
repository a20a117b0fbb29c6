import { assertEquals, assertThrows } from "@std/assert";
import { readEvaluations } from "../../../cli/train/evaluation.ts";
import { TownletError } from "../../../src/base/error.ts";

const LINE = {
  updates: 10,
  steps: 200,
  cycle: 0,
  episodes: 2,
  return_mean: -1.5,
  return_ci95: [-2, -1],
  deaths_mean: 0,
  invalid_action_rate: 0.1,
  policy_hash: "ab",
  best: true,
};

Deno.test("readEvaluations() gives what was written, and names a line that was not", () => {
  const alone = { ...LINE, return_ci95: null };
  assertEquals(readEvaluations([LINE, alone], "e.jsonl").length, 2);
  for (
    const other of [
      { ...LINE, return_mean: "much" },
      { ...LINE, best: undefined },
      { ...LINE, more: 1 },
      null,
    ]
  ) {
    const error = assertThrows(
      () => readEvaluations([LINE, other], "e.jsonl"),
      TownletError,
    );
    assertEquals([error.code, error.where, error.exit], [
      "run.evaluations",
      "e.jsonl:2",
      2,
    ]);
  }
});
