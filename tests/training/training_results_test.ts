import { assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { decodeTrainingResults } from "../../src/training/training_results.ts";

const FLAGS = { loss_flag: false, queue_flag: false, intensity_flag: true };
const GOOD = {
  results: [
    { mode: "bc", cycle: 0, passed: true, accuracy: 0.95 },
    { mode: "ppo", cycle: 1, ...FLAGS, loss_total: 0.5 },
  ],
  promotion: { candidate_ready: false, pass_streak: 1 },
  status: "HOLD",
};

Deno.test("decodeTrainingResults() reads stages and gate, and keeps the rest", () => {
  const read = decodeTrainingResults(JSON.stringify(GOOD), "a.json");
  assertEquals(read as unknown, GOOD);
});

Deno.test("decodeTrainingResults() refuses what does not tell how stages went", () => {
  const { promotion } = GOOD;
  for (
    const [value, fault] of [
      [[], "all of it"],
      [{ promotion }, "results: "],
      [{ results: [], promotion }, "results: "],
      [{ results: GOOD.results }, "promotion: "],
      [{ ...GOOD, promotion: {} }, "promotion.candidate_ready: "],
      [{ ...GOOD, results: [{ mode: "bc", cycle: 0 }] }, "results.0.passed: "],
      [
        { ...GOOD, results: [{ mode: "bc", cycle: 0, passed: 1 }] },
        "results.0.passed: ",
      ],
      [
        { ...GOOD, results: [{ mode: "ppo", cycle: 1, loss_flag: false }] },
        "results.0.queue_flag: ",
      ],
      [
        { ...GOOD, results: [{ mode: "ppo", cycle: -1, ...FLAGS }] },
        "results.0.cycle: ",
      ],
      [{ ...GOOD, results: [{ mode: "eat", cycle: 1 }] }, "results.0.mode: "],
    ] as const
  ) {
    const error = assertThrows(
      () => decodeTrainingResults(JSON.stringify(value), "a.json"),
      TownletError,
      fault,
    );
    assertEquals([error.code, error.where, error.exit], [
      "promotion.input",
      "a.json",
      2,
    ]);
  }
  assertThrows(
    () => decodeTrainingResults("{", "a.json"),
    TownletError,
    "no JSON",
  );
});
