import { assertEquals } from "@std/assert";
import {
  annealMembers,
  type AnnealStage,
  bcStageResult,
  ppoStageResult,
  reinforcementPlan,
  type StageResult,
  stagesInOrder,
} from "../../src/training/anneal.ts";

const bc = (cycle: number, bc_weight = 1): AnnealStage => ({
  cycle,
  mode: "bc",
  epochs: 1,
  bc_weight,
});
const ppo = (cycle: number): AnnealStage => ({ ...bc(cycle), mode: "ppo" });
const figures = (loss: number, conflicts: number, intensity: number) => ({
  loss_total: loss,
  queue_conflict_events: conflicts,
  queue_conflict_intensity_sum: intensity,
});

/** Results of stages, all of which pass; figures of the n-th are n + 1. */
function done(
  stages: readonly AnnealStage[],
  dataset: (cycle: number) => string = () => "rollout",
): StageResult[] {
  const results: StageResult[] = [];
  for (const [i, stage] of stages.entries()) {
    const plan = reinforcementPlan(
      stages,
      results,
      dataset(stage.cycle),
      false,
    );
    results.push(
      stage.mode === "bc"
        ? bcStageResult(stage, { accuracy: 0.95, loss: 0.2 }, 0.9)
        : ppoStageResult(stage, plan, {}, figures(i + 1, i + 1, i + 1)),
    );
  }
  return results;
}

Deno.test("stagesInOrder() goes by cycle, and as written within one", () => {
  const written = [ppo(3), bc(0), ppo(1), { ...ppo(1), epochs: 7 }];
  assertEquals(
    stagesInOrder(written),
    [written[1], written[2], written[3], written[0]],
  );
});

Deno.test("bcStageResult() passes at the threshold, and rolls back below", () => {
  const result = (accuracy: number) =>
    bcStageResult(bc(2, 0.5), { accuracy, loss: 0.3 }, 0.9);
  assertEquals(result(0.9), {
    cycle: 2,
    mode: "bc",
    accuracy: 0.9,
    loss: 0.3,
    threshold: 0.9,
    passed: true,
    bc_weight: 0.5,
    rolled_back: false,
  });
  assertEquals(result(0.899).passed, false);
  assertEquals(result(0.899).rolled_back, true);
});

Deno.test("reinforcementPlan() raises the blend linearly to 1", () => {
  const stages = [bc(0), ppo(1), ppo(2), bc(3), ppo(4), ppo(5)];
  const blends = (blend: boolean) =>
    stages.flatMap((stage, i) =>
      stage.mode === "bc" ? [] : [
        reinforcementPlan(stages, done(stages.slice(0, i)), "rollout", blend)
          .blend,
      ]
    );
  assertEquals(blends(true), [0.25, 0.5, 0.75, 1]);
  assertEquals(blends(false), [1, 1, 1, 1]);
});

Deno.test("reinforcementPlan() weighs demonstrations in the next stage only", () => {
  const stages = [ppo(0), bc(1, 0.4), bc(2, 0.7), ppo(3), ppo(4)];
  const weight = (i: number) =>
    reinforcementPlan(stages, done(stages.slice(0, i)), "rollout", false)
      .cloneWeight;
  assertEquals([weight(0), weight(3), weight(4)], [0, 0.7, 0]);
});

Deno.test("reinforcementPlan() compares with the stage of the same label", () => {
  const stages = [ppo(0), ppo(1), ppo(2)];
  const label = (cycle: number) => cycle === 1 ? "other" : "same";
  const results = done(stages.slice(0, 2), label);
  const plan = (dataset: string) =>
    reinforcementPlan(stages, results, dataset, false).before?.loss_total;
  assertEquals(plan("same"), 1);
  assertEquals(plan("other"), 2);
  assertEquals(plan("new"), undefined);
});

Deno.test("annealMembers() names the demonstrations and the baseline", () => {
  const stages = [bc(0), ppo(1), ppo(2)];
  const first = reinforcementPlan(stages, [], "rollout", false);
  assertEquals(annealMembers(ppo(1), first, figures(1, 1, 1)), {
    anneal_cycle: 1,
    anneal_stage: "ppo",
    anneal_dataset: "rollout",
    anneal_bc_accuracy: null,
    anneal_bc_threshold: null,
    anneal_bc_passed: null,
    anneal_loss_baseline: null,
    anneal_queue_baseline: null,
    anneal_intensity_baseline: null,
    anneal_loss_flag: false,
    anneal_queue_flag: false,
    anneal_intensity_flag: false,
  });
  const plan = reinforcementPlan(
    stages,
    done(stages.slice(0, 2)),
    "rollout",
    false,
  );
  assertEquals(annealMembers(ppo(2), plan, figures(3, 1, 2)), {
    anneal_cycle: 2,
    anneal_stage: "ppo",
    anneal_dataset: "rollout",
    anneal_bc_accuracy: 0.95,
    anneal_bc_threshold: 0.9,
    anneal_bc_passed: true,
    anneal_loss_baseline: 2,
    anneal_queue_baseline: 2,
    anneal_intensity_baseline: 2,
    anneal_loss_flag: true,
    anneal_queue_flag: true,
    anneal_intensity_flag: false,
  });
});

Deno.test("annealMembers() flags nothing before there are figures", () => {
  const stages = [ppo(1), ppo(2)];
  const plan = reinforcementPlan(stages, done([ppo(1)]), "rollout", false);
  const none = figures(9, 0, 0);
  const known = annealMembers(ppo(2), plan, none);
  assertEquals(known.anneal_queue_flag, true);
  assertEquals(annealMembers(ppo(2), plan, null), {
    ...known,
    anneal_loss_flag: false,
    anneal_queue_flag: false,
    anneal_intensity_flag: false,
  });
});

Deno.test("ppoStageResult() is the last record with figures and flags", () => {
  const stages = [ppo(1), ppo(2)];
  const results = done(stages.slice(0, 1));
  const plan = reinforcementPlan(stages, results, "rollout", false);
  const means = figures(1.5, 2, 1);
  const result = ppoStageResult(
    ppo(2),
    plan,
    { loss_total: 2, lr: 0.5, updates: 8 },
    means,
  );
  assertEquals(result, {
    ...annealMembers(ppo(2), plan, means),
    ...means,
    lr: 0.5,
    updates: 8,
    loss_flag: true,
    queue_flag: false,
    intensity_flag: false,
    cycle: 2,
    mode: "ppo",
  });
});
