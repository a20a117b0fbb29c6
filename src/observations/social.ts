/**
 * The social snippet: what a resident is told of its friends and rivals.
 *
 * @module
 */
import { blake2s256 } from "../base/hash.ts";
import type { World } from "../world/world.ts";
import { type Canvas, NEVER } from "./canvas.ts";
import type { ObservationTables } from "./tables.ts";

/** What is remembered of the agents of one world from build to build. */
export interface SocialMemory {
  /** Ids the numbers are of. [agents] */
  ids: readonly string[];
  /** The numbers that stand for the ids. [agents × embed_dim] */
  readonly values: Float32Array;
  /** A number of its own for each id, 0 for none. [agents] */
  readonly keys: Int32Array;
  /** The last of those. */
  lastKey: number;
  /** Scores of the entries of one ledger; scratch. [ties] */
  readonly scores: Float64Array;
  /** Entries told in the social slots of one row; scratch. [slots] */
  readonly chosen: Uint8Array;
}

/** Room for what is remembered of a town's agents. */
export function openSocialMemory(tables: ObservationTables): SocialMemory {
  const { capacity, tieSlots } = tables.town;
  return {
    ids: [],
    values: new Float32Array(capacity * (tables.spec.social?.embedDim ?? 0)),
    keys: new Int32Array(capacity),
    lastKey: 0,
    scores: new Float64Array(tieSlots),
    chosen: new Uint8Array(tables.spec.social?.slots ?? 0),
  };
}

/** The first bytes of an id's BLAKE2s digest, each from 0 to 1. */
export function embeddingOf(id: string, length: number): number[] {
  return [...blake2s256(id).subarray(0, length)].map((byte) => byte / 255);
}

/** Works out the numbers of ids that are new. */
function refreshIds(memory: SocialMemory, agentIds: readonly string[]): void {
  const { ids, values, keys } = memory;
  const length = values.length / keys.length;
  for (let agent = 0; agent < agentIds.length; agent++) {
    const id = agentIds[agent];
    if (id === ids[agent]) continue;
    keys[agent] = id === "" ? 0 : ++memory.lastKey;
    if (id !== "") values.set(embeddingOf(id, length), agent * length);
  }
  memory.ids = agentIds;
}

/** Score of an entry that is out of the question. */
const TAKEN = -Infinity;

/**
 * Chooses the entries with the highest scores, of equal ones the first, into
 * the social slots from `slot` on, and gives the slot after them.
 *
 * @param entries how many there are
 * @param most how many to choose at most
 * @param least scores must be above it
 */
function chooseTop(
  { scores, chosen }: SocialMemory,
  slot: number,
  entries: number,
  most: number,
  least: number,
): number {
  const end = slot + most;
  for (; slot < end; slot++) {
    let best = -1;
    let highest = least;
    for (let entry = 0; entry < entries; entry++) {
      if (scores[entry] <= highest) continue;
      highest = scores[entry];
      best = entry;
    }
    if (best < 0) break;
    chosen[slot] = best;
    scores[best] = TAKEN;
  }
  return slot;
}

/**
 * Writes friends, rivals and what sums them up for every row that somebody
 * has.
 *
 * Friends are those with the highest trust + familiarity, rivals those of the
 * others with the highest rivalry; whoever has no ties at all is told of the
 * rivals in its ledger.
 */
export function writeSocial(
  tables: ObservationTables,
  world: World,
  canvas: Canvas,
  memory: SocialMemory,
): void {
  const { town, spec, at } = tables;
  const { social } = spec;
  if (social === undefined) return;
  const { agentIds } = world.records;
  if (memory.ids !== agentIds) refreshIds(memory, agentIds);
  const { top_friends: friendMax, top_rivals: rivalMax } =
    town.config.observations.social_snippet;
  const { slots, slotSize, embedDim } = social;
  const { values, keys, scores, chosen } = memory;
  const { batch, shownEmbedding, shownTies } = canvas;
  const { features, filledSlots, agents, count } = batch;
  const { ties, tieOther, tieTrust, tieFamiliarity, tieRivalry } = world;
  const { rivals, rivalOther, rivalScore, tieStamp } = world;
  const featureCount = spec.featureNames.length;
  const strict = spec.layout === "v2";
  const least = strict ? 0 : -Infinity;
  const { tieSlots } = town;

  for (let row = 0; row < count; row++) {
    const agent = agents[row];
    if (agent < 0) continue;
    const first = agent * tieSlots;
    const known = ties[agent];
    if (known > 0 && tieStamp[agent] === shownTies[row]) continue;
    shownTies[row] = known > 0 ? tieStamp[agent] : NEVER;

    const entries = known > 0 ? known : rivals[agent];
    let friendsEnd = 0;
    if (known > 0) {
      for (let i = 0; i < known; i++) {
        scores[i] = tieTrust[first + i] + tieFamiliarity[first + i];
      }
      friendsEnd = chooseTop(memory, 0, known, friendMax, least);
    }
    const ledger = known > 0 ? tieRivalry : rivalScore;
    for (let i = 0; i < entries; i++) scores[i] = ledger[first + i];
    for (let slot = 0; slot < friendsEnd; slot++) scores[chosen[slot]] = TAKEN;
    const rivalsStart = strict ? friendMax : friendsEnd;
    const rivalsEnd = chooseTop(memory, rivalsStart, entries, rivalMax, least);

    let filled = 0;
    let trustSum = 0;
    let trustMax = -Infinity;
    let rivalrySum = 0;
    let rivalryMax = -Infinity;
    let to = row * featureCount + at.social;
    for (let slot = 0; slot < slots; slot++, to += slotSize) {
      const shown = row * slots + slot;
      if (slot >= rivalsEnd || (slot >= friendsEnd && slot < rivalsStart)) {
        if (shownEmbedding[shown] === 0) continue;
        features.fill(0, to, to + slotSize);
        shownEmbedding[shown] = 0;
        continue;
      }
      const entry = first + chosen[slot];
      const other = known > 0 ? tieOther[entry] : rivalOther[entry];
      if (shownEmbedding[shown] !== keys[other]) {
        const from = other * embedDim;
        for (let d = 0; d < embedDim; d++) features[to + d] = values[from + d];
        shownEmbedding[shown] = keys[other];
      }
      const trust = known > 0 ? tieTrust[entry] : 0;
      const rivalry = ledger[entry];
      features[to + embedDim] = trust;
      features[to + embedDim + 1] = known > 0 ? tieFamiliarity[entry] : 0;
      features[to + embedDim + 2] = rivalry;
      filled++;
      trustSum += trust;
      rivalrySum += rivalry;
      if (trust > trustMax) trustMax = trust;
      if (rivalry > rivalryMax) rivalryMax = rivalry;
    }
    filledSlots[row] = filled;
    if (at.aggregates < 0) continue;
    const sums = row * featureCount + at.aggregates;
    features[sums] = filled === 0 ? 0 : trustSum / filled;
    features[sums + 1] = filled === 0 ? 0 : trustMax;
    features[sums + 2] = filled === 0 ? 0 : rivalrySum / filled;
    features[sums + 3] = filled === 0 ? 0 : rivalryMax;
  }
}
