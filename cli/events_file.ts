/** Events as lines of JSON, into a file or the standard output. @module */
import { EXIT, TownletError } from "../src/base/error.ts";
import { openStream } from "../src/security/paths.ts";
import { eventElement } from "../src/telemetry/events.ts";
import type { TownEvent } from "../src/world/events.ts";
import { jsonLine } from "./print/json.ts";
import { openLinePrinter } from "./print/output.ts";

/** Takes events, tick by tick. */
export interface EventSink {
  /**
   * Adds a tick's events.
   *
   * Throws OutputClosed when nobody reads the standard output any more.
   */
  write(events: readonly TownEvent[]): void;
  /** Writes what is left, and ends. */
  close(): Promise<void>;
}

/** Characters collected before they are written to the file. */
const PIECE = 65_536;

/** The line of an event: `{"t":12,"e":"agent.removed","agent":"ana",…}`. */
export function eventLine(event: TownEvent): string {
  return jsonLine({ t: event.tick, ...eventElement(event) });
}

/** Opens a file for events, or with `-` the standard output. */
export async function openEvents(path: string): Promise<EventSink> {
  return path === "-" ? openStandardOutput() : await openFile(path);
}

function openStandardOutput(): EventSink {
  const lines = openLinePrinter();
  return {
    write(events) {
      for (const event of events) lines.write(eventLine(event));
    },
    close() {
      lines.flush();
      return Promise.resolve();
    },
  };
}

async function openFile(path: string): Promise<EventSink> {
  const file = await openStream(path, {
    what: "event log",
    append: false,
    isKind: (head) => new TextDecoder().decode(head).startsWith('{"t":'),
  });
  const encoder = new TextEncoder();
  let text = "";
  const flush = () => {
    const bytes = encoder.encode(text);
    text = "";
    try {
      for (let done = 0; done < bytes.length;) {
        done += file.writeSync(bytes.subarray(done));
      }
    } catch (cause) {
      throw unwritten(path, cause);
    }
  };
  return {
    write(events) {
      for (const event of events) text += eventLine(event) + "\n";
      if (text.length >= PIECE) flush();
    },
    async close() {
      try {
        flush();
        await file.sync().catch((cause) => {
          throw unwritten(path, cause);
        });
      } finally {
        file.close();
      }
    },
  };
}

/** What to tell people when the system takes no more events. */
function unwritten(path: string, cause: unknown): TownletError {
  return new TownletError("The event log cannot be written to its end", {
    code: "file.unusable",
    where: path,
    hint: cause instanceof Error ? cause.message : undefined,
    exit: EXIT.failed,
    cause,
  });
}
