/** Learning from what was recorded, as processes with their tasks' permissions. @module */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { loadTown } from "../../src/app.ts";
import { Random } from "../../src/base/random.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { openNet, policyHash } from "../../src/policy/network/net.ts";
import { loadCheckpoint } from "../../src/runs/checkpoint_files.ts";
import { readMetricsLog } from "../../src/runs/metrics_log.ts";
import { scratch, townlet } from "../helpers/townlet.ts";

const TOWN = "configs/training/commons.yaml";

const sets = (...keys: readonly string[]) =>
  keys.flatMap((key) => ["--set", key]);

/** Little of everything. */
const SHORT = [
  ...["--backend", "ts", "--eval-episodes", "0"],
  ...sets(
    "ppo.num_worlds=2",
    "ppo.rollout_length=60",
    "ppo.total_steps=3000",
    "ppo.checkpoint_every=4",
    "training.episode_ticks=120",
  ),
];

/** The hash of the network that a training in the town begins with. */
async function firstHash(): Promise<string> {
  const { town } = await loadTown(TOWN);
  const { featureNames, mapShape } = observationSpec(town);
  const net = openNet({
    net: "mlp64",
    features: featureNames.length,
    map: mapShape,
    actions: town.actions.length,
  });
  return policyHash(
    initNetwork(net, Random.seeded("1", "training:init")),
  );
}

/** Records scripted residents of the town. */
async function record(folder: string, ticks: number, seeds: number) {
  const data = `${folder}/data`;
  const { code, err } = await townlet("capture", [
    ...[TOWN, "--policy", "scripted", "--quiet", "--out", data],
    ...["--ticks", `${ticks}`, "--seeds", `${seeds}`],
  ]);
  assertEquals(code, 0, err);
  return data;
}

/** Trains; gives the object that tells of it, and what else was said. */
async function train(
  words: readonly string[],
  expected = 0,
): Promise<{ readonly told: Record<string, unknown>; readonly err: string }> {
  const { code, out, err } = await townlet("train", [...words, "--json"]);
  assertEquals(code, expected, err);
  return { told: JSON.parse(out), err };
}

/** Records without the members that tell how fast it went. */
async function recordsOf(run: string) {
  const records = await readMetricsLog(`${run}/metrics.jsonl`);
  return records.map(
    ({ epoch_duration_sec: _, steps_per_second: __, ...rest }) => rest,
  );
}

Deno.test("cloning agrees with nine of ten decisions it never saw, and PPO goes on from it", async () => {
  using folder = scratch();
  const data = await record(folder.path, 1440, 4);
  const run = `${folder.path}/bc`;
  const { told } = await train([
    ...[TOWN, "--mode", "bc", "--data", data, "--out", run],
    ...["--eval-episodes", "0", ...sets("training.bc.epochs=8")],
  ]);
  const { val_accuracy, val_loss, accuracy, loss, most_frequent } = told;
  assert(Number(val_accuracy) >= 0.9, `${val_accuracy}`);
  // Not by choosing always the same.
  assert(Number(most_frequent) < 0.95);
  assert(Number(val_accuracy) > Number(most_frequent) + 0.02);
  assert([accuracy, loss, val_loss].every((value) => Number(value) > 0));
  assertEquals(
    [told.mode, told.manifest, told.epochs, told.status],
    ["bc", data, 8, "done"],
  );
  assertEquals(
    [told.learning_rate, told.batch_size, told.weight_decay],
    [1e-3, 64, 0],
  );
  assert(Number(told.duration_sec) > 0);
  assertNotEquals(told.policy_hash, await firstHash());
  const { meta } = await loadCheckpoint(`${run}/last`);
  assertEquals(meta.policy_hash, told.policy_hash);
  assertEquals(meta.metrics.val_accuracy, val_accuracy);
  const records = await recordsOf(run);
  assertEquals(records.map(({ epoch }) => epoch), [1, 2, 3, 4, 5, 6, 7, 8]);
  const { val_recall } = records[7];
  const { wait, go_work } = val_recall as Record<string, number>;
  assert(wait > 0.9 && go_work > 0.8);

  const on = `${folder.path}/on`;
  const after = await train([
    ...[TOWN, "--init", run, "--out", on, ...SHORT],
  ]);
  assert(Number(after.told.updates) > 0);
  assertNotEquals(after.told.policy_hash, told.policy_hash);
});

