import { assert, assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import type { Frame } from "../../../src/telemetry/reader/envelope.ts";
import {
  placeOf,
  type ReaderOptions,
  TelemetryReader,
} from "../../../src/telemetry/reader/reader.ts";
import type { Source } from "../../../src/telemetry/reader/recording.ts";
import { StateView } from "../../../src/telemetry/reader/state_view.ts";
import { gzip, KEYS, recording, Writer } from "../../helpers/recording.ts";
import { inScratch, outside } from "../../helpers/scratch.ts";

const encoder = new TextEncoder();

/** All frames of a source. */
function frames(source: Source, options?: ReaderOptions): Promise<Frame[]> {
  return Array.fromAsync(new TelemetryReader(source, options));
}

/** A stream in three parts, of three ticks each. */
function parts(sid?: string): { texts: string[]; writer: Writer } {
  const writer = new Writer({ sid });
  const texts: string[] = [];
  for (let tick = 0; tick < 9; tick++) {
    if (tick % 3 === 0) {
      writer.hello(tick, { ts: 1000 + tick });
      writer.key("town", { tick }, tick);
    } else writer.patch("town", { tick }, tick);
    if (tick % 3 === 2) texts.push(writer.lines.splice(0).join("\n") + "\n");
  }
  return { texts, writer };
}

/** Seq of each frame that has one. */
function numbers(all: readonly Frame[]): number[] {
  return all.flatMap((frame) => frame.kind === "hello" ? [] : [frame.seq]);
}

Deno.test("TelemetryReader gives the frames of a file, and their states", async () => {
  await inScratch(async (folder) => {
    const writer = recording();
    const path = `${folder}/town.ndjson`;
    await Deno.writeTextFile(path, writer.text());
    const view = new StateView();
    for await (const frame of new TelemetryReader(path, { keys: KEYS })) {
      view.apply(frame);
    }
    assertEquals(view.state("agents"), writer.states.get("agents"));
  });
});

Deno.test("TelemetryReader reads bytes as they arrive", async () => {
  const bytes = encoder.encode(recording().text());
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 100) {
        controller.enqueue(bytes.slice(at, at + 100));
      }
      controller.close();
    },
  });
  const all = await frames(stream, { keys: KEYS });
  assertEquals(all.at(-1)?.kind, "bye");
});

Deno.test("a file is read with its earlier parts, compressed or not, in the order of their numbers", async () => {
  await inScratch(async (folder) => {
    const { texts: [one, two, three], writer } = parts();
    await Deno.writeFile(`${folder}/town.000001.ndjson.gz`, await gzip(one));
    await Deno.writeTextFile(`${folder}/town.000002.ndjson`, two);
    await Deno.writeTextFile(`${folder}/town.ndjson`, three);
    await Deno.writeTextFile(`${folder}/township.000001.ndjson`, "no");
    const all = await frames(`${folder}/town.ndjson`, { keys: KEYS });
    assertEquals(numbers(all), [...Array(writer.seq).keys()]);
    await Deno.remove(`${folder}/town.ndjson`);
    const rest = await frames(`${folder}/town.ndjson`, { keys: KEYS });
    assertEquals(numbers(rest), [...Array(6).keys()]);
    assertEquals(
      numbers(await frames(`${folder}/town.000002.ndjson`, { keys: KEYS })),
      [3, 4, 5],
    );
  });
});

Deno.test("a part that is just being compressed is read once", async () => {
  await inScratch(async (folder) => {
    const { texts: [one, two] } = parts();
    await Deno.writeTextFile(`${folder}/town.000001.ndjson`, one);
    await Deno.writeFile(`${folder}/town.000001.ndjson.gz`, await gzip(one));
    await Deno.writeTextFile(`${folder}/town.ndjson`, two);
    assertEquals(
      numbers(await frames(`${folder}/town.ndjson`, { keys: KEYS })),
      [0, 1, 2, 3, 4, 5],
    );
  });
});

Deno.test("a folder is read stream by stream, oldest first, each by its numbers", async () => {
  await inScratch(async (folder) => {
    const early = "f".repeat(32);
    const late = "0".repeat(32);
    const { texts } = parts(early);
    for (const [conn, text] of texts.entries()) {
      await Deno.writeTextFile(`${folder}/${early}.${conn}.ndjson`, text);
    }
    const other = new Writer({ sid: late });
    other.hello(0, { ts: 5000 });
    other.key("town", { a: 1 }, 1);
    await Deno.writeTextFile(`${folder}/${late}.0.ndjson`, other.text());
    await Deno.writeTextFile(`${folder}/notes.txt`, "not telemetry");
    const all = await frames(folder, { keys: KEYS });
    assertEquals(
      all.filter(({ kind }) => kind === "hello").map(({ sid }) => sid),
      [
        early,
        early,
        early,
        late,
      ],
    );
  });
});

Deno.test("a line that is wrong ends reading with its place, or is told", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    const { lines } = recording();
    lines[4] = lines[4].replace(/"t":\d+/, '"t":77');
    const again = recording({ sid: "f".repeat(32), ticks: 2 });
    await Deno.writeTextFile(path, `${lines.join("\n")}\n${again.text()}`);
    const offset = lines.slice(0, 4).join("\n").length + 1;
    const error = await assertRejects(
      () => frames(path, { keys: KEYS }),
      TownletError,
      "This line is not what was signed, or not here",
    );
    assertEquals(error.where, `${path}:5 (byte ${offset})`);
    assertEquals(error.exit, 1);
    const told: string[] = [];
    const rest = await frames(path, {
      keys: KEYS,
      onFault: (read) => told.push(placeOf(read)),
    });
    assertEquals(told[0], `${path}:5 (byte ${offset})`);
    assertEquals(told.length, lines.length - 4);
    assertEquals(rest.length, 4 + again.lines.length);
  });
});

Deno.test("a last line that was cut off is left out, and told to who asks", async () => {
  const text = recording().text();
  const cut = encoder.encode(text.slice(0, -10));
  const source = () => ReadableStream.from([cut]);
  const whole = text.split("\n").length - 1;
  assertEquals((await frames(source(), { keys: KEYS })).length, whole - 1);
  const kinds: string[] = [];
  await frames(source(), {
    keys: KEYS,
    onFault: ({ verdict }) => kinds.push(verdict.kind),
  });
  assertEquals(kinds, ["truncated"]);
});

Deno.test("F4: what unfolds to too much is not read to its end", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/bomb.ndjson.gz`;
    await Deno.writeFile(path, await gzip("\n".repeat(8 << 20)));
    const error = await assertRejects(
      () => frames(path, { onFault: () => {} }),
      TownletError,
      "rule F4",
    );
    assertEquals(error.code, "file.size");
    await Deno.writeTextFile(path, "no gzip");
    await assertRejects(() => frames(path), TownletError, "cannot be unfolded");
  });
});

Deno.test("files that are links, missing, or no recordings at all are refused", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    await assertRejects(() => frames(path), TownletError, "no such recording");
    await assertRejects(
      () => frames(folder),
      TownletError,
      "no recording in this folder",
    );
    await Deno.writeTextFile(path, recording().text());
    const link = `${folder}/link.ndjson`;
    await outside(
      `Deno.symlinkSync(Deno.realPathSync("${path}"), "${link}")`,
    );
    const error = await assertRejects(() => frames(link), TownletError, "link");
    assertEquals(error.exit, 5);
    const all = await frames(folder, { keys: KEYS });
    assert(all.length > 0);
    await Deno.writeTextFile(path, "# Notes\n");
    await assertRejects(() => frames(path), TownletError, "before any hello");
  });
});
