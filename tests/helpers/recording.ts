/** Streams of telemetry to read, made without a town. @module */
import { Random } from "../../src/base/random.ts";
import type { ChannelName } from "../../src/config/telemetry_settings.ts";
import {
  deriveSessionKey,
  SignatureChain,
} from "../../src/security/signing.ts";
import { bodyOf, lineOf } from "../../src/telemetry/frame.ts";
import {
  diffStates,
  type StateMembers,
} from "../../src/telemetry/merge_patch.ts";

/** The stream, unless another is asked for. */
export const SID = "00112233445566778899aabbccddeeff";

/** A key for tests: its name, and its bytes. */
export const KEY = {
  id: "k1",
  bytes: new TextEncoder().encode("townlet-test-key-townlet-test-key"),
} as const;

/** The keys of a receiver that knows {@link KEY}. */
export const KEYS: ReadonlyMap<string, Uint8Array> = new Map([
  [KEY.id, KEY.bytes],
]);

/** What a stream is like. */
export interface WriterOptions {
  /** Its name. */
  readonly sid?: string;
  /** The key that signs, or null for none. */
  readonly key?: { readonly id: string; readonly bytes: Uint8Array } | null;
}

/** Writes a stream line by line; lines have no end. */
export class Writer {
  /** The lines so far. */
  readonly lines: string[] = [];
  /** The states as they are now, by channel. */
  readonly states = new Map<ChannelName, StateMembers>();
  readonly #sid: string;
  readonly #key: WriterOptions["key"];
  readonly #numbers = new Map<ChannelName, number>();
  #chain: SignatureChain | null = null;
  #conn = 0;
  /** Number of the next frame. */
  seq = 0;

  /** Begins before the first hello. */
  constructor({ sid = SID, key = KEY }: WriterOptions = {}) {
    this.#sid = sid;
    this.#key = key;
  }

  /** Begins a connection or a file; the members are added to its `d`. */
  hello(
    tick: number,
    { next = this.seq, conn = this.#conn, ts = 1_700_000_000_000, ...d }: {
      readonly next?: number;
      readonly conn?: number;
      readonly ts?: number;
      readonly [key: string]: unknown;
    } = {},
  ): void {
    this.#conn = conn + 1;
    this.seq = next;
    const key = this.#key ?? null;
    this.#chain = key === null ? null : new SignatureChain(
      deriveSessionKey(key.bytes, this.#sid),
      key.id,
    );
    const payload = {
      schema: "1.0",
      app: "0.1.0",
      deno: "2.9.6",
      config_id: "test",
      config_sha256: "0".repeat(64),
      seed: 1,
      mode: "diff",
      channels: {
        agents: { schema: "1.0", every: 1, kind: "state" },
        events: { schema: "1.0", every: 1, kind: "event" },
      },
      ...key === null ? {} : { signed: key.id },
      ...d,
    };
    this.#write(
      `{"v":1,"sid":"${this.#sid}","conn":${conn},"next":${next},"ch":"meta","k":"hello","t":${tick},"ts":${ts},"d":${
        JSON.stringify(payload)
      }}`,
    );
  }

  /** Tells a whole state. */
  key(channel: ChannelName, state: StateMembers, tick: number): void {
    this.states.set(channel, state);
    const n = this.number(channel);
    this.#body({ channel, kind: "key", n, tick, payload: text(state) });
  }

  /** Tells what changed in a state, if anything did. */
  patch(channel: ChannelName, state: StateMembers, tick: number): void {
    const patch = diffStates(this.states.get(channel) ?? {}, state);
    if (patch === null) return;
    this.states.set(channel, state);
    const n = this.number(channel);
    const payload = text(patch);
    this.#body({ channel, kind: "patch", n, tick, base: n - 1, payload });
  }

  /** Tells what happened. */
  events(channel: ChannelName, events: readonly unknown[], tick: number): void {
    const n = this.number(channel);
    this.#body({ channel, kind: "event", n, tick, payload: text(events) });
  }

  /** Tells something of the stream itself; the members follow `k`. */
  meta(kind: string, members: Readonly<Record<string, unknown>>): void {
    const rest = text(members).slice(1, -1);
    this.raw(`"ch":"meta","k":"${kind}",${rest}`);
  }

  /** Writes a frame whose members from `ch` on are given. */
  raw(members: string): void {
    this.#write(lineOf(this.seq++, { text: members }));
  }

  /** The next number of a channel. */
  number(channel: ChannelName): number {
    const n = this.#numbers.get(channel) ?? 0;
    this.#numbers.set(channel, n + 1);
    return n;
  }

  /** All lines as a file. */
  text(): string {
    return this.lines.map((line) => `${line}\n`).join("");
  }

  #body(parts: Parameters<typeof bodyOf>[0]): void {
    this.#write(lineOf(this.seq++, bodyOf(parts)));
  }

  #write(line: string): void {
    this.lines.push(this.#chain?.sign(line) ?? line);
  }
}

/** A stream of a made-up town, whole from hello to bye. */
export function recording(
  { ticks = 20, agents = 3, seed = 1, keyframeTicks = 10, ...options }:
    & WriterOptions
    & {
      readonly ticks?: number;
      readonly agents?: number;
      readonly seed?: number;
      readonly keyframeTicks?: number;
    } = {},
): Writer {
  const writer = new Writer(options);
  const random = Random.seeded("recording", String(seed));
  const names = Array.from({ length: agents }, (_, i) => `agent-${i + 1}`);
  writer.hello(0);
  for (let tick = 1; tick <= ticks; tick++) {
    const state: StateMembers = Object.fromEntries(
      names.map((name, i) => [name, {
        pos: [tick % 5 + i, i],
        needs: {
          hunger: Math.round(random.float() * 100) / 100,
          hygiene: 0.5,
          energy: 1 - tick / 1000,
        },
        wallet: 10 + i,
        shift: "idle",
        attendance: 1,
        basket: 2.5,
        inv: { meal: random.int(1, 3) },
      }]),
    );
    if (tick % keyframeTicks === 1) writer.key("agents", state, tick);
    else writer.patch("agents", state, tick);
    if (random.float() < 0.5) {
      const agent = names[random.int(0, agents - 1)];
      writer.events("events", [
        { e: "agent.teleported", agent, pos: [1, tick % 7] },
        { e: "sleep.completed", agent, object: "bed-1" },
      ], tick);
    }
  }
  const frames = writer.seq;
  writer.meta("bye", {
    t: ticks,
    ts: 1_700_000_060_000,
    d: {
      reason: "complete",
      last_seq: frames - 1,
      frames,
      bytes: writer.text().length,
      dropped: 0,
    },
  });
  return writer;
}

function text(value: unknown): string {
  return JSON.stringify(value);
}

/** A text as a compressed file. */
export async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
