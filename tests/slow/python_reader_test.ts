/** The reader in Python that the pages show, on a run of a real town. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { KEY, recording } from "../helpers/recording.ts";
import { inScratch } from "../helpers/scratch.ts";
import { type Ended, ended, townlet } from "../helpers/townlet.ts";
import { TelemetryReader } from "../../src/telemetry/reader/reader.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";

const READER = "docs/examples/read_telemetry.py";

const HEX = KEY.bytes.toHex();

/** Runs the reader. */
async function read(file: string, key: string): Promise<Ended> {
  return ended(
    await new Deno.Command("python3", { args: [READER, file, key] }).output(),
  );
}

/** A town's signed recording, and its key. */
async function record(
  folder: string,
): Promise<{ readonly file: string; readonly key: string }> {
  const key = `${folder}/k1.key`;
  await Deno.writeTextFile(key, `hex:${HEX}\n`, { mode: 0o600 });
  const town = `${folder}/town.yaml`;
  const text = await Deno.readTextFile("configs/town.yaml");
  await Deno.writeTextFile(
    town,
    `${
      text.replace("town.manifest.yaml", "../../configs/town.manifest.yaml")
    }\ntelemetry:\n  keyframe_ticks: 70\n  sign: { keys: [{ id: k1, file: k1.key, use: sign }] }\n`,
  );
  const file = `${folder}/town.ndjson`;
  const run = await townlet("simulate", [
    ...["--config", town, "--ticks", "200", "--telemetry", file, "--quiet"],
  ]);
  assertEquals([run.code, run.err], [0, ""]);
  return { file, key };
}

Deno.test("the reader in Python ends in the states that ours ends in", async () => {
  await inScratch(async (folder) => {
    const { file, key } = await record(folder);
    const view = new StateView();
    const keys = new Map([["k1", KEY.bytes]]);
    for await (const frame of new TelemetryReader(file, { keys })) {
      view.apply(frame);
    }
    const { code, out, err } = await read(file, key);
    assertEquals([code, err], [0, ""]);
    const states = JSON.parse(out);
    assertEquals(Object.keys(states).sort(), [...view.channels].sort());
    for (const channel of view.channels) {
      assertEquals(states[channel], view.state(channel), channel);
    }
  });
});

Deno.test("the reader in Python refuses lines that were tampered with", async () => {
  await inScratch(async (folder) => {
    const key = `${folder}/k1.key`;
    await Deno.writeTextFile(key, `hex:${HEX}\n`);
    const { lines } = recording({ ticks: 6 });
    const other = recording({ ticks: 6, sid: "f".repeat(32) }).lines;
    const tampered: Record<string, readonly string[]> = {
      changed: lines.with(3, lines[3].replace(/"t":\d+/, '"t":9')),
      dropped: lines.toSpliced(3, 1),
      swapped: lines.toSpliced(3, 2, lines[4], lines[3]),
      repeated: lines.toSpliced(3, 0, lines[3]),
      spliced: lines.with(3, other[3]),
      unsigned: lines.with(3, lines[3].replace(/,"sig":"[^"]*"/, "")),
      "cut off": lines.with(-1, lines[lines.length - 1].slice(0, -9)),
    };
    for (const [how, bad] of Object.entries({ good: lines, ...tampered })) {
      const file = `${folder}/town.ndjson`;
      await Deno.writeTextFile(file, bad.map((line) => `${line}\n`).join(""));
      const { code, out, err } = await read(file, key);
      assertEquals(code, how === "good" ? 0 : 1, how);
      if (how === "good") assert(out.startsWith("{"));
      else assertStringIncludes(err, "not what was signed", how);
    }
  });
});

Deno.test("the reader in Python has twenty lines, and needs nothing but Python", async () => {
  const code = (await Deno.readTextFile(READER)).split('"""')[2];
  const lines = code.split("\n").filter((line) => line.trim() !== "");
  const [imports, ...rest] = lines;
  assertEquals(imports, "import base64, hmac, json, sys");
  assert(rest.length <= 20, String(rest.length));
});
