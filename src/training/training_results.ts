/**
 * What a training left behind, as text: its stages and the gate.
 *
 * @module
 */
import { z } from "zod";
import { TownletError } from "../base/error.ts";
import { recordText } from "../base/text.ts";
import { flag, int } from "../config/schema.ts";
import type { TrainingResults } from "./promotion.ts";

/** Faults that are told of at most. */
const FAULTS_MAX = 5;

const cycle = int(0);
const RESULTS: z.ZodType<TrainingResults> = z.looseObject({
  results: z.array(z.discriminatedUnion("mode", [
    z.looseObject({ mode: z.literal("bc"), cycle, passed: flag() }),
    z.looseObject({
      mode: z.literal("ppo"),
      cycle,
      loss_flag: flag(),
      queue_flag: flag(),
      intensity_flag: flag(),
    }),
  ])).min(1),
  promotion: z.looseObject({ candidate_ready: flag() }),
});

/**
 * Reads `{results, promotion}` from JSON text; other members are kept.
 *
 * @param where the file, for messages
 * @throws {TownletError} for text that is none, and for stages whose outcome
 * is not told: silence is no pass
 */
export function decodeTrainingResults(
  text: string,
  where: string,
): TrainingResults {
  const code = "promotion.input";
  const hint = "Give the anneal_results.json of a training";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TownletError("The results are no JSON text", {
      code,
      where,
      hint,
      cause,
    });
  }
  const read = RESULTS.safeParse(value);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) =>
    `${path.join(".") || "all of it"}: ${message}`
  );
  throw new TownletError(
    recordText(
      `The results make no sense: ${faults.slice(0, FAULTS_MAX).join("; ")}`,
    ),
    { code, where, hint },
  );
}
