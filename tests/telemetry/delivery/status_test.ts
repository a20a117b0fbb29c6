import { assertEquals } from "@std/assert";
import {
  count,
  counter,
  countFlush,
  flushCounts,
  newStatus,
  readText,
  setFault,
  setState,
  setText,
  stateOf,
  statusOver,
  succeed,
  word,
} from "../../../src/telemetry/delivery/status.ts";

Deno.test("a status is read where it is shared, and goes on in the next one", () => {
  const status = newStatus();
  const there = statusOver(status.buffer);
  setState(there, "backoff");
  count(there, "bytes", 2 ** 40);
  count(there, "bytes", 5);
  assertEquals(stateOf(status), "backoff");
  assertEquals(counter(status, "bytes"), 2 ** 40 + 5);
  assertEquals(word(status, "progress"), 1);
  const next = succeed(status);
  // Who was given up counts on in a block that nobody reads.
  count(there, "bytes");
  assertEquals(counter(next, "bytes"), 2 ** 40 + 5);
  assertEquals([stateOf(next), word(next, "progress")], ["idle", 0]);
});

Deno.test("texts of a status are short, and nothing a terminal obeys", () => {
  const status = newStatus();
  assertEquals(readText(status, "error"), "");
  setFault(status, new Error(`\u001b[31m${"é".repeat(300)}`));
  const text = readText(status, "error");
  assertEquals(text.length, 200);
  assertEquals(text.startsWith("\\u001b[31mé"), true);
  setText(status, "invalid", "x".repeat(5000));
  assertEquals(readText(status, "invalid").length, 1024);
  setText(status, "invalid", "short");
  assertEquals(readText(status, "invalid"), "short");
  assertEquals(readText(status, "error"), text);
  assertEquals(counter(status, "failuresInARow"), 1);
});

Deno.test("writes are counted in the class of the first bound they do not exceed", () => {
  const status = newStatus();
  for (const ms of [0, 1, 1.5, 5, 2500, 2501, 9999]) countFlush(status, ms);
  assertEquals(flushCounts(status), [2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
  assertEquals(counter(status, "flushUs"), 15_007_500);
  assertEquals(counter(status, "flushUsMax"), 9_999_000);
});
