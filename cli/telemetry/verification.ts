/** Whether a recording is whole and in order, and what it lacks. @module */
import { isStateChannel } from "../../src/telemetry/channels.ts";
import type { CheckOptions } from "../../src/telemetry/reader/check.ts";
import { Continuity } from "../../src/telemetry/reader/continuity.ts";
import type { LineFaultCode } from "../../src/telemetry/reader/fault.ts";
import {
  type Read,
  readRecording,
  type Source,
} from "../../src/telemetry/reader/recording.ts";
import { count } from "../print/text.ts";
import { type StreamTally, Tally } from "./tally.ts";

/** A line that is wrong, and where it is. */
export interface BadLine {
  /** Path of the file, or null: standard input. */
  readonly file: string | null;
  /** Number of the line, from 1. */
  readonly line: number;
  /** Bytes before it. */
  readonly offset: number;
  /** What is wrong. */
  readonly fault: LineFaultCode | "continuity";
  /** The same as a sentence without subject and end. */
  readonly message: string;
}

/** What came of looking at a recording. */
export interface Verification {
  /** What there is. */
  readonly tally: Tally;
  /** Lines received before, which are dropped. */
  readonly duplicates: number;
  /** Lines that are wrong; those behind one are counted too. */
  readonly bad: number;
  /** The first of them, or null. */
  readonly firstBad: BadLine | null;
  /** What is wrong with no line in particular. */
  readonly faults: readonly string[];
  /** What is missing, and is no fault. */
  readonly missing: readonly string[];
}

/** Looks at every line of a recording. */
export async function verifyRecording(
  source: Source,
  options: CheckOptions,
): Promise<Verification> {
  const tally = new Tally();
  const continuity = new Continuity();
  const cutOff: string[] = [];
  let duplicates = 0;
  let bad = 0;
  let firstBad: BadLine | null = null;
  const note = (
    { file, line }: Read,
    fault: BadLine["fault"],
    message: string,
  ) => {
    bad++;
    const { number, offset } = line;
    firstBad ??= { file, line: number, offset, fault, message };
  };
  for await (const read of readRecording(source, options)) {
    const { verdict, line, file } = read;
    switch (verdict.kind) {
      case "fault":
        note(read, verdict.fault, verdict.message);
        break;
      case "misfit":
        note(read, "bad_payload", verdict.message);
        break;
      case "truncated":
        cutOff.push(`line ${line.number} of ${file ?? "-"} is cut off`);
        break;
      case "duplicate":
        duplicates++;
        break;
      case "frame": {
        tally.add(verdict.frame, line.bytes.length);
        const wrong = continuity.apply(verdict.frame);
        if (wrong !== null) note(read, "continuity", wrong);
      }
    }
  }
  return {
    tally,
    duplicates,
    bad,
    firstBad,
    faults: continuity.unannounced.map((channel) =>
      `frames of ${channel} are missing, and nothing says so`
    ),
    missing: [
      ...cutOff,
      ...[...tally.streams.values()].flatMap(missingOf),
      ...leftOut(continuity),
    ],
  };
}

/** What a stream lacks. */
function missingOf({ sid, lost, ended }: StreamTally): readonly string[] {
  return [
    ...lost === 0
      ? []
      : [`${count(lost, "frame")} of stream ${sid} never arrived`],
    ...ended !== null
      ? []
      : [`stream ${sid} has no end: it goes on, or the rest is missing`],
  ];
}

/** What was left out on purpose, by channel. */
function leftOut({ missing }: Continuity): readonly string[] {
  return [...missing].flatMap(([channel, { frames, announced, stale }]) => [
    ...frames > 0 && isStateChannel(channel)
      ? [`${count(frames, "frame")} of ${channel} left out`]
      : [],
    ...announced > 0
      ? [`${count(announced, "event")} of ${channel} left out`]
      : [],
    ...stale > 0
      ? [`${count(stale, "change")} of ${channel} had nothing to build on`]
      : [],
  ]);
}

/** Whether a recording is good. */
export function isGood(found: Verification, strict: boolean): boolean {
  return found.bad === 0 && found.faults.length === 0 &&
    (!strict || found.missing.length === 0);
}
