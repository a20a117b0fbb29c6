/** A run of a town, from its flags to its exit code. @module */
import { EXIT, TownletError } from "../src/base/error.ts";
import type { Config } from "../src/config/config.ts";
import { configWarnings } from "../src/config/warnings.ts";
import type { Hooks } from "../src/security/hooks.ts";
import { Simulation } from "../src/simulation.ts";
import type { TownEvent } from "../src/world/events.ts";
import type { Town } from "../src/world/town.ts";
import { hookWarnings } from "../src/world/compile/hook_warnings.ts";
import type { World } from "../src/world/world.ts";
import { drive } from "./drive.ts";
import { type EventSink, openEvents } from "./events_file.ts";
import type { LogLevel } from "./flags.ts";
import { type Interrupt, listenForSignals, STOP_EXIT } from "./interrupt.ts";
import { loadTown } from "../src/app.ts";
import {
  checkDistinct,
  checkOutputs,
  failuresOf,
  type Outputs,
  saveFailure,
  writeOutputs,
} from "./outputs.ts";
import { checkProfile } from "./permissions.ts";
import { jsonLine } from "./print/json.ts";
import { type Log, openLog } from "./print/log.ts";
import {
  isTerminal,
  OutputClosed,
  print,
  printError,
  showsColours,
  terminalWidth,
} from "./print/output.ts";
import { openPaint } from "./print/paint.ts";
import { openProgress } from "./print/progress.ts";
import { number } from "./print/text.ts";
import { type Chronicle, openChronicle } from "./report/chronicle.ts";
import { clockText } from "./report/clock.ts";
import {
  deedsOf,
  type HashAt,
  type Report,
  reportOf,
} from "./report/report.ts";
import { showReport } from "./report/show.ts";

/** The flags of a run. */
export interface RunFlags extends Outputs {
  /** Town file. */
  readonly config: string;
  /** Ticks to run, or undefined: the scenario's, else 1000. */
  readonly ticks: number | undefined;
  /** Seed, or undefined: the configuration's. */
  readonly seed: number | undefined;
  /** Keys to set, each `path=value`. */
  readonly set: readonly string[];
  /** Who decides, or undefined: as configured. */
  readonly policy: "scripted" | "idle" | "random" | undefined;
  /** Ticks between two hashes, or undefined. */
  readonly hashEvery: number | undefined;
  /** Ticks a second, or undefined for as fast as it goes. */
  readonly realtime: number | undefined;
  /** File of the state to go on from, `latest`, or undefined. */
  readonly snapshotLoad: string | undefined;
  /** Whether the standard output gets the report as JSON. */
  readonly json: boolean;
  /** Whether to print no report and no progress. */
  readonly quiet: boolean;
  /** What to tell, or undefined: as configured. */
  readonly logLevel: LogLevel | undefined;
}

/** Ticks of a run that names none. */
const TICKS = 1000;

/**
 * Runs a town as its flags say, and gives the exit code.
 *
 * Throws a TownletError for what people should be told. Once ticks have been
 * run, all outputs are tried and the report is printed before it does; it
 * throws the first failure, and the log tells of the others.
 */
export async function runTown(flags: RunFlags): Promise<number> {
  checkFlags(flags);
  const loaded = await loadTown(flags.config, flags.set);
  const { config, manifest, town } = loaded;
  using hooks = loaded.hooks;
  checkProfile(config);
  const log = openLog(
    flags.quiet ? "error" : flags.logLevel ?? config.log.level,
  );
  const warnings = [
    ...configWarnings(config, manifest.objects),
    ...hookWarnings(config, manifest.affordances),
  ];
  for (const warning of warnings) log.warn(warning);

  const world = flags.snapshotLoad === undefined
    ? undefined
    : await loadWorld(flags.snapshotLoad, flags, town, log);
  await checkOutputs(flags, config, [flags.config]);
  await startHooks(hooks, log);
  const simulation = new Simulation(town, {
    seed: flags.seed,
    policy: flags.policy,
    world,
    clock: () => performance.now(),
  });
  const ticks = flags.ticks ?? config.scenario?.ticks ?? TICKS;

  const before = deedsOf(simulation.world);
  using interrupt = listenForSignals();
  const course = await runTicks(
    simulation,
    ticks,
    flags,
    interrupt,
    log,
    watcherOf(hooks, log),
  );
  if (course.failed !== null && savesFailure(config, course.failed)) {
    const failures = await failuresOf(async () => {
      const path = await saveFailure(simulation, [flags.config]);
      log.info(`state before the failed tick saved to ${path}`);
    });
    for (const failure of failures) log.error(lineOf(failure));
  }
  const report = reportOf(town, simulation.world, course.chronicle, {
    policy: simulation.policy.name,
    ticks: course.ticks,
    seconds: course.seconds,
    before,
    interrupted: interrupt.signal(),
    stateHash: simulation.hash(),
    hashes: course.hashes,
    systems: sharesOf(simulation.timings),
    hooks: hooks.tallies,
  });
  const failures = [
    ...course.failures,
    ...await writeOutputs(flags, report, simulation, log),
    ...await failuresOf(() => printReport(flags, report)),
  ];
  if (failures.length > 0) {
    for (const failure of failures.slice(1)) log.error(lineOf(failure));
    throw failures[0];
  }
  const signal = interrupt.signal();
  return signal === null ? EXIT.done : STOP_EXIT[signal];
}

