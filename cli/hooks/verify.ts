/**
 * Whether hooks give equal answers to equal questions: what a run asked is
 * asked again in fresh sandboxes, forwards and backwards.
 *
 * A hook that keeps something between calls answers otherwise then, and would
 * also when a town is saved and loaded.
 *
 * @module
 */
import { loadTown } from "../../src/app.ts";
import type { HookSettings } from "../../src/config/hooks.ts";
import { Hooks } from "../../src/security/hooks.ts";
import { Simulation } from "../../src/simulation.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import {
  type HookContext,
  HookFault,
  type OutsideHook,
} from "../../src/world/hooks.ts";
import { checkProfile } from "../permissions.ts";

/** Most calls of a hook that are kept. */
const CALLS_MAX = 10_000;
/** Most characters of a hook's calls that are kept, questions and answers. */
const CHARACTERS_MAX = 1 << 24;

/** How long a run is, and how it differs from what the file says. */
export interface VerifyOptions {
  /** Ticks to run. */
  readonly ticks: number;
  /** Seed, or undefined: the configuration's. */
  readonly seed: number | undefined;
  /** Keys to set, each `path=value`. */
  readonly set: readonly string[];
}

/** How a hook did. */
export interface Verdict {
  /** Its specifier. */
  readonly specifier: string;
  /** Calls that were kept and played again, by the name it was called by. */
  readonly calls: Readonly<Record<string, number>>;
  /** Whether there were more calls than are kept. */
  readonly cut: boolean;
  /** Whether it failed in the run, and was left out from then on. */
  readonly faulted: boolean;
  /** The first answer that is another one, or null. */
  readonly difference: Difference | null;
}

/** An answer that is not the one of before. */
export interface Difference {
  /** The order in which calls were played. */
  readonly played: "forwards" | "backwards";
  /** Tick of the call. */
  readonly tick: number;
  /** Name it was called by. */
  readonly hook: string;
  /** What it answered in the run, as JSON. */
  readonly answered: string;
  /** What it answers now, as JSON, or how it fails. */
  readonly answers: string;
}

/** A call that is kept. */
interface Call {
  /** What the hook was told, as JSON. */
  readonly context: string;
  /** State of the generator it was given. */
  readonly random: Uint32Array;
  /** What it answered, as JSON. */
  readonly answered: string;
}

/** A hook whose calls are kept. */
interface Recording {
  /** Asks the hook and keeps the call. */
  readonly hook: OutsideHook;
  /** The calls, in order. */
  readonly calls: readonly Call[];
  /** Whether nothing more is kept. */
  isFull(): boolean;
}

/**
 * Runs a town and plays again what its hooks of files were asked.
 *
 * @throws {TownletError} for a file that is none, a hook that is refused, and
 * one that fails where that ends the run
 */
export async function verifyHooks(
  file: string,
  options: VerifyOptions,
): Promise<readonly Verdict[]> {
  const { settings, recordings, faulted } = await recordRun(file, options);
  const forwards = await playAgain(settings, file, recordings, "forwards");
  const backwards = await playAgain(settings, file, recordings, "backwards");
  return recordings.map(({ hook: { specifier, names }, calls, isFull }, i) => ({
    specifier,
    calls: countByName(names, calls),
    cut: isFull(),
    faulted: faulted.includes(specifier),
    difference: forwards[i] ?? backwards[i],
  }));
}

/** Runs the town, and keeps what its hooks are asked and answer. */
async function recordRun(
  file: string,
  { ticks, seed, set }: VerifyOptions,
): Promise<{
  readonly settings: HookSettings;
  readonly recordings: readonly Recording[];
  readonly faulted: readonly string[];
}> {
  const loaded = await loadTown(file, set);
  using hooks = loaded.hooks;
  const { config, manifest } = loaded;
  checkProfile(config);
  const recordings = hooks.outside.map(record);
  const outside = recordings.map(({ hook }) => hook);
  const simulation = new Simulation(compileTown(config, manifest, outside), {
    seed,
  });
  await hooks.start();
  simulation.runFor(
    outside.length === 0 ? 0 : ticks,
    () => recordings.every(({ isFull }) => isFull()),
  );
  return {
    settings: config.affordances.hooks,
    recordings,
    faulted: simulation.world.records.disabledHooks,
  };
}

function record(hook: OutsideHook): Recording {
  const calls: Call[] = [];
  let characters = 0;
  const isFull = () =>
    calls.length >= CALLS_MAX || characters >= CHARACTERS_MAX;
  const { specifier, sha256, names } = hook;
  const ask = (context: HookContext, random: Uint32Array, n: number) => {
    const answer = hook.ask(context, random, n);
    if (!isFull()) {
      const asked = JSON.stringify(context);
      const answered = JSON.stringify(answer);
      characters += asked.length + answered.length;
      calls.push({ context: asked, random: random.slice(), answered });
    }
    return answer;
  };
  return { hook: { specifier, sha256, names, ask }, calls, isFull };
}

/** Plays the calls in fresh sandboxes; the first difference of each hook. */
async function playAgain(
  settings: HookSettings,
  file: string,
  recordings: readonly Recording[],
  played: Difference["played"],
): Promise<readonly (Difference | null)[]> {
  const fresh = { ...settings, ...PATIENT };
  using hooks = await Hooks.check(fresh, file);
  await hooks.start();
  return recordings.map(({ calls }, i) => {
    const order = played === "forwards" ? calls : calls.toReversed();
    for (const call of order) {
      const answers = answerOf(hooks.outside[i], call);
      if (answers === call.answered) continue;
      const { tick, hook }: HookContext = JSON.parse(call.context);
      return { played, tick, hook, answered: call.answered, answers };
    }
    return null;
  });
}

/** No answer is to differ because the machine is busy. */
const PATIENT = { call_timeout_ms: 1000, tick_budget_ms: 5000 };

/** What a hook answers now, as JSON, or how it fails. */
function answerOf(hook: OutsideHook, { context, random }: Call): string {
  try {
    return JSON.stringify(hook.ask(JSON.parse(context), random, 0));
  } catch (error) {
    if (!(error instanceof HookFault)) throw error;
    return `fails: ${error.message} (rule ${error.rule})`;
  }
}

function countByName(
  names: readonly string[],
  calls: readonly Call[],
): Record<string, number> {
  const counts = new Map(names.map((name) => [name, 0]));
  for (const { context } of calls) {
    const { hook }: HookContext = JSON.parse(context);
    counts.set(hook, (counts.get(hook) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
