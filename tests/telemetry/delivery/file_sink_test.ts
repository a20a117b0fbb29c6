import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { inScratch, outside } from "../../helpers/scratch.ts";
import { STATE_CHANNELS } from "../../../src/telemetry/channels.ts";
import { Bodies, once, readArrived } from "./bodies.ts";
import { open, tick, until } from "./open.ts";
import { checkArrived, MadeUpTown } from "./town.ts";

/** A run of so many ticks into a file. */
async function run(
  path: string,
  { ticks, file, telemetry, sid }: {
    readonly ticks: number;
    readonly file?: object;
    readonly telemetry?: object;
    readonly sid?: string;
  },
): Promise<MadeUpTown> {
  const { delivery } = await open({
    transport: { type: "file", file_path: path, ...file ? { file } : {} },
    ...telemetry,
  }, sid === undefined ? {} : { sid });
  const town = new MadeUpTown(500);
  for (let i = 0; i < ticks; i++) town.step(delivery);
  await delivery.close("complete");
  return town;
}

/** Names in a folder, in order. */
async function names(folder: string): Promise<string[]> {
  const all: string[] = [];
  for await (const { name } of Deno.readDir(folder)) all.push(name);
  return all.sort();
}

/** The text of a file, unfolded if need be. */
async function textOf(path: string): Promise<string> {
  const file = await Deno.open(path);
  const bytes = path.endsWith(".gz")
    ? file.readable.pipeThrough(new DecompressionStream("gzip"))
    : file.readable;
  return await new Response(bytes).text();
}

