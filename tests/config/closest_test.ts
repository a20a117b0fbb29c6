/** The known word closest to a mistyped one. @module */
import { assertEquals } from "@std/assert";
import { closestWord } from "../../src/config/closest.ts";

const KNOWN = ["grid_size", "movement", "reach", "on", "cooldown_ticks"];

for (
  const [typed, meant] of [
    ["grid_sise", "grid_size"],
    ["gridsize", "grid_size"],
    ["GRID_SIZE", "grid_size"],
    ["movment", "movement"],
    ["raech", "reach"],
    ["no", "on"],
    ["cooldwon_tick", "cooldown_ticks"],
    ["weather", null],
    ["", null],
    ["x".repeat(65), null],
  ] as const
) {
  Deno.test(`closestWord() takes ${typed.slice(0, 20)} for ${meant}`, () => {
    assertEquals(closestWord(typed, KNOWN), meant);
  });
}

Deno.test("closestWord() takes the first of equally close words", () => {
  assertEquals(closestWord("cat", ["bat", "rat"]), "bat");
  assertEquals(closestWord("cat", []), null);
});
