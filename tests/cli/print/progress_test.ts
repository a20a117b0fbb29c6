import { assertEquals } from "@std/assert";
import { progressLine } from "../../../cli/print/progress.ts";

Deno.test("progressLine() never reaches the last column of a terminal", () => {
  const text = "tick 1,200, day 1 20:00";
  assertEquals(
    progressLine(0.5, text),
    `██████████·········· ${text}`,
  );
  assertEquals(progressLine(0.5, text, 80), progressLine(0.5, text));
  assertEquals(progressLine(0.5, text, 40), text);
  assertEquals(progressLine(0.5, text, 10), "tick 1,20");
  assertEquals(progressLine(0.5, text, 0), "");
});
