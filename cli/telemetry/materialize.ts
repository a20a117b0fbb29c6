/** `telemetry materialize`: whole states, for readers that fold nothing. @module */
import { object } from "@optique/core/constructs";
import { optional, withDefault } from "@optique/core/modifiers";
import { text } from "@optique/core/message";
import { constant, option } from "@optique/core/primitives";
import { EXIT, TownletError } from "../../src/base/error.ts";
import type { StateMembers } from "../../src/telemetry/merge_patch.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";
import { commonFlags, says, wholeNumber } from "../flags.ts";
import { jsonLine } from "../print/json.ts";
import { openLinePrinter } from "../print/output.ts";
import {
  type FrameLine,
  framesOf,
  type SourceFlags,
  sourceFlags,
} from "./source.ts";

/** What stands for a flag that was not given. */
const EVERY = 1;

/** Flags of the command. */
export const materializeFlags = object({
  part: constant("materialize"),
  ...sourceFlags,
  at: optional(
    option("--at", wholeNumber(0), says("Only the states after this tick")),
  ),
  every: withDefault(
    option("--every", wholeNumber(1), says("The states after every N-th tick")),
    EVERY,
    { message: [text(String(EVERY))] },
  ),
  ...commonFlags,
});

/** All states after a tick. */
export interface States {
  /** Name of the stream. */
  readonly sid: string;
  /** The tick. */
  readonly t: number;
  /** The states that are known, by channel. */
  readonly states: Readonly<Record<string, StateMembers>>;
}

/** Which ticks are wanted. */
export interface Ticks {
  /** One tick, or undefined. */
  readonly at: number | undefined;
  /** Ticks that this divides, if it is not one. */
  readonly every: number;
}

/** Most ticks from one frame to the next. */
const JUMP_MAX = 1_000_000;

/**
 * The states after ticks of a recording, whether or not something changed in
 * them; ticks before the first state are left out.
 *
 * Throws a {@link TownletError} for a recording whose ticks jump.
 */
export async function* statesOf(
  frames: AsyncIterable<FrameLine>,
  { at, every }: Ticks,
): AsyncGenerator<States> {
  const view = new StateView();
  let sid = "";
  let tick = 0;
  const isWanted = () =>
    (at === undefined ? tick % every === 0 : tick === at) &&
    view.channels.length > 0;
  const states = (): States => ({
    sid,
    t: tick,
    states: Object.fromEntries(
      view.channels.map((name) => [name, view.state(name) ?? {}]),
    ),
  });
  for await (const { frame } of frames) {
    if (frame.sid !== sid) {
      if (isWanted()) yield states();
      [sid, tick] = [frame.sid, frame.tick];
    }
    checkJump(tick, frame.tick);
    for (; tick < frame.tick; tick++) if (isWanted()) yield states();
    view.apply(frame);
  }
  if (isWanted()) yield states();
}

function checkJump(from: number, to: number): void {
  if (to - from <= JUMP_MAX) return;
  throw new TownletError(`The recording jumps from tick ${from} to ${to}`, {
    code: "telemetry.jump",
    exit: EXIT.failed,
  });
}

/** Runs the command. */
export async function runMaterialize(
  flags: SourceFlags & Ticks,
): Promise<number> {
  if (flags.at !== undefined && flags.every !== EVERY) {
    throw new TownletError("--at and --every want different ticks", {
      code: "usage",
      hint: "Give one of them",
    });
  }
  const printer = openLinePrinter();
  let found = false;
  for await (const states of statesOf(framesOf(flags), flags)) {
    printer.write(jsonLine(states));
    found = true;
  }
  printer.flush();
  if (found || flags.at === undefined) return EXIT.done;
  throw new TownletError(`No states are known after tick ${flags.at}`, {
    code: "telemetry.tick",
    where: flags.source,
    hint: "telemetry verify tells which ticks there are",
  });
}
