/** A run of a town, from its flags to its exit code. @module */
import { basename } from "node:path";
import { EXIT, TownletError } from "../src/base/error.ts";
import type { Config } from "../src/config/config.ts";
import { configWarnings } from "../src/config/warnings.ts";
import type { OrtModule } from "../src/policy/onnx/runtime.ts";
import type { Hooks } from "../src/security/hooks.ts";
import { Simulation } from "../src/simulation.ts";
import type { Plain } from "../src/snapshots/plain.ts";
import type { TownEvent } from "../src/world/events.ts";
import type { Town } from "../src/world/town.ts";
import type { Turn } from "../src/world/turn.ts";
import { hookWarnings } from "../src/world/compile/hook_warnings.ts";
import type { World } from "../src/world/world.ts";
import { drive } from "./drive.ts";
import { type EventSink, openEvents } from "./events_file.ts";
import type { LogLevel } from "./flags.ts";
import { type Interrupt, listenForSignals, STOP_EXIT } from "./interrupt.ts";
import { loadRunPolicy, loadTown } from "../src/app.ts";
import { checkExporter } from "../src/security/otel.ts";
import { isTrace } from "../src/telemetry/events.ts";
import type { CloseReason } from "../src/telemetry/delivery/delivery.ts";
import { type SavedStories, Telemetry } from "../src/telemetry/telemetry.ts";
import {
  checkDistinct,
  checkOutputs,
  failuresOf,
  type Outputs,
  saveFailure,
  saveState,
  writeReport,
} from "./outputs.ts";
import project from "../deno.json" with { type: "json" };
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
import {
  checkStandardOutput,
  healthLine,
  type OutputFlags,
  plaintextBanner,
  toStandardOutput,
  transportsOf,
} from "./run_telemetry.ts";

/** The flags of a run. */
export interface RunFlags extends Outputs, OutputFlags {
  /** File for events, or `-` for the standard output. */
  readonly events: string | undefined;
  /** Town file. */
  readonly config: string;
  /** Ticks to run, or undefined: the scenario's, else 1000. */
  readonly ticks: number | undefined;
  /** Seed, or undefined: the configuration's. */
  readonly seed: number | undefined;
  /** Keys to set, each `path=value`. */
  readonly set: readonly string[];
  /** Who decides, or undefined: as configured. */
  readonly policy: string | undefined;
  /** Ticks between two hashes, or undefined. */
  readonly hashEvery: number | undefined;
  /** Ticks a second, or undefined for as fast as it goes. */
  readonly realtime: number | undefined;
  /** File of the state to go on from, `latest`, or undefined. */
  readonly snapshotLoad: string | undefined;
  /** Whether telemetry that is not delivered makes the run a failure. */
  readonly telemetryStrict: boolean;
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
  const loaded = await loadTown(flags.config, flags.set, transportsOf(flags));
  const { config, manifest, town } = loaded;
  using hooks = loaded.hooks;
  checkProfile(config);
  checkStandardOutput(flags, config);
  const log = openLog(
    flags.quiet ? "error" : flags.logLevel ?? config.log.level,
    config.telemetry.otel.enabled,
  );
  const warnings = [
    ...configWarnings(decidedBy(config, flags), manifest.objects),
    ...hookWarnings(config, manifest.affordances),
  ];
  // Before anything is said: what is warned of may be exported.
  const exports = checkExporter(config, log);
  for (const warning of warnings) log.warn(warning);
  printError(plaintextBanner(config, openPaint(showsColours("stderr"))));

  const saved = flags.snapshotLoad === undefined
    ? undefined
    : await loadWorld(flags.snapshotLoad, flags, town, log);
  const policy = await loadRunPolicy(town, flags.config, flags.policy, {
    runtime: loadRuntime,
  });
  await checkOutputs(flags, config, [flags.config]);
  await startHooks(hooks, log);
  const simulation = new Simulation(town, {
    seed: flags.seed,
    policy,
    world: saved?.world,
    // Who looks at the world has no use for what was observed.
    batch: policy.sees === "observations" ? saved?.batch : undefined,
    clock: () => performance.now(),
  });
  await using telemetry = await Telemetry.open(simulation, {
    file: flags.config,
    app: project.version,
    stories: saved?.stories,
    exports,
    hooks: () => hooks.tallies,
    onLog: (level, text) => log[level](text),
  });
  const ticks = flags.ticks ?? config.scenario?.ticks ?? TICKS;

