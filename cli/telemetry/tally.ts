/** What a recording holds, counted. @module */
import type { Frame } from "../../src/telemetry/reader/envelope.ts";

/** What there is of one channel. */
export interface ChannelTally {
  /** Frames. */
  frames: number;
  /** Whole states. */
  keys: number;
  /** Changes. */
  patches: number;
  /** Events. */
  events: number;
  /** Bytes of its lines, their ends counted. */
  bytes: number;
}

/** What there is of one stream. */
export interface StreamTally {
  /** Name of the stream. */
  readonly sid: string;
  /** Connections or files. */
  conns: number;
  /** First tick and last tick. */
  from: number;
  to: number;
  /** Names of the keys that signed. */
  readonly signedBy: Set<string>;
  /** Frames missing between connections. */
  lost: number;
  /** Why it ended, or null: it has no end. */
  ended: string | null;
}

/** Counts frames and bytes. */
export class Tally {
  readonly #since: number;
  /** Streams by name, in the order they came. */
  readonly streams = new Map<string, StreamTally>();
  /** Channels by name, in the order they came. */
  readonly channels = new Map<string, ChannelTally>();
  /** Events by name. */
  readonly events = new Map<string, number>();
  /** Frames. */
  frames = 0;
  /** Bytes, ends of lines counted. */
  bytes = 0;

  /** @param since the tick after which frames are counted */
  constructor(since = 0) {
    this.#since = since;
  }

  /** Counts a frame whose line has so many bytes, its end not counted. */
  add(frame: Frame, length: number): void {
    const bytes = length + 1;
    this.frames++;
    this.bytes += bytes;
    const channel = entry(this.channels, frame.channel, () => ({
      frames: 0,
      keys: 0,
      patches: 0,
      events: 0,
      bytes: 0,
    }));
    channel.frames++;
    channel.bytes += bytes;
    if (frame.kind === "key") channel.keys++;
    if (frame.kind === "patch") channel.patches++;
    if (frame.kind === "event") {
      channel.events += frame.payload.length;
      for (const { e } of frame.payload) {
        if (typeof e !== "string") continue;
        this.events.set(e, (this.events.get(e) ?? 0) + 1);
      }
    }
    this.#addToStream(frame);
  }

  /** Ticks that were told, of all streams. */
  get ticks(): number {
    return [...this.streams.values()]
      .reduce((sum, { from, to }) => sum + to - from, 0);
  }

  #addToStream(frame: Frame): void {
    const { sid, tick, kind, signedBy } = frame;
    const stream = entry(this.streams, sid, () => ({
      sid,
      conns: 0,
      from: kind === "hello" ? tick : this.#since,
      to: tick,
      signedBy: new Set<string>(),
      lost: 0,
      ended: null,
    }));
    stream.to = Math.max(stream.to, tick);
    if (signedBy !== null) stream.signedBy.add(signedBy);
    if (kind === "bye") stream.ended = String(frame.payload.reason);
    if (kind !== "hello") return;
    stream.conns++;
    stream.lost += frame.lost;
  }
}

/** The value of a key, made when there is none yet. */
function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
