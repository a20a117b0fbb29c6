/** `telemetry verify`: whether a recording is whole, in order and signed. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { readSeen, writeSeen } from "../../src/telemetry/reader/seen_file.ts";
import { commonFlags, jsonFlag, says } from "../flags.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { showVerification, verifyJson } from "./show_verification.ts";
import {
  checkOptions,
  openSource,
  type SourceFlags,
  sourceFlags,
} from "./source.ts";
import { isGood, verifyRecording } from "./verification.ts";

/** Flags of the command. */
export const verifyFlags = object({
  part: constant("verify"),
  ...sourceFlags,
  requireSigned: option(
    "--require-signed",
    says("Fail where there is no key to check signatures with"),
  ),
  state: optional(
    option(
      "--state",
      string({ metavar: "FILE" }),
      says("Remember what was received, and refuse it the next time"),
    ),
  ),
  strict: option(
    "--strict",
    says(
      "Fail, too, where anything is missing: a cut-off line, frames, an end",
    ),
  ),
  json: jsonFlag,
  ...commonFlags,
});

/** Runs the command. */
export async function runVerify(
  flags: SourceFlags & {
    readonly requireSigned: boolean;
    readonly state: string | undefined;
    readonly strict: boolean;
    readonly json: boolean;
  },
): Promise<number> {
  const { source, requireSigned, state, strict } = flags;
  const options = await checkOptions(flags);
  const checked = (options.keys?.size ?? 0) > 0;
  if (requireSigned && !checked) {
    throw new TownletError("--require-signed wants a key", {
      code: "usage",
      hint: "Give --verify-key ID=FILE",
    });
  }
  const seen = state === undefined ? undefined : await readSeen(state);
  const found = await verifyRecording(openSource(source), {
    ...options,
    requireSigned,
    seen,
  });
  if (found.tally.frames === 0 && found.bad === 0) {
    throw new TownletError("The recording is empty", {
      code: "telemetry.empty",
      where: source,
    });
  }
  const good = isGood(found, strict);
  if (good && state !== undefined && seen !== undefined) {
    await writeSeen(state, seen);
  }
  if (flags.json) print(verifyJson(source, found, good, checked));
  else {
    const paint = openPaint(showsColours("stdout"));
    const lines = showVerification(source, found, checked, strict, paint);
    print(lines.map((line) => `${line}\n`).join(""));
  }
  return good ? EXIT.done : EXIT.failed;
}