  const before = deedsOf(simulation.world);
  using interrupt = listenForSignals();
  const course = await runTicks({
    simulation,
    telemetry,
    ticks,
    flags,
    interrupt,
    log,
    watchHooks: watcherOf(hooks, log),
    first: [...saved?.events ?? [], ...hooksLoaded(town, simulation.world)],
  });
  const stories = telemetry.save();
  if (course.failed !== null && savesFailure(config, course.failed)) {
    const failures = await failuresOf(async () => {
      const path = await saveFailure(simulation, stories, [flags.config]);
      log.info(`state before the failed tick saved to ${path}`);
    });
    for (const failure of failures) log.error(lineOf(failure));
  }
  const saves: TownEvent[] = [];
  const unsaved = await failuresOf(async () => {
    const { snapshotSave } = flags;
    if (snapshotSave === undefined) return;
    saves.push(await saveState(snapshotSave, simulation, stories));
    log.info(`state saved to ${snapshotSave}`);
  });
  const { fault, ...told } = await telemetry.close(
    reasonOf(course, interrupt),
    saves,
  );
  const report = reportOf(town, simulation.world, course.chronicle, {
    policy,
    ticks: course.ticks,
    seconds: course.seconds,
    before,
    interrupted: interrupt.signal(),
    stateHash: simulation.hash(),
    hashes: course.hashes,
    systems: sharesOf(simulation.timings),
    hooks: hooks.tallies,
    telemetry: telemetry.isOn ? told : null,
  });
  const failures = [
    ...course.failures,
    ...unsaved,
    ...fault === undefined || course.failed !== null ? [] : [fault],
    ...await failuresOf(() => writeReport(flags, report, log)),
    ...await failuresOf(() => printReport(flags, report, config)),
  ];
  if (failures.length > 0) {
    for (const failure of failures.slice(1)) log.error(lineOf(failure));
    throw failures[0];
  }
  if (flags.telemetryStrict && (told.undelivered > 0 || told.lost > 0)) {
    const waiting = number(told.undelivered);
    throw new TownletError("Telemetry was not delivered", {
      code: "telemetry.undelivered",
      hint: `${waiting} frames wait, ${
        number(told.lost)
      } are lost; the report tells of each transport`,
      exit: EXIT.undelivered,
    });
  }
  const signal = interrupt.signal();
  return signal === null ? EXIT.done : STOP_EXIT[signal];
}

/** A configuration with the policy that the flags name. */
function decidedBy(config: Config, { policy: backend }: RunFlags): Config {
  if (backend === undefined) return config;
  return { ...config, policy: { ...config.policy, backend } };
}

/** Opens the runtime of networks, for models that were not trained here. */
async function loadRuntime(): Promise<OrtModule> {
  const runtime = await import("network-runtime");
  return runtime.loadRuntime();
}

