/** `telemetry convert`: a recording as tables, one for each channel. @module */
import { join } from "node:path";
import { object } from "@optique/core/constructs";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import type { ChannelName } from "../../src/config/telemetry_settings.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { commonFlags, jsonFlag, oneOf, says } from "../flags.ts";
import { jsonLine } from "../print/json.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { number } from "../print/text.ts";
import { Columns, Rows, type TableColumn } from "./columns.ts";
import { openCsv } from "./csv.ts";
import { openParquet } from "./parquet.ts";
import {
  framesOf,
  type SourceFlags,
  sourceFlags,
  sourceNeeds,
} from "./source.ts";
import type { TableSink } from "./table_sink.ts";

/** Opens a table by its form. */
const OPEN = { csv: openCsv, parquet: openParquet } as const;

/** Flags of the command. */
export const convertFlags = object({
  part: constant("convert"),
  ...sourceFlags,
  to: option("--to", oneOf(["csv", "parquet"], "FORM"), says("Form of tables")),
  out: option(
    "--out",
    string({ metavar: "DIR" }),
    says("Folder for the tables, CHANNEL.csv or CHANNEL.parquet"),
  ),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
export interface ConvertFlags extends SourceFlags {
  /** Form of the tables. */
  readonly to: keyof typeof OPEN;
  /** Folder of the tables. */
  readonly out: string;
}

/** What the command needs. */
export function convertNeeds(flags: ConvertFlags): Partial<Needs> {
  return { ...sourceNeeds(flags), writes: [flags.out] };
}

/** A table that was written. */
export interface WrittenTable {
  /** Channel. */
  readonly channel: ChannelName;
  /** Path. */
  readonly file: string;
  /** Rows. */
  readonly rows: number;
  /** Columns. */
  readonly columns: number;
}

/** Writes the tables of a recording, which is read twice: columns first. */
export async function convert(
  flags: ConvertFlags,
): Promise<readonly WrittenTable[]> {
  const { to, out } = flags;
  const tables = await columnsOf(flags);
  using sinks = new DisposableStack();
  const open = new Map<ChannelName, TableSink>();
  const rows = new Rows();
  const counts = new Map<ChannelName, number>();
  for (const [channel, columns] of tables) {
    const path = join(out, `${channel}.${to}`);
    open.set(channel, sinks.use(await OPEN[to](path, columns)));
  }
  for await (const { frame } of framesOf(flags)) {
    const [channel, list] = rows.take(frame) ?? [];
    if (channel === undefined || list === undefined) continue;
    for (const row of list) open.get(channel)?.write(row);
    counts.set(channel, (counts.get(channel) ?? 0) + list.length);
  }
  for (const sink of open.values()) await sink.close();
  return [...tables].map(([channel, columns]) => ({
    channel,
    file: join(out, `${channel}.${to}`),
    rows: counts.get(channel) ?? 0,
    columns: columns.length,
  }));
}

async function columnsOf(
  flags: SourceFlags,
): Promise<ReadonlyMap<ChannelName, readonly TableColumn[]>> {
  const rows = new Rows();
  const learned = new Map<ChannelName, Columns>();
  for await (const { frame } of framesOf(flags)) {
    const [channel, list] = rows.take(frame) ?? [];
    if (channel === undefined || list === undefined) continue;
    const columns = learned.get(channel) ?? new Columns();
    learned.set(channel, columns);
    for (const row of list) columns.learn(row);
  }
  return new Map(
    [...learned].filter(([, columns]) => columns.all.length > 0)
      .map(([channel, columns]) => [channel, columns.all]),
  );
}

/** Runs the command. */
export async function runConvert(
  flags: ConvertFlags & { readonly json: boolean },
): Promise<number> {
  if (flags.source === "-") {
    throw new TownletError("convert reads its source twice", {
      code: "usage",
      hint: "Write it to a file first",
    });
  }
  await checkFolder(flags.out);
  const tables = await convert(flags);
  if (flags.json) {
    print(
      jsonLine({
        format: "townlet.telemetry_convert",
        version: 1,
        source: flags.source,
        tables,
      }) + "\n",
    );
    return EXIT.done;
  }
  const lines = table(
    [
      { heading: "channel" },
      { heading: "rows", right: true },
      { heading: "columns", right: true },
      { heading: "file" },
    ],
    tables.map(({ channel, file, rows, columns }) => [
      channel,
      number(rows),
      number(columns),
      file,
    ]),
    openPaint(showsColours("stdout")),
  );
  print(lines.map((line) => `${line}\n`).join(""));
  return EXIT.done;
}

/** Refuses a file in the place of the folder of the tables. */
async function checkFolder(out: string): Promise<void> {
  const info = await Deno.stat(out).catch(() => null);
  if (info === null || info.isDirectory) return;
  throw new TownletError("This is no folder", {
    code: "file.irregular",
    where: out,
    hint: "Name a folder: it gets a table for each channel",
  });
}
