/**
 * Outbox: frames that wait to be written, never more than there is room for.
 *
 * Frames leave in the order in which they came, by batches. What was handed
 * over stays, and counts, until it is settled, so that it can be handed to
 * somebody else. Too much waiting means that states are held back, or that the
 * least of what waits is lost; lost events are owed an announcement, which
 * goes out in front of the next frame of their channel.
 * @module
 */
import type {
  ChannelName,
  TelemetrySettings,
} from "../../config/telemetry_settings.ts";
import { isStateChannel, type StateChannelName } from "../channels.ts";
import { type Body, bytesOf, LINE_BYTES_MAX } from "../frame.ts";
import { type Gap, type GapReason, gapText } from "./control.ts";
import { Lane } from "./lane.ts";

/** Frames that are handed over together. */
export interface Batch {
  /** Number, from 1. */
  readonly id: number;
  /** Members of its frames. */
  readonly texts: readonly string[];
  /** Places of frames with which a new file begins. */
  readonly starts: readonly number[];
  /** Frames. */
  readonly frames: number;
  /** Bytes. */
  readonly bytes: number;
  /** Tick of the last frame. */
  readonly tick: number;
  /** Number of its first frame, once one was given, else null. */
  seq: number | null;
  /** Whether it was written. */
  isWritten: boolean;
}

/** How much may wait, and what happens to more. */
export type OutboxOptions =
  & Pick<
    TelemetrySettings["buffer"],
    "max_bytes" | "max_frames" | "batch_frames" | "batch_bytes"
  >
  & {
    /** Whether states give way to what is newer. */
    readonly dropsStates: boolean;
  };

/** Above this share of the room states are held back … */
const HIGH = 0.75;
/** … until less than this waits. */
const LOW = 0.5;
/** Share of the room that a channel of events may have. */
const EVENT_SHARE = 0.25;

/** Bytes of a line that are not of its body: number, braces, signature. */
const ENVELOPE_BYTES = 160;

/** Lanes in the order in which they are sacrificed; equals share a rank. */
const RANKS: Readonly<Record<ChannelName | "precious", number>> = {
  trace: 0,
  rewards: 1,
  agents: 2,
  town: 3,
  social: 3,
  ops: 3,
  policy: 3,
  health: 3,
  events: 4,
  narration: 4,
  training: 4,
  console: 5,
  precious: 5,
};

type LaneName = keyof typeof RANKS;

const LANES = Object.keys(RANKS) as readonly LaneName[];

/** Frames that wait. */
export class Outbox {
  /** Frames dropped so far, by channel. */
  readonly dropped = new Map<ChannelName, number>();
  /** The most bytes that ever waited. */
  bytesPeak = 0;
  readonly #options: OutboxOptions;
  readonly #lanes = new Map(LANES.map((name) => [name, new Lane()]));
  readonly #owed = new Map<ChannelName, Map<GapReason, Gap>>();
  readonly #touched = new Set<StateChannelName>();
  /** Batches handed over and not settled, oldest first. */
  #handed: Batch[] = [];
  #bytes = 0;
  #frames = 0;
  #handedBytes = 0;
  #handedFrames = 0;
  #orders = 0;
  #batches = 0;
  #tick = 0;
  #holds = false;

  /** Opens an empty one. */
  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that wait or are not settled. */
  get bytes(): number {
    return this.#bytes + this.#handedBytes;
  }

  /** Frames that wait or are not settled. */
  get frames(): number {
    return this.#frames + this.#handedFrames;
  }

  /** Frames that wait to be handed over. */
  get waiting(): number {
    return this.#frames;
  }

  /** Whether something is waiting to be handed over or owed. */
  get hasMore(): boolean {
    return this.#frames > 0 || this.#owed.size > 0;
  }

  /** Whether what waits fills a batch. */
  get fillsBatch(): boolean {
    const { batch_frames, batch_bytes } = this.#options;
    return this.#frames >= batch_frames || this.#bytes >= batch_bytes;
  }

  /** Batches handed over and not settled, oldest first. */
  get handed(): readonly Batch[] {
    return this.#handed;
  }

  /** Whether more waits than should. */
  get isHigh(): boolean {
    return this.#fill > HIGH;
  }

  /** Whether states are held back: from too much waiting until it is little. */
  updateHold(): boolean {
    const fill = this.#fill;
    this.#holds = fill > HIGH || this.#holds && fill >= LOW;
    return this.#holds;
  }

  /** Whether a frame has room. */
  hasRoom(body: Body): boolean {
    const { max_bytes, max_frames } = this.#options;
    return this.bytes + body.bytes <= max_bytes && this.frames < max_frames;
  }

  /** Whether a frame would have room if nothing else waited. */
  isPossible(body: Body): boolean {
    const most = Math.min(
      this.#options.max_bytes,
      LINE_BYTES_MAX - ENVELOPE_BYTES,
    );
    return body.bytes <= most;
  }

