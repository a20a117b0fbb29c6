/** Lines as frames: what every frame has, whatever it tells. @module */
import { ENVELOPE_VERSION, type FrameKind } from "../frame.ts";
import type { PatchMembers, StateMembers } from "../merge_patch.ts";
import { LineFault } from "./fault.ts";

/** Members of a value of JSON. */
export type Members = { readonly [key: string]: unknown };

/** What every frame has. */
export interface AnyFrame {
  /** Name of the stream, 32 digits of hex. */
  readonly sid: string;
  /** Number of the connection or file within the stream. */
  readonly conn: number;
  /** Tick after which it holds. */
  readonly tick: number;
  /** Channel, `meta` for frames about the stream itself. */
  readonly channel: string;
  /** Name of the key whose signature was checked, or null: none was. */
  readonly signedBy: string | null;
}

/** What every frame but the first of a connection has. */
export interface NumberedFrame extends AnyFrame {
  /** Number within the stream, from 0. */
  readonly seq: number;
}

/** The first frame of a connection or a file. */
export interface HelloFrame extends AnyFrame {
  /** What it is. */
  readonly kind: "hello";
  /** Number of the frame that follows. */
  readonly next: number;
  /** Frames of the stream that are missing before it. */
  readonly lost: number;
  /** Unix time in milliseconds, or null: the run has no clock. */
  readonly ts: number | null;
  /** Who speaks, and how. */
  readonly payload: Members;
}

/** A state, or what changed in it. */
export interface StateFrame extends NumberedFrame {
  /** Number within the channel, from 0. */
  readonly n: number;
  /** Unix time in milliseconds, of `health` only. */
  readonly ts: number | null;
}

/** A whole state. */
export interface KeyFrame extends StateFrame {
  /** What it is. */
  readonly kind: "key";
  /** The state. */
  readonly payload: StateMembers;
}

/** What changed since the state frame before. */
export interface PatchFrame extends StateFrame {
  /** What it is. */
  readonly kind: "patch";
  /** `n` of the state frame it builds on. */
  readonly base: number;
  /** The changes. */
  readonly payload: PatchMembers;
}

/** What happened in a tick. */
export interface EventFrame extends NumberedFrame {
  /** What it is. */
  readonly kind: "event";
  /** Number within the channel, from 0. */
  readonly n: number;
  /** The events, in their order. */
  readonly payload: readonly Members[];
}

/** A sign of life. */
export interface BeatFrame extends NumberedFrame {
  /** What it is. */
  readonly kind: "beat";
  /** Unix time in milliseconds, or null. */
  readonly ts: number | null;
}

/** Events that were lost on purpose. */
export interface GapFrame extends NumberedFrame {
  /** What it is. */
  readonly kind: "gap";
  /** Which, how many, and why. */
  readonly payload: Members;
}

/** The last frame of a run. */
export interface ByeFrame extends NumberedFrame {
  /** What it is. */
  readonly kind: "bye";
  /** Unix time in milliseconds, or null. */
  readonly ts: number | null;
  /** Why it ended, and what was sent. */
  readonly payload: Members;
}

/** A frame of a kind that later versions may know. */
export interface OtherFrame extends NumberedFrame {
  /** What it is not. */
  readonly kind: "other";
}

/** A frame that was received. */
export type Frame =
  | HelloFrame
  | KeyFrame
  | PatchFrame
  | EventFrame
  | BeatFrame
  | GapFrame
  | ByeFrame
  | OtherFrame;

/** Objects and lists in one another, at most. */
const DEPTH_MAX = 32;

/** Keys that reach into the runtime. */
const FORBIDDEN = ["__proto__", "constructor", "prototype"];

/** Characters that no line holds as they are: JSON escapes them. */
const SPACE = 0x20;

/** Which stream and connection a frame belongs to, and who signed it. */
export type Origin = Pick<AnyFrame, "sid" | "conn" | "signedBy">;

/**
 * The members of a line.
 *
 * Throws a {@link LineFault} for what is no object of JSON in UTF-8, for keys
 * that reach into the runtime, and for what is nested too deeply.
 */
export function parseLine(bytes: Uint8Array): Members {
  if (bytes.some((byte) => byte < SPACE)) {
    throw new LineFault("not_json", "has a raw control character");
  }
  const value = jsonOf(bytes);
  if (!isMembers(value)) throw new LineFault("not_json", "is no JSON object");
  checkValue(value, 0);
  return value;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const text = utf8.decode(bytes);
    // White space around it is not what writers write.
    return text.startsWith("{") && text.endsWith("}") ? JSON.parse(text) : null;
  } catch {
    throw new LineFault("not_json", "is no JSON in UTF-8");
  }
}

