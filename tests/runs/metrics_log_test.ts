import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../src/base/error.ts";
import { openMetricsLog, readMetricsLog } from "../../src/runs/metrics_log.ts";
import { inScratch } from "../helpers/scratch.ts";

/** Writes records that are numbered from the number of those kept. */
async function write(
  path: string,
  count: number,
  options: { readonly maxRecords?: number; readonly keep?: number } = {},
): Promise<void> {
  const { maxRecords = 0, keep = 0 } = options;
  const log = await openMetricsLog(path, { maxRecords, keep, from: "." });
  for (let i = 0; i < count; i++) {
    await log.append({ epoch: log.records + 1 });
  }
  await log.sync();
  log.close();
}

const epochsIn = async (path: string) =>
  (await readMetricsLog(path)).map(({ epoch }) => epoch);

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** The files of a folder and what they hold. */
const contents = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).sort()
    .map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)]);

Deno.test("full files get numbers, and are read before the one that is written", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/metrics.jsonl`;
    await write(path, 25, { maxRecords: 2 });
    assertEquals(await epochsIn(path), upTo(25));
    assertEquals([...Deno.readDirSync(folder)].length, 13);
    assertEquals(
      Deno.readTextFileSync(`${path}.12`),
      '{"epoch":23}\n{"epoch":24}\n',
    );
    assertEquals(Deno.readTextFileSync(path), '{"epoch":25}\n');
  });
});

Deno.test("a log that goes on is the log that never stopped", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(4),
      fc.nat(12),
      fc.nat(12),
      fc.nat(6),
      async (maxRecords, before, lost, after) => {
        await inScratch(async (folder) => {
          await Deno.mkdir(`${folder}/whole`);
          await Deno.mkdir(`${folder}/cut`);
          const whole = `${folder}/whole/metrics.jsonl`;
          const cut = `${folder}/cut/metrics.jsonl`;
          // One more, so that both have begun the same file.
          await write(whole, before + after + 1, { maxRecords });
          await write(cut, before + lost, { maxRecords });
          await write(cut, after + 1, { maxRecords, keep: before });
          assertEquals(contents(`${folder}/cut`), contents(`${folder}/whole`));
        });
      },
    ),
    { numRuns: 20, seed: 7 },
  );
});

Deno.test("a line that a crash left unfinished is cut off", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/metrics.jsonl`;
    await write(path, 3);
    const whole = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, `${whole}{"epo`);
    assertEquals(await epochsIn(path), [1, 2, 3]);
    await write(path, 1, { keep: 3 });
    assertEquals(await epochsIn(path), [1, 2, 3, 4]);
  });
});

Deno.test("one process at a time writes to a log", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/metrics.jsonl`;
    const options = { maxRecords: 0, keep: 9, from: "." };
    const log = await openMetricsLog(path, options);
    await log.append({ epoch: 1 });
    const error = await assertRejects(
      () => openMetricsLog(path, { ...options, keep: 0 }),
      TownletError,
    );
    assertEquals([error.code, error.exit], ["run.taken", 1]);
    log.close();
    assertEquals(await epochsIn(path), [1]);
  });
});

Deno.test("lines that are no records are refused by number; other files, too", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/metrics.jsonl`;
    Deno.writeTextFileSync(path, '{"epoch":1}\n[]\n');
    const line = await assertRejects(() => readMetricsLog(path), TownletError);
    assertEquals([line.exit, line.where], [2, `${path}:2`]);
    Deno.writeTextFileSync(path, "a: town\n");
    const kind = await assertRejects(
      () => openMetricsLog(path, { maxRecords: 0, keep: 0, from: "." }),
      TownletError,
    );
    assertEquals([kind.code, kind.exit], ["file.other_kind", 5]);
    const missing = await assertRejects(
      () => readMetricsLog(`${folder}/none.jsonl`),
      TownletError,
    );
    assertEquals([missing.code, missing.exit], ["file.missing", 2]);
  });
});
