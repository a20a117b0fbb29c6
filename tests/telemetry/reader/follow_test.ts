import { assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { followRecording } from "../../../src/telemetry/reader/follow.ts";
import type { Read } from "../../../src/telemetry/reader/recording.ts";
import { gzip, KEYS, Writer } from "../../helpers/recording.ts";
import { inScratch } from "../../helpers/scratch.ts";

/** What is read of a source, one by one; it ends with `stop`. */
function follow(source: string) {
  const asked = new AbortController();
  const reads = followRecording(source, { keys: KEYS, asked: asked.signal });
  const next = async (): Promise<number | string> => {
    const { value, done } = await reads.next();
    if (done) return "end";
    const { verdict }: Read = value;
    if (verdict.kind === "fault") return verdict.fault;
    if (verdict.kind !== "frame") return verdict.kind;
    return verdict.frame.kind === "hello"
      ? `hello ${verdict.frame.conn}`
      : verdict.frame.seq;
  };
  const several = async (count: number) => {
    const all = [];
    while (all.length < count) all.push(await next());
    return all;
  };
  return { several, stop: () => asked.abort(), next };
}

/** Takes the lines so far out of a writer, as a text. */
function take(writer: Writer): string {
  return writer.lines.splice(0).map((line) => `${line}\n`).join("");
}

Deno.test("followRecording() reads what is added, also half a line at a time", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    const writer = new Writer();
    writer.hello(0);
    writer.key("town", { a: 1 }, 1);
    await Deno.writeTextFile(path, take(writer));
    const { several, next, stop } = follow(path);
    assertEquals(await several(2), ["hello 0", 0]);
    writer.patch("town", { a: 2 }, 2);
    writer.patch("town", { a: 3 }, 3);
    const text = take(writer);
    const add = (text: string) =>
      Deno.writeTextFile(path, text, { append: true });
    await add(text.slice(0, 200));
    const one = next();
    await add(text.slice(200));
    assertEquals([await one, await next()], [1, 2]);
    const last = next();
    stop();
    assertEquals(await last, "end");
  });
});

Deno.test("followRecording() goes on with the file that takes the place of a full one", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    const writer = new Writer();
    writer.hello(0);
    writer.key("town", { a: 1 }, 1);
    await Deno.writeTextFile(path, take(writer));
    const { several, stop, next } = follow(path);
    assertEquals(await several(2), ["hello 0", 0]);
    writer.patch("town", { a: 2 }, 2);
    await Deno.writeTextFile(path, take(writer), { append: true });
    const full = `${folder}/town.000001.ndjson`;
    await Deno.rename(path, full);
    writer.hello(2);
    writer.key("town", { a: 2 }, 2);
    await Deno.writeTextFile(path, take(writer));
    await Deno.writeFile(
      `${full}.gz`,
      await gzip(await Deno.readTextFile(full)),
    );
    await Deno.remove(full);
    assertEquals(await several(3), [1, "hello 1", 2]);
    stop();
    assertEquals(await next(), "end");
  });
});

Deno.test("followRecording() waits for the first file of a folder, and not for one that is misspelt", async () => {
  await inScratch(async (folder) => {
    const { next, stop } = follow(folder);
    const first = next();
    const writer = new Writer();
    writer.hello(0);
    await Deno.writeTextFile(`${folder}/town.ndjson`, take(writer));
    assertEquals(await first, "hello 0");
    const last = next();
    stop();
    assertEquals(await last, "end");
    await assertRejects(
      follow(`${folder}/twon.ndjson`).next,
      TownletError,
      "There is no such recording",
    );
  });
});

Deno.test("followRecording() reads every stream of a folder, and files begun anew", async () => {
  await inScratch(async (folder) => {
    const one = new Writer({ sid: "1".repeat(32) });
    one.hello(0);
    await Deno.writeTextFile(`${folder}/a.ndjson`, take(one));
    const { several, stop, next } = follow(folder);
    assertEquals(await several(1), ["hello 0"]);
    const two = new Writer({ sid: "2".repeat(32) });
    two.hello(0, { conn: 7 });
    await Deno.writeTextFile(`${folder}/b.ndjson`, take(two));
    assertEquals(await several(1), ["hello 7"]);
    one.key("town", { a: 1 }, 1);
    await Deno.writeTextFile(`${folder}/a.ndjson`, take(one), { append: true });
    assertEquals(await several(1), [0]);
    const shorter = new Writer({ sid: "2".repeat(32), key: null });
    shorter.hello(0);
    await Deno.writeTextFile(`${folder}/b.ndjson`, take(shorter));
    assertEquals(await several(1), ["unsigned"]);
    stop();
    assertEquals(await next(), "end");
  });
});