/** Starts the hooks that are files, and tells which they are. */
async function startHooks(hooks: Hooks, log: Log): Promise<void> {
  for (const specifier of hooks.unpinned) {
    log.warn(`hook ${specifier} runs without a digest (allow_unpinned)`);
  }
  await hooks.start();
  for (const { specifier, sha256 } of hooks.outside) {
    log.info(`hook ${specifier} runs, sha256 ${sha256}`);
  }
}

/** Looks after hooks that got stuck: tells of each once, ends what grows. */
function watcherOf(hooks: Hooks, log: Log): () => void {
  const told = new Set<string>();
  return () => {
    for (const specifier of hooks.stuck) {
      if (told.has(specifier)) continue;
      told.add(specifier);
      log.warn(
        `hook ${specifier} has not answered: its thread goes on until it does, or this process ends`,
      );
    }
    hooks.watch();
  };
}

/** Whether a tick that failed so leaves a snapshot behind. */
function savesFailure({ snapshot }: Config, failure: unknown): boolean {
  return failure instanceof TownletError &&
    (failure.code === "hooks.faulted" ||
      snapshot.on_failure && failure.code === "loop.failed");
}

/** A failure in one line, for those that another one has come before. */
function lineOf(failure: unknown): string {
  if (!(failure instanceof TownletError)) return String(failure);
  const { where, message } = failure;
  return where === undefined ? message : `${where}: ${message}`;
}

/** Flags that make no sense together. */
function checkFlags(flags: RunFlags): void {
  if (flags.json && flags.events === "-") {
    throw usage("--json and --events - both want the standard output", {
      hint: "Give --events a file, or take --report FILE instead of --json",
    });
  }
  if (flags.snapshotLoad !== undefined && flags.seed !== undefined) {
    throw usage("--seed cannot change a run that goes on from a snapshot", {
      hint: "Leave --seed out: the snapshot has its own",
    });
  }
  checkDistinct(flags);
}

function usage(
  message: string,
  { hint }: { readonly hint: string },
): TownletError {
  return new TownletError(message, { code: "usage", hint });
}

/** What is known when the ticks are done. */
interface Done {
  /** What went wrong on the way, the first first: it ended the run. */
  readonly failures: readonly unknown[];
  /** What made a tick fail, or null: none did. */
  readonly failed: unknown;
  /** Ticks executed. */
  readonly ticks: number;
  /** Time they took, in seconds. */
  readonly seconds: number;
  /** Digests on the way, or null: nobody asked. */
  readonly hashes: readonly HashAt[] | null;
  /** What happened. */
  readonly chronicle: Chronicle;
}

