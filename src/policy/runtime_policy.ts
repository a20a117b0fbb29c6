/**
 * A model of ONNX that decides, whoever trained it.
 *
 * It has the inputs `features` (rows × F), `map` (rows × C × w × w) and
 * `action_mask` (rows × K), of which it may leave any out, and the outputs
 * `logits` (rows × K) and `value` (rows). Its metadata say what it was made
 * for: `obs_spec_hash` and `action_spec_hash`.
 *
 * @module
 */
import { TownletError } from "../base/error.ts";
import { sha256Hex } from "../base/hash.ts";
import { recordText } from "../base/text.ts";
import { observationSpec } from "../observations/spec.ts";
import { ACTION, type Town } from "../world/town.ts";
import { chooseRows } from "./choose_rows.ts";
import { MASKED_LOGIT } from "./network/forward.ts";
import { readOnnxMetadata } from "./onnx/metadata.ts";
import {
  type OrtModule,
  type OrtSession,
  type OrtTensor,
  SESSION_OPTIONS,
} from "./onnx/runtime.ts";
import type { Policy } from "./policy.ts";
import { type PolicySpec, requireSpec } from "./spec.ts";

/** How a model decides. */
export interface RuntimePolicyOptions {
  /** Name of the policy. */
  readonly name: string;
  /** True to take the likeliest action in place of a draw (false). */
  readonly greedy?: boolean;
  /** Whom it values: who has to decide (the default), or everybody. */
  readonly values?: "asked" | "all";
}

