/** Control frames: what a stream says of itself. @module */
import type { ChannelName } from "../../config/telemetry_settings.ts";
import { ENVELOPE_VERSION } from "../frame.ts";

/** Why events were lost. */
export type GapReason =
  /** More waited than there is room for. */
  | "overflow"
  /** They broke their schema. */
  | "encode_error"
  /** They have more bytes than there is room for. */
  | "oversize";

/** Events that were lost. */
export interface Gap {
  /** Events. */
  dropped: number;
  /** Bytes of their frames. */
  bytes: number;
  /** Tick of the first. */
  from: number;
  /** Tick of the last. */
  to: number;
}

/** How a stream ended. */
export type CloseReason = "complete" | "signal" | "error";

/** What the first line of every connection tells of the run. */
export interface HelloAbout {
  /** Version of the wire format. */
  readonly schema: string;
  /** Version of the program. */
  readonly app: string;
  /** Version of the runtime. */
  readonly deno: string;
  /** Name of the configuration. */
  readonly config_id: string;
  /** Its digest. */
  readonly config_sha256: string;
  /** Seed of the run, if it has one. */
  readonly seed?: number;
  /** Whether states come as changes or always whole. */
  readonly mode: "diff" | "full";
  /** Channels that are sent. */
  readonly channels: Readonly<Record<string, object>>;
}

/** What the first line tells of the connection. */
export interface HelloLink {
  /** Name of the key that signs; absent for none. */
  readonly signed?: string;
  /** Present when frames are sent that were sent before. */
  readonly resumed?: true;
  /** What the receiver wants repeated. */
  readonly nonce?: string;
  /** Present when a network sees the frames as they are. */
  readonly plaintext?: true;
}

/** Place of a hello. */
export interface HelloPlace {
  /** Name of the stream. */
  readonly sid: string;
  /** Number of the connection. */
  readonly conn: number;
  /** Number of the frame after it. */
  readonly next: number;
  /** Tick of that frame. */
  readonly tick: number;
  /** Unix time in milliseconds; absent in deterministic streams. */
  readonly ts?: number;
}

/** The unsigned line of a hello. */
export function helloLine(
  { sid, conn, next, tick, ts }: HelloPlace,
  about: HelloAbout & HelloLink,
): string {
  return JSON.stringify({
    v: ENVELOPE_VERSION,
    sid,
    conn,
    next,
    ch: "meta",
    k: "hello",
    t: tick,
    ts,
    d: about,
  });
}

/** The members of a beat. */
export function beatText(tick: number, ts: number): string {
  return `"ch":"meta","k":"beat","t":${tick},"ts":${ts}`;
}

/** The members of a gap. */
export function gapText(
  channel: ChannelName,
  reason: GapReason,
  { dropped, bytes, from, to }: Gap,
  tick: number,
): string {
  const payload = JSON.stringify({
    ch: channel,
    dropped,
    bytes,
    from_t: from,
    to_t: to,
    reason,
  });
  return `"ch":"meta","k":"gap","t":${tick},"d":${payload}`;
}

/** What the last line sums up. */
export interface ByeSums {
  /** How the run ended. */
  readonly reason: CloseReason;
  /** Number of the last frame before it, -1 for none. */
  readonly last_seq: number;
  /** Frames written before it, each hello included. */
  readonly frames: number;
  /** Bytes of them. */
  readonly bytes: number;
  /** Frames that were lost. */
  readonly dropped: number;
}

/** The members of a bye. */
export function byeText(tick: number, sums: ByeSums, ts?: number): string {
  const time = ts === undefined ? "" : `,"ts":${ts}`;
  return `"ch":"meta","k":"bye","t":${tick}${time},"d":${JSON.stringify(sums)}`;
}

/** Tick of the members of a frame. */
export function tickOf(text: string): number {
  const match = /"k":"[a-z]+","t":(\d+)/.exec(text);
  return match === null ? 0 : Number(match[1]);
}
