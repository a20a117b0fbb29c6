/**
 * The gate of promotions, kept beside the runs: passes in a row count from one
 * process to the next.
 * @module
 */
import { z } from "zod";
import { TownletError } from "../base/error.ts";
import { recordText } from "../base/text.ts";
import { flag, int, oneOf } from "../config/schema.ts";
import { readText, writeFile } from "../security/paths.ts";
import type { Promotion } from "../training/promotion.ts";

/** Name of the file in the folder that holds runs. */
export const PROMOTION_FILE = "promotion.json";

/** First member of the file. */
const FORMAT = "townlet-promotion";
/** Most bytes of it. */
const BYTES_MAX = 1 << 20;
const WHAT = "gate of promotions";

/** The gate of a town. */
export interface TownGate {
  /** SHA-256 of the configuration that decides the town. */
  readonly config_sha256: string;
  /** Folder of the run that was counted last. */
  readonly run: string;
  /** How near its policies are to a promotion. */
  readonly promotion: Promotion;
}

/** The gates of towns by their `config_id`. */
export type Gates = Readonly<Record<string, TownGate>>;

const GATES: z.ZodType<
  { readonly format: string; readonly version: 1; readonly towns: Gates }
> = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  towns: z.record(
    z.string(),
    z.strictObject({
      config_sha256: z.string(),
      run: z.string(),
      promotion: z.strictObject({
        pass_streak: int(0),
        required_passes: int(1),
        candidate_ready: flag(),
        last_result: oneOf("pass", "fail").nullable(),
        last_evaluated_tick: int(0),
        candidate: z.strictObject({
          status: oneOf("PASS", "HOLD", "FAIL"),
          cycle: int(0),
          mode: oneOf("bc", "ppo"),
          policy_hash: z.string(),
          checkpoint: z.string(),
        }).nullable(),
      }),
    }),
  ),
});

/**
 * Reads the gates; none where there is no file yet.
 *
 * @throws {TownletError} for a file that tells of none
 */
export async function readGates(path: string, from: string): Promise<Gates> {
  let text: string;
  try {
    text = await readText(path, { what: WHAT, limit: BYTES_MAX, from });
  } catch (error) {
    if (error instanceof TownletError && error.code === "file.missing") {
      return {};
    }
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const read = GATES.safeParse(value);
  if (read.success) return read.data.towns;
  const [{ path: at, message }] = read.error.issues;
  throw new TownletError(
    recordText(`The ${WHAT} makes no sense: ${at.join(".")}: ${message}`),
    {
      code: "promotion.file",
      where: path,
      hint: "Remove it; passes are then counted anew",
    },
  );
}

/** Writes the gates, in place of those that are there. */
export async function writeGates(
  path: string,
  towns: Gates,
  from: string,
): Promise<void> {
  const text = JSON.stringify({ format: FORMAT, version: 1, towns }, null, 2);
  await writeFile(path, `${text}\n`, {
    what: WHAT,
    isKind: (head) =>
      new TextDecoder().decode(head).startsWith(
        `{\n  "format": "${FORMAT}"`,
      ),
    from,
  });
}
