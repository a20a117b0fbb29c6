/** `telemetry watch`: what a town tells, as it tells it. @module */
import { dirname } from "node:path";
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, constant, option } from "@optique/core/primitives";
import { string, type ValueParser } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { CHANNEL_NAMES } from "../../src/config/telemetry_settings.ts";
import { recordText } from "../../src/base/text.ts";
import type { Needs } from "../../src/security/permissions.ts";
import type { CheckOptions } from "../../src/telemetry/reader/check.ts";
import type { Frame } from "../../src/telemetry/reader/envelope.ts";
import { followRecording } from "../../src/telemetry/reader/follow.ts";
import { lineError, placeOf } from "../../src/telemetry/reader/reader.ts";
import {
  type Read,
  readRecording,
} from "../../src/telemetry/reader/recording.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";
import { commonFlags, oneOf, says } from "../flags.ts";
import { type Interrupt, listenForSignals, STOP_EXIT } from "../interrupt.ts";
import { jsonLine } from "../print/json.ts";
import { openLog } from "../print/log.ts";
import { isTerminal, openLinePrinter, print } from "../print/output.ts";
import {
  type Alert,
  alertExpression,
  AlertWatch,
  type Fired,
} from "./alert.ts";
import { Board } from "./board.ts";
import { type Filter, toldOf, toldText } from "./filter.ts";
import { openScreen, paintOut, type Screen } from "./screen.ts";
import {
  checkOptions,
  type SourceFlags,
  sourceFlags,
  sourceNeeds,
} from "./source.ts";
import { isAddress, messagesOf, netOf } from "./websocket.ts";

/** A place in a stream. */
interface Since {
  /** Name of the stream. */
  readonly sid: string;
  /** Number of the last frame that was seen. */
  readonly seq: number;
}

const since: ValueParser<"sync", Since> = {
  mode: "sync",
  metavar: "SID:SEQ",
  placeholder: { sid: "", seq: 0 },
  parse(input) {
    const match = /^([0-9a-f]{32}):(\d{1,15})$/.exec(input);
    return match === null
      ? { success: false, error: [text(`${input} is no SID:SEQ`)] }
      : { success: true, value: { sid: match[1], seq: Number(match[2]) } };
  },
  format: ({ sid, seq }) => `${sid}:${seq}`,
};

/** Flags of the command. */
export const watchFlags = object({
  part: constant("watch"),
  ...sourceFlags,
  source: argument(
    string({ metavar: "SRC" }),
    says(
      "A recording, a folder that collect wrote, ws://… or wss://…, or - for standard input",
    ),
  ),
  follow: option("--follow", says("Go on as it grows, until Ctrl-C")),
  channel: multiple(option(
    "--channel",
    oneOf(["meta", ...CHANNEL_NAMES], "CHANNEL"),
    says("Show this channel only; may be repeated"),
  )),
  event: optional(option(
    "--event",
    string({ metavar: "GLOB" }),
    says("Show events of this name only; * is any characters"),
  )),
  agent: optional(option(
    "--agent",
    string({ metavar: "ID" }),
    says("Show what is about this resident only"),
  )),
  alert: multiple(option(
    "--alert",
    alertExpression,
    says("Exit with 4 when this comes true, at once where more is to come"),
  )),
  since: optional(option(
    "--since",
    since,
    says("Skip what was seen up to this frame"),
  )),
  ca: optional(option(
    "--ca",
    string({ metavar: "FILE" }),
    says("Authorities that a wss:// address is checked with"),
  )),
  json: option(
    "--json",
    says("Print a line of JSON for each thing that is told"),
  ),
  ...commonFlags,
});

/** What the flags say. */
export interface WatchFlags extends SourceFlags, Filter {
  /** Whether to go on as it grows. */
  readonly follow: boolean;
  /** What to watch for. */
  readonly alert: readonly Alert[];
  /** What was seen before. */
  readonly since: Since | undefined;
  /** File of authorities. */
  readonly ca: string | undefined;
  /** Whether to print JSON. */
  readonly json: boolean;
}

/** What the command needs. */
export function watchNeeds(flags: WatchFlags): Partial<Needs> {
  const { source, verifyKey, ca } = flags;
  if (!isAddress(source)) return sourceNeeds(flags);
  const keys = verifyKey.map(({ file }) => file);
  const trusted = ca === undefined ? [] : [dirname(ca), ca];
  return { reads: [...keys, ...trusted], net: [netOf(source)] };
}

