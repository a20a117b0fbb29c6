import { assert, assertEquals, assertRejects } from "@std/assert";
import { parquetReadObjects } from "hyparquet";
import { convert, runConvert } from "../../../cli/telemetry/convert.ts";
import { TownletError } from "../../../src/base/error.ts";
import { Writer } from "../../helpers/recording.ts";
import { inScratch } from "../../helpers/scratch.ts";

/** A stream with a bit of everything. */
function stream(): string {
  const writer = new Writer();
  writer.hello(0);
  writer.key("agents", {
    ana: { pos: [1, 2], needs: { hunger: 0.5 }, job: 'a "cook", or so' },
    ben: { on_shift: true, wallet: 3 },
  }, 1);
  writer.patch("agents", {
    ana: { pos: [1, 3], needs: { hunger: 0.25 } },
    ben: { on_shift: true, wallet: 4 },
  }, 2);
  writer.key("town", { queues: { rotations: 1 } }, 2);
  writer.events("events", [{ e: "chat.failed", speaker: "ana" }], 2);
  writer.events("training", [{ epoch: 1, social: { chat: 2 } }], 2);
  writer.raw(`"ch":"../escape","n":0,"k":"key","t":2,"d":{"a":1}`);
  return writer.text();
}

/** Converts the stream below a folder. */
async function converted(folder: string, to: "csv" | "parquet") {
  const source = `${folder}/town.ndjson`;
  await Deno.writeTextFile(source, stream());
  const out = `${folder}/tables`;
  const tables = await convert({
    source,
    verifyKey: [],
    bestEffort: false,
    to,
    out,
  });
  return { tables, out };
}

Deno.test("convert() writes a table for each channel that we know, and no other file", async () => {
  await inScratch(async (folder) => {
    const { tables, out } = await converted(folder, "csv");
    assertEquals(
      tables.map(({ channel, rows, columns }) => [channel, rows, columns]),
      [["agents", 4, 7], ["town", 1, 2], ["events", 1, 3], ["training", 1, 3]],
    );
    const names = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
    assertEquals(names, [
      "agents.csv",
      "events.csv",
      "town.csv",
      "training.csv",
    ]);
    const read = (name: string) => Deno.readTextFileSync(`${out}/${name}.csv`);
    assertEquals(
      read("agents"),
      [
        "t,id,pos,needs.hunger,job,on_shift,wallet",
        '1,ana,"[1,2]",0.5,"a ""cook"", or so",,',
        "1,ben,,,,true,3",
        '2,ana,"[1,3]",0.25,,,',
        "2,ben,,,,true,4",
        "",
      ].join("\r\n"),
    );
    assertEquals(
      read("events"),
      't,e,payload\r\n2,chat.failed,"{""speaker"":""ana""}"\r\n',
    );
    assertEquals(read("training"), "t,epoch,social.chat\r\n2,1,2\r\n");
    // Tables that are there already are written anew, other files are not.
    await converted(folder, "csv");
    await Deno.writeTextFile(`${out}/town.csv`, "# mine\n");
    const error = await assertRejects(
      () => converted(folder, "csv"),
      TownletError,
    );
    assertEquals(error.exit, 5);
  });
});

Deno.test("convert() writes Parquet that others read", async () => {
  await inScratch(async (folder) => {
    const { out } = await converted(folder, "parquet");
    const rows = async (name: string) => {
      const { buffer } = await Deno.readFile(`${out}/${name}.parquet`);
      return await parquetReadObjects({ file: buffer });
    };
    assertEquals((await rows("agents"))[1], {
      t: 1,
      id: "ben",
      pos: null,
      "needs.hunger": null,
      job: null,
      on_shift: true,
      wallet: 3,
    });
    assertEquals((await rows("agents")).length, 4);
    assertEquals(await rows("events"), [
      { t: 2, e: "chat.failed", payload: '{"speaker":"ana"}' },
    ]);
  });
});

Deno.test("convert() keeps what is of two kinds as text", async () => {
  await inScratch(async (folder) => {
    const writer = new Writer();
    writer.hello(0);
    writer.key("town", { a: 1, b: true }, 1);
    writer.patch("town", { a: "x", b: 2 }, 2);
    const source = `${folder}/town.ndjson`;
    await Deno.writeTextFile(source, writer.text());
    const out = `${folder}/tables`;
    await convert({
      source,
      verifyKey: [],
      bestEffort: false,
      to: "parquet",
      out,
    });
    const { buffer } = await Deno.readFile(`${out}/town.parquet`);
    const rows = await parquetReadObjects({ file: buffer });
    assertEquals(rows, [{ t: 1, a: "1", b: "true" }, { t: 2, a: "x", b: "2" }]);
    assert(rows.length === 2);
  });
});

Deno.test("convert wants a folder for its tables", () =>
  inScratch(async (folder) => {
    const out = `${folder}/letter.txt`;
    await Deno.writeTextFile(out, "Dear all,\n");
    const flags = { source: "none.ndjson", to: "csv", out, json: false };
    const error = await assertRejects(
      () => runConvert(flags as Parameters<typeof runConvert>[0]),
      TownletError,
      "This is no folder",
    );
    assertEquals([error.exit, error.where], [2, out]);
  }));
