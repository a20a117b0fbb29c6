/**
 * Seeded random numbers: one generator, many named streams.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand): four 32-bit words
 * of state, plain integer arithmetic, the same numbers on every machine.
 *
 * @module
 */
import { sha256 } from "./hash.ts";

/** Words of state one generator needs. */
export const RANDOM_WORDS = 4;

/** A stream of random numbers whose state lives in arrays of its owner. */
export class Random {
  readonly #words: Uint32Array;
  readonly #draws: Float64Array;

  /** Reads and writes `words` (4) and counts 32-bit draws in `draws` (1). */
  constructor(words: Uint32Array, draws: Float64Array) {
    if (words.length !== RANDOM_WORDS || draws.length !== 1) {
      throw new RangeError("a stream needs 4 words and 1 counter");
    }
    this.#words = words;
    this.#draws = draws;
  }

  /** A stream with arrays of its own, seeded by base and name. */
  static seeded(base: string, name: string): Random {
    const stream = new Random(
      new Uint32Array(RANDOM_WORDS),
      new Float64Array(1),
    );
    stream.seed(base, name);
    return stream;
  }

  /**
   * Starts over: the words are the first four big-endian 32-bit words of
   * SHA-256("base:name").
   */
  seed(base: string, name: string): void {
    const digest = sha256(`${base}:${name}`);
    const view = new DataView(digest.buffer, digest.byteOffset);
    for (let i = 0; i < RANDOM_WORDS; i++) {
      this.#words[i] = view.getUint32(4 * i);
    }
    this.#draws[0] = 0;
  }

  /** The next integer, 0 to 2^32 − 1. */
  uint32(): number {
    const words = this.#words;
    const b = words[1];
    const c = words[2];
    const d = words[3];
    const out = (words[0] + b + d) >>> 0;
    words[3] = d + 1;
    words[0] = b ^ (b >>> 9);
    words[1] = c + (c << 3);
    words[2] = ((c << 21) | (c >>> 11)) + out;
    this.#draws[0]++;
    return out;
  }

  /** The next real, 0 to below 1, with 53 random bits (two draws). */
  float(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** The next integer from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low + 1));
  }

  /** Shuffles a list in place (Fisher–Yates, from the last index). */
  shuffle<T>(list: T[]): T[] {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      const item = list[i];
      list[i] = list[j];
      list[j] = item;
    }
    return list;
  }
}

/** First 8 bytes of SHA-256("base:name"), big-endian: the stream's seed. */
export function streamSeed(base: string, name: string): bigint {
  const digest = sha256(`${base}:${name}`);
  return new DataView(digest.buffer, digest.byteOffset).getBigUint64(0);
}

/** Base of all streams when no seed is given: from the text of an id. */
export function baseFromText(text: string): string {
  const digest = sha256(text);
  return new DataView(digest.buffer, digest.byteOffset)
    .getBigUint64(0).toString();
}

/** A number in 0 to below 1 that depends on nothing but the text. */
export function fractionOf(text: string): number {
  const digest = sha256(text);
  const bits = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0);
  return Number(bits >> 11n) / 9007199254740992;
}
