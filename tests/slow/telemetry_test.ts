import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { KEY, recording, Writer } from "../helpers/recording.ts";
import { inScratch } from "../helpers/scratch.ts";
import { type Ended, townlet } from "../helpers/townlet.ts";

/** Runs `telemetry` with some words. */
function run(...words: readonly string[]): Promise<Ended> {
  return townlet("telemetry", words);
}

/** Makes a folder with a recording and its key. */
async function withRecording(
  act: (
    files: { folder: string; town: string; key: string },
  ) => Promise<void>,
): Promise<void> {
  await inScratch(async (folder) => {
    const town = `${folder}/town.ndjson`;
    await Deno.writeTextFile(town, recording().text());
    const file = `${folder}/k1.key`;
    await Deno.writeFile(file, KEY.bytes, { mode: 0o600 });
    await act({ folder, town, key: `k1=${file}` });
  });
}

Deno.test("verify: 0 for what is good, 1 for what is not, 2 for what is not there", async () => {
  await withRecording(async ({ folder, town, key }) => {
    const state = `${folder}/seen.json`;
    const verify = ["verify", town, "--verify-key", key, "--require-signed"];
    const good = await run(...verify, "--strict", "--state", state);
    assertEquals([good.code, good.err], [0, ""]);
    assertStringIncludes(good.out, "whole, in order and signed");
    const again = await run(...verify, "--state", state, "--json");
    const { ok, first_bad } = JSON.parse(again.out);
    assertEquals([again.code, ok, first_bad.fault], [1, false, "replay"]);
    const none = await run("verify", `${folder}/none.ndjson`);
    assertEquals(none.code, 2);
    assertStringIncludes(none.err, "There is no such recording");
    const open = await run("verify", town, "--require-signed");
    assertEquals(open.code, 2);
    assertStringIncludes(open.err, "--verify-key ID=FILE");
  });
});

Deno.test("watch: JSON for programs, a table for people, 4 for an alert", async () => {
  await withRecording(async ({ town, key }) => {
    const json = await run("watch", town, "--json", "--event", "sleep.*");
    assertEquals([json.code, json.err], [0, ""]);
    const lines = json.out.trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert(lines.length > 1);
    assertEquals(
      new Set(lines.map(({ e }) => e)),
      new Set(["sleep.completed"]),
    );
    const { sid, seq } = lines[lines.length - 2];
    const alert = await run(
      "watch",
      town,
      "--verify-key",
      key,
      "--alert",
      "agents.agent-1.wallet==10",
      "--alert",
      "agents.agent-1.wallet>10",
      "--since",
      `${sid}:${seq}`,
    );
    assertEquals(alert.code, 4);
    assertStringIncludes(alert.out, "signed by k1");
    assertStringIncludes(alert.out, "agent-3");
    assertStringIncludes(alert.err, "alert: agents.agent-1.wallet==10 at tick");
    assertEquals(alert.err.includes("wallet>10"), false);
  });
});

Deno.test("stats: 4 where a training went too far", async () => {
  await inScratch(async (folder) => {
    const training = async (name: string, loss: number) => {
      const writer = new Writer();
      writer.hello(0);
      writer.events("training", [{ epoch: 1, loss_total: loss }], 1);
      await Deno.writeTextFile(`${folder}/${name}.ndjson`, writer.text());
    };
    await training("then", 2);
    await training("now", 2.5);
    const drift = (limit: string) =>
      run(
        "stats",
        `${folder}/now.ndjson`,
        "--baseline",
        `${folder}/then.ndjson`,
        "--max-drift",
        limit,
      );
    const far = await drift("20%");
    assertEquals(far.code, 4);
    assertStringIncludes(far.out, "too far");
    assertEquals((await drift("0.5")).code, 0);
  });
});

Deno.test("replay writes lines as they were, which can still be verified", async () => {
  await withRecording(async ({ folder, town, key }) => {
    const out = `${folder}/again.ndjson`;
    const ended = await run("replay", town, "--to", "12", "--out", out);
    assertEquals([ended.code, ended.err, ended.out], [0, "", ""]);
    const before = await Deno.readTextFile(town);
    const after = await Deno.readTextFile(out);
    assert(before.startsWith(after) && after.length < before.length);
    const verified = await run("verify", out, "--verify-key", key);
    assertEquals(verified.code, 0);
  });
});

Deno.test("a line that is wrong ends other commands with 1 and its place", async () => {
  await withRecording(async ({ town, key }) => {
    const text = await Deno.readTextFile(town);
    await Deno.writeTextFile(town, text.replace('"wallet":11', '"wallet":99'));
    const ended = await run("stats", town, "--verify-key", key);
    assertEquals([ended.code, ended.out], [1, ""]);
    assertStringIncludes(ended.err, `${town}:2 (byte `);
    assertStringIncludes(ended.err, "is not what was signed");
  });
});
