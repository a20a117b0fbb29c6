/** Trainings as processes, with the permissions of their task. @module */
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { sha256Hex } from "../../src/base/hash.ts";
import { loadCheckpoint } from "../../src/runs/checkpoint_files.ts";
import { readMetricsLog } from "../../src/runs/metrics_log.ts";
import { ended, scratch, start, townlet } from "../helpers/townlet.ts";

/** A training of seconds: ten updates of two worlds, four checkpoints. */
const SHORT = [
  "configs/hamlet.yaml",
  ...[
    "ppo.total_steps=1900",
    "ppo.rollout_length=32",
    "ppo.num_worlds=2",
    "ppo.checkpoint_every=3",
    "training.episode_ticks=60",
  ].flatMap((set) => ["--set", set]),
  "--eval-episodes",
  "2",
];

/** Trains to the end, and gives the object that tells of it. */
async function train(...words: readonly string[]) {
  const { code, out, err } = await townlet("train", [...words, "--json"]);
  assertEquals(code, 0, err);
  return JSON.parse(out);
}

const short = (run: string, ...words: readonly string[]) =>
  train(...SHORT, "--out", run, ...words);

/** Records without the members that tell how fast it went. */
async function recordsOf(run: string) {
  const records = await readMetricsLog(`${run}/metrics.jsonl`);
  return records.map((record) => {
    const { epoch_duration_sec, steps_per_second, ...rest } = record;
    assert(Number(epoch_duration_sec) > 0 && Number(steps_per_second) > 0);
    return rest;
  });
}

/** What must be the same in runs that learned the same. */
async function learnedIn(run: string) {
  return {
    last: filesBelow(`${run}/last`),
    best: filesBelow(`${run}/best`),
    evaluations: Deno.readTextFileSync(`${run}/evaluations.jsonl`),
    records: await recordsOf(run),
  };
}

/** Digests of all files of a folder by name. */
function filesBelow(folder: string): Readonly<Record<string, string>> {
  const entries = [...Deno.readDirSync(folder)].map(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return [
      name,
      isDirectory
        ? JSON.stringify(filesBelow(path))
        : sha256Hex(Deno.readFileSync(path)),
    ];
  });
  return Object.fromEntries(entries.sort());
}

const infoOf = (run: string) =>
  JSON.parse(Deno.readTextFileSync(`${run}/run.json`));

for (const backend of ["ts", "wasm"]) {
  Deno.test(`a rollout training learns, and keeps what a run must: ${backend}`, async () => {
    using folder = scratch();
    const run = `${folder.path}/run`;
    const told = await short(run, "--backend", backend, "--seed", "5");
    assertEquals([told.format, told.version], ["townlet.training", 1]);
    assertEquals([told.mode, told.status, told.run], ["rollout", "done", run]);
    assert(told.steps >= 1900 && told.updates > 3);
    assert(told.last_update.rollout_ticks > 0, "ticks were run");
    const { first, last, best } = told.evaluations;
    assertEquals([first.updates, last.updates], [0, told.updates]);
    assertNotEquals(last.policy_hash, first.policy_hash);
    assertEquals(told.policy_hash, last.policy_hash);

    const { meta, optimizer } = await loadCheckpoint(`${run}/last`);
    assertEquals(meta.policy_hash, told.policy_hash);
    assertEquals([meta.backend, meta.seed], [backend, 5]);
    assertEquals([meta.steps, meta.updates], [told.steps, told.updates]);
    assert(Number(optimizer?.get("t")?.data[0]) > 0, "Adam did steps");
    const chosen = await loadCheckpoint(run);
    assertEquals(chosen.meta.policy_hash, best.policy_hash);

    const records = await recordsOf(run);
    assertEquals(
      records.map(({ epoch, log_stream_offset }) => [epoch, log_stream_offset]),
      Array.from({ length: told.updates }, (_, i) => [i + 1, i + 1]),
    );
    const info = infoOf(run);
    assertEquals(
      [info.status, info.mode, info.seed, info.backend],
      ["done", "rollout", 5, backend],
    );
    assertEquals("onnxruntime" in info.versions, backend === "wasm");
    assertEquals(info.command.slice(0, 2), ["train", "configs/hamlet.yaml"]);
    assert(info.ended >= info.started);
  });
}

Deno.test("one seed teaches the same, whatever the threads; another does not", async () => {
  using folder = scratch();
  const [a, b, c] = ["a", "b", "c"].map((name) => `${folder.path}/${name}`);
  await short(a, "--backend", "ts");
  await short(b, "--backend", "ts", "--workers", "2");
  await short(c, "--backend", "ts", "--seed", "99");
  const learned = await learnedIn(a);
  assertEquals(await learnedIn(b), learned);
  const other = await loadCheckpoint(`${c}/last`);
  const own = await loadCheckpoint(`${a}/last`);
  assertNotEquals(other.meta.policy_hash, own.meta.policy_hash);
});

