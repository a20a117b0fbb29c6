/**
 * Hooks of files: checked before anything else happens, then run in sandboxes
 * of their own, within bounds of time and size.
 *
 * @module
 */
import { EXIT, TownletError } from "../base/error.ts";
import { escapeText } from "../base/text.ts";
import type { HookSettings } from "../config/hooks.ts";
import { type HookSource, isHookFile } from "../config/hook_source.ts";
import {
  type HookContext,
  HookFault,
  type OutsideHook,
} from "../world/hooks.ts";
import {
  type HookCode,
  hooksFolder,
  readHook,
  type Refusal,
} from "./hook_files.ts";
import { Sandbox } from "./hook_sandbox.ts";

/** What became of an entry of the list of allowed hooks. */
export interface HookStatus {
  /** The entry. */
  readonly entry: HookSource;
  /** The file's code, or null: it is compiled in, or refused. */
  readonly code: HookCode | null;
  /** Why it does not run, or null: it does. */
  readonly refusal: Refusal | null;
}

/** How a hook of a file did so far. */
export interface HookTally {
  /** Its specifier. */
  readonly specifier: string;
  /** Calls, those that failed included. */
  readonly calls: number;
  /** Calls that failed. */
  readonly faults: number;
  /** Time of all calls, in milliseconds. */
  readonly totalMs: number;
  /** Time of the longest call, in milliseconds. */
  readonly longestMs: number;
  /** What 19 of 20 of the last 256 calls took at most, in milliseconds. */
  readonly p95Ms: number;
}

/** Calls whose times are kept. */
const TIMES_KEPT = 256;

/** Bytes a process may grow by while threads are stuck. */
const STUCK_BYTES_MAX = 1 << 30;

/** Looks at each hook that is allowed, and runs none of it. */
export async function checkHooks(
  settings: HookSettings,
  config: string,
): Promise<readonly HookStatus[]> {
  const folder = hooksFolder(config, settings);
  return await Promise.all(settings.allow.map(async (entry) => {
    if (!isHookFile(entry)) return { entry, code: null, refusal: null };
    const found = await readHook(folder, entry);
    return "rule" in found
      ? { entry, code: null, refusal: found }
      : { entry, code: found, refusal: null };
  }));
}

/**
 * The hooks of files that a town may run, until they are closed.
 *
 * Between {@link Hooks.check} and {@link Hooks.start} no byte of them is
 * executed, and what is executed then is what was checked.
 */
export class Hooks implements Disposable {
  /** For the town: who is asked. */
  readonly outside: readonly OutsideHook[];
  readonly #runners: readonly Runner[];
  #rssStuck: number | null = null;

