/** `telemetry replay`: sends a recording again, as it was or faster. @module */
import { dirname, resolve } from "node:path";
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { openStream } from "../../src/security/paths.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { filesOf } from "../../src/telemetry/reader/files.ts";
import { sleep } from "../drive.ts";
import { commonFlags, realNumber, says, wholeNumber } from "../flags.ts";
import { listenForSignals, STOP_EXIT } from "../interrupt.ts";
import { openLog } from "../print/log.ts";
import { openLinePrinter } from "../print/output.ts";
import { excerptOf, type Told } from "./excerpt.ts";
import { asSent, atSpeed, type Due } from "./pace.ts";
import { serveReplay } from "./replay_server.ts";
import {
  type FrameLine,
  framesOf,
  linesOf,
  type SourceFlags,
  sourceFlags,
  sourceNeeds,
} from "./source.ts";

/** Characters collected before they are written to a file. */
const PIECE = 65_536;

/** Flags of the command. */
export const replayFlags = object({
  part: constant("replay"),
  ...sourceFlags,
  from: optional(
    option("--from", wholeNumber(0), says("Begin with this tick, unsigned")),
  ),
  to: optional(option("--to", wholeNumber(0), says("End with this tick"))),
  speed: optional(option(
    "--speed",
    realNumber(0.001, 1e6),
    says("Ticks a second, instead of the times at which they were sent"),
  )),
  toWs: optional(option(
    "--to-ws",
    wholeNumber(0, 65_535),
    says("Serve it to WebSockets on this port of 127.0.0.1, until Ctrl-C"),
  )),
  out: optional(option(
    "--out",
    string({ metavar: "FILE" }),
    says("Write it to a file, at once unless --speed is given"),
  )),
  ...commonFlags,
});

/** What the flags say. */
export interface ReplayFlags extends SourceFlags {
  /** First tick, or undefined for all from the beginning. */
  readonly from: number | undefined;
  /** Last tick, or undefined for all to the end. */
  readonly to: number | undefined;
  /** Ticks a second, or undefined: as it was sent. */
  readonly speed: number | undefined;
  /** Port to serve on. */
  readonly toWs: number | undefined;
  /** File to write. */
  readonly out: string | undefined;
}

/** What the command needs. */
export function replayNeeds(flags: ReplayFlags): Partial<Needs> {
  const { out, toWs } = flags;
  return {
    ...sourceNeeds(flags),
    writes: out === undefined ? [] : [dirname(out)],
    net: toWs === undefined ? [] : [`127.0.0.1:${toWs}`],
  };
}

/** Runs the command. */
export async function runReplay(flags: ReplayFlags): Promise<number> {
  const { toWs, out, source } = flags;
  if (toWs !== undefined && (out !== undefined || source === "-")) {
    throw new TownletError(
      `--to-ws and ${out === undefined ? "standard input" : "--out"} are two`,
      { code: "usage", hint: "Every reader gets the recording from a file" },
    );
  }
  using interrupt = listenForSignals();
  const { asked } = interrupt;
  if (toWs !== undefined) {
    const log = openLog("info");
    await serveReplay(() => dueOf(flags), {
      port: toWs,
      asked,
      onReady: (address) => log.info(`replaying at ${address}`),
      onFault: (fault) =>
        log.error(fault instanceof Error ? fault.message : String(fault)),
    });
  } else if (out !== undefined) {
    await checkApart(out, source);
    await writeTo(out, dueOf(flags), asked);
  } else await printAll(dueOf(flags), asked);
  const signal = interrupt.signal();
  return signal === null ? EXIT.done : STOP_EXIT[signal];
}

/** The lines, and when each is due. */
export function dueOf(flags: ReplayFlags): AsyncIterable<Due> {
  const { speed, out } = flags;
  const lines = toldOf(flags);
  if (speed !== undefined) return atSpeed(lines, speed);
  return out === undefined ? asSent(lines) : atSpeed(lines, 0);
}

/** The lines as they were, or, from a tick on, as an excerpt. */
async function* toldOf(flags: ReplayFlags): AsyncGenerator<Told> {
  const { source, from, to = Infinity } = flags;
  const lines = from === undefined
    ? textsOf(upTo(to, linesOf(flags)))
    : excerptOf(upTo(to, framesOf(flags)), from);
  let isTold = false;
  for await (const line of lines) {
    yield line;
    isTold = true;
  }
  if (isTold) return;
  throw new TownletError("Nothing was recorded between these ticks", {
    code: "telemetry.tick",
    where: source,
    hint: "telemetry verify tells which ticks there are",
  });
}

async function* textsOf(lines: AsyncIterable<FrameLine>): AsyncGenerator<Told> {
  const decoder = new TextDecoder();
  for await (const { frame, bytes } of lines) {
    yield { frame, text: decoder.decode(bytes) };
  }
}

/** The lines up to a tick. */
async function* upTo(
  tick: number,
  lines: AsyncIterable<FrameLine>,
): AsyncGenerator<FrameLine> {
  for await (const line of lines) {
    if (line.frame.tick > tick) return;
    yield line;
  }
}

async function printAll(
  lines: AsyncIterable<Due>,
  asked: AbortSignal,
): Promise<void> {
  const printer = openLinePrinter();
  for await (const text of inTime(lines, asked, printer.flush)) {
    printer.write(text);
  }
  printer.flush();
}

/** Refuses to write what is read: it would be gone before its first line. */
async function checkApart(out: string, source: string): Promise<void> {
  if (source === "-") return;
  const read = [source, ...(await filesOf(source)).map(({ path }) => path)];
  const written = await Promise.all([out, dirname(out)].map(fileAt));
  for (const file of await Promise.all(read.map(fileAt))) {
    if (file === null || !written.includes(file)) continue;
    throw new TownletError("--out is in the way of what is read", {
      code: "usage",
      where: out,
      hint: "Name a file that is no part of the recording",
    });
  }
}

/** Which file or folder a path leads to, or null where there is none. */
async function fileAt(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await Deno.stat(path);
    return `${dev}:${ino ?? resolve(path)}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function writeTo(
  path: string,
  lines: AsyncIterable<Due>,
  asked: AbortSignal,
): Promise<void> {
  using file = await openStream(path, {
    what: "recording",
    append: false,
    isKind: (head) => new TextDecoder().decode(head).startsWith('{"v":'),
  });
  const encoder = new TextEncoder();
  let text = "";
  const flush = () => {
    const bytes = encoder.encode(text);
    text = "";
    for (let done = 0; done < bytes.length;) {
      done += file.writeSync(bytes.subarray(done));
    }
  };
  for await (const line of inTime(lines, asked, flush)) {
    text += `${line}\n`;
    if (text.length >= PIECE) flush();
  }
  flush();
  await file.sync();
}

/** Lines when they are due, until somebody asks to stop. */
async function* inTime(
  lines: AsyncIterable<Due>,
  asked: AbortSignal,
  beforeWait: () => void,
): AsyncGenerator<string> {
  const start = performance.now();
  for await (const { text, ms } of lines) {
    const wait = start + ms - performance.now();
    if (wait > 0) {
      beforeWait();
      await sleep(wait, asked);
    }
    if (asked.aborted) return;
    yield text;
  }
}
