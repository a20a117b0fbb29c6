/** `telemetry watch`: what a town tells, as it tells it. @module */
import { dirname } from "node:path";
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, constant, option } from "@optique/core/primitives";
import { string, type ValueParser } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { CHANNEL_NAMES } from "../../src/config/telemetry_settings.ts";
import type { Needs } from "../../src/security/permissions.ts";
import type { CheckOptions } from "../../src/telemetry/reader/check.ts";
import { followRecording } from "../../src/telemetry/reader/follow.ts";
import {
  type Read,
  readRecording,
} from "../../src/telemetry/reader/recording.ts";
import { commonFlags, oneOf, says } from "../flags.ts";
import { listenForSignals, STOP_EXIT } from "../interrupt.ts";
import { isTerminal, print } from "../print/output.ts";
import { type Alert, alertExpression } from "./alert.ts";
import type { Filter } from "./filter.ts";
import { openScreen, paintOut, type Size } from "./screen.ts";
import {
  checkOptions,
  emptyError,
  type SourceFlags,
  sourceFlags,
  sourceNeeds,
} from "./source.ts";
import { type Since, Watcher } from "./watcher.ts";
import { isAddress, messagesOf, netOf } from "./websocket.ts";

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
  const goesOn = flags.follow || isStream(flags.source);
  const onScreen = goesOn && !flags.json && isTerminal("stdout");
  const watcher = new Watcher({
    ...flags,
    tells: flags.json ? "json" : goesOn && !onScreen ? "text" : null,
    goesOn,
    onScreen,
  });
  using interrupt = listenForSignals();
  const { asked } = interrupt;
  let isEmpty = true;
  const lines = (size: Partial<Size>) =>
    watcher.board.lines(watcher.view, paintOut(), size);
  {
    using _screen = openScreen(onScreen, lines);
    for await (const read of readsOf(flags, options, asked)) {
      if (asked.aborted) break;
      isEmpty = false;
      watcher.take(read);
      if (goesOn && watcher.fired) break;
    }
  }
  if (isEmpty && !asked.aborted) throw emptyError(flags.source);
  watcher.flush();
  if (!flags.json && !goesOn) {
    print(lines({}).map((line) => `${line}\n`).join(""));
  }
  if (watcher.fired) return EXIT.alert;
  const signal = interrupt.signal();
  return signal === null ? EXIT.done : STOP_EXIT[signal];
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