function checkValue(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth === DEPTH_MAX) {
    throw new LineFault("not_json", `is nested more than ${DEPTH_MAX} deep`);
  }
  if (Array.isArray(value)) {
    for (const item of value) checkValue(item, depth + 1);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (FORBIDDEN.includes(key)) {
      throw new LineFault("not_json", `has a key ${key} (rule I3)`);
    }
    checkValue(member, depth + 1);
  }
}

/** What a hello says of its stream. */
export interface HelloParts extends Omit<HelloFrame, "lost" | "signedBy"> {
  /** Version of the format. */
  readonly schema: string;
}

/** Reads the members of a hello; throws a {@link LineFault}. */
export function readHello(members: Members, bestEffort: boolean): HelloParts {
  checkVersion(members, bestEffort);
  const { sid, ch, d } = members;
  if (typeof sid !== "string" || !/^[0-9a-f]{32}$/.test(sid)) {
    throw wrong("sid", "32 digits of hex");
  }
  if (ch !== "meta") throw wrong("ch", "meta");
  const payload = isMembers(d) ? d : fail("d", "an object");
  const { schema } = payload;
  if (typeof schema !== "string" || !/^\d{1,4}\.\d{1,4}$/.test(schema)) {
    throw wrong("d.schema", "major.minor");
  }
  return {
    kind: "hello",
    sid,
    conn: count(members, "conn"),
    next: count(members, "next"),
    tick: count(members, "t"),
    ts: timeOf(members),
    channel: "meta",
    payload,
    schema,
  };
}

/** Reads the members of any other frame; throws a {@link LineFault}. */
export function readFrame(
  members: Members,
  { sid, conn, signedBy }: Origin,
  bestEffort: boolean,
): Exclude<Frame, HelloFrame> {
  checkVersion(members, bestEffort);
  const { ch, k, d } = members;
  if (typeof ch !== "string" || ch === "") throw wrong("ch", "a channel");
  if (typeof k !== "string") throw wrong("k", "a kind");
  const common = {
    sid,
    conn,
    signedBy,
    channel: ch,
    tick: count(members, "t"),
    seq: count(members, "seq"),
  };
  const kind = k as FrameKind;
  if (isAbout(kind) !== (ch === "meta") && isKnown(kind)) {
    throw wrong("ch", `what a ${kind} frame has`);
  }
  switch (kind) {
    case "key":
    case "patch": {
      const n = count(members, "n");
      const ts = timeOf(members);
      const payload = isMembers(d) ? d : fail("d", "an object");
      if (kind === "key") {
        return { ...common, kind, n, ts, payload: payload as StateMembers };
      }
      const base = count(members, "base");
      const patch = payload as PatchMembers;
      return { ...common, kind, n, ts, base, payload: patch };
    }
    case "event": {
      const n = count(members, "n");
      const payload = Array.isArray(d) && d.every(isMembers)
        ? d
        : fail("d", "a list of objects");
      return { ...common, kind, n, payload };
    }
    case "beat":
      return { ...common, kind, ts: timeOf(members) };
    case "gap":
      return {
        ...common,
        kind,
        payload: isMembers(d) ? d : fail("d", "an object"),
      };
    case "bye": {
      const payload = isMembers(d) ? d : fail("d", "an object");
      return { ...common, kind, ts: timeOf(members), payload };
    }
    case "hello":
      throw new LineFault("bad_envelope", "is a hello in another order");
    default:
      return { ...common, kind: "other" };
  }
}

/** Whether frames of a kind are about the stream itself. */
function isAbout(kind: FrameKind): boolean {
  return kind === "beat" || kind === "gap" || kind === "bye" ||
    kind === "hello";
}

function isKnown(kind: FrameKind): boolean {
  return isAbout(kind) || kind === "key" || kind === "patch" ||
    kind === "event";
}

function checkVersion({ v }: Members, bestEffort: boolean): void {
  if (typeof v !== "number" || !Number.isSafeInteger(v) || v < 0) {
    throw wrong("v", "a version");
  }
  if (v === ENVELOPE_VERSION || bestEffort) return;
  throw new LineFault(
    v > ENVELOPE_VERSION ? "newer" : "bad_envelope",
    `is of version ${v}; this reader knows ${ENVELOPE_VERSION}`,
  );
}

function count(members: Members, name: string): number {
  const value = members[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) {
    return value;
  }
  throw wrong(name, "a whole number from 0");
}

function timeOf(members: Members): number | null {
  return members.ts === undefined ? null : count(members, "ts");
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fail(name: string, what: string): never {
  throw wrong(name, what);
}

function wrong(name: string, what: string): LineFault {
  return new LineFault("bad_envelope", `its ${name} is not ${what}`);
}
