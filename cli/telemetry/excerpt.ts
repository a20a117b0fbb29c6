/** A part of a recording as a recording of its own. @module */
import type { ChannelName } from "../../src/config/telemetry_settings.ts";
import { sha256Hex } from "../../src/base/hash.ts";
import { bodyOf, lineOf } from "../../src/telemetry/frame.ts";
import type { Frame, HelloFrame } from "../../src/telemetry/reader/envelope.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";
import type { FrameLine } from "./source.ts";

/** A line, and the frame it says. */
export interface Told {
  /** The frame it was made of. */
  readonly frame: Frame;
  /** The line, without its end. */
  readonly text: string;
}

/**
 * The frames from a tick on, as a stream of its own: a hello, the states as
 * they are then, and what follows, numbered anew. It is not signed, because
 * only who has the key can sign.
 */
export async function* excerptOf(
  frames: AsyncIterable<FrameLine>,
  from: number,
): AsyncGenerator<Told> {
  const view = new StateView();
  let hello: HelloFrame | null = null;
  let writer: Excerpt | null = null;
  let before = 0;
  for await (const { frame } of frames) {
    if (frame.kind === "hello") {
      if (frame.sid !== hello?.sid) writer = null;
      hello = frame;
    }
    const begins = writer === null && frame.tick >= from && hello !== null &&
      frame.kind !== "hello";
    if (begins && hello !== null) {
      writer = new Excerpt();
      yield* writer.begin(hello, before, view);
    }
    before = frame.tick;
    view.apply(frame);
    const told = writer?.tell(frame, view);
    if (told !== undefined && told !== null) yield told;
  }
}

/** Writes the lines of an excerpt. */
class Excerpt {
  readonly #numbers = new Map<string, number>();
  #seq = 0;

  /** The hello, and the states after a tick. */
  *begin(hello: HelloFrame, tick: number, view: StateView): Generator<Told> {
    const { signed: _signed, nonce: _nonce, resumed: _resumed, ...about } =
      hello.payload;
    const sid = sha256Hex(`${hello.sid}:${tick}`).slice(0, 32);
    yield {
      frame: { ...hello, tick },
      text: JSON.stringify({
        v: 1,
        sid,
        conn: 0,
        next: 0,
        ch: "meta",
        k: "hello",
        t: tick,
        ts: hello.ts ?? undefined,
        d: about,
      }),
    };
    for (const channel of view.channels) {
      const payload = JSON.stringify(view.state(channel));
      const n = this.#next(channel);
      const name = channel as ChannelName;
      const body = bodyOf({ channel: name, kind: "key", n, tick, payload });
      yield { frame: { ...hello, tick }, text: lineOf(this.#seq++, body) };
    }
  }

  /** A frame, or null for what is left out. */
  tell(frame: Frame, view: StateView): Told | null {
    switch (frame.kind) {
      case "hello":
      case "other":
        return null;
      case "beat":
      case "gap":
      case "bye": {
        const rest = {
          ch: "meta",
          k: frame.kind,
          t: frame.tick,
          ...frame.kind !== "gap" && frame.ts !== null ? { ts: frame.ts } : {},
          ...frame.kind !== "beat" ? { d: frame.payload } : {},
        };
        const text = JSON.stringify(rest).slice(1, -1);
        return { frame, text: lineOf(this.#seq++, { text }) };
      }
      case "patch":
        // A change to what nobody knows tells nothing.
        if (view.state(frame.channel) === undefined) return null;
    }
    const { channel, kind, tick, payload } = frame;
    const n = this.#next(channel);
    const body = bodyOf({
      channel: channel as ChannelName,
      kind,
      n,
      tick,
      base: kind === "patch" ? n - 1 : undefined,
      ts: "ts" in frame ? frame.ts ?? undefined : undefined,
      payload: JSON.stringify(payload),
    });
    return { frame, text: lineOf(this.#seq++, body) };
  }

  #next(channel: string): number {
    const n = this.#numbers.get(channel) ?? 0;
    this.#numbers.set(channel, n + 1);
    return n;
  }
}
