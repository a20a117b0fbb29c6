/** The receiving end of towns that run: who comes, what is kept of them. @module */
import { escapeText } from "../../src/base/text.ts";
import type { Connection } from "../../src/security/connection.ts";
import type { TlsDoor } from "../../src/security/tls_server.ts";
import {
  type SeenStreams,
  StreamCheck,
} from "../../src/telemetry/reader/check.ts";
import type { HelloFrame } from "../../src/telemetry/reader/envelope.ts";
import { writeSeen } from "../../src/telemetry/reader/seen_file.ts";
import { count } from "../print/text.ts";
import { Guest, Refusal } from "./guest.ts";
import { Refusals } from "./refusals.ts";

/** Milliseconds in which a producer has to say hello. */
const HELLO_MS = 10_000;

/** Milliseconds without a line after which a producer is given up. */
const SILENCE_MS = 60_000;

/** Milliseconds between looks at all producers. */
const TURN_MS = 250;

/** Most characters of what a producer says of itself that are told. */
const TOLD_LENGTH_MAX = 80;

/** What a collector is told to do. */
export interface CollectorOptions {
  /** Folder of the files. */
  readonly folder: string;
  /** Keys that signatures are checked with; with any, all must be signed. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** Whether producers have to repeat what they are sent. */
  readonly challenge: boolean;
  /** Whether frames are acknowledged. */
  readonly ack: boolean;
  /** File that remembers what was received, or null: none does. */
  readonly state: string | null;
  /** What it remembers already. */
  readonly seen: SeenStreams;
  /** Told of who comes and goes. */
  readonly say: (text: string) => void;
  /** Told of what is wrong. */
  readonly warn: (text: string) => void;
}

/** What a collector has done. */
export interface Collected {
  /** Connections that said hello and were kept. */
  readonly connections: number;
  /** Frames that were kept. */
  readonly frames: number;
  /** Frames among them that had been received before. */
  readonly duplicates: number;
  /** Bytes that were kept. */
  readonly bytes: number;
  /** How often each reason turned somebody away. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Receives what producers send, and keeps what is good of it. */
export class Collector implements TlsDoor {
  readonly #options: CollectorOptions;
  readonly #refusals = new Refusals();
  /** Those that are connected. */
  readonly #guests = new Map<Guest, Connection>();
  /** What goes on until they are gone. */
  readonly #visits = new Set<Promise<void>>();
  readonly #timer: ReturnType<typeof setInterval>;
  #total = { connections: 0, frames: 0, duplicates: 0, bytes: 0 };
  /** The last writing of the file that remembers. */
  #saved: Promise<void> = Promise.resolve();
  #closing = false;

  /** Begins with nobody connected. */
  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
  }

  /** What was done so far. */
  get collected(): Collected {
    return { ...this.#total, refused: this.#refusals.counts };
  }

  /** Somebody came in. */
  onConnection(connection: Connection, address: string): void {
    const visit = this.#receive(connection, address).catch((error) => {
      // Whatever one producer brings about, the others are still received.
      this.#options.warn(`${address}: ${error}`);
    });
    this.#visits.add(visit);
    visit.then(() => this.#visits.delete(visit));
  }

  /** Somebody was turned away at the door. */
  onRefused(reason: string, address: string): void {
    if (!this.#refusals.note("tls")) return;
    this.#options.warn(`${address} was turned away: ${reason}`);
  }

  /** Says goodbye to all, and waits until what they sent is on the disk. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#timer);
    for (const [guest, connection] of this.#guests) {
      guest.acknowledge();
      connection.close();
    }
    await Promise.all(this.#visits);
  }

  /** Receives from one producer until it is gone. */
  async #receive(connection: Connection, address: string): Promise<void> {
    const { folder, keys, challenge, ack, seen, say, warn } = this.#options;
    const nonce = challenge
      ? crypto.getRandomValues(new Uint8Array(16)).toHex()
      : undefined;
    const guest = new Guest(connection, {
      folder,
      check: new StreamCheck({ keys, now: Date.now, nonce, seen }),
      ack,
      onHello: async (hello) => {
        if (this.#closing) throw new Refusal("closing", "comes too late");
        // A replay is to be known as one even after a crash.
        await this.#save();
        say(`${address} ${helloText(hello, connection)}`);
      },
    });
    this.#guests.set(guest, connection);
    if (nonce !== undefined) guest.say({ v: 1, nonce });
    connection.listen(guest.receive);
    const fault = await connection.closed;
    this.#guests.delete(guest);
    try {
      await guest.end();
      await this.#save();
    } catch (error) {
      warn(`what ${address} sent may be lost: ${error}`);
    }
    this.#note(guest);
    if (fault instanceof Refusal && this.#refusals.note(fault.reason)) {
      warn(`${address} is refused: ${fault.message}`);
    }
    if (guest.hello !== null) say(`${address} ${farewell(guest)}`);
  }

  /** Adds up what was kept. */
  #note({ hello, frames, duplicates, bytes }: Guest): void {
    const total = this.#total;
    this.#total = {
      connections: total.connections + (hello === null ? 0 : 1),
      frames: total.frames + frames,
      duplicates: total.duplicates + duplicates,
      bytes: total.bytes + bytes,
    };
  }

  /** Looks at all who are connected. */
  #turn(): void {
    const now = performance.now();
    for (const [guest, connection] of this.#guests) {
      guest.acknowledge();
      const patience = guest.hello === null ? HELLO_MS : SILENCE_MS;
      if (now - guest.heardAt < patience) continue;
      // It counts once, though it may take a while to go.
      guest.heardAt = Infinity;
      if (this.#refusals.note("silent")) {
        this.#options.warn(
          guest.hello === null
            ? "somebody connected and said no hello"
            : `stream ${guest.hello.sid} has fallen silent`,
        );
      }
      connection.close();
    }
  }

  /** Writes down what was received, one after the other. */
  #save(): Promise<void> {
    const { state, seen } = this.#options;
    if (state === null) return Promise.resolve();
    const saved = this.#saved.catch(() => {}).then(() =>
      writeSeen(state, seen)
    );
    this.#saved = saved;
    return saved;
  }
}

/** Who a producer says it is. */
function helloText(
  { sid, conn, payload, signedBy }: HelloFrame,
  { peer }: Connection,
): string {
  return [
    `connected: stream ${sid}, connection ${conn}`,
    `town ${told(payload.config_id)}`,
    signedBy === null ? "not signed" : `signed by ${signedBy}`,
    ...peer === null ? [] : [`client ${told(peer.subject)}`],
  ].join(", ");
}

/** What came of a producer that is gone. */
function farewell({ hello, frames, bytes, bye }: Guest): string {
  const kept = `${count(frames, "frame")}, ${count(bytes, "byte")}`;
  const end = bye === null ? "without a bye" : `bye: ${told(bye)}`;
  return `gone: stream ${hello?.sid}, connection ${hello?.conn}, ${kept}, ${end}`;
}

/** What a producer says, fit to be shown. */
function told(value: unknown): string {
  return escapeText(String(value).slice(0, TOLD_LENGTH_MAX));
}
