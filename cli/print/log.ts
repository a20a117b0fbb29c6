/** What a program says of itself, on the standard error. @module */
import { escapeText } from "../../src/base/text.ts";
import { LOG_LEVELS, type LogLevel } from "../flags.ts";
import { printError, showsColours } from "./output.ts";
import { openPaint } from "./paint.ts";

/** Says things, or keeps quiet. */
export type Log = Readonly<Record<LogLevel, (text: string) => void>>;

/** Longest record, in characters. */
const RECORD_MAX = 2000;

/** Opens a log that tells what is at least as grave as `level`. */
export function openLog(level: LogLevel): Log {
  const paint = openPaint(showsColours("stderr"));
  const colours = {
    debug: paint.dim,
    info: paint.dim,
    warn: paint.yellow,
    error: paint.red,
  };
  const say = (own: LogLevel) => (text: string) => {
    if (LOG_LEVELS.indexOf(own) < LOG_LEVELS.indexOf(level)) return;
    const record = escapeText(text).slice(0, RECORD_MAX);
    printError(`${colours[own](`${own}:`)} ${record}\n`);
  };
  return {
    debug: say("debug"),
    info: say("info"),
    warn: say("warn"),
    error: say("error"),
  };
}
