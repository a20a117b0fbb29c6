/** What came of looking at a recording, for people and for programs. @module */
import { recordText } from "../../src/base/text.ts";
import { jsonLine } from "../print/json.ts";
import type { Paint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { count, number } from "../print/text.ts";
import type { StreamTally, Tally } from "./tally.ts";
import { type BadLine, isGood, type Verification } from "./verification.ts";

/** The lines that tell of it. */
export function showVerification(
  source: string,
  found: Verification,
  checked: boolean,
  strict: boolean,
  paint: Paint,
): string[] {
  const { tally, duplicates, bad, firstBad, faults, missing } = found;
  const good = isGood(found, strict);
  const mark = good ? paint.green("✓") : paint.red("✗");
  const word = good
    ? goodText(checked, missing.length === 0)
    : bad > 0
    ? "not what was written"
    : "not all that was written";
  const name = source === "-" ? "standard input" : source;
  const lack = strict ? paint.red("✗") : paint.yellow("!");
  return [
    `${mark} ${recordText(name)}: ${word}`,
    ...firstBad === null
      ? []
      : [`  ${paint.red("✗")} ${badText(firstBad, source)}`],
    ...bad > 1 ? [`    and ${count(bad - 1, "line")} after it`] : [],
    ...faults.map((text) => `  ${paint.red("✗")} ${recordText(text)}`),
    ...missing.map((text) => `  ${lack} ${recordText(text)}`),
    ...checked ? [] : [
      `  ${paint.yellow("!")} signatures were not looked at: give --verify-key`,
    ],
    ...[...tally.streams.values()].map((stream) =>
      `  ${paint.dim("stream")} ${streamText(stream)}`
    ),
    `  ${paint.dim("frames")} ${number(tally.frames)} in ${
      count(tally.bytes, "byte")
    }${duplicates === 0 ? "" : `, ${number(duplicates)} more came twice`}`,
    "",
    ...channelTable(tally, paint),
  ];
}

function goodText(checked: boolean, whole: boolean): string {
  if (!whole) {
    return `${checked ? "in order and signed" : "in order"}, but not whole`;
  }
  return checked ? "whole, in order and signed" : "whole and in order";
}

/** What is wrong with a line; its file is told where there are several. */
function badText(
  { file, line, offset, message }: BadLine,
  source: string,
): string {
  const where = file === null || file === source ? "" : ` of ${file}`;
  return recordText(
    `line ${number(line)}${where}, from byte ${number(offset)}, ${message}`,
  );
}

function streamText({ sid, conns, from, to, signedBy }: StreamTally): string {
  const signed = signedBy.size === 0 ? "" : `, by ${[...signedBy].join(", ")}`;
  return `${sid}, ${count(conns, "part")}, tick ${number(from)} to ${
    number(to)
  }${signed}`;
}

function channelTable({ channels }: Tally, paint: Paint): string[] {
  return table(
    [
      { heading: "channel" },
      { heading: "frames", right: true },
      { heading: "whole", right: true },
      { heading: "changes", right: true },
      { heading: "events", right: true },
      { heading: "bytes", right: true },
    ],
    [...channels].map(([name, { frames, keys, patches, events, bytes }]) => [
      recordText(name),
      ...[frames, keys, patches, events, bytes].map((value) => number(value)),
    ]),
    paint,
  );
}

/** The same as one object of JSON. */
export function verifyJson(
  source: string,
  { tally, duplicates, bad, firstBad, faults, missing }: Verification,
  ok: boolean,
  checked: boolean,
): string {
  return jsonLine({
    format: "townlet.telemetry_verify",
    version: 1,
    source,
    ok,
    signatures_checked: checked,
    frames: tally.frames,
    bytes: tally.bytes,
    ticks: tally.ticks,
    duplicates,
    bad_lines: bad,
    first_bad: firstBad,
    faults,
    missing,
    streams: [...tally.streams.values()].map((stream) => ({
      sid: stream.sid,
      parts: stream.conns,
      from_tick: stream.from,
      to_tick: stream.to,
      signed_by: [...stream.signedBy],
      lost_frames: stream.lost,
      ended: stream.ended,
    })),
    channels: Object.fromEntries(tally.channels),
  }) + "\n";
}