Deno.test("cloning goes on as if it had never been stopped", async () => {
  using folder = scratch();
  const data = await record(folder.path, 240, 3);
  const words = [
    ...[TOWN, "--mode", "bc", "--data", data, ...SHORT],
    ...sets("training.bc.epochs=3", "training.bc.weight_decay=0.001"),
  ];
  const [whole, parts] = [`${folder.path}/whole`, `${folder.path}/parts`];
  const { told } = await train([...words, "--out", whole]);
  const begun = await train([...words, "--out", parts, "--minutes", "0"]);
  assertEquals(begun.told.updates, 0);
  const again = await train(["--resume", parts]);
  assertEquals(again.told.policy_hash, told.policy_hash);
  assertEquals(await recordsOf(parts), await recordsOf(whole));
  const done = await train(["--resume", whole]);
  assertEquals(
    [done.told.policy_hash, done.told.val_accuracy],
    [told.policy_hash, told.val_accuracy],
  );
});

Deno.test("replay learns from recorded episodes, warns of who acted, and goes on", async () => {
  using folder = scratch();
  const data = await record(folder.path, 240, 2);
  const words = [
    ...[TOWN, "--mode", "replay", "--data", data, "--epochs", "2", ...SHORT],
  ];
  const [whole, parts] = [`${folder.path}/whole`, `${folder.path}/parts`];
  const { told, err } = await train([...words, "--out", whole]);
  assertStringIncludes(err, "was recorded by another policy");
  assert(Number(told.updates) > 4);
  assertNotEquals(told.policy_hash, await firstHash());
  const records = await recordsOf(whole);
  assertEquals(records.length, told.updates);
  for (const record of records) {
    assertEquals([record.data_mode, record.cycle_id], ["replay", 0]);
    assertEquals([record.rollout_ticks, record.baseline_sample_count], [0, 20]);
    assertEquals(
      record.baseline_reward_sum_mean,
      Number(record.baseline_reward_sum) / 20,
    );
    assert(Number(record.baseline_reward_mean) !== 0);
    assertEquals(record.baseline_log_prob_mean, 0);
  }
  await train([...words, "--out", parts, "--minutes", "0"]);
  const again = await train(["--resume", parts]);
  assertEquals(again.told.policy_hash, told.policy_hash);
  assertEquals(await recordsOf(parts), records);
});

Deno.test("replay shows what it would learn from, and leaves nothing behind", async () => {
  using folder = scratch();
  const data = await record(folder.path, 240, 2);
  const words = [TOWN, "--mode", "replay", "--data", data, ...SHORT];
  const runs = () => [...Deno.readDirSync(folder.path)].length;
  const before = runs();
  const { told } = await train([...words, "--inspect"]);
  const batches = told.batches as Record<string, number>[];
  assertEquals(batches.map(({ batch }) => batch), [...batches.keys()]);
  const sizes = batches.map(({ batch_size }) => batch_size);
  assert(sizes.every((size) => size >= 120));
  assertEquals(sizes.reduce((sum, size) => sum + size, 0), 2 * 240 * 10);
  for (const batch of batches) {
    assertEquals(batch.feature_dim, 67);
    const names = Object.keys(batch).slice(3);
    assertEquals(names.length, 4);
    assert(names.every((name) => name.startsWith("conflict.")));
  }
  const { code, out } = await townlet("train", [...words, "--inspect"]);
  assertEquals(code, 0);
  assertMatch(out, /batch +batch_size +feature_dim/);
  assertEquals(runs(), before);
});

Deno.test("what cannot be learned from is refused by name, and a run that has not begun leaves nothing", async () => {
  using folder = scratch();
  const data = await record(folder.path, 120, 1);
  const out = `${folder.path}/run`;
  const refusal = async (mode: string, ...words: readonly string[]) => {
    const { code, err } = await townlet("train", [
      ...[TOWN, "--mode", mode, "--out", out, ...SHORT, ...words],
    ]);
    return `${code} ${err}`;
  };
  // They share a folder: none of them leaves it behind.
  for (const mode of ["bc", "replay", "mixed"]) {
    assertMatch(await refusal(mode), /^2 error: Mode .* learns from a dataset/);
  }
  assertMatch(
    await refusal(
      "anneal",
      ...["--data", data, ...sets("training.anneal_schedule=[]")],
    ),
    /^2 error: .*There is no stage to anneal by/,
  );
  const none = ["--data", `${folder.path}/none`];
  assertMatch(await refusal("replay", ...none), /^2 error: .*none/);
  const shard = `${data}/shard-00000.npz`;
  const bytes = Deno.readFileSync(shard);
  const changed = bytes.slice();
  changed[bytes.length >> 1] ^= 1;
  Deno.writeFileSync(shard, changed);
  const refused = /^5 error: .*shard-00000.npz/;
  assertMatch(await refusal("bc", "--data", data), refused);

  const begun = /what was learned until then is in .*run$/m;
  const replayed = await refusal("replay", "--data", data);
  assertMatch(replayed, begun);
  assertMatch(replayed.replace(/ .*\n/, " "), refused);
  Deno.removeSync(out, { recursive: true });
  Deno.writeFileSync(shard, bytes);
  const long = sets("ppo.rollout_length=100000");
  assertStringIncludes(
    await refusal("replay", "--data", data, "--drop-last", ...long),
    "There is no batch to learn from",
  );
});

