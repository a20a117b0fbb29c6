/**
 * Demonstrations: recorded decisions to learn from.
 *
 * A step teaches when whoever acted was the one to learn from, there was a
 * choice, and what was chosen was among what could be. Steps with one choice
 * teach nothing, and would only flatter an accuracy.
 *
 * @module
 */
import { TownletError } from "../base/error.ts";
import { Random } from "../base/random.ts";
import { fillInput } from "../policy/network/input.ts";
import type { Net } from "../policy/network/net.ts";
import type { CloneBatch } from "./backend.ts";
import type { Dataset } from "./dataset/dataset.ts";
import type { Shard } from "./dataset/shard.ts";
import type { Steps } from "./experience.ts";

/** Shards to learn from, one of which is held in memory at a time. */
export interface Shards {
  /** Where the dataset is, for messages. */
  readonly where: string;
  /** How many there are. */
  readonly count: number;
  /** Reads one. */
  read(index: number): Promise<Shard>;
}

/**
 * The shards of datasets that were accepted, as one list.
 *
 * @throws {TownletError} where none was
 */
export function acceptedShards(datasets: readonly Dataset[]): Shards {
  const where = datasets.map((dataset) => dataset.where).join(", ");
  const accepted = datasets.flatMap((dataset) =>
    dataset.manifest.shards.flatMap((shard, index) =>
      shard.accepted ? [{ dataset, index }] : []
    )
  );
  if (accepted.length === 0) {
    throw new TownletError("Nothing is recorded that one should learn from", {
      code: "dataset.empty",
      where,
      hint: "Capture longer, or curate with lower limits",
    });
  }
  return {
    where,
    count: accepted.length,
    read: (at) => accepted[at].dataset.read(accepted[at].index),
  };
}

/** What is in demonstrations, and which of it is held out. */
export interface Survey {
  /** 1 for each episode of each shard that is held out. */
  readonly heldOut: readonly Uint8Array[];
  /** Steps that teach. */
  readonly steps: number;
  /** Steps that are held out and would teach. */
  readonly heldOutSteps: number;
  /** Share of the most frequent action: what choosing it always would reach. */
  readonly mostFrequent: number;
}

/** Share of the episodes that is held out. */
const HELD_OUT = 0.1;
/** Share of an action above which demonstrations show nothing else. */
const SHARE_MAX = 0.95;

/**
 * Looks through demonstrations, and holds a tenth of their episodes out: at
 * least one, the same for the same seed.
 *
 * @throws {TownletError} where there are fewer than two episodes with a
 * decision, or an action has more than 95 % of the decisions
 */
export async function survey(
  shards: Shards,
  actions: readonly string[],
  seed: string,
): Promise<Survey> {
  const { where } = shards;
  const teaching: number[][] = [];
  const counts = actions.map(() => 0);
  for (let index = 0; index < shards.count; index++) {
    const { steps, sequences } = await shards.read(index);
    teaching.push(sequences.map(({ start, end }) => {
      let found = 0;
      for (let step = start; step < end; step++) {
        if (!teaches(steps, step, actions.length)) continue;
        counts[steps.action[step]]++;
        found++;
      }
      return found;
    }));
  }
  const known = teaching.flatMap((shard, index) =>
    shard.flatMap((found, episode) =>
      found > 0 ? [{ index, episode, found }] : []
    )
  );
  if (known.length < 2) {
    throw new TownletError(
      `Demonstrations need two episodes with decisions at least, and have ${known.length}`,
      {
        code: "cloning.episodes",
        where,
        hint: "Capture more residents, seeds or ticks",
      },
    );
  }
  const mostFrequent = checkShares(counts, actions, where);
  Random.seeded(seed, "training:held-out").shuffle(known);
  const held = known.slice(0, Math.max(1, Math.round(HELD_OUT * known.length)));
  const heldOut = teaching.map(({ length }) => new Uint8Array(length));
  for (const { index, episode } of held) heldOut[index][episode] = 1;
  const heldOutSteps = held.reduce((sum, { found }) => sum + found, 0);
  const all = counts.reduce((sum, count) => sum + count, 0);
  return { heldOut, steps: all - heldOutSteps, heldOutSteps, mostFrequent };
}