Deno.test("a file is its owner's alone, and another run goes to its end", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/below/town.ndjson`;
    const first = await run(path, { ticks: 20, sid: "a".repeat(32) });
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    const before = await Deno.readTextFile(path);
    const second = await run(path, { ticks: 30, sid: "b".repeat(32) });
    const after = await Deno.readTextFile(path);
    assert(after.startsWith(before));
    checkArrived(first, readArrived(before));
    checkArrived(second, readArrived(after.slice(before.length)));
    assertEquals(once(readArrived(before)).at(-1)?.k, "bye");
  });
});

Deno.test("what a crash left of a line is taken off before another run goes on", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    await run(path, { ticks: 3 });
    const before = await Deno.readTextFile(path);
    for (const rest of ['{"v":1,"seq":', `{"v":1,${"x".repeat(200_000)}`]) {
      await Deno.writeTextFile(path, before + rest);
      const town = await run(path, { ticks: 3 });
      const after = await Deno.readTextFile(path);
      assert(after.startsWith(before));
      checkArrived(town, readArrived(after.slice(before.length)));
    }
    await Deno.writeTextFile(path, '{"v":1,"sid":"');
    const town = await run(path, { ticks: 3 });
    checkArrived(town, readArrived(await Deno.readTextFile(path)));
  });
});

Deno.test("a full file gets a number, and each begins with whole states", async () => {
  for (const gzip of [false, true]) {
    await inScratch(async (folder) => {
      const path = `${folder}/town.ndjson`;
      const file = { max_bytes: 65_536, keep: 4, gzip };
      const town = await run(path, { ticks: 500, file });
      const all = await names(folder);
      assertEquals(all.length, 5);
      assertEquals(all.at(-1), "town.ndjson");
      const ending = gzip ? ".ndjson.gz" : ".ndjson";
      const numbers = all.slice(0, -1).map((name) => {
        assert(name.endsWith(ending), name);
        return Number(/^town\.(\d{6})\./.exec(name)?.[1]);
      });
      assertEquals(numbers, numbers.map((_, i) => numbers[0] + i));
      assert(numbers[0] > 1);
      const texts: string[] = [];
      for (const name of all) texts.push(await textOf(`${folder}/${name}`));
      for (const text of texts) {
        const [hello, ...frames] = readArrived(text);
        assertEquals(hello.k, "hello");
        assertEquals(
          frames.slice(0, 2).map(({ ch, k, seq }) => [ch, k, seq]),
          [["agents", "key", hello.next], [
            "town",
            "key",
            (hello.next ?? 0) + 1,
          ]],
        );
      }
      for (const text of texts.slice(0, -1)) assert(text.length >= 65_536);
      // Those that are left follow each other without a hole.
      const [first] = readArrived(texts[0]);
      const frames = texts.flatMap(readArrived).filter(({ k }) =>
        k !== "hello"
      );
      assertEquals(
        frames.map(({ seq }) => seq),
        frames.map((_, i) => (first.next ?? 0) + i),
      );
      const last = readArrived(texts[4]);
      const states = last.filter(({ k }) => k !== "event");
      assertEquals(states.at(-1)?.k, "bye");
      assertEquals(states.at(-2)?.t, town.tick);
    });
  }
});

Deno.test("where no states are told, a full file ends between two events", async () => {
  await inScratch(async (folder) => {
    const off = { enabled: false };
    const { delivery } = await open({
      transport: {
        type: "file",
        file_path: `${folder}/town`,
        file: { max_bytes: 65_536 },
      },
      deterministic: true,
      channels: Object.fromEntries(
        STATE_CHANNELS.map((name) => [name, off]),
      ),
    });
    const bodies = new Bodies();
    for (let at = 1; at <= 200; at++) {
      tick(delivery, at, () => [
        bodies.events("events", at, [{ e: "x".repeat(1000) }]),
      ]);
    }
    await delivery.close("complete");
    const all = await names(folder);
    assertEquals(all, [
      "town",
      "town.000001.ndjson",
      "town.000002.ndjson",
      "town.000003.ndjson",
    ]);
    const texts: string[] = [];
    for (const name of [...all.slice(1), all[0]]) {
      texts.push(await textOf(`${folder}/${name}`));
    }
    const frames = once(texts.flatMap(readArrived));
    assertEquals(frames.filter(({ k }) => k === "event").length, 200);
    assertEquals(texts.map((text) => readArrived(text)[0].conn), [0, 1, 2, 3]);
  });
});

Deno.test("deterministic files are the same, byte for byte, wherever batches end", async () => {
  await inScratch(async (folder) => {
    const file = { max_bytes: 65_536, keep: 100, gzip: true };
    const runs: Record<string, string>[] = [];
    for (
      const buffer of [{}, { max_bytes: 4096, batch_frames: 3, flush_ms: 1 }]
    ) {
      const path = `${folder}/town.ndjson`;
      const telemetry = { deterministic: true, buffer };
      const town = await run(path, { ticks: 300, file, telemetry });
      const files: Record<string, string> = {};
      for (const name of await names(folder)) {
        files[name] = await textOf(`${folder}/${name}`);
      }
      const lines = Object.values(files).flatMap(readArrived);
      checkArrived(town, lines);
      assert(!Object.values(files).join("").includes('"ts"'));
      runs.push(files);
    }
    assert(Object.keys(runs[0]).length > 3);
    assertEquals(Object.keys(runs[0]), Object.keys(runs[1]));
    assert(JSON.stringify(runs[0]) === JSON.stringify(runs[1]));
  });
});

Deno.test("a file belongs to the run that writes to it, and to others afterwards", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    const file = { max_bytes: 65_536, keep: 100 };
    const transport = { type: "file", file_path: path, file };
    const { delivery } = await open({ transport });
    const town = new MadeUpTown(500);
    for (const deterministic of [false, true]) {
      // What is begun anew is not begun while others write, either.
      const error = await assertRejects(
        () => run(path, { ticks: 1, telemetry: { deterministic } }),
        TownletError,
        "Another town writes to this file",
      );
      assertEquals(error.exit, 1);
      for (let i = 0; i < 200; i++) town.step(delivery);
    }
    await delivery.close("complete");
    const texts: string[] = [];
    const all = await names(folder);
    assert(all.length > 1, "so does one that took the place of a full one");
    for (const name of all) texts.push(await textOf(`${folder}/${name}`));
    checkArrived(town, readArrived(texts.join("")));
    await run(path, { ticks: 1, sid: "b".repeat(32) });
  });
});

Deno.test("a link that takes the place of a file is not followed when it is full (rule F2)", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    const foreign = `${folder}/foreign.txt`;
    await Deno.writeTextFile(foreign, "a foreign text");
    const file = { max_bytes: 65_536, keep: 100, gzip: true };
    const transport = { type: "file", file_path: path, file };
    const retry = { base_ms: 10, max_ms: 10 };
    const { delivery, log } = await open({ transport, retry });
    const town = new MadeUpTown(500);
    const here = JSON.stringify(`${Deno.cwd()}/${path}`);
    await outside(`
      await Deno.remove(${here});
      await Deno.symlink("foreign.txt", ${here});
    `);
    await until(() => {
      town.step(delivery);
      return log.length > 0;
    });
    assertStringIncludes(log[0], "the file was exchanged (rule F2)");
    await Deno.remove(path);
    await until(() => delivery.health(0).state === "ready");
    await delivery.close("complete");
    assertEquals(await Deno.readTextFile(foreign), "a foreign text");
    for (const name of await names(folder)) {
      if (name === "foreign.txt") continue;
      assert((await textOf(`${folder}/${name}`)).startsWith('{"v":1,"sid":'));
    }
  });
});

Deno.test("links, folders and files of another kind are refused (rule F2)", async () => {
  await inScratch(async (folder) => {
    await Deno.writeTextFile(`${folder}/notes.txt`, "remember the milk\n");
    await Deno.mkdir(`${folder}/real`);
    const here = `${Deno.cwd()}/${folder}`;
    await outside(`
      await Deno.symlink("notes.txt", ${JSON.stringify(`${here}/link`)});
      await Deno.symlink("real", ${JSON.stringify(`${here}/way`)});
    `);
    const wanted = [
      ["notes.txt", 5, "file.other_kind"],
      ["link", 5, "file.link"],
      ["way/town.ndjson", 5, "root.link"],
      ["real", 2, "file.irregular"],
    ] as const;
    for (const [name, exit, code] of wanted) {
      const error = await assertRejects(
        () => run(`${folder}/${name}`, { ticks: 1 }),
        TownletError,
      );
      assertEquals([error.exit, error.code], [exit, code], name);
    }
    assertEquals(
      await Deno.readTextFile(`${folder}/notes.txt`),
      "remember the milk\n",
    );
  });
});

Deno.test("what this process may not write, its worker may not either (rule R5)", async () => {
  const error = await assertRejects(
    () => run("docs/town.ndjson", { ticks: 1 }),
    TownletError,
  );
  assertEquals(error.exit, 5);
  assert(error.hint?.includes("perms"));
});
