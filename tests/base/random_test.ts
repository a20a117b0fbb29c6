import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  baseFromText,
  fractionOf,
  Random,
  RANDOM_WORDS,
} from "../../src/base/random.ts";

const stream = () => Random.seeded("1337", "perturbations");

Deno.test("a stream draws the known integers and reals of sfc32", () => {
  const integers = stream();
  assertEquals(
    Array.from({ length: 4 }, () => integers.uint32()),
    [695676993, 2934539785, 1069452415, 2876992222],
  );
  const reals = stream();
  assertEquals(
    [reals.float(), reals.float()],
    [0.16197492691316295, 0.24900129191467124],
  );
});

Deno.test("a stream lives in the arrays of its owner, and goes on from them", () => {
  const words = new Uint32Array(RANDOM_WORDS);
  const draws = new Float64Array(1);
  const first = new Random(words, draws);
  first.seed("1337", "perturbations");
  first.float();
  assertEquals(draws[0], 2);
  const copy = new Random(words.slice(), draws.slice());
  assertEquals(copy.uint32(), first.uint32());
  first.seed("1337", "perturbations");
  assertEquals([draws[0], first.uint32()], [0, 695676993]);
  assertThrows(() => new Random(new Uint32Array(3), draws), RangeError);
  assertThrows(() => new Random(words, new Float64Array(2)), RangeError);
});

Deno.test("streams of other names and bases draw other numbers", () => {
  const first = (base: string, name: string) =>
    Random.seeded(base, name).uint32();
  const all = [
    first("1337", "perturbations"),
    first("1337", "policy"),
    first("1338", "perturbations"),
  ];
  assertEquals(new Set(all).size, 3);
});

Deno.test("int() draws both ends, and nothing beyond", () => {
  const random = stream();
  const drawn = Array.from({ length: 500 }, () => random.int(-1, 2));
  assertEquals([...new Set(drawn)].sort((a, b) => a - b), [-1, 0, 1, 2]);
  assertEquals(random.int(7, 7), 7);
});

Deno.test("shuffle() keeps the items, in every order alike", () => {
  const random = stream();
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = random.shuffle(["a", "b", "c"]).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assertEquals(
    [...counts.keys()].sort(),
    ["abc", "acb", "bac", "bca", "cab", "cba"],
  );
  for (const count of counts.values()) assert(Math.abs(count - 1000) < 150);
});

Deno.test("baseFromText() and fractionOf() depend on the text alone", () => {
  assertEquals(baseFromText("abc"), String(0xba7816bf8f01cfean));
  // The highest 53 bits of the digest's first 64.
  assertEquals(
    fractionOf("abc"),
    Number(0xba7816bf8f01cfean >> 11n) / 2 ** 53,
  );
});
