/** Recording and sorting experience, with the real program. @module */
import { assertEquals, assertMatch } from "@std/assert";
import { loadTown } from "../../src/app.ts";
import { saveNetwork } from "../helpers/networks.ts";
import { ended, scratch, start, townlet } from "../helpers/townlet.ts";

Deno.test("capture, inspect, curate, audit, stats and golden-merge work hand in hand", async () => {
  using folder = scratch();
  const data = `${folder.path}/data`;
  const good = `${folder.path}/good`;
  const run = async (task: string, ...words: string[]) => {
    const { code, out, err } = await townlet(task, words);
    return { code, out, err };
  };
  const json = async (task: string, ...words: string[]) => {
    const { code, out, err } = await run(task, ...words, "--json");
    assertEquals([code, err], [0, ""]);
    return JSON.parse(out);
  };
  const captured = await json(
    "capture",
    "configs/hamlet.yaml",
    ...["--ticks", "300", "--seeds", "2", "--policy", "random"],
    ...["--set", "training.episode_ticks=200", "--tag", "slow"],
    ...["--table", "parquet", "--out", data],
  );
  const [first] = captured.datasets;
  assertEquals([first.steps, first.episodes, first.ticks], [1800, 12, 300]);

  const again = await run("capture", "configs/hamlet.yaml", "--out", data);
  assertEquals([again.code, again.out], [2, ""]);
  assertMatch(again.err, /not empty/);
  const wide = await run("capture", "configs/hamlet.yaml", "--out", "out/..");
  assertEquals(wide.code, 5);

  const inspected = await json("dataset", "inspect", data);
  assertEquals(inspected.manifest.tags, ["slow"]);
  assertEquals(inspected.summary.ends, { truncated: 6, end: 6 });
  const one = await json("dataset", "inspect", data, "--episode", "3");
  assertEquals([one.agent_id, one.steps.length], ["ada", 100]);
  const none = await run("dataset", "inspect", data, "--episode", "99");
  assertEquals(none.code, 2);
  const text = await run("dataset", "inspect", data);
  assertMatch(text.out, /policy +random/);

  const rules = ["--min-timesteps", "150", "--out", good];
  const curated = await json("dataset", "curate", data, ...rules);
  assertEquals(
    [curated.total, curated.accepted, curated.rejected],
    [12, 6, 6],
  );
  const audited = await run("dataset", "audit", data, good);
  assertEquals([audited.code, audited.err], [0, ""]);
  assertMatch(audited.out, /1 shard.*nothing is wrong\n.*2 shards.*nothing/);

  const stats = await json("dataset", "stats", good);
  assertEquals(stats.metrics.sample_count, 6);
  const page = await run("dataset", "stats", good, "--format", "md");
  assertMatch(page.out, /\| `sample_count` \| 6 \|/);

  const golden = `${folder.path}/golden.json`;
  const merge = ["golden-merge", good, "--golden", golden];
  assertEquals((await json("dataset", ...merge)).changes.length > 20, true);
  assertEquals((await run("dataset", ...merge, "--write")).code, 0);
  assertEquals((await json("dataset", ...merge)).changes, []);
  await Deno.writeTextFile(golden, "{}\n");
  assertEquals((await run("dataset", ...merge, "--write")).code, 2);

  const shard = `${data}/shard-00000.npz`;
  const bytes = await Deno.readFile(shard);
  bytes[5000] ^= 1;
  await Deno.writeFile(shard, bytes);
  const wrong = await run("dataset", "audit", data, good);
  assertEquals(wrong.code, 1);
  assertMatch(wrong.out, /shard-00000.npz: The file was changed/);
  const refused = await run("dataset", "inspect", data);
  assertEquals(refused.code, 5);
  assertMatch(refused.err, /shard-00000.npz/);
});

Deno.test("capture records several towns, each in a folder of its name", async () => {
  using folder = scratch();
  const out = `${folder.path}/both`;
  const { code, out: text, err } = await townlet("capture", [
    ...["configs/hamlet.yaml", "configs/scenarios/kitchen_breakfast.yaml"],
    ...["--ticks", "40", "--out", out],
  ]);
  assertEquals([code, err], [0, ""]);
  assertMatch(text, /^hamlet: .*\/both\/hamlet\n/);
  const audited = await townlet("dataset", [
    "audit",
    ...[...Deno.readDirSync(out)].map(({ name }) => `${out}/${name}`),
  ]);
  assertEquals(audited.code, 0);
  assertEquals(audited.out.split("\n").length, 3);
});

Deno.test("a capture that is interrupted leaves a whole dataset", async () => {
  using folder = scratch();
  const out = `${folder.path}/long`;
  const child = start("capture", [
    "configs/hamlet.yaml",
    ...["--ticks", "10000000", "--out", out, "--json"],
  ]);
  // It listens once the folder is there.
  for (let i = 0; i < 200; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const info = await Deno.stat(out).catch(() => null);
    if (info !== null) break;
  }
  child.kill("SIGINT");
  const { code, out: text } = ended(await child.output());
  assertEquals(code, 130);
  assertEquals(JSON.parse(text).interrupted, "SIGINT");
  assertEquals((await townlet("dataset", ["audit", out])).code, 0);
});

Deno.test("capture records what a network draws and expects", async () => {
  using folder = scratch();
  const path = folder.path.slice(folder.path.lastIndexOf("out/"));
  const { town } = await loadTown("configs/hamlet.yaml");
  const hash = await saveNetwork(town, `${path}/net`);
  const { code, out, err } = await townlet("capture", [
    "configs/hamlet.yaml",
    ...["--policy", `onnx:${path}/net`, "--ticks", "50"],
    ...["--out", `${path}/data`, "--json"],
  ]);
  assertEquals([code, err], [0, ""]);
  assertEquals(JSON.parse(out).datasets[0].steps, 150);
  const shown = await townlet("dataset", [
    "inspect",
    `${path}/data`,
    ...["--episode", "0", "--json"],
  ]);
  const { steps, bootstrap_value } = JSON.parse(shown.out);
  const drawn = steps.filter((step: { log_prob: number }) => step.log_prob < 0);
  assertEquals(drawn.length > 10, true);
  assertEquals(bootstrap_value !== 0, true);
  assertEquals(
    steps.every((step: { value: number }) => step.value !== 0),
    true,
  );
  const manifest = await Deno.readTextFile(`${path}/data/manifest.json`);
  assertEquals(JSON.parse(manifest).policy_hash, hash);
  const other = await townlet("capture", [
    "configs/hamlet.yaml",
    ...["--set", "observations.layout=v2"],
    ...["--policy", `onnx:${path}/net`, "--out", `${path}/other`],
  ]);
  assertEquals(other.code, 2);
  assertMatch(other.err, /made for other/);
});