/** Runs the ticks; events and hashes leave as they come. */
async function runTicks(
  simulation: Simulation,
  ticks: number,
  flags: RunFlags,
  interrupt: Interrupt,
  log: Log,
  watchHooks: () => void,
): Promise<Done> {
  const { world, town } = simulation;
  const chronicle = openChronicle();
  const hashes: HashAt[] | null = flags.hashEvery === undefined ? null : [];
  const events = flags.events === undefined
    ? null
    : await openEvents(flags.events);
  const closed = new AbortController();
  const progress = openProgress(!flags.quiet && flags.events !== "-");
  const start = performance.now();
  const first = world.tick[0];
  const rate = (done: number) => done / (performance.now() - start) * 1000;

  const failures: unknown[] = [];

  /** Sends events out; the run stops when nobody takes them. */
  const send = (told: readonly TownEvent[]) => {
    if (closed.signal.aborted) return;
    try {
      events?.write(told);
    } catch (error) {
      if (!(error instanceof OutputClosed)) failures.push(error);
      closed.abort();
    }
  };
  const step = () => {
    try {
      const turn = simulation.step();
      chronicle.note(turn.events);
      tellFaults(turn.events, log);
    } finally {
      // A failed tick tells of its failure as an event.
      send(simulation.turn.events);
    }
    if (hashes !== null && isHashTick(world.tick[0] - first, flags)) {
      const hash = simulation.hash();
      hashes.push({ tick: world.tick[0], hash });
      if (!flags.json) printError(`tick ${world.tick[0]} ${hash}\n`);
    }
  };
  send(hooksLoaded(town, first));
  const fault = await failuresOf(() =>
    drive(step, {
      ticks,
      realtime: flags.realtime ?? null,
      asked: AbortSignal.any([interrupt.asked, closed.signal]),
      pause: (done) => {
        watchHooks();
        progress.show(
          done / ticks,
          () =>
            `tick ${number(world.tick[0])}, ${
              clockText(world.tick[0], town.ticksPerDay)
            }, ${number(rate(done))} ticks/s`,
        );
      },
    })
  );
  const seconds = (performance.now() - start) / 1000;
  progress.clear();
  failures.push(...fault, ...await failuresOf(() => closeEvents(events)));
  const done = world.tick[0] - first;
  log.debug(`${done} ticks in ${seconds.toFixed(3)} s`);
  const [failed = null] = fault;
  return { failures, failed, ticks: done, seconds, hashes, chronicle };
}

/** Tells of hooks that failed in a tick, and of what it means for them. */
function tellFaults(events: readonly TownEvent[], log: Log): void {
  for (const event of events) {
    if (event.event !== "hook.faulted" || !("rule" in event)) continue;
    const { specifier, rule, reason } = event;
    log.warn(
      rule === "thrown"
        ? `hook ${specifier} failed: ${reason}`
        : `hook ${specifier} failed (rule ${rule}) and is left out: ${reason}`,
    );
  }
}

/** Events that tell of the hooks that are files. */
function hooksLoaded(town: Town, tick: number): readonly TownEvent[] {
  return town.hooks.flatMap(({ specifier, sha256 }): TownEvent[] =>
    sha256 === null ? [] : [{ event: "hook.loaded", tick, specifier, sha256 }]
  );
}

function isHashTick(done: number, { hashEvery = 1 }: RunFlags): boolean {
  return done % hashEvery === 0;
}

/** Ends the events; nobody minds when nobody reads them. */
async function closeEvents(events: EventSink | null): Promise<void> {
  try {
    await events?.close();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}

/** The world of a snapshot. */
async function loadWorld(
  name: string,
  { config }: RunFlags,
  town: Town,
  log: Log,
): Promise<World> {
  const { newestSnapshot, readSnapshot } = await import(
    "../src/snapshots/files.ts"
  );
  const { beforeRoot } = await import("../src/security/roots.ts");
  const { decodeSnapshot } = await import("../src/snapshots/snapshot.ts");
  const { root } = town.config.snapshot;
  const isLatest = name === "latest";
  const where = isLatest
    ? await newestSnapshot(root, { keeps: [config] })
    : name;
  const text = await readSnapshot(
    where,
    isLatest ? beforeRoot(root) : undefined,
  );
  const { world, drift } = decodeSnapshot(text, town, { where });
  log.info(`going on from ${where}, tick ${world.tick[0]}`);
  for (const path of drift) {
    log.warn(`${path} differs from the configuration of the snapshot`);
  }
  return world;
}

/** Prints the report where it was asked for. */
function printReport(flags: RunFlags, report: Report): void {
  if (flags.json) {
    print(jsonLine(report) + "\n");
    return;
  }
  if (flags.quiet) return;
  const stream = flags.events === "-" ? "stderr" : "stdout";
  const width = isTerminal(stream) ? terminalWidth() : undefined;
  const lines = showReport(report, openPaint(showsColours(stream)), width);
  const text = lines.join("\n") + "\n";
  if (stream === "stderr") printError(text);
  else print(text);
}

/** Times as shares of their sum. */
function sharesOf(
  timings: ReadonlyMap<string, number>,
): Record<string, number> {
  const total = [...timings.values()].reduce((sum, time) => sum + time, 0);
  return Object.fromEntries(
    [...timings].map(([name, time]) => [name, total > 0 ? time / total : 0]),
  );
}
