/** What people are told of hooks that were asked again. @module */
import { assert, assertEquals } from "@std/assert";
import { showVerdicts } from "../../../cli/hooks/show_verdicts.ts";
import type { Verdict } from "../../../cli/hooks/verify.ts";
import { openPaint } from "../../../cli/print/paint.ts";

Deno.test("showVerdicts() shortens answers and shows nothing a terminal obeys", () => {
  const verdict: Verdict = {
    specifier: "./hooks/a.js",
    calls: { on_a: 10_000 },
    cut: true,
    faulted: false,
    difference: {
      played: "forwards",
      tick: 1234,
      hook: "on_a",
      answered: JSON.stringify("x".repeat(10_000)),
      answers: "\u001b[2J",
    },
  };
  const [head, where, answered, answers] = showVerdicts(
    [verdict],
    openPaint(false),
  );
  assertEquals(
    head,
    "✗ ./hooks/a.js: the first 10,000 calls, and not the same answers forwards",
  );
  assertEquals(where, "  on_a of tick 1,234");
  assert(answered.length < 450 && answered.endsWith("…"));
  assertEquals(answers, "    and now  \\u001b[2J");
});
