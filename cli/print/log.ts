/** What a program says of itself, on the standard error. @module */
import { recordText } from "../../src/base/text.ts";
import { LOG_LEVELS, type LogLevel } from "../flags.ts";
import { printError, showsColours } from "./output.ts";
import { openPaint } from "./paint.ts";

/** Says things, or keeps quiet. */
export type Log = Readonly<Record<LogLevel, (text: string) => void>>;

/**
 * Opens a log that tells what is at least as grave as `level`.
 *
 * @param exported whether warnings and errors go through the console, which is
 * where the runtime's exporter takes its records from
 */
export function openLog(level: LogLevel, exported = false): Log {
  const paint = openPaint(showsColours("stderr"));
  const colours = {
    debug: paint.dim,
    info: paint.dim,
    warn: paint.yellow,
    error: paint.red,
  };
  const say = (own: LogLevel) => (text: string) => {
    if (LOG_LEVELS.indexOf(own) < LOG_LEVELS.indexOf(level)) return;
    if (exported && (own === "warn" || own === "error")) {
      // deno-lint-ignore no-console -- exporters take their records there
      console[own](`${own}: ${recordText(text)}`);
    } else printError(`${colours[own](`${own}:`)} ${recordText(text)}\n`);
  };
  return {
    debug: say("debug"),
    info: say("info"),
    warn: say("warn"),
    error: say("error"),
  };
}
