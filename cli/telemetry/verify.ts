/** `telemetry verify`: whether a recording is whole, in order and signed. @module */
import { dirname } from "node:path";
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { readSeen, writeSeen } from "../../src/telemetry/reader/seen_file.ts";
import { commonFlags, jsonFlag, says } from "../flags.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { showVerification, verifyJson } from "./show_verification.ts";
import {
  checkOptions,
  emptyError,
  openSource,
  type SourceFlags,
  sourceFlags,
  sourceNeeds,
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

/** What the flags say. */
export interface VerifyFlags extends SourceFlags {
  /** Whether there must be a key. */
  readonly requireSigned: boolean;
  /** File that remembers what was received. */
  readonly state: string | undefined;
  /** Whether nothing may be missing. */
  readonly strict: boolean;
  /** Whether to print JSON. */
  readonly json: boolean;
}

/** What the command needs. */
export function verifyNeeds(flags: VerifyFlags): Partial<Needs> {
  const { state } = flags;
  return {
    ...sourceNeeds(flags),
    writes: state === undefined ? [] : [dirname(state)],
  };
}

/** Runs the command. */
export async function runVerify(flags: VerifyFlags): Promise<number> {
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
    throw emptyError(source);
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
