import { assertEquals } from "@std/assert";
import {
  annealReasons,
  annealStatus,
  type JudgedStage,
  stageFlags,
  stagePassed,
} from "../../src/training/anneal_flags.ts";

const BASE = {
  loss_total: 2,
  queue_conflict_events: 100,
  queue_conflict_intensity_sum: 40,
};
const NONE = { loss_flag: false, queue_flag: false, intensity_flag: false };

Deno.test("stageFlags() flags a loss that grew by more than a tenth", () => {
  for (
    const [base, loss, flag] of [
      [20, 22, false],
      [20, 22.1, true],
      [2, 1, false], // better
      [-1, -0.9, false],
      [-1, -0.8, true],
      [-1, -2, false], // better
      [0, 5, false], // nothing to compare with
    ]
  ) {
    const flags = stageFlags({ ...BASE, loss_total: Number(loss) }, {
      ...BASE,
      loss_total: Number(base),
    });
    assertEquals(flags, { ...NONE, loss_flag: flag }, `${base} to ${loss}`);
  }
});

Deno.test("stageFlags() flags conflicts and intensities below 85 %", () => {
  for (const [share, flag] of [[1.5, false], [0.85, false], [0.84, true]]) {
    const queue_conflict_events = 100 * Number(share);
    assertEquals(
      stageFlags({ ...BASE, queue_conflict_events }, BASE),
      { ...NONE, queue_flag: flag },
    );
    const queue_conflict_intensity_sum = 40 * Number(share);
    assertEquals(
      stageFlags({ ...BASE, queue_conflict_intensity_sum }, BASE),
      { ...NONE, intensity_flag: flag },
    );
  }
});

Deno.test("stageFlags() flags nothing without a baseline, or one of 0", () => {
  const now = {
    loss_total: 9,
    queue_conflict_events: 0,
    queue_conflict_intensity_sum: 0,
  };
  assertEquals(stageFlags(now, null), NONE);
  const zero = {
    loss_total: 0,
    queue_conflict_events: 0,
    queue_conflict_intensity_sum: 0,
  };
  assertEquals(stageFlags(now, zero), NONE);
});

Deno.test("annealStatus() fails before it holds, and annealReasons() says why", () => {
  const passed: JudgedStage = { mode: "bc", cycle: 0, passed: true };
  const failed: JudgedStage = { mode: "bc", cycle: 3, passed: false };
  const calm: JudgedStage = { mode: "ppo", cycle: 1, ...NONE };
  const flagged: JudgedStage = {
    mode: "ppo",
    cycle: 2,
    loss_flag: true,
    queue_flag: true,
    intensity_flag: true,
  };
  const three = [
    "loss_flag_cycle_2",
    "queue_flag_cycle_2",
    "intensity_flag_cycle_2",
  ];
  for (
    const [stages, status, reasons] of [
      [[passed, calm], "PASS", []],
      [[passed, calm, flagged], "HOLD", three],
      [[flagged, failed], "FAIL", [...three, "bc_stage_failed_cycle_3"]],
    ] as const
  ) {
    assertEquals(annealStatus(stages), status);
    assertEquals(annealReasons(stages), [...reasons]);
  }
  for (const flag of Object.keys(NONE)) {
    const one: JudgedStage = { mode: "ppo", cycle: 1, ...NONE, [flag]: true };
    assertEquals(annealStatus([one]), "HOLD");
    assertEquals(annealReasons([one]), [`${flag}_cycle_1`]);
    assertEquals(stagePassed(one), false);
  }
  assertEquals([passed, calm, failed].map(stagePassed), [true, true, false]);
});