/**
 * Refuses demonstrations that show little else than one action; gives the share
 * of the most frequent one.
 */
function checkShares(
  counts: readonly number[],
  actions: readonly string[],
  where: string,
): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.indexOf(Math.max(...counts));
  const share = counts[most] / all;
  if (share <= SHARE_MAX) return share;
  throw new TownletError(
    `${actions[most]} is ${(100 * share).toFixed(1)} % of the decisions: ` +
      "nothing else can be learned",
    {
      code: "cloning.one-action",
      where,
      hint: `Capture residents who do more; at most ${
        100 * SHARE_MAX
      } % may be alike`,
    },
  );
}

/** The steps of a shard that teach, of episodes held out or of the others. */
export function teachingSteps(
  { steps, sequences }: Shard,
  heldOut: Uint8Array,
  held: 0 | 1,
  actions: number,
): number[] {
  return sequences.flatMap(({ start, end }, episode) => {
    const found: number[] = [];
    if (heldOut[episode] !== held) return found;
    for (let step = start; step < end; step++) {
      if (teaches(steps, step, actions)) found.push(step);
    }
    return found;
  });
}

/** Whether something can be learned from a step. */
function teaches(steps: Steps, step: number, actions: number): boolean {
  const { action_mask, external, action } = steps;
  const at = step * actions;
  if (external[step] === 1 || action_mask[at + action[step]] === 0) {
    return false;
  }
  let choices = 0;
  for (let k = 0; k < actions; k++) choices += action_mask[at + k];
  return choices > 1;
}

/** Room for a minibatch of at most `size` steps. */
export function createCloneBatch(net: Net, size: number): CloneBatch {
  return {
    rows: size,
    input: new Float32Array(size * net.inputs),
    actionMask: new Uint8Array(size * net.shape.actions),
    action: new Int32Array(size),
  };
}

/** Gathers steps into `room`; gives as much of it as they fill. */
export function gatherSteps(
  net: Net,
  steps: Steps,
  chosen: readonly number[],
  room: CloneBatch,
): CloneBatch {
  const { inputs, shape: { actions } } = net;
  const observed = { map: steps.obs_map, features: steps.obs_features };
  for (const [row, step] of chosen.entries()) {
    fillInput(observed, net, step, room.input, row * inputs);
    for (let k = 0; k < actions; k++) {
      room.actionMask[row * actions + k] = steps.action_mask[
        step * actions + k
      ];
    }
    room.action[row] = steps.action[step];
  }
  const rows = chosen.length;
  return {
    rows,
    input: room.input.subarray(0, rows * inputs),
    actionMask: room.actionMask.subarray(0, rows * actions),
    action: room.action.subarray(0, rows),
  };
}

/** Minibatches of demonstrations that are not held out, without end. */
export function demonstrationBatches(
  net: Net,
  shards: Shards,
  { heldOut }: Survey,
  { size, random }: { readonly size: number; readonly random: Random },
): () => Promise<CloneBatch> {
  const room = createCloneBatch(net, size);
  const { actions } = net.shape;
  let shard: Shard | null = null;
  let steps: number[] = [];
  let order: number[] = [];
  return async () => {
    while (shard === null || steps.length === 0) {
      if (order.length === 0) {
        order = Array.from({ length: shards.count }, (_, index) => index);
        random.shuffle(order);
      }
      const index = order.pop() ?? 0;
      shard = await shards.read(index);
      steps = random.shuffle(teachingSteps(shard, heldOut[index], 0, actions));
    }
    return gatherSteps(net, shard.steps, steps.splice(-size), room);
  };
}
