/** Whether every channel goes on where it was, or says what it left out. @module */
import { isStateChannel } from "../channels.ts";
import type { EventFrame, Frame, KeyFrame, PatchFrame } from "./envelope.ts";

/** What one channel lacks. */
export interface Missing {
  /** Frames that were left out before they were written. */
  readonly frames: number;
  /** Events that gap frames say were left out. */
  readonly announced: number;
  /** Changes that had nothing to build on. */
  readonly stale: number;
}

/** Where a channel is. */
interface Place {
  /** `n` of the last frame. */
  n: number;
  /** Whether changes have nothing to build on. */
  stale: boolean;
}

/** Follows the numbers of all channels of a recording. */
export class Continuity {
  readonly #places = new Map<string, Place>();
  readonly #missing = new Map<string, Missing>();

  /**
   * Takes a frame, in the order in which they are received.
   *
   * Gives what is wrong with it, as a sentence without subject and end, or
   * null: nothing is.
   */
  apply(frame: Frame): string | null {
    switch (frame.kind) {
      case "hello":
        if (frame.lost > 0) this.#forget(frame.sid);
        return null;
      case "gap": {
        const { ch, dropped } = frame.payload;
        const events = typeof dropped === "number" ? dropped : 0;
        this.#note(String(ch), { announced: events });
        return null;
      }
      case "key":
      case "patch":
      case "event":
        return this.#follow(frame);
      default:
        return null;
    }
  }

  /** What channels lack, by name; those that lack nothing are left out. */
  get missing(): ReadonlyMap<string, Missing> {
    return this.#missing;
  }

  /** Channels of events that lack more than gap frames tell. */
  get unannounced(): readonly string[] {
    return [...this.#missing].filter(([channel, { frames, announced }]) =>
      frames > announced && !isStateChannel(channel)
    ).map(([channel]) => channel);
  }

  #follow(frame: KeyFrame | PatchFrame | EventFrame): string | null {
    const { sid, channel, n, kind } = frame;
    const key = `${sid} ${channel}`;
    const place = this.#places.get(key);
    const stale = kind === "patch" && (place === undefined || place.stale ||
      frame.base !== place.n);
    if (stale) this.#note(channel, { stale: 1 });
    this.#places.set(key, { n, stale });
    if (place === undefined) return null;
    if (n <= place.n) {
      return `is number ${n} of its channel, after ${place.n}`;
    }
    if (n > place.n + 1) {
      this.#note(channel, { frames: n - place.n - 1 });
    } else if (kind === "patch" && frame.base !== place.n && !place.stale) {
      return `builds on number ${frame.base} of its channel, not ${place.n}`;
    }
    return null;
  }

  #note(channel: string, more: Partial<Missing>): void {
    const { frames, announced, stale } = this.#missing.get(channel) ??
      { frames: 0, announced: 0, stale: 0 };
    this.#missing.set(channel, {
      frames: frames + (more.frames ?? 0),
      announced: announced + (more.announced ?? 0),
      stale: stale + (more.stale ?? 0),
    });
  }

  /** Frames are missing, and nobody knows of which channels. */
  #forget(sid: string): void {
    for (const key of this.#places.keys()) {
      if (key.startsWith(sid)) this.#places.delete(key);
    }
  }
}
