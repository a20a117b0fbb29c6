/** Frames for tests of what carries them, and what arrived of them. @module */
import { assertEquals } from "@std/assert";
import type { ChannelName } from "../../../src/config/telemetry_settings.ts";
import type { EventChannelName } from "../../../src/telemetry/channels.ts";
import { EventBody } from "../../../src/telemetry/events.ts";
import { type Body, bodyOf, bytesOf } from "../../../src/telemetry/frame.ts";

/** Makes frames of a few channels that change, tick by tick. */
export class Bodies {
  readonly #next = new Map<ChannelName, number>();

  /** A whole state of a channel: how often it changed, and some filling. */
  key(
    channel: ChannelName,
    tick: number,
    options: { readonly starts?: boolean; readonly fill?: number } = {},
  ): Body {
    const { starts = false, fill = 0 } = options;
    return bodyOf({
      channel,
      kind: "key",
      n: this.#n(channel),
      tick,
      payload: JSON.stringify({ at: tick, fill: "x".repeat(fill) }),
      starts,
    });
  }

  /** A change of a channel. */
  patch(channel: ChannelName, tick: number, fill = 0): Body {
    const n = this.#n(channel);
    const payload = JSON.stringify({ at: tick, fill: "x".repeat(fill) });
    return bodyOf({ channel, kind: "patch", n, tick, base: n - 1, payload });
  }

  /** Events of a tick. */
  events(
    channel: EventChannelName,
    tick: number,
    elements: readonly object[] = [{ e: "test.event" }],
  ): Body {
    const text = JSON.stringify(elements);
    return new EventBody(channel, this.#n(channel), tick, {
      text,
      count: elements.length,
      bytes: bytesOf(text),
      isPrecious: text.includes("loop.failed"),
    });
  }

  #n(channel: ChannelName): number {
    const n = this.#next.get(channel) ?? 0;
    this.#next.set(channel, n + 1);
    return n;
  }
}

/** A frame as it is read. */
export interface Arrived {
  readonly seq?: number;
  readonly next?: number;
  readonly conn?: number;
  readonly ch: string;
  readonly n?: number;
  readonly k: string;
  readonly t: number;
  readonly base?: number;
  // deno-lint-ignore no-explicit-any
  readonly d?: any;
}

/** Reads lines; a last one that is not whole is left. */
export function readArrived(text: string): Arrived[] {
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/**
 * Drops what arrived twice, and checks the rest: numbers go up by one, over
 * all connections.
 */
export function once(arrived: readonly Arrived[]): Arrived[] {
  const frames: Arrived[] = [];
  let last = -1;
  let conn = -1;
  for (const frame of arrived) {
    if (frame.k === "hello") {
      assertEquals((frame.conn ?? -1) > conn, true, "conn goes up");
      conn = frame.conn ?? -1;
      assertEquals((frame.next ?? 0) <= last + 1, true, "nothing is missing");
      continue;
    }
    const seq = frame.seq ?? -1;
    if (seq <= last) continue;
    assertEquals(seq, last + 1, "nothing is missing");
    last = seq;
    frames.push(frame);
  }
  return frames;
}
