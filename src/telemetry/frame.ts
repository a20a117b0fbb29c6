/**
 * Frames: lines of JSON, and the order of their members.
 *
 * A town makes bodies; whoever writes them gives each its number and its
 * signature, so that what is dropped before it is written leaves no hole.
 * @module
 */
import type { ChannelName } from "../config/telemetry_settings.ts";

/** Version of the envelope. */
export const ENVELOPE_VERSION = 1;

/** Most bytes of a line, its end not counted. */
export const LINE_BYTES_MAX = 1 << 20;

/** Most bytes of the payload of an event frame; more are split. */
export const EVENT_BYTES_MAX = 64 << 10;

/** What a frame is. */
export type FrameKind =
  /** The first line of a connection or a file. */
  | "hello"
  /** A whole state. */
  | "key"
  /** What changed since the state frame before. */
  | "patch"
  /** What happened. */
  | "event"
  /** Nothing to say, and still there. */
  | "beat"
  /** Events were lost. */
  | "gap"
  /** The last line of a run. */
  | "bye";

/** A frame without number and signature, ready to be sent. */
export interface Body {
  /** Its members from `"ch"` to `"d"`, as text, without the outer braces. */
  readonly text: string;
  /** Bytes of the text in UTF-8, or about as many. */
  readonly bytes: number;
  /** Channel it belongs to. */
  readonly channel: ChannelName;
  /** What it is. */
  readonly kind: "key" | "patch" | "event";
  /** Tick after which it holds. */
  readonly tick: number;
  /** Events in it, 0 for states. */
  readonly events: number;
  /** Whether it is lost last of all. */
  readonly isPrecious: boolean;
  /**
   * True for the first of the whole states with which a new file may begin;
   * whoever writes the file decides whether one does.
   */
  starts: boolean;
}

/** Members of a body, in their order on the wire; absent ones are undefined. */
export interface BodyParts {
  /** Channel. */
  readonly channel: ChannelName;
  /** What it is. */
  readonly kind: "key" | "patch" | "event";
  /** Number within the channel, from 0. */
  readonly n: number;
  /** Tick after which it holds. */
  readonly tick: number;
  /** `n` of the state frame it builds on; of patches only. */
  readonly base?: number;
  /** Unix time in milliseconds; of `health` only. */
  readonly ts?: number;
  /** The payload, as JSON. */
  readonly payload: string;
  /** Whether a new file may begin with it. */
  readonly starts?: boolean;
}

/** Writes a body of a state. */
export function bodyOf(parts: BodyParts): Body {
  const { channel, kind, tick, payload, starts = false } = parts;
  const text = bodyText(parts);
  // Measuring would copy a text that was just put together.
  const bytes = text.length - payload.length + bytesOf(payload);
  const isPrecious = false;
  return { text, bytes, channel, kind, tick, events: 0, isPrecious, starts };
}

/** Members of a body from `"ch"` to `"d"`, as text. */
export function bodyText(parts: BodyParts): string {
  const { channel, kind, n, tick, base, ts, payload } = parts;
  return `"ch":"${channel}","n":${n},"k":"${kind}","t":${tick}` +
    (base === undefined ? "" : `,"base":${base}`) +
    (ts === undefined ? "" : `,"ts":${ts}`) +
    `,"d":${payload}`;
}

/** The line of a body, without its end and unsigned: from `{` to `}`. */
export function lineOf(seq: number, body: Pick<Body, "text">): string {
  return `{"v":${ENVELOPE_VERSION},"seq":${seq},${body.text}}`;
}

const encoder = new TextEncoder();
/** Where texts are measured. */
let measure = new Uint8Array(1 << 16);

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  // Encoding is several times as fast as looking at every unit.
  if (3 * text.length > measure.length) {
    measure = new Uint8Array(3 * text.length);
  }
  return encoder.encodeInto(text, measure).written;
}
