/** `promote evaluate`: whether a trained policy may be promoted. @module */
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import { type FileKind, readText } from "../../src/security/paths.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { judge, type Verdict } from "../../src/training/promotion.ts";
import { decodeTrainingResults } from "../../src/training/training_results.ts";
import { commonFlags, jsonFlag, oneOf, says } from "../flags.ts";
import { jsonLine } from "../print/json.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";
import { count } from "../print/text.ts";

const RESULTS: FileKind = { what: "training's results", limit: 16 << 20 };

/** Exit code of each decision. */
const CODES = {
  PROMOTE: EXIT.done,
  HOLD: EXIT.alert,
  FAIL: EXIT.failed,
} as const;

/** Flags of the command. */
export const evaluateFlags = object({
  part: constant("evaluate"),
  input: option(
    "--input",
    string({ metavar: "FILE" }),
    says("Results of a training, or - for the standard input"),
  ),
  format: withDefault(
    option(
      "--format",
      oneOf(["human", "json"], "FORMAT"),
      says("How to print the decision"),
    ),
    "human",
    { message: [text("human")] },
  ),
  json: jsonFlag,
  dryRun: option(
    "--dry-run",
    says("Decide, and end with 0 whatever the decision"),
  ),
  ...commonFlags,
});

/** What the flags say. */
export interface EvaluateFlags {
  /** A file, or `-`. */
  readonly input: string;
  /** How the decision is printed. */
  readonly format: "human" | "json";
  /** The same as `format` json. */
  readonly json: boolean;
  /** Whether the exit code says nothing. */
  readonly dryRun: boolean;
}

/** What the command needs. */
export function evaluateNeeds({ input }: EvaluateFlags): Partial<Needs> {
  return input === "-" ? {} : { reads: [input] };
}

/** Runs the command. */
export async function runEvaluate(
  { input, format, json, dryRun }: EvaluateFlags,
): Promise<number> {
  const [text, where] = input === "-"
    ? [await standardInput(), "standard input"]
    : [await readText(input, RESULTS), input];
  const verdict = judge(decodeTrainingResults(text, where));
  print(
    json || format === "json"
      ? `${jsonLine(verdict)}\n`
      : `${shown(verdict, openPaint(showsColours("stdout"))).join("\n")}\n`,
  );
  return dryRun ? EXIT.done : CODES[verdict.decision];
}

/** All of the standard input, as far as results go. */
async function standardInput(): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let all = "";
  for await (const piece of Deno.stdin.readable) {
    bytes += piece.length;
    if (bytes > RESULTS.limit) {
      throw new TownletError(
        `The ${RESULTS.what} are larger than ${RESULTS.limit >> 20} MiB`,
        { code: "file.size", where: "standard input" },
      );
    }
    all += decoder.decode(piece, { stream: true });
  }
  return all + decoder.decode();
}

/** The decision for people. */
function shown(verdict: Verdict, paint: Paint): string[] {
  const { decision, status, results, reasons, candidate_ready } = verdict;
  const colour = { PROMOTE: paint.green, HOLD: paint.yellow, FAIL: paint.red };
  return [
    `${colour[decision](decision)}: ${count(results.length, "stage")}, ` +
    `status ${status}, the candidate is ${candidate_ready ? "" : "not "}ready`,
    ...reasons.map((reason) => `  ${recordText(reason)}`),
  ];
}