  /** Hooks that were checked; what is refused is left out. */
  constructor(settings: HookSettings, all: readonly HookStatus[]) {
    const budget = { spentMs: 0 };
    this.#runners = all.flatMap(({ entry, code }) =>
      code === null ? [] : [new Runner(settings, entry, code, budget)]
    );
    this.outside = this.#runners;
  }

  /**
   * Reads and checks the hooks that a configuration allows.
   *
   * @param config path of the configuration's file
   * @throws {TownletError} (exit code 5) that tells of every hook refused
   */
  static async check(settings: HookSettings, config: string): Promise<Hooks> {
    const all = await checkHooks(settings, config);
    throwRefusals(
      all.flatMap(({ entry: { specifier }, refusal }) =>
        refusal === null ? [] : [{ specifier, ...refusal }]
      ),
    );
    return new Hooks(settings, all);
  }

  /** Specifiers of hooks that run without a digest. */
  get unpinned(): readonly string[] {
    return this.#runners.filter(({ pinned }) => !pinned)
      .map(({ specifier }) => specifier);
  }

  /** What each did so far, in the order they run. */
  get tallies(): readonly HookTally[] {
    return this.#runners.map(({ tally }) => tally);
  }

  /**
   * Starts a sandbox for each and loads them.
   *
   * @throws {TownletError} (exit code 5) that tells of every hook refused;
   * none runs then
   */
  async start(): Promise<void> {
    const refusals = await Promise.all(
      this.#runners.map((runner) => runner.start()),
    );
    const found = refusals.filter((refusal) => refusal !== null);
    if (found.length > 0) this[Symbol.dispose]();
    throwRefusals(found);
  }

  /** Specifiers of hooks that have not answered, and cannot be stopped. */
  get stuck(): readonly string[] {
    return this.#runners.filter(({ stuck }) => stuck)
      .map(({ specifier }) => specifier);
  }

  /**
   * Looks at what threads that cannot be stopped do to this process, if there
   * are any: they may take memory without end.
   *
   * @param growthMax bytes the process may grow by meanwhile (1 GiB)
   * @throws {TownletError} when it grew by more
   */
  watch(growthMax: number = STUCK_BYTES_MAX): void {
    const { stuck } = this;
    if (stuck.length === 0) {
      this.#rssStuck = null;
      return;
    }
    const { rss } = Deno.memoryUsage();
    this.#rssStuck ??= rss;
    if (rss < this.#rssStuck + growthMax) return;
    throw new TownletError(
      `Hook ${
        stuck.join(", ")
      } was left out, cannot be stopped, and takes memory without end (rule H10)`,
      {
        code: "hooks.faulted",
        hint: "Mend it, or take it out of affordances.hooks.allow",
        exit: EXIT.failed,
      },
    );
  }

  /** Ends them; those that are stuck end with the process. */
  [Symbol.dispose](): void {
    for (const runner of this.#runners) runner[Symbol.dispose]();
  }
}

/** What all hooks have spent in the tick that is under way. */
interface Budget {
  /** Time, in milliseconds. */
  spentMs: number;
}

/** One hook: asked within its bounds. */
class Runner implements OutsideHook, Disposable {
  readonly specifier: string;
  readonly sha256: string;
  readonly names: readonly string[];
  readonly pinned: boolean;

  readonly #times = new Float64Array(TIMES_KEPT);
  #calls = 0;
  #faults = 0;
  #totalMs = 0;
  #longestMs = 0;
  readonly #settings: HookSettings;
  readonly #source: string;
  readonly #budget: Budget;
  #sandbox: Sandbox | null = null;

  constructor(
    settings: HookSettings,
    { names }: HookSource,
    code: HookCode,
    budget: Budget,
  ) {
    this.specifier = code.specifier;
    this.sha256 = code.sha256;
    this.pinned = code.pinned;
    this.names = names;
    this.#settings = settings;
    this.#source = code.source;
    this.#budget = budget;
  }

  /** Whether it has not answered, and still goes on. */
  get stuck(): boolean {
    return this.#sandbox?.stuck ?? false;
  }

  /** How it did so far. */
  get tally(): HookTally {
    const kept = Math.min(this.#calls, TIMES_KEPT);
    const times = this.#times.slice(0, kept).sort();
    return {
      specifier: this.specifier,
      calls: this.#calls,
      faults: this.#faults,
      totalMs: this.#totalMs,
      longestMs: this.#longestMs,
      p95Ms: kept === 0 ? 0 : times[Math.ceil(0.95 * kept) - 1],
    };
  }

  /** Loads it, or gives why it cannot be. */
  async start(): Promise<Refusal & { readonly specifier: string } | null> {
    const loaded = await openListed(this.names, this.#source);
    if ("rule" in loaded) return { specifier: this.specifier, ...loaded };
    this.#sandbox = loaded;
    return null;
  }

  ask(context: HookContext, random: Uint32Array, n: number): unknown {
    if (this.#sandbox === null) throw new RangeError("the hook is not started");
    const { call_timeout_ms, tick_budget_ms } = this.#settings;
    const budget = this.#budget;
    // A tick begins, be it one that is tried again.
    if (n === 0) budget.spentMs = 0;
    const from = performance.now();
    let failed = true;
    try {
      const left = tick_budget_ms - budget.spentMs;
      if (left <= 0) {
        throw new HookFault(
          "H10",
          `the hooks of this tick took more than ${tick_budget_ms} ms`,
        );
      }
      const request = JSON.stringify({ ...context, rng: [...random] });
      const timeoutMs = Math.min(call_timeout_ms, Math.ceil(left));
      const answer = this.#sandbox.ask(request, timeoutMs);
      const effects = parse(answer);
      failed = false;
      return effects;
    } finally {
      const took = performance.now() - from;
      budget.spentMs += took;
      this.#times[this.#calls++ % TIMES_KEPT] = took;
      if (failed) this.#faults++;
      this.#totalMs += took;
      this.#longestMs = Math.max(this.#longestMs, took);
    }
  }

  [Symbol.dispose](): void {
    this.#sandbox?.[Symbol.dispose]();
  }
}

/**
 * Loads a hook into a sandbox, or gives why it cannot be; its names must be
 * those that are listed.
 */
export async function openListed(
  names: readonly string[],
  source: string,
): Promise<Sandbox | Refusal> {
  const loaded = await openHook(source);
  if ("rule" in loaded) return loaded;
  const reason = namesFault(loaded.names, names);
  if (reason === null) return loaded;
  loaded[Symbol.dispose]();
  return {
    rule: "H8",
    reason,
    hint: "hooks pin FILE prints the entry that fits",
  };
}

/** Loads a hook into a sandbox, or gives why it cannot be. */
export async function openHook(source: string): Promise<Sandbox | Refusal> {
  try {
    return await Sandbox.open(source);
  } catch (error) {
    if (!(error instanceof HookFault)) throw error;
    return {
      rule: error.rule,
      reason: escapeText(firstLine(error.message)),
      hint: error.rule === "H5"
        ? "The tasks start programs so; add the flag to the command"
        : "Mend the file, then pin it anew",
    };
  }
}

/**
 * What a runtime says of a file that does not load, without its picture of the
 * place and without the file's address, which holds all of its text.
 */
function firstLine(message: string): string {
  const [reason] = message.split("\n", 1);
  const line = /\n(\d+) \|/.exec(message)?.[1];
  const where = line === undefined ? "" : `line ${line}: `;
  return where + reason.replace(/ at data:.*$/, "");
}

/** What is wrong with the names a file says it has, or null. */
function namesFault(
  found: unknown,
  declared: readonly string[],
): string | null {
  const names = namesOf(found);
  if (names === null) return "its names are no list of plain names";
  const missing = declared.filter((name) => !names.includes(name));
  if (missing.length > 0) return `it does not have ${missing.join(", ")}`;
  const more = names.filter((name) => !declared.includes(name));
  return more.length > 0 ? `it also has ${more.join(", ")}` : null;
}

/** Names of hooks as a file gave them, or null: they are none. */
export function namesOf(found: unknown): readonly string[] | null {
  return Array.isArray(found) && found.length > 0 &&
      new Set(found).size === found.length &&
      found.every((name) =>
        typeof name === "string" &&
        /^[A-Za-z0-9_][A-Za-z0-9_.#-]{0,63}$/.test(name)
      )
    ? found
    : null;
}

/** The answer of a hook, which was JSON when it was written. */
function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    throw new HookFault("H11", "its answer is not JSON");
  }
}

/** Throws what all refusals say; nothing when there are none. */
function throwRefusals(
  refusals: readonly (Refusal & { readonly specifier: string })[],
): void {
  if (refusals.length === 0) return;
  const told = refusals.map(({ specifier, rule, reason, hint }) => {
    const name = escapeText(specifier).slice(0, 200);
    return [`Hook ${name} is refused: ${reason} (rule ${rule})`, hint];
  });
  const [[first, hint]] = told;
  const options = { code: "hooks.refused", exit: EXIT.refused };
  if (told.length === 1) throw new TownletError(first, { ...options, hint });
  // Each with its own remedy.
  const lines = told.flatMap(([line, hint]) => [line, `  hint: ${hint}`]);
  throw new TownletError(lines.join("\n"), options);
}
