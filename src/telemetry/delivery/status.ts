/**
 * What a worker that writes says of itself, in memory that it shares with the
 * town: the town reads it without waiting, so a worker that hangs is seen.
 *
 * Each worker has a block of its own. What one that was given up still writes
 * is read by nobody.
 * @module
 */
import { escapeText } from "../../base/text.ts";
import { FLUSH_BOUNDS_MS, type TransportState } from "../health.ts";

/** Words of the block that are looked at in every tick. */
export const WORD = {
  /** Rises with everything that a town may wait for. */
  progress: 0,
  /** Rises as long as the worker's event loop turns. */
  heartbeat: 1,
  /** One of the states of a transport, by its place. */
  state: 2,
  /** Number of the last batch whose frames were numbered. */
  begun: 3,
  /** Number of the last batch that was written. */
  written: 4,
  /** Number of the last batch nobody has to send again. */
  settled: 5,
  /** Rises with every connection after the first: whole states are wanted. */
  keyframes: 6,
  /** Channels of states whose frame was held back, one bit each. */
  withheld: 7,
  /** 1 when the worker came to an end by itself. */
  ended: 8,
  /** 1 when a frame broke its schema and that is to end the run. */
  broken: 9,
  /** 1 when nobody reads any more. */
  unread: 10,
  /** 1, set by the town, when the worker must not write any more. */
  leave: 11,
} as const;

/** Names of the counters, in their order in the block. */
const COUNTERS = [
  "connects",
  "retries",
  "sendFailures",
  "failuresInARow",
  "frames",
  "bytes",
  "batches",
  "flushUs",
  "flushUsMax",
  "lastFlushMs",
  "lastFlushTick",
  "validateFailures",
  "certExpiresMs",
  "nextSeq",
  "nextConn",
  "settledSeq",
  "batchSeq",
] as const;

/** A counter: a whole number that needs more than 32 bits. */
export type Counter = typeof COUNTERS[number];

/** States of a transport, by number. */
const TRANSPORT_STATES: readonly TransportState[] = [
  "idle",
  "connecting",
  "ready",
  "backoff",
  "failed",
  "stopped",
];

/** Characters of an error that are kept. */
const ERROR_LENGTH_MAX = 200;

/** Most bytes of a text in the block. */
const TEXT_BYTES = 1024;

/** Words in front of a text: a version, odd while it is written; its length. */
const TEXT_HEAD_BYTES = 8;

const CLASSES = FLUSH_BOUNDS_MS.length + 1;
const WORDS_BYTES = 64;
const COUNTERS_BYTES = 8 * (COUNTERS.length + CLASSES);
const TEXTS_AT = WORDS_BYTES + COUNTERS_BYTES;
const BLOCK_BYTES = TEXTS_AT + 2 * (TEXT_HEAD_BYTES + TEXT_BYTES);

/** Texts of the block. */
export type StatusText =
  /** The last error. */
  | "error"
  /** Frames that broke their schema, the first of each channel. */
  | "invalid";

/** A block. */
export interface Status {
  /** The memory. */
  readonly buffer: SharedArrayBuffer;
  /** Words, see {@link WORD}. */
  readonly words: Int32Array;
  /** Counters, then the histogram of writes. */
  readonly counters: BigInt64Array;
}

/** An empty block. */
export function newStatus(): Status {
  return statusOver(new SharedArrayBuffer(BLOCK_BYTES));
}

/** The block in a memory that came from another thread. */
export function statusOver(buffer: SharedArrayBuffer): Status {
  return {
    buffer,
    words: new Int32Array(buffer, 0, WORDS_BYTES / 4),
    counters: new BigInt64Array(
      buffer,
      WORDS_BYTES,
      COUNTERS.length + CLASSES,
    ),
  };
}

/** A block for the next worker, which counts on from where one stopped. */
export function succeed(status: Status): Status {
  const next = newStatus();
  next.counters.set(status.counters);
  return next;
}