  /** Takes a frame; false when it is lost at once. */
  offer(body: Body): boolean {
    if (!this.isPossible(body)) {
      this.#lose(body, "oversize");
      return false;
    }
    const name = laneOf(body);
    const isState = isStateChannel(body.channel);
    while (!this.hasRoom(body)) {
      const victim = isState && !this.#options.dropsStates
        ? null
        : this.#victim(RANKS[name]);
      if (victim === null) {
        this.#lose(body, "overflow");
        return false;
      }
      this.#sacrifice(victim);
    }
    const lane = this.#lane(name);
    lane.push(this.#orders++, body);
    this.#bytes += body.bytes;
    this.#frames++;
    const share = EVENT_SHARE * this.#options.max_bytes;
    while (!isState && lane.bytes > share && lane.length > 1) {
      this.#sacrifice(name);
    }
    this.bytesPeak = Math.max(this.bytesPeak, this.bytes);
    return true;
  }

  /** Loses a frame that nobody is going to write. */
  refuse(body: Body): void {
    this.#lose(body, "overflow");
  }

  /** Channels of states that lost a frame since this was asked last. */
  takeTouched(): readonly StateChannelName[] {
    if (this.#touched.size === 0) return [];
    const touched = [...this.#touched];
    this.#touched.clear();
    return touched;
  }

  /** Hands over as much as fits a batch; null when there is nothing. */
  take(): Batch | null {
    if (!this.hasMore) return null;
    const { batch_frames, batch_bytes } = this.#options;
    const texts: string[] = [];
    const starts: number[] = [];
    let bytes = 0;
    while (texts.length < batch_frames) {
      const lane = this.#firstLane();
      if (lane === null) break;
      const body = lane.first;
      if (texts.length > 0 && bytes + body.bytes > batch_bytes) break;
      lane.shift();
      this.#tick = body.tick;
      bytes += this.#announce(body.channel, texts);
      if (body.starts) starts.push(texts.length);
      texts.push(body.text);
      bytes += body.bytes;
      this.#bytes -= body.bytes;
      this.#frames--;
    }
    if (this.#frames === 0) {
      for (const channel of [...this.#owed.keys()]) {
        bytes += this.#announce(channel, texts);
      }
    }
    const batch: Batch = {
      id: ++this.#batches,
      texts,
      starts,
      frames: texts.length,
      bytes,
      tick: this.#tick,
      seq: null,
      isWritten: false,
    };
    this.#handed.push(batch);
    this.#handedBytes += bytes;
    this.#handedFrames += batch.frames;
    return batch;
  }

  /** Forgets batches up to a number: nobody has to send them again. */
  settle(id: number): void {
    while (this.#handed.length > 0 && this.#handed[0].id <= id) {
      const { bytes, frames } = this.#handed[0];
      this.#handed.shift();
      this.#handedBytes -= bytes;
      this.#handedFrames -= frames;
    }
  }

  get #fill(): number {
    const { max_bytes, max_frames } = this.#options;
    return Math.max(this.bytes / max_bytes, this.frames / max_frames);
  }

  #lane(name: LaneName): Lane {
    return this.#lanes.get(name) as Lane;
  }

  /** The lane whose first frame is next. */
  #firstLane(): Lane | null {
    let first: Lane | null = null;
    for (const lane of this.#lanes.values()) {
      if (lane.order < (first?.order ?? Infinity)) first = lane;
    }
    return first;
  }

  /** The lane to lose from, not dearer than `rank`, or null. */
  #victim(rank: number): LaneName | null {
    let victim: LaneName | null = null;
    for (const name of LANES) {
      const lane = this.#lane(name);
      const isKept = isStateChannel(name) && !this.#options.dropsStates;
      if (lane.length === 0 || isKept || RANKS[name] > rank) continue;
      const gain = victim === null ? 1 : RANKS[victim] - RANKS[name];
      const isOlder = victim === null || lane.order < this.#lane(victim).order;
      if (gain > 0 || gain === 0 && isOlder) victim = name;
    }
    return victim;
  }

  /** Loses the oldest frame of a lane, and what is of no use without it. */
  #sacrifice(name: LaneName): void {
    const lane = this.#lane(name);
    do {
      const body = lane.shift();
      this.#bytes -= body.bytes;
      this.#frames--;
      this.#lose(body, "overflow");
    } while (
      isStateChannel(name) && lane.length > 0 && lane.first.kind === "patch"
    );
  }

  #lose(body: Body, reason: GapReason): void {
    const { channel, kind, events, bytes, tick } = body;
    this.dropped.set(channel, (this.dropped.get(channel) ?? 0) + 1);
    if (isStateChannel(channel)) {
      // A whole state that is too large would be so again.
      if (reason !== "oversize" || kind !== "key") this.#touched.add(channel);
      return;
    }
    const owed = this.#owed.get(channel) ?? new Map<GapReason, Gap>();
    this.#owed.set(channel, owed);
    const gap = owed.get(reason);
    if (gap === undefined) {
      owed.set(reason, { dropped: events, bytes, from: tick, to: tick });
      return;
    }
    gap.dropped += events;
    gap.bytes += bytes;
    gap.from = Math.min(gap.from, tick);
    gap.to = Math.max(gap.to, tick);
  }

  /** Writes what is owed for a channel; gives its bytes. */
  #announce(channel: ChannelName, texts: string[]): number {
    const owed = this.#owed.get(channel);
    if (owed === undefined) return 0;
    this.#owed.delete(channel);
    let bytes = 0;
    for (const [reason, gap] of owed) {
      const text = gapText(channel, reason, gap, this.#tick);
      bytes += bytesOf(text);
      texts.push(text);
    }
    return bytes;
  }
}

function laneOf({ channel, isPrecious }: Body): LaneName {
  return isPrecious ? "precious" : channel;
}