Deno.test("mixed replays and samples by turns with one network, and goes on", async () => {
  using folder = scratch();
  const data = await record(folder.path, 240, 1);
  const words = [
    ...[TOWN, "--mode", "mixed", "--data", data, "--cycles", "2", ...SHORT],
  ];
  const [whole, parts] = [`${folder.path}/whole`, `${folder.path}/parts`];
  const sampled = `${folder.path}/sampled`;
  const { told } = await train([
    ...[...words, "--out", whole, "--save-rollouts", sampled],
  ]);
  assertNotEquals(told.policy_hash, await firstHash());
  const records = await recordsOf(whole);
  assertEquals(told.updates, records.length);
  const turns = records.map(({ rollout_ticks }) =>
    rollout_ticks === 0 ? "r" : "s"
  ).join("");
  assertMatch(turns, /^r+s+r+s+$/);
  const modes = new Set(records.map(({ data_mode }) => data_mode));
  assertEquals([...modes], ["mixed"]);
  const cycles = records.filter(({ rollout_ticks }) => rollout_ticks !== 0)
    .map(({ cycle_id }) => cycle_id);
  assertEquals([...new Set(cycles)], [0, 1]);
  const look = await townlet("dataset", ["audit", sampled]);
  assertEquals(look.code, 0, look.out + look.err);
  await train([...words, "--out", parts, "--minutes", "0"]);
  const again = await train(["--resume", parts]);
  assertEquals(again.told.policy_hash, told.policy_hash);
  assertEquals(await recordsOf(parts), records);
});

/** Writes a town that is annealed in, and gives its file. */
function annealTown(folder: string, schedule: readonly string[]): string {
  const path = `${folder}/anneal.yaml`;
  const text = Deno.readTextFileSync(TOWN)
    .replace(
      "manifest: commons.manifest.yaml",
      "manifest: ../../configs/training/commons.manifest.yaml",
    )
    .replace(/ {2}anneal_schedule:\n( {4}- .*\n)+/, "")
    .replace("\ntraining:\n", () =>
      [
        "\ntraining:",
        "  anneal_enable_policy_blend: true",
        "  anneal_schedule:",
        ...schedule.map((stage) => `    - { ${stage} }`),
        "",
      ].join("\n"));
  Deno.writeTextFileSync(path, text);
  return path;
}

