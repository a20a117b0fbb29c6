/** Whether own frames are what they are said to be, and what is done if not. @module */
import { escapeText } from "../../base/text.ts";
import type {
  ChannelName,
  TelemetrySettings,
} from "../../config/telemetry_settings.ts";
import { isStateChannel, STATE_CHANNELS } from "../channels.ts";
import { bytesOf } from "../frame.ts";
import { checkPayload } from "../schema/catalogue.ts";
import { gapText } from "./control.ts";
import {
  count,
  progress,
  readText,
  setText,
  setWord,
  type Status,
  WORD,
} from "./status.ts";

/** The part of a frame that is looked at. */
interface OwnFrame {
  readonly ch: ChannelName;
  readonly k: string;
  readonly t: number;
  readonly d: readonly unknown[];
}

/**
 * A function from the members of a frame to those that are written: the same,
 * a gap in the place of events, or null for a state that is held back.
 */
export function ownCheck(
  { redact, validate }: Pick<TelemetrySettings, "redact" | "validate">,
  status: Status,
): (text: string) => string | null {
  if (validate === "off") return (text) => text;
  const redacted = new Set(redact.map((pattern) => pattern.split("/")[0]));
  const reported = new Set<ChannelName>();
  return (text) => {
    if (text.startsWith('"ch":"meta"')) return text;
    const frame: OwnFrame = JSON.parse(`{${text}}`);
    const { ch, k, d } = frame;
    const wrong = checkPayload(ch, k, d, {
      strict: true,
      redacted: redacted.has(ch),
    });
    if (wrong === null) return text;
    count(status, "validateFailures");
    if (!reported.has(ch)) report(status, `${ch} ${wrong}`);
    reported.add(ch);
    if (validate === "warn") return text;
    if (validate === "fail") setWord(status, "broken", 1);
    return withheld(frame, text, status);
  };
}

/** What goes in the place of a frame that is not written. */
function withheld(
  { ch, t, d }: OwnFrame,
  text: string,
  status: Status,
): string | null {
  if (!isStateChannel(ch)) {
    const gap = { dropped: d.length, bytes: bytesOf(text), from: t, to: t };
    return gapText(ch, "encode_error", gap, t);
  }
  const bit = 1 << STATE_CHANNELS.indexOf(ch);
  Atomics.or(status.words, WORD.withheld, bit);
  progress(status);
  return null;
}

/** Tells of a frame that is wrong, beside those before. */
function report(status: Status, wrong: string): void {
  const before = readText(status, "invalid");
  const text = escapeText(wrong);
  setText(status, "invalid", before === "" ? text : `${before}; ${text}`);
  progress(status);
}
