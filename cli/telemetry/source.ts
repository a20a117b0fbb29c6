/** Recordings that commands read: their flags, and their lines. @module */
import { dirname, extname } from "node:path";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { TownletError } from "../../src/base/error.ts";
import type { Needs } from "../../src/security/permissions.ts";
import type { CheckOptions } from "../../src/telemetry/reader/check.ts";
import type { Frame } from "../../src/telemetry/reader/envelope.ts";
import { lineError, placeOf } from "../../src/telemetry/reader/reader.ts";
import {
  readRecording,
  type Source,
} from "../../src/telemetry/reader/recording.ts";
import { says } from "../flags.ts";
import { openLog } from "../print/log.ts";
import { loadKeys, type NamedKey, verifyKeyFlag } from "./keys.ts";

/** What a command reads, by its flags. */
export interface SourceFlags {
  /** A file, a folder, or `-`. */
  readonly source: string;
  /** Keys that signatures are checked with. */
  readonly verifyKey: readonly NamedKey[];
  /** Whether versions newer than this program are read. */
  readonly bestEffort: boolean;
}

/** Flags of every command that reads a recording. */
export const sourceFlags = {
  source: argument(
    string({ metavar: "SRC" }),
    says("A recording, a folder that collect wrote, or - for standard input"),
  ),
  verifyKey: verifyKeyFlag,
  bestEffort: option(
    "--best-effort",
    says("Go on with formats newer than this program"),
  ),
};

/** What reading needs. */
export function sourceNeeds(
  { source, verifyKey }: Pick<SourceFlags, "source" | "verifyKey">,
): Pick<Needs, "reads"> {
  const keys = verifyKey.map(({ file }) => file);
  if (source === "-") return { reads: keys };
  // Earlier parts of a file stand beside it; a folder has all its files.
  const isFolder = extname(source) === "";
  return { reads: [isFolder ? source : dirname(source), ...keys] };
}

/** Where the bytes come from. */
export function openSource(source: string): Source {
  return source === "-" ? Deno.stdin.readable : source;
}

/** What to say of a recording without a line. */
export function emptyError(source: string): TownletError {
  return new TownletError("The recording is empty", {
    code: "telemetry.empty",
    where: source === "-" ? "standard input" : source,
  });
}

/** What a reader insists on, by the flags. */
export async function checkOptions(
  { verifyKey, bestEffort }: SourceFlags,
): Promise<CheckOptions> {
  return { keys: await loadKeys(verifyKey), bestEffort };
}

/** A frame, and the line it came in. */
export interface FrameLine {
  /** The frame. */
  readonly frame: Frame;
  /** Its line, without the end. */
  readonly bytes: Uint8Array;
}

/**
 * The frames of a recording, none twice.
 *
 * The first line that is wrong ends it with a TownletError, and so does it that
 * there is none; a last line that was cut off is told on the standard error.
 */
export async function* framesOf(
  flags: SourceFlags,
): AsyncGenerator<FrameLine> {
  for await (const line of linesOf(flags)) if (!line.again) yield line;
}

/** The same with the frames that came twice. */
export async function* linesOf(
  flags: SourceFlags,
): AsyncGenerator<FrameLine & { readonly again: boolean }> {
  const options = await checkOptions(flags);
  let isEmpty = true;
  for await (const read of readRecording(openSource(flags.source), options)) {
    const { verdict, line } = read;
    isEmpty = false;
    switch (verdict.kind) {
      case "fault":
      case "misfit":
        throw lineError(read, verdict.message);
      case "truncated":
        openLog("warn").warn(`${placeOf(read)}: This line is cut off`);
        break;
      default: {
        const again = verdict.kind === "duplicate";
        yield { frame: verdict.frame, bytes: line.bytes, again };
      }
    }
  }
  if (isEmpty) throw emptyError(flags.source);
}
