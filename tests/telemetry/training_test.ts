/** Telemetry of a training, through a thread and into a file. @module */
import { assertEquals } from "@std/assert";
import { configFrom } from "../../src/config/load.ts";
import type { Config } from "../../src/config/config.ts";
import { checkPayload } from "../../src/telemetry/schema/catalogue.ts";
import { TelemetryReader } from "../../src/telemetry/reader/reader.ts";
import { trainingElement } from "../../src/telemetry/training_record.ts";
import { TrainingTelemetry } from "../../src/telemetry/training.ts";
import {
  type UpdateRecord,
  updateRecord,
} from "../../src/training/update_record.ts";
import { TALLIES, TALLY } from "../../src/vector/tallies.ts";
import { inScratch } from "../helpers/scratch.ts";

const STRICT = { strict: true };

/** A record whose numbers can be told apart. */
function recordOf(epoch: number, members: Partial<UpdateRecord> = {}) {
  const names = [
    "updates",
    "transitions",
    "loss_policy",
    "loss_value",
    "loss_entropy",
    "loss_total",
    "clip_fraction",
    "clip_fraction_max",
    "clip_triggered_minibatches",
    "adv_mean",
    "adv_std",
    "adv_zero_std_batches",
    "adv_min_std",
    "grad_norm",
    "grad_norm_max",
    "kl_divergence",
    "kl_divergence_max",
    "kl_approx",
    "batch_entropy_mean",
    "batch_entropy_std",
    "reward_advantage_corr",
    "explained_variance",
  ] as const;
  const learning = Object.fromEntries(names.map((name, i) => [name, i / 64]));
  const tallies = Float64Array.from(TALLIES, (_, i) => i + 1);
  const record = updateRecord({
    epoch,
    learning: learning as Record<typeof names[number], number>,
    learningRate: 0.5,
    steps: 64 * epoch,
    seconds: 1,
    mode: "rollout",
    cycle: 2,
    records: epoch,
    conflict: {
      "conflict.rivalry_max_mean_avg": 0,
      "conflict.rivalry_max_max_avg": 0,
      "conflict.rivalry_avoid_count_mean_avg": 0,
      "conflict.rivalry_avoid_count_max_avg": 0,
    },
    episodes: { episode_return_mean: null, episode_length_mean: null },
    sampled: { ticks: 8, invalidChoices: 0, tallies },
  });
  // Several chats make a quality of 1 at most.
  return {
    record: { ...record, chat_quality_mean: 0.5, ...members },
    tallies,
  };
}

Deno.test("trainingElement() fits the schema, and tells what a record says", () => {
  const { record, tallies } = recordOf(3);
  const element = trainingElement(record, tallies);
  assertEquals(checkPayload("training", "event", [element], STRICT), null);
  const found = JSON.parse(JSON.stringify(element));
  assertEquals([found.epoch, found.cycle, found.steps], [3, 2, 192]);
  assertEquals(found.data_mode, "rollout");
  assertEquals(found.loss_total, record.loss_total);
  assertEquals(found.entropy_mean, record.batch_entropy_mean);
  assertEquals(
    found.conflict.intensity_sum,
    record.queue_conflict_intensity_sum,
  );
  assertEquals(found.utility, {
    outage: TALLY.power_lost_events + 1,
    shower_complete: TALLY.shower_events + 1,
    sleep_complete: TALLY.sleep_events + 1,
  });
  assertEquals("anneal" in found, false);
});

Deno.test("trainingElement() of recorded data happened in no town, and before any cycle", () => {
  const { record } = recordOf(1, {
    data_mode: "replay",
    rollout_ticks: 0,
    cycle_id: -1,
    reward_advantage_corr: 1 + 1e-12,
  });
  const element = trainingElement(record, null);
  assertEquals(checkPayload("training", "event", [element], STRICT), null);
  const found = JSON.parse(JSON.stringify(element));
  assertEquals([found.data_mode, found.cycle], ["replay", 0]);
  assertEquals(found.utility.sleep_complete, 0);
  assertEquals(found.reward_advantage_corr, 1);
});

Deno.test("trainingElement() tells of an anneal what the schema has", () => {
  const anneal = {
    anneal_cycle: 1,
    anneal_stage: "ppo",
    anneal_dataset: "data",
    anneal_bc_accuracy: 0.95,
    anneal_bc_passed: true,
    anneal_loss_flag: false,
    anneal_loss_baseline: null,
  };
  const { record, tallies } = recordOf(1);
  const element = trainingElement({ ...record, ...anneal }, tallies);
  assertEquals(checkPayload("training", "event", [element], STRICT), null);
  assertEquals(JSON.parse(JSON.stringify(element)).anneal, {
    stage: "ppo",
    bc_accuracy: 0.95,
    bc_passed: true,
    loss_flag: false,
  });
});

/** A configuration that tells so. */
function configWith(telemetry: object): Config {
  return configFrom({
    config_id: "tiny",
    features: { stages: {}, systems: {} },
    rewards: { needs_weights: { hunger: 1, hygiene: 1, energy: 1 } },
    telemetry,
  });
}

/** Tells of five updates; gives what was said of it. */
async function tell(telemetry: object): Promise<readonly string[]> {
  const logs: string[] = [];
  const teller = await TrainingTelemetry.open(configWith(telemetry), {
    seed: 7,
    updates: 2,
    file: "configs/tiny.yaml",
    app: "test",
    onLog: (level, text) => logs.push(`${level}: ${text}`),
  });
  for (let epoch = 3; epoch <= 7; epoch++) {
    const { record, tallies } = recordOf(epoch);
    teller.tell(record, tallies);
  }
  await teller.close("complete");
  return logs;
}

Deno.test("the records of a training arrive, one channel and nothing else", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/training.ndjson`;
    const transport = { type: "file", file_path: path };
    assertEquals(await tell({ transport, validate: "fail" }), []);
    const frames = await Array.fromAsync(new TelemetryReader(path));
    const [hello, ...rest] = frames;
    assertEquals(hello.kind, "hello");
    if (hello.kind !== "hello") return;
    const { channels, config_id, seed } = hello.payload;
    assertEquals(channels, { training: { schema: "1.0", kind: "event" } });
    assertEquals([config_id, seed], ["tiny", 7]);
    const told = rest.flatMap((frame) =>
      frame.kind === "event"
        ? frame.payload.map(({ epoch }) => [frame.channel, frame.tick, epoch])
        : []
    );
    assertEquals(
      told,
      [3, 4, 5, 6, 7].map((epoch) => ["training", epoch, epoch]),
    );
    const last = frames.at(-1);
    assertEquals(last?.kind === "bye" && last.payload.reason, "complete");
  });
});

Deno.test("nothing is told where the channel is off, or must be the same in every run", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/training.ndjson`;
    const transport = { type: "file", file_path: path };
    const off = { channels: { training: { enabled: false } } };
    assertEquals(await tell({ transport, ...off }), []);
    assertEquals(await tell({ transport, deterministic: true }), []);
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});