/** Reads a word. */
export function word(status: Status, name: keyof typeof WORD): number {
  return Atomics.load(status.words, WORD[name]);
}

/** Sets a word and wakes who waits for progress. */
export function setWord(
  status: Status,
  name: keyof typeof WORD,
  value: number,
): void {
  Atomics.store(status.words, WORD[name], value);
  progress(status);
}

/** Raises a word by one and wakes who waits for progress. */
export function raiseWord(status: Status, name: keyof typeof WORD): void {
  Atomics.add(status.words, WORD[name], 1);
  progress(status);
}

/** Wakes who waits for progress. */
export function progress({ words }: Status): void {
  Atomics.add(words, WORD.progress, 1);
  Atomics.notify(words, WORD.progress);
}

/** What the transport is doing. */
export function stateOf(status: Status): TransportState {
  return TRANSPORT_STATES[word(status, "state")];
}

/** Says what the transport is doing. */
export function setState(status: Status, state: TransportState): void {
  setWord(status, "state", TRANSPORT_STATES.indexOf(state));
}

/** Reads a counter. */
export function counter(status: Status, name: Counter): number {
  return Number(Atomics.load(status.counters, COUNTERS.indexOf(name)));
}

/** Sets a counter. */
export function setCounter(
  status: Status,
  name: Counter,
  value: number,
): void {
  Atomics.store(status.counters, COUNTERS.indexOf(name), BigInt(value));
}

/** Adds to a counter. */
export function count(status: Status, name: Counter, by = 1): void {
  Atomics.add(status.counters, COUNTERS.indexOf(name), BigInt(by));
}

/** Counts a write that took so long. */
export function countFlush(status: Status, ms: number): void {
  const place = FLUSH_BOUNDS_MS.findIndex((bound) => ms <= bound);
  const at = COUNTERS.length + (place < 0 ? CLASSES - 1 : place);
  Atomics.add(status.counters, at, 1n);
  const us = Math.round(ms * 1000);
  count(status, "flushUs", us);
  if (us > counter(status, "flushUsMax")) setCounter(status, "flushUsMax", us);
}

/** Writes so far, by the time they took. */
export function flushCounts(status: Status): number[] {
  return Array.from(
    { length: CLASSES },
    (_, i) => Number(Atomics.load(status.counters, COUNTERS.length + i)),
  );
}

/** Notes what went wrong. */
export function setFault(status: Status, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  setText(status, "error", escapeText(text).slice(0, ERROR_LENGTH_MAX));
  count(status, "sendFailures");
  count(status, "failuresInARow");
}

/** Writes a text, as much of it as there is room for. */
export function setText(status: Status, name: StatusText, text: string): void {
  const { head, bytes } = textOf(status, name);
  // The encoder does not write into memory that threads share.
  const copy = new Uint8Array(TEXT_BYTES);
  const { written } = new TextEncoder().encodeInto(text, copy);
  Atomics.add(head, 0, 1);
  bytes.set(copy);
  Atomics.store(head, 1, written);
  Atomics.add(head, 0, 1);
}

/** Reads a text; while it is being written, an empty one. */
export function readText(status: Status, name: StatusText): string {
  const { head, bytes } = textOf(status, name);
  const version = Atomics.load(head, 0);
  const copy = bytes.slice(0, Math.min(TEXT_BYTES, Atomics.load(head, 1)));
  if (version % 2 !== 0 || Atomics.load(head, 0) !== version) return "";
  return new TextDecoder().decode(copy);
}

function textOf(
  { buffer }: Status,
  name: StatusText,
): { readonly head: Int32Array; readonly bytes: Uint8Array } {
  const at = TEXTS_AT +
    (name === "error" ? 0 : TEXT_HEAD_BYTES + TEXT_BYTES);
  return {
    head: new Int32Array(buffer, at, 2),
    bytes: new Uint8Array(buffer, at + TEXT_HEAD_BYTES, TEXT_BYTES),
  };
}
