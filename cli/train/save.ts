/** Checkpoints of a training: the last one, and the best. @module */
import { join } from "node:path";
import project from "../../deno.json" with { type: "json" };
import type { NpyArray } from "../../src/base/npy.ts";
import { configSha256 } from "../../src/config/identity.ts";
import { observationSpec } from "../../src/observations/spec.ts";
import {
  type CheckpointFacts,
  encodeCheckpoint,
  flatTensors,
  tensorArrays,
} from "../../src/policy/checkpoint.ts";
import type { Net } from "../../src/policy/network/net.ts";
import { policySpec } from "../../src/policy/spec.ts";
import {
  RUN_CHECKPOINTS,
  saveCheckpoint,
} from "../../src/runs/checkpoint_files.ts";
import { beforeRoot } from "../../src/security/roots.ts";
import type { Adam } from "../../src/training/adam.ts";
import { type EvaluationRecord, tryOut } from "./evaluation.ts";
import type { TrainRun, TrainState } from "./run.ts";

/**
 * Saves what a training has come to as `last`, tries the network out, and
 * saves it as `best`, too, if it earns more than all before.
 *
 * Gives what it earned; null when nobody asked, or when it was told to stop.
 */
export async function saveState(
  run: TrainRun,
  state: TrainState,
): Promise<EvaluationRecord | null> {
  await run.metrics.sync();
  await run.evaluations.sync();
  await save(run, state, RUN_CHECKPOINTS.last);
  return await rate(run, state);
}

/**
 * Tries the network out, as {@link saveState} does once it has saved it, if
 * that was not done for the same update.
 */
export async function rate(
  run: TrainRun,
  state: TrainState,
): Promise<EvaluationRecord | null> {
  const { evalEpisodes, evaluated, evaluations, interrupt } = run;
  if (evalEpisodes === 0 || interrupt.asked.aborted) return null;
  const known = evaluated.findLast(({ updates }) => updates === state.updates);
  if (known !== undefined) return known;
  const found = await tryOut(run, state);
  if (found === null) return null;
  if (found.best) {
    const { others: _, ...rest } = state;
    const metrics = { ...state.metrics, eval_return_mean: found.return_mean };
    await save(run, { ...rest, metrics }, RUN_CHECKPOINTS.best);
  }
  evaluated.push(found);
  await evaluations.append(found);
  return found;
}

/** What Adam remembers, as it was saved. */
export function adamOf(
  net: Net,
  arrays: ReadonlyMap<string, NpyArray>,
  where: string,
): Adam {
  const [t] = arrays.get(STEPS)?.data ?? [];
  return {
    m: flatTensors(net, arrays, { where, prefix: "m." }),
    v: flatTensors(net, arrays, { where, prefix: "v." }),
    t: Number(t ?? 0),
  };
}

/** Name of the array with the number of steps that Adam did. */
const STEPS = "t";

function adamArrays(net: Net, { m, v, t }: Adam): Map<string, NpyArray> {
  return new Map([
    ...tensorArrays(net, m, "m."),
    ...tensorArrays(net, v, "v."),
    [STEPS, { dtype: "f64", shape: [1], data: new Float64Array([t]) }],
  ]);
}

async function save(
  run: TrainRun,
  state: TrainState,
  name: keyof typeof RUN_CHECKPOINTS,
): Promise<void> {
  const { network, adam, others } = state;
  const files = encodeCheckpoint({
    network,
    facts: factsOf(run, state),
    optimizer: adam === null ? null : adamArrays(network.net, adam),
    others,
  });
  const from = beforeRoot(run.folder);
  await saveCheckpoint(join(run.folder, name), files, from);
}

function factsOf(run: TrainRun, state: TrainState): CheckpointFacts {
  const { town, seed, backend, runtime } = run;
  const { steps, updates, cycle, rng, metrics } = state;
  const spec = policySpec(town);
  return {
    obs_spec_hash: spec.obs,
    action_spec_hash: spec.actions,
    actions: town.actions,
    feature_names: observationSpec(town).featureNames,
    config_id: town.config.config_id,
    config_sha256: configSha256(town.config),
    seed,
    steps,
    updates,
    cycle,
    backend,
    runtime,
    app: `townlet ${project.version}`,
    rng,
    metrics,
  };
}
