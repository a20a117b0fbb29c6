import { assertEquals, assertThrows } from "@std/assert";
import { baseSeed } from "../../cli/base_seed.ts";
import { TownletError } from "../../src/base/error.ts";

Deno.test("baseSeed() takes what was asked for, else the town's, else 0", () => {
  assertEquals(baseSeed(7, { seed: 3 }), 7);
  assertEquals(baseSeed(undefined, { seed: 3 }), 3);
  assertEquals(baseSeed(undefined, { seed: null }), 0);
});

Deno.test("baseSeed() refuses a seed that no others can follow, and says whose", () => {
  const most = Number.MAX_SAFE_INTEGER - 2 ** 32;
  assertEquals(baseSeed(most, { seed: null }), most);
  const whereOf = (asked: number | undefined, seed: number | null) =>
    assertThrows(() => baseSeed(asked, { seed }), TownletError).where;
  assertEquals(whereOf(most + 1, null), "--seed");
  assertEquals(whereOf(undefined, most + 1), "seed");
});
