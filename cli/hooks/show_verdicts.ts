/** How hooks did when they were asked again, for people. @module */
import { recordText } from "../../src/base/text.ts";
import type { Paint } from "../print/paint.ts";
import { count, number } from "../print/text.ts";
import type { Difference, Verdict } from "./verify.ts";

/** Most bytes of an answer that are shown. */
const ANSWER_BYTES_MAX = 400;

/** Whether a hook was asked, answered, and answered the same again. */
export function isSteady(verdict: Verdict): boolean {
  return !verdict.faulted && verdict.difference === null &&
    callsOf(verdict) > 0;
}

/** The lines that tell of each hook. */
export function showVerdicts(
  verdicts: readonly Verdict[],
  paint: Paint,
): string[] {
  if (verdicts.length === 0) return ["No hooks of files are allowed"];
  return verdicts.flatMap((verdict) => {
    const mark = isSteady(verdict) ? paint.green("✓") : paint.red("✗");
    const unasked = Object.entries(verdict.calls)
      .flatMap(([name, calls]) => calls === 0 ? [name] : []);
    return [
      `${mark} ${recordText(verdict.specifier)}: ${saying(verdict)}`,
      ...verdict.difference === null ? [] : differing(verdict.difference),
      ...unasked.length === 0 || callsOf(verdict) === 0
        ? []
        : [`  not asked for: ${unasked.join(", ")}`],
      ...hintFor(verdict).map((hint) => `  ${paint.dim("hint:")} ${hint}`),
    ];
  });
}

/** What became of a hook, in a line. */
function saying(verdict: Verdict): string {
  const { cut, faulted, difference } = verdict;
  const calls = callsOf(verdict);
  if (faulted) return "it failed in the run and was left out";
  if (calls === 0) return "it was never asked";
  const played = `${cut ? "the first " : ""}${count(calls, "call")}`;
  return difference === null
    ? `${played}, answered the same forwards and backwards`
    : `${played}, and not the same answers ${difference.played}`;
}

function differing(
  { tick, hook, answered, answers }: Difference,
): readonly string[] {
  return [
    `  ${hook} of tick ${number(tick)}`,
    `    answered ${recordText(answered, ANSWER_BYTES_MAX)}`,
    `    and now  ${recordText(answers, ANSWER_BYTES_MAX)}`,
  ];
}

/** What to do about it. */
function hintFor(verdict: Verdict): readonly string[] {
  if (verdict.faulted) return ["The event hook.faulted of simulate says why"];
  if (callsOf(verdict) === 0) {
    return ["Run more ticks, or a town in which its names are called"];
  }
  return verdict.difference === null
    ? []
    : ["Keep nothing between calls: count in the stock of an object"];
}

/** Calls that were played again. */
function callsOf({ calls }: Verdict): number {
  return Object.values(calls).reduce((sum, one) => sum + one, 0);
}