/** Runs the command. */
export async function runWatch(flags: WatchFlags): Promise<number> {
  checkFlags(flags);
  const options = await checkOptions(flags);
  using interrupt = listenForSignals();
  const board = new Board(flags);
  const view = new StateView();
  const live = isLive(flags) && !flags.json && isTerminal("stdout");
  using screen = openScreen(
    live,
    (size) => board.lines(view, paintOut(), size),
  );
  const fired = await watch(flags, options, { interrupt, board, view, screen });
  if (!flags.json && !isLive(flags)) {
    print(
      board.lines(view, paintOut(), {}).map((line) => `${line}\n`).join(""),
    );
  }
  if (fired) return EXIT.alert;
  const signal = interrupt.signal();
  return signal === null ? EXIT.done : STOP_EXIT[signal];
}

/** What watching shows and asks. */
interface Around {
  readonly interrupt: Interrupt;
  readonly board: Board;
  readonly view: StateView;
  readonly screen: Screen;
}

/** Reads to the end, or to the first alert; tells whether there was one. */
async function watch(
  flags: WatchFlags,
  options: CheckOptions,
  { interrupt, board, view, screen }: Around,
): Promise<boolean> {
  const { asked } = interrupt;
  const watches = flags.alert.map((alert) => new AlertWatch(alert));
  const said = new Set<string>();
  const printer = openLinePrinter();
  const goesOn = isLive(flags);
  const tells = flags.json || (goesOn && !screen.live);
  const log = openLog("warn");
  for await (const read of readsOf(flags, options, asked)) {
    if (asked.aborted) break;
    const { verdict, line } = read;
    if (verdict.kind === "fault") {
      if (!goesOn) throw lineError(read, verdict.message);
      board.refuse();
      // What follows a line that is wrong is wrong, too.
      if (verdict.fault !== "after_fault" && !screen.live) {
        log.error(`${placeOf(read)}: This line ${verdict.message}`);
      }
    }
    if (verdict.kind === "truncated") {
      log.warn(`${placeOf(read)}: This line is cut off`);
    }
    if (verdict.kind !== "frame") continue;
    const { frame } = verdict;
    view.apply(frame);
    board.add(frame, line.bytes.length + 1);
    if (isSeen(frame, flags.since)) continue;
    if (tells) {
      for (const told of toldOf(frame, flags)) {
        printer.write(flags.json ? jsonLine(told) : recordText(toldText(told)));
      }
    }
    for (const one of watches) {
      const alert = one.look(frame, view);
      if (alert === null || said.has(alert.alert)) continue;
      said.add(alert.alert);
      board.alert(textOf(alert));
      if (flags.json) printer.write(jsonLine(alert));
      else if (!screen.live) log.error(`alert: ${textOf(alert)}`);
    }
    if (goesOn) printer.flush();
    if (goesOn && said.size > 0) break;
  }
  printer.flush();
  return said.size > 0;
}

function readsOf(
  flags: WatchFlags,
  options: CheckOptions,
  asked: AbortSignal,
): AsyncIterable<Read> {
  const { source, follow, ca } = flags;
  if (isAddress(source)) {
    return readRecording(messagesOf(source, { ca, asked }), options);
  }
  if (source === "-") {
    return readRecording(untilAsked(Deno.stdin.readable, asked), options);
  }
  return follow
    ? followRecording(source, { ...options, asked })
    : readRecording(source, options);
}

/** What comes, until somebody asks to stop, who is not to wait for it. */
async function* untilAsked(
  stream: ReadableStream<Uint8Array>,
  asked: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  const stop = () => void reader.cancel();
  asked.addEventListener("abort", stop);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    asked.removeEventListener("abort", stop);
  }
}

function isSeen(frame: Frame, since: Since | undefined): boolean {
  return since !== undefined && frame.sid === since.sid &&
    (frame.kind === "hello" || frame.seq <= since.seq);
}

function textOf({ alert, value, tick }: Fired): string {
  return `${alert} at tick ${tick}: it is ${value}`;
}

/** Whether more is to come, for as long as anybody looks. */
function isLive(
  { source, follow }: SourceFlags & { readonly follow: boolean },
) {
  return follow || isStream(source);
}

/** Whether a source is no file. */
function isStream(source: string): boolean {
  return source === "-" || isAddress(source);
}

function checkFlags({ source, follow }: WatchFlags): void {
  if (!follow || !isStream(source)) return;
  throw new TownletError("--follow is for files and folders", {
    code: "usage",
    hint: "Streams are followed to their end anyway",
  });
}