/** Arrays that inputs are made of, by the type of their numbers. */
const ARRAYS = {
  float32: Float32Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Rows that a model is tried with: it must do with more than one. */
const TRIED_ROWS = 2;

/**
 * Opens a policy that has a model decide (draws of stream `policy`). It answers
 * later: run it with `runForAsync()`.
 *
 * What may not be chosen is masked here, whether the model does so or not.
 *
 * @param bytes the model, a file `.onnx`
 * @throws {TownletError} for a model that was made for other observations or
 * actions, does not say for which, or cannot decide here
 */
export async function openRuntimePolicy(
  ort: OrtModule,
  bytes: Uint8Array,
  town: Town,
  { name, greedy = false, values = "asked" }: RuntimePolicyOptions,
): Promise<Policy> {
  const spec = modelSpec(bytes, name);
  requireSpec(spec, town, { where: name });
  const model = await openModel(ort, bytes, town, name);
  const hash = sha256Hex(bytes);
  const { featureNames, mapShape } = observationSpec(town);
  const features = featureNames.length;
  const cells = mapShape[0] * mapShape[1] * mapShape[2];
  const actions = town.actions.length;
  const place = new Int32Array(town.capacity);
  const logits = new Float32Array(town.capacity * actions);
  return {
    name,
    sees: "observations",
    releases: true,
    spec,
    everyTick: values === "all",
    logits,
    policyHash: () => hash,
    async act({ world, rows, count, batch }, out) {
      if (batch === null) throw new TypeError("a model needs observations");
      const agents = values === "all" ? world.roster : rows;
      const agentCount = values === "all" ? world.population[0] : count;
      if (agentCount === 0) return;
      const seen = {
        features: new Float32Array(agentCount * features),
        map: new Float32Array(agentCount * cells),
        action_mask: new Uint8Array(agentCount * actions),
      };
      for (let i = 0; i < agentCount; i++) {
        const row = batch.rowOf[agents[i]];
        const from = batch.row(row);
        place[agents[i]] = i;
        seen.features.set(from.features, i * features);
        seen.map.set(from.map, i * cells);
        seen.action_mask.set(from.actionMask, i * actions);
      }
      const result = await model(agentCount, seen);
      for (let i = 0; i < agentCount; i++) {
        out.value[agents[i]] = result.value[i];
      }
      chooseRows(result.logits, place, { rows, count, actions }, out, {
        random: greedy ? null : world.random.policy,
        kept: logits,
      });
    },
  };
}

/**
 * What a model says that it was made for.
 *
 * @param where its file, for messages
 * @throws {TownletError} when it does not say so
 */
export function modelSpec(bytes: Uint8Array, where: string): PolicySpec {
  const metadata = readOnnxMetadata(bytes);
  const read = (key: string): string => {
    const hash = metadata.get(key);
    if (hash !== undefined) return hash;
    throw new TownletError(`The metadata of the model have no ${key}`, {
      code: "policy.metadata",
      where,
      hint:
        "Add obs_spec_hash and action_spec_hash of the town it was trained in",
    });
  };
  return { obs: read("obs_spec_hash"), actions: read("action_spec_hash") };
}

/** What a model sees: rows of each. */
interface Seen {
  readonly features: Float32Array;
  readonly map: Float32Array;
  readonly action_mask: Uint8Array;
}

/** What a model gives: rows of each. */
interface Given {
  readonly logits: Float32Array;
  readonly value: Float32Array;
}

/** Loads a model, and tries whether it does what is asked of it. */
async function openModel(
  ort: OrtModule,
  bytes: Uint8Array,
  town: Town,
  where: string,
): Promise<(rows: number, seen: Seen) => Promise<Given>> {
  const { featureNames, mapShape } = observationSpec(town);
  const actions = town.actions.length;
  const widths: Record<keyof Seen, readonly number[]> = {
    features: [featureNames.length],
    map: mapShape,
    action_mask: [actions],
  };
  const session = await orUnusable(
    where,
    () => ort.InferenceSession.create(bytes, SESSION_OPTIONS),
  );
  const inputs = inputsOf(session, where);
  const run = async (rows: number, seen: Seen): Promise<Given> => {
    const feeds: Record<string, OrtTensor> = {};
    for (const { name, type } of inputs) {
      const numbers = ARRAYS[type].from(seen[name]);
      feeds[name] = new ort.Tensor(type, numbers, [rows, ...widths[name]]);
    }
    const results = await session.run(feeds);
    const logits = numbersOf(results, "logits", rows * actions, where);
    const value = numbersOf(results, "value", rows, where);
    const masked = logits.map((logit, i) =>
      seen.action_mask[i] === 0 ? MASKED_LOGIT : logit
    );
    return { logits: masked, value };
  };
  const zeros = (name: keyof Seen) =>
    TRIED_ROWS * widths[name].reduce((product, side) => product * side, 1);
  const seen: Seen = {
    features: new Float32Array(zeros("features")),
    map: new Float32Array(zeros("map")),
    action_mask: new Uint8Array(zeros("action_mask")),
  };
  for (let row = 0; row < TRIED_ROWS; row++) {
    seen.action_mask[row * actions + ACTION.wait] = 1;
  }
  await orUnusable(where, () => run(TRIED_ROWS, seen));
  return run;
}

/** The inputs of a model, all of them known. */
function inputsOf(
  { inputMetadata }: OrtSession,
  where: string,
): readonly {
  readonly name: keyof Seen;
  readonly type: keyof typeof ARRAYS;
}[] {
  return inputMetadata.map(({ name, type = "no tensor" }) => {
    if (name !== "features" && name !== "map" && name !== "action_mask") {
      throw unusable(`it asks for ${name}`, where);
    }
    if (!Object.hasOwn(ARRAYS, type)) {
      throw unusable(`its input ${name} is ${type}`, where);
    }
    return { name, type: type as keyof typeof ARRAYS };
  });
}

/** The numbers of an output. */
function numbersOf(
  results: Readonly<Record<string, OrtTensor>>,
  name: string,
  length: number,
  where: string,
): Float32Array {
  const data = Object.hasOwn(results, name) ? results[name].data : undefined;
  if (!(data instanceof Float32Array)) {
    throw unusable(`it gives no ${name} of float32`, where);
  }
  if (data.length === length) return data;
  throw unusable(`of ${name} it gives ${data.length}, not ${length}`, where);
}

/** Does something; what the runtime says against it is put into words. */
async function orUnusable<T>(
  where: string,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof TownletError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unusable(why.split("\n")[0], where, cause);
  }
}

function unusable(why: string, where: string, cause?: unknown): TownletError {
  return new TownletError(recordText(`The model cannot decide here: ${why}`), {
    code: "policy.model",
    where,
    hint:
      "Its inputs are features, map and action_mask, its outputs logits and value, for any number of rows",
    cause,
  });
}
