/**
 * Rule I8: a hundred thousand lines that were tampered with, in many ways.
 *
 * A failure tells its seed, which plays it again.
 * @module
 */
import { assertEquals } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { StreamCheck } from "../../src/telemetry/reader/check.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";
import { KEYS, recording } from "../helpers/recording.ts";

/** Lines tampered with. */
const LINES = 100_000;

const encoder = new TextEncoder();

const decoder = new TextDecoder();

/** Ways to tamper with a line; others are there to take parts from. */
const WAYS: readonly ((
  line: Uint8Array,
  random: Random,
  others: readonly Uint8Array[],
) => Uint8Array)[] = [
  // Bits and bytes.
  (line, random) => {
    const bad = line.slice();
    for (let i = random.int(1, 3); i > 0; i--) {
      bad[random.int(0, bad.length - 1)] ^= 1 << random.int(0, 7);
    }
    return bad;
  },
  (line, random) => {
    const at = random.int(0, line.length);
    return joined(
      line.subarray(0, at),
      Uint8Array.from({ length: random.int(1, 9) }, () => random.int(0, 255)),
      line.subarray(at),
    );
  },
  (line, random) => {
    const at = random.int(0, line.length - 1);
    return joined(
      line.subarray(0, at),
      line.subarray(at + random.int(1, 40)),
    );
  },
  (line, random) => line.subarray(0, random.int(0, line.length - 1)),
  // Parts of itself and of others.
  (line, random) => {
    const at = random.int(0, line.length);
    return joined(line.subarray(0, at), line.subarray(random.int(0, at)));
  },
  (line, random, others) => {
    const other = others[random.int(0, others.length - 1)];
    return joined(
      line.subarray(0, random.int(0, line.length)),
      other.subarray(random.int(0, other.length)),
    );
  },
  (_line, random, others) => others[random.int(0, others.length - 1)],
  // Well-formed lines that say something else.
  (line, random) => replaced(line, /"t":\d+/, `"t":${random.int(0, 2 ** 31)}`),
  (line, random) => replaced(line, /"seq":\d+/, `"seq":${random.int(0, 40)}`),
  (line) => replaced(line, /"k":"patch"/, '"k":"key"'),
  (line) => replaced(line, /"d":\{/, '"d":{"__proto__":{"x":1},'),
  (line) => replaced(line, /"sig":"k1/, '"sig":"k2'),
  (line) => replaced(line, /,"sig":"[^"]*"/, ""),
  (line) => replaced(line, /^\{"v":1,/, '{"v":1,"v":1,'),
  (line) => replaced(line, /\}$/, ',"more":1}'),
  (line) => replaced(line, /\}$/, "} "),
  (_line, random) =>
    Uint8Array.from({ length: random.int(0, 300) }, () => random.int(0, 255)),
];

Deno.test(`I8: of ${LINES} lines that were tampered with none is accepted, and none does harm`, () => {
  const seed = String(crypto.getRandomValues(new Uint32Array(1))[0]);
  const random = Random.seeded("telemetry fuzz", seed);
  const lines = recording({ ticks: 8, agents: 2 }).lines
    .map((line) => encoder.encode(line));
  const others = recording({ ticks: 8, sid: "f".repeat(32) }).lines
    .map((line) => encoder.encode(line));
  for (let i = 0; i < LINES; i++) {
    const at = random.int(0, lines.length - 1);
    const way = WAYS[random.int(0, WAYS.length - 1)];
    const bad = way(lines[at], random, [...others, ...lines]);
    if (isSame(bad, lines[at])) continue;
    const where = `seed ${seed}, ${i}: ${decoder.decode(bad)}`;
    const signed = new StreamCheck({ keys: KEYS });
    const open = new StreamCheck();
    for (const line of lines.slice(0, at)) {
      signed.accept(line);
      open.accept(line);
    }
    const { kind } = signed.accept(bad);
    // Another stream's first line is a first line.
    const isHello = isSame(bad, others[0]) || isSame(bad, lines[0]);
    if (!isHello) assertEquals(kind, "fault", where);
    if (kind === "fault") {
      const next = signed.accept(lines[Math.min(at + 1, lines.length - 1)]);
      assertEquals(next.kind, "fault", where);
    }
    // Without a key anything may be good, and nothing may do harm.
    const verdict = open.accept(bad);
    const view = new StateView();
    if (verdict.kind === "frame") view.apply(verdict.frame);
  }
  assertEquals(Object(Object.prototype).x, undefined);
});

function replaced(line: Uint8Array, from: RegExp, to: string): Uint8Array {
  return encoder.encode(decoder.decode(line).replace(from, to));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