/** Waits for so many records of a run, for a minute at most. */
async function untilRecords(run: string, count: number): Promise<void> {
  for (let i = 0; i < 6000; i++) {
    const text = await Deno.readTextFile(`${run}/metrics.jsonl`)
      .catch(() => "");
    if (text.split("\n").length > count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${run} has not ${count} records in a minute`);
}

for (const backend of ["ts", "wasm"]) {
  Deno.test(`Ctrl-C saves; going on is not having stopped: ${backend}`, async () => {
    using folder = scratch();
    const [whole, cut] = ["whole", "cut"].map((n) => `${folder.path}/${n}`);
    await short(whole, "--backend", backend, "--log-max-records", "4");
    const words = [
      ...SHORT,
      ...["--backend", backend, "--log-max-records", "4", "--out", cut],
    ];
    const process = start("train", words);
    await untilRecords(cut, 2);
    process.kill("SIGINT");
    const { code, out, err } = ended(await process.output());
    assertEquals(code, 130, err);
    assertStringIncludes(out, `train --resume ${cut}`);
    const stopped = await loadCheckpoint(`${cut}/last`);
    assert(stopped.meta.updates >= 2);
    assertEquals(stopped.meta.updates, (await recordsOf(cut)).length);
    assertEquals(infoOf(cut).status, "interrupted");

    const told = await train("--resume", cut);
    assertEquals([told.status, told.run], ["done", cut]);
    assertEquals(await learnedIn(cut), await learnedIn(whole));
    assertEquals(infoOf(cut).resumed.length, 1);
    assertEquals(infoOf(cut).status, "done");
  });
}

Deno.test("a process that is killed loses at most what came after its last checkpoint", async () => {
  using folder = scratch();
  const [whole, cut] = ["whole", "cut"].map((name) => `${folder.path}/${name}`);
  await short(whole, "--backend", "ts");
  const words = [...SHORT, "--backend", "ts", "--out", cut];
  const process = start("train", words);
  await untilRecords(cut, 4);
  // Else it might be done before the second has begun.
  process.kill("SIGSTOP");
  const second = await townlet("train", ["--resume", cut]);
  assertEquals(second.code, 1, "nobody else may go on meanwhile");
  assertStringIncludes(second.err, "Another training writes to this log");
  process.kill("SIGKILL");
  await process.output();
  assertEquals(infoOf(cut).status, "running");
  await train("--resume", cut, "--workers", "2");
  assertEquals(await learnedIn(cut), await learnedIn(whole));
});

Deno.test("--minutes stops, and the run goes on later; --log-every and --init", async () => {
  using folder = scratch();
  const [run, more] = ["run", "more"].map((name) => `${folder.path}/${name}`);
  const first = await short(run, "--backend", "ts", "--minutes", "0");
  assertEquals([first.updates, first.status], [0, "done"]);
  assertEquals(first.last_update, null);
  const then = await train("--resume", run, "--log-every", "2");
  assert(then.steps >= 1900);
  const epochs = (await recordsOf(run)).map(({ epoch }) => Number(epoch));
  assertEquals(epochs.every((epoch) => epoch % 2 === 0), true);
  assertEquals(epochs.length, Math.floor(then.updates / 2));
  const again = await train("--resume", run);
  assertEquals(again.policy_hash, then.policy_hash);

  await short(
    more,
    "--backend",
    "ts",
    "--init",
    `${run}/last`,
    "--minutes",
    "0",
  );
  const begun = await loadCheckpoint(`${more}/last`);
  assertEquals(begun.meta.policy_hash, then.policy_hash);
  assertEquals([begun.meta.steps, begun.meta.cycle], [0, 1]);
});

Deno.test("a run goes on without what it began from, and not without what it learned", async () => {
  using folder = scratch();
  const [run, more] = ["run", "more"].map((name) => `${folder.path}/${name}`);
  await short(run, "--backend", "ts", "--minutes", "0");
  const init = ["--init", `${run}/last`];
  await short(more, "--backend", "ts", "--minutes", "0", ...init);
  Deno.removeSync(run, { recursive: true });
  const { steps, policy_hash } = await train("--resume", more);
  assert(steps >= 1900);

  Deno.renameSync(`${more}/last`, `${more}/kept`);
  const lost = await townlet("train", ["--resume", more]);
  assertEquals([lost.code, lost.out], [2, ""]);
  assertStringIncludes(lost.err, "lost its last checkpoint");
  Deno.renameSync(`${more}/kept`, `${more}/last`);
  assertEquals((await train("--resume", more)).policy_hash, policy_hash);
});

Deno.test("--save-rollouts leaves a dataset that holds what was sampled", async () => {
  using folder = scratch();
  const data = `${folder.path}/data`;
  const told = await short(
    `${folder.path}/run`,
    ...["--backend", "ts", "--save-rollouts", data],
  );
  const manifest = JSON.parse(Deno.readTextFileSync(`${data}/manifest.json`));
  assertEquals(manifest.totals.steps, told.steps);
  // A tick in which a world begins anew holds no steps.
  assert(manifest.ticks > 30 * told.updates);
  assert(manifest.ticks <= 32 * told.updates);
  const audit = await townlet("dataset", ["audit", data]);
  assertEquals(audit.code, 0, audit.err + audit.out);
});

Deno.test("what keeps a training from beginning is told, and nothing is left", async () => {
  using folder = scratch();
  const run = `${folder.path}/run`;
  await short(run, "--backend", "ts");
  const other = `${folder.path}/other`;

  /** Expects a refusal, and no run. */
  const refused = async (
    code: number,
    named: string,
    ...words: readonly string[]
  ) => {
    const found = await townlet("train", words);
    assertEquals([found.code, found.out], [code, ""], found.err);
    assertStringIncludes(found.err, named);
    assertEquals([...Deno.readDirSync(folder.path)].length, 1, named);
  };
  const begin = ["configs/hamlet.yaml", "--backend", "ts", "--out"];
  await refused(2, `--resume ${run}`, ...begin, run);
  await refused(
    2,
    "no such configuration",
    "configs/none.yaml",
    "--out",
    other,
  );
  await refused(2, "There is no checkpoint", ...begin, other, "--init", "out");
  await refused(
    2,
    "made for other observations",
    ...[...begin, other, "--init", run],
    ...["--set", "features.systems.observations=compact"],
  );
  await refused(
    2,
    "--set ppo.net=mlp64",
    ...[...begin, other, "--init", run, "--set", "ppo.net=dual256"],
  );
  await refused(2, "computed by ts", "--resume", run, "--backend", "wasm");
  await refused(
    2,
    "--set policy.backend=scripted --init out/checkpoints/x",
    ...[...begin, other, "--set", "policy.backend=onnx:x"],
  );
  await refused(5, "F3", "configs/hamlet.yaml", "--out", "configs");
  await refused(
    2,
    "Nobody lives in this town",
    ...[...begin, other, "--set", "population.residents=[]"],
  );
  await refused(
    2,
    "leaves no room",
    ...[...begin, other, "--seed", String(Number.MAX_SAFE_INTEGER)],
  );

  Deno.writeTextFileSync(`${run}/config.yaml`, "# more\n", { append: true });
  await refused(5, "config.yaml", "--resume", run);
  const weights = `${run}/best/weights.npz`;
  const bytes = Deno.readFileSync(weights);
  bytes[bytes.length >> 1] ^= 1;
  Deno.writeFileSync(weights, bytes);
  await refused(5, "best/weights.npz", ...begin, other, "--init", run);
});

Deno.test("weights that are no numbers end a training; the checkpoint before is kept", async () => {
  using folder = scratch();
  const run = `${folder.path}/run`;
  const { code, out, err } = await townlet("train", [
    ...SHORT,
    ...["--backend", "ts", "--out", run],
    ...["--set", "ppo.learning_rate=1e38", "--set", "ppo.max_grad_norm=0"],
  ]);
  assertEquals([code, out], [1, ""], err);
  assertStringIncludes(err, `what was learned until then is in ${run}`);
  assertStringIncludes(err, "hint: Lower ppo.learning_rate");
  assertEquals(infoOf(run).status, "failed");
  const { network } = await loadCheckpoint(`${run}/last`);
  assertEquals(network.weights.every(Number.isFinite), true);
});

Deno.test("telemetry of a training is whole; the standard output has one owner", async () => {
  using folder = scratch();
  const told = `${folder.path}/told.ndjson`;
  const words = (transport: string) => [
    ...SHORT,
    ...["--backend", "ts"],
    ...["--set", `telemetry.transport=${transport}`],
    ...["--set", "telemetry.validate=fail"],
  ];
  const { updates } = await train(
    ...words(`{type: file, file_path: ${told}}`),
    ...["--out", `${folder.path}/file`],
  );
  const verified = await townlet("telemetry", ["verify", told, "--json"]);
  assertEquals(verified.code, 0, verified.err + verified.out);
  const frames = Deno.readTextFileSync(told).trim().split("\n")
    .map((line) => JSON.parse(line)).filter(({ ch }) => ch === "training");
  assertEquals(frames.length, updates);

  const run = `${folder.path}/stdout`;
  const both = await townlet("train", [
    ...words("{type: stdout}"),
    ...["--out", run, "--json"],
  ]);
  assertEquals([both.code, both.out], [2, ""]);
  assertStringIncludes(both.err, "both want the standard output");
  const one = await townlet("train", [
    ...words("{type: stdout}"),
    "--out",
    run,
  ]);
  assertEquals(one.code, 0, one.err);
  for (const line of one.out.trim().split("\n")) JSON.parse(line);
  assertStringIncludes(one.err, "Next:");
});
