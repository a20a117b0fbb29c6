import { assertEquals } from "@std/assert";
import {
  internReason,
  REASON,
  REASON_LENGTH_MAX,
  REASONS,
  REASONS_MAX,
  reasonText,
} from "../../src/world/reasons.ts";
import { tinyTown } from "../helpers/tiny_town.ts";

Deno.test("internReason() knows the table, and remembers what is brought", () => {
  const { world } = tinyTown();
  assertEquals(internReason(world, "blocked_tile"), REASON.blocked_tile);
  const own = internReason(world, "no milk");
  assertEquals(own, REASONS.length);
  assertEquals(internReason(world, "no milk"), own);
  assertEquals(reasonText(world, own), "no milk");
  assertEquals(world.records.reasons, ["no milk"]);
});

Deno.test("internReason() keeps neither long reasons nor endlessly many", () => {
  const { world } = tinyTown();
  const long = internReason(world, "x".repeat(REASON_LENGTH_MAX + 1));
  assertEquals(reasonText(world, long), "x".repeat(REASON_LENGTH_MAX));
  const reasons = Array.from({ length: REASONS_MAX }, (_, i) => `r${i}`);
  world.records = { ...world.records, reasons };
  assertEquals(internReason(world, "one more"), REASON.released);
  assertEquals(internReason(world, "r9999"), REASONS.length + 9999);
  assertEquals(world.records.reasons, reasons);
});
