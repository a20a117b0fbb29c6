/** A look at what would be replayed; nothing is learned. @module */
import { loadTown } from "../../src/app.ts";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { conflictOf } from "../../src/training/conflict.ts";
import { replayBatches } from "../../src/training/replay.ts";
import { jsonLine } from "../print/json.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { number } from "../print/text.ts";
import { openData } from "./data.ts";
import { checkModeFlags, type TrainFlags } from "./flags.ts";

/** What a batch of recorded episodes is like. */
interface InspectedBatch {
  /** Which one, from 0. */
  readonly batch: number;
  /** Its steps. */
  readonly batch_size: number;
  /** Features of a step. */
  readonly feature_dim: number;
  /** What its features tell of conflict. */
  readonly [conflict: `conflict.${string}`]: number;
}

/** Prints the batches of one pass, in the order in which they are recorded. */
export async function inspectReplay(flags: TrainFlags): Promise<number> {
  const { config: file } = flags;
  if (file === undefined) {
    throw new TownletError("--inspect and --resume exclude each other", {
      code: "usage",
      hint: "Name the town file in place of the run",
    });
  }
  const { config, town } = await loadTown(file, flags.set);
  const mode = flags.mode ?? config.training.source;
  checkModeFlags(flags, mode);
  const { shards, datasets } = await openData(
    { flags, config, town, file, mode },
    "replay_manifest",
  );
  const features = datasets[0].manifest.feature_names;
  const { num_worlds, rollout_length } = config.ppo;
  const batches: InspectedBatch[] = [];
  const options = {
    size: num_worlds * rollout_length,
    random: null,
    dropLast: flags.dropLast,
  };
  for await (
    const { steps, sequences, index } of replayBatches(shards, options)
  ) {
    batches.push({
      batch: index,
      batch_size: sequences.reduce(
        (sum, { start, end }) => sum + end - start,
        0,
      ),
      feature_dim: features.length,
      ...conflictOf(steps, sequences, features),
    });
  }
  print(
    flags.json
      ? `${jsonLine({ format: "townlet.replay", version: 1, batches })}\n`
      : `${shown(batches).join("\n")}\n`,
  );
  return EXIT.done;
}

function shown(batches: readonly InspectedBatch[]): string[] {
  const [first] = batches;
  const names = Object.keys(first ?? {});
  return table(
    names.map((heading) => ({ heading, right: true })),
    batches.map((batch) =>
      names.map((name) => {
        const value = batch[name as keyof InspectedBatch];
        return number(value, Number.isInteger(value) ? 0 : 4);
      })
    ),
    openPaint(showsColours("stdout")),
  );
}
