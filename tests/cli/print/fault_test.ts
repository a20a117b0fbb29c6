import { assertEquals } from "@std/assert";
import { faultLines, stackLines } from "../../../cli/print/fault.ts";
import { jsonLine } from "../../../cli/print/json.ts";
import { openPaint } from "../../../cli/print/paint.ts";
import { TownletError } from "../../../src/base/error.ts";
import { ConfigError, faultAt } from "../../../src/config/fault.ts";

const paint = openPaint(false);
const NASTY = "\u001b[31m\r\n\u0085\u009b\u2028\u202e<img onerror=x>[b]";
const SAFE =
  "\\u001b[31m\\u000d\\u000a\\u0085\\u009b\\u2028\\u202e<img onerror=x>[b]";

Deno.test("L1: an error is two lines, whatever its texts hold", () => {
  const error = new TownletError(NASTY, {
    code: "x",
    where: NASTY,
    hint: NASTY,
  });
  assertEquals(faultLines(error, paint), [
    `${SAFE}: ${SAFE}`,
    `  hint: ${SAFE}`,
  ]);
  assertEquals(faultLines(error, paint, "there")[0], `there: ${SAFE}`);
});

Deno.test("refusals of several hooks are a line each, and a line for its remedy", () => {
  const message = `Hook a is refused\n  hint: ${NASTY.slice(0, 5)}\nHook b`;
  const error = new TownletError(message, { code: "hooks.refused" });
  assertEquals(faultLines(error, paint, NASTY), [
    `${SAFE}: Hook a is refused`,
    "  hint: \\u001b[31m",
    "Hook b",
  ]);
});

Deno.test("L1: a fault is one line, whatever names its file and keys have", () => {
  const finding = {
    path: [NASTY, 0, "x".repeat(1 << 20)],
    at: "key",
    what: "unknown key",
    got: null,
    hint: null,
  } as const;
  const error = new ConfigError([
    faultAt(finding, { file: NASTY, position: null }),
    faultAt(finding, "--set"),
  ]);
  const key = `${"x".repeat(63)}…`;
  assertEquals(faultLines(error, paint), [
    `${SAFE}: ${SAFE}[0].${key}: unknown key`,
    `--set ${SAFE}[0].${key}: unknown key`,
  ]);
});

Deno.test("L1: of very many faults the first thousand are told one by one", () => {
  const fault = faultAt(
    { path: ["a"], at: "key", what: "is wrong", got: null, hint: null },
    "--set",
  );
  const told = (n: number) =>
    faultLines(new ConfigError(Array(n).fill(fault)), paint);
  assertEquals(told(1000).length, 1000);
  assertEquals(told(60_000).length, 1001);
  assertEquals(told(60_000).at(-1), "and 59000 more");
});

Deno.test("L1: a stack shows no control characters, nor those of its cause", () => {
  const error = new Error(`a${NASTY}`, { cause: new Error(`b${NASTY}`) });
  const text = stackLines(error).join("");
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u0000-\u001f\u0080-\u009f\u2028\u202e]/.test(text), false);
  assertEquals(text.includes("caused by Error: b"), true);
});

Deno.test("L1: a line of JSON has no byte a terminal obeys, and reads back", () => {
  const value = { [NASTY]: [NASTY, "\ud800", { "é": 1 }] };
  const line = jsonLine(value);
  assertEquals(JSON.parse(line), value);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/.test(line), false);
});
