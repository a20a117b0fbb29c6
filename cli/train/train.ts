/** A training, from its flags to its exit code. @module */
import { listenForSignals, STOP_EXIT } from "../interrupt.ts";
import { jsonLine } from "../print/json.ts";
import { print, printError } from "../print/output.ts";
import { toStandardOutput } from "../run_telemetry.ts";
import { checkFlags, type TrainFlags } from "./flags.ts";
import { inspectReplay } from "./inspect.ts";
import { TRAIN } from "./modes.ts";
import { openRun } from "./open_run.ts";
import type { Outcome } from "./run.ts";

/** First member of the object that tells of a training. */
const FORMAT = "townlet.training";

/**
 * Trains as the flags say, and gives the exit code.
 *
 * @throws {TownletError} for what people should be told; the run keeps its last
 * checkpoint then
 */
export async function train(flags: TrainFlags): Promise<number> {
  checkFlags(flags);
  if (flags.inspect) return await inspectReplay(flags);
  using interrupt = listenForSignals();
  const { run, end } = await openRun(flags, interrupt);
  let outcome: Outcome;
  try {
    const mode = await TRAIN[run.mode]();
    outcome = await mode(run);
  } catch (error) {
    run.progress.clear();
    if (await end("failed")) {
      run.log.info(`what was learned until then is in ${run.folder}`);
    }
    throw error;
  }
  run.progress.clear();
  const signal = interrupt.signal();
  const status = signal === null ? "done" : "interrupted";
  await end(status);
  if (flags.json) {
    const { folder: out, mode, seed } = run;
    const told = { format: FORMAT, version: 1, mode, run: out, seed, status };
    print(`${jsonLine({ ...told, ...outcome.json })}\n`);
  } else if (!flags.quiet) {
    const say = toStandardOutput(run.config) ? printError : print;
    say(`${outcome.lines.join("\n")}\n`);
  }
  return signal === null ? outcome.exit : STOP_EXIT[signal];
}