Deno.test("anneal passes, counts passes beside the runs, and promote says what to do", async () => {
  using folder = scratch();
  const data = await record(folder.path, 480, 2);
  const town = annealTown(folder.path, [
    // The one of the higher cycle comes last.
    "cycle: 3, mode: ppo, epochs: 2",
    "cycle: 1, mode: bc, epochs: 6, bc_weight: 0.5",
  ]);
  const words = [town, "--mode", "anneal", "--data", data, ...SHORT];
  const results: Record<string, unknown>[] = [];
  for (const name of ["first", "second"]) {
    const run = `${folder.path}/${name}`;
    const { told } = await train([
      ...[...words, "--exit-on-failure", "--out", run],
    ]);
    assertEquals(told.status, "PASS");
    assertNotEquals(told.policy_hash, await firstHash());
    const file = JSON.parse(
      Deno.readTextFileSync(`${run}/anneal_results.json`),
    );
    assertEquals(
      [file.status, file.promotion, file.results],
      [told.status, told.promotion, told.results],
    );
    results.push(file);
  }
  const [first, second] = results;
  const [bc, ppo] = first.results as Record<string, unknown>[];
  assertEquals([bc.cycle, bc.mode, bc.passed], [1, "bc", true]);
  assertEquals([bc.threshold, bc.bc_weight, bc.rolled_back], [0.9, 0.5, false]);
  assertEquals([ppo.cycle, ppo.mode, ppo.cycle_id], [3, "ppo", 3]);
  assertEquals([ppo.anneal_cycle, ppo.anneal_stage], [3, "ppo"]);
  assertEquals(ppo.anneal_bc_accuracy, bc.accuracy);
  assertEquals(
    [ppo.loss_flag, ppo.queue_flag, ppo.intensity_flag],
    [false, false, false],
  );
  // The same seed, and so the same numbers.
  assertEquals(
    (second.results as Record<string, unknown>[])[1].loss_total,
    ppo.loss_total,
  );
  const gates = results.map(({ promotion }) =>
    promotion as Record<string, unknown>
  );
  assertEquals(gates.map(({ pass_streak }) => pass_streak), [1, 2]);
  assertEquals(
    gates.map(({ last_evaluated_tick }) => last_evaluated_tick),
    [1, 2],
  );
  assertEquals(gates.map(({ last_result }) => last_result), ["pass", "pass"]);
  const { candidate } = gates[1] as {
    candidate: Record<string, unknown>;
  };
  assertEquals(
    [candidate.status, candidate.cycle, candidate.mode],
    ["PASS", 3, "ppo"],
  );
  const { meta } = await loadCheckpoint(String(candidate.checkpoint));
  assertEquals(meta.policy_hash, candidate.policy_hash);
  const { returns } = second as {
    returns: { candidate: number; scripted: number };
  };
  const earns = returns.candidate >=
    returns.scripted - 0.02 * Math.abs(returns.scripted);
  assertEquals(gates[0].candidate_ready, false);
  assertEquals(gates[1].candidate_ready, earns);

  const records = await recordsOf(`${folder.path}/first`);
  assertEquals(records.length, 8);
  const annealed = records.filter(({ data_mode }) => data_mode === "rollout");
  assertEquals(annealed.map(({ anneal_cycle }) => anneal_cycle), [3, 3]);
  assertEquals(
    Object.keys(annealed[0]).filter((name) => name.startsWith("anneal_")),
    [
      "anneal_cycle",
      "anneal_stage",
      "anneal_dataset",
      "anneal_bc_accuracy",
      "anneal_bc_threshold",
      "anneal_bc_passed",
      "anneal_loss_baseline",
      "anneal_queue_baseline",
      "anneal_intensity_baseline",
      "anneal_loss_flag",
      "anneal_queue_flag",
      "anneal_intensity_flag",
    ],
  );

  const input = `${folder.path}/first/anneal_results.json`;
  const promote = await townlet("promote", [
    ...["evaluate", "--input", input, "--format", "json"],
  ]);
  assertEquals(promote.code, 4, promote.err);
  assertEquals(JSON.parse(promote.out), {
    status: "PASS",
    decision: "HOLD",
    candidate_ready: false,
    promotion: first.promotion,
    results: first.results,
    reasons: ["candidate_not_ready"],
  });
});

Deno.test("anneal that fails says so, brings back what passed, and ends a streak", async () => {
  using folder = scratch();
  const data = await record(folder.path, 240, 2);
  const town = annealTown(folder.path, [
    "cycle: 0, mode: bc, epochs: 1",
    "cycle: 1, mode: ppo",
  ]);
  const words = [
    ...[town, "--mode", "anneal", "--data", data, ...SHORT],
    ...sets("training.anneal_accuracy_threshold=1"),
  ];
  const run = `${folder.path}/run`;
  const { told } = await train(
    [...words, "--exit-on-failure", "--out", run],
    1,
  );
  assertEquals(told.status, "FAIL");
  const results = told.results as Record<string, unknown>[];
  assertEquals(results.length, 1);
  assertEquals([results[0].passed, results[0].rolled_back], [false, true]);
  // It had learned, and then it was where it had begun.
  assertEquals((await recordsOf(run)).length, 1);
  assertEquals(told.policy_hash, await firstHash());
  const { meta } = await loadCheckpoint(`${run}/last`);
  assertEquals(meta.policy_hash, told.policy_hash);
  const gate = told.promotion as Record<string, unknown>;
  assertEquals(
    [gate.pass_streak, gate.last_result, gate.candidate],
    [0, "fail", null],
  );
  const lenient = await train([...words, "--out", `${folder.path}/again`]);
  assertEquals(lenient.told.status, "FAIL");

  const input = `${run}/anneal_results.json`;
  for (const [words, code] of [[[], 1], [["--dry-run"], 0]] as const) {
    const promote = await townlet("promote", [
      ...["evaluate", "--input", input, ...words],
    ]);
    assertEquals(promote.code, code, promote.err);
    assertMatch(promote.out, /^FAIL: 1 stage, /);
    assertStringIncludes(promote.out, "bc_stage_failed_cycle_0");
  }
});