/** Why a run is over. */
function reasonOf({ failed }: Done, interrupt: Interrupt): CloseReason {
  if (failed !== null) return "error";
  return interrupt.signal() === null ? "complete" : "signal";
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

/** A run and what is around it. */
interface Run {
  readonly simulation: Simulation;
  readonly telemetry: Telemetry;
  readonly ticks: number;
  readonly flags: RunFlags;
  readonly interrupt: Interrupt;
  readonly log: Log;
  readonly watchHooks: () => void;
  /** What happened before the first tick. */
  readonly first: readonly TownEvent[];
}

/** Runs the ticks; events, telemetry and hashes leave as they come. */
async function runTicks(
  { simulation, telemetry, ticks, flags, interrupt, log, watchHooks, first }:
    Run,
): Promise<Done> {
  const { world, town, turn } = simulation;
  const { health_every } = town.config.log;
  const chronicle = openChronicle();
  const hashes: HashAt[] | null = flags.hashEvery === undefined ? null : [];
  const events = flags.events === undefined
    ? null
    : await openEvents(flags.events);
  const closed = new AbortController();
  const progress = openProgress(!flags.quiet && flags.events !== "-");
  const start = performance.now();
  const from = world.tick[0];
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
  /** A failed tick tells of its failure as an event. */
  const fail = (error: unknown): never => {
    telemetry.fail();
    send(turn.events);
    throw error;
  };
  const stepNow = () => {
    const before = performance.now();
    try {
      simulation.step();
    } catch (error) {
      fail(error);
    }
    tellTick(performance.now() - before);
  };
  const stepLater = async () => {
    const before = performance.now();
    await simulation.stepAsync().catch(fail);
    tellTick(performance.now() - before);
  };
  const tellTick = (ms: number) => {
    const more = telemetry.tick(ms);
    const told = eventsOf(turn, more);
    chronicle.note(told);
    tellFaults(told, log);
    send(told);
    const tick = world.tick[0];
    if (health_every > 0 && tick % health_every === 0) {
      log.info(healthLine(telemetry.health()));
    }
    if (hashes !== null && isHashTick(tick - from, flags)) {
      const hash = simulation.hash();
      hashes.push({ tick, hash });
      if (!flags.json) printError(`tick ${tick} ${hash}\n`);
    }
  };
  send(first);
  telemetry.begin(first);
  const fault = await failuresOf(() =>
    // Who sees the world alone answers at once.
    drive(simulation.policy.sees === "world" ? stepNow : stepLater, {
      ticks,
      realtime: flags.realtime ?? null,
      asked: AbortSignal.any([interrupt.asked, closed.signal]),
      pause: (done) => {
        watchHooks();
        if (telemetry.isClosed || flags.telemetryStrict && telemetry.failed) {
          closed.abort();
        }
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
  const done = world.tick[0] - from;
  log.debug(`${done} ticks in ${seconds.toFixed(3)} s`);
  const [failed = null] = fault;
  return { failures, failed, ticks: done, seconds, hashes, chronicle };
}

/** What happened in a tick, its actions left out. */
function eventsOf(
  { events, trace }: Turn,
  more: readonly TownEvent[],
): readonly TownEvent[] {
  if (more.length === 0 && !trace) return events;
  return [...events, ...more].filter((event) => !isTrace(event));
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
function hooksLoaded(
  town: Town,
  { tick: [tick] }: World,
): readonly TownEvent[] {
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

/** What a snapshot gives back. */
interface Saved {
  /** The world. */
  readonly world: World;
  /** What was observed last, or undefined: nobody observed. */
  readonly batch: Plain | undefined;
  /** Stories that go on, or undefined: it was saved without them. */
  readonly stories: SavedStories | undefined;
  /** The events that tell of it. */
  readonly events: readonly TownEvent[];
}

/** The world of a snapshot. */
async function loadWorld(
  name: string,
  { config }: RunFlags,
  town: Town,
  log: Log,
): Promise<Saved> {
  const { newestSnapshot, readSnapshot } = await import(
    "../src/snapshots/files.ts"
  );
  const { beforeRoot } = await import("../src/security/roots.ts");
  const { BATCH_PART, decodeSnapshot, STORIES_PART } = await import(
    "../src/snapshots/snapshot.ts"
  );
  const { root } = town.config.snapshot;
  const isLatest = name === "latest";
  const where = isLatest
    ? await newestSnapshot(root, { keeps: [config] })
    : name;
  const text = await readSnapshot(
    where,
    isLatest ? beforeRoot(root) : undefined,
  );
  const { world, drift, parts, header } = decodeSnapshot(text, town, {
    where,
  });
  log.info(`going on from ${where}, tick ${world.tick[0]}`);
  for (const path of drift) {
    log.warn(`${path} differs from the configuration of the snapshot`);
  }
  return {
    world,
    batch: Object.hasOwn(parts, BATCH_PART) ? parts[BATCH_PART] : undefined,
    stories: Object.hasOwn(parts, STORIES_PART)
      ? { saved: parts[STORIES_PART], where }
      : undefined,
    events: [{
      event: "snapshot.loaded",
      tick: header.tick,
      name: basename(where),
      sha256: header.state_sha256,
    }],
  };
}

/** Prints the report where it was asked for. */
function printReport(flags: RunFlags, report: Report, config: Config): void {
  if (flags.json) {
    print(jsonLine(report) + "\n");
    return;
  }
  if (flags.quiet) return;
  const stream = flags.events === "-" || toStandardOutput(config)
    ? "stderr"
    : "stdout";
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
