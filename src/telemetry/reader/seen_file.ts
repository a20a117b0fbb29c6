/** How far streams were received, kept in a file from run to run. @module */
import { TownletError } from "../../base/error.ts";
import { readText, writeFile } from "../../security/paths.ts";
import type { Seen, SeenStreams } from "./check.ts";

/** Name of the format. */
const FORMAT = "townlet.telemetry_seen";

/** Most bytes of such a file. */
const BYTES_MAX = 16 << 20;

const WHAT = "state of received streams";

/** Reads how far streams were received; nothing where there is no file yet. */
export async function readSeen(path: string): Promise<SeenStreams> {
  let text: string;
  try {
    text = await readText(path, { what: WHAT, limit: BYTES_MAX });
  } catch (error) {
    const isMissing = error instanceof TownletError &&
      error.code === "file.missing";
    if (isMissing) return new Map();
    throw error;
  }
  const seen = seenOf(text);
  if (seen !== null) return seen;
  throw new TownletError("This is no state of received streams", {
    code: "telemetry.seen",
    where: path,
    hint: "Name another file, or remove this one: replays go unnoticed then",
  });
}

/** Writes how far streams were received, whole or not at all. */
export async function writeSeen(
  path: string,
  seen: SeenStreams,
): Promise<void> {
  const text = JSON.stringify({
    format: FORMAT,
    version: 1,
    streams: Object.fromEntries(seen),
  });
  await writeFile(path, `${text}\n`, {
    what: WHAT,
    isKind: (head) =>
      new TextDecoder().decode(head).startsWith(`{"format":"${FORMAT}"`),
  });
}

function seenOf(text: string): SeenStreams | null {
  const value = parsed(text);
  const { format, version, streams } = Object(value);
  if (format !== FORMAT || version !== 1) return null;
  const seen: SeenStreams = new Map();
  for (const [sid, one] of Object.entries(Object(streams))) {
    if (!/^[0-9a-f]{32}$/.test(sid) || !isSeen(one)) return null;
    seen.set(sid, { conn: one.conn, seq: one.seq });
  }
  return seen;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isSeen(value: unknown): value is Seen {
  const { conn, seq } = Object(value);
  return Number.isSafeInteger(conn) && conn >= 0 &&
    Number.isSafeInteger(seq) && seq >= -1;
}
