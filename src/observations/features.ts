/**
 * Features: what a resident knows of itself, as numbers.
 *
 * @module
 */
import { clamp } from "../base/clamp.ts";
import { ENGAGED, NEED_COUNT, SHIFT, type World } from "../world/world.ts";
import { ENDS, KIND } from "../world/turn.ts";
import type { Canvas } from "./canvas.ts";
import type { ObservationTables } from "./tables.ts";

/** Features of the shift, in order. */
const SHIFT_FEATURES = 5;
/** Which of them is 1 in each shift state. */
const SHIFT_FEATURE = new Uint8Array(7);
SHIFT_FEATURE[SHIFT.pre_shift] = 0;
SHIFT_FEATURE[SHIFT.idle] = 0;
SHIFT_FEATURE[SHIFT.await_start] = 0;
SHIFT_FEATURE[SHIFT.on_time] = 1;
SHIFT_FEATURE[SHIFT.late] = 2;
SHIFT_FEATURE[SHIFT.absent] = 3;
SHIFT_FEATURE[SHIFT.post_shift] = 4;

/** Place of each kind of action among the `last_action_*` of layout v2. */
const KIND_FEATURE = new Uint8Array(8);
KIND_FEATURE[KIND.move] = 0;
KIND_FEATURE[KIND.request] = 1;
KIND_FEATURE[KIND.start] = 2;
KIND_FEATURE[KIND.release] = 3;
KIND_FEATURE[KIND.chat] = 4;
KIND_FEATURE[KIND.blocked] = 5;
KIND_FEATURE[KIND.wait] = 6;
KIND_FEATURE[KIND.none] = 7;

/**
 * Writes the features of every row that somebody has, but for those of the
 * place and of friends and rivals.
 *
 * @param ends not 0 for agents whose life ends in this tick, if any do [agents]
 */
export function writeFeatures(
  tables: ObservationTables,
  world: World,
  { batch }: Canvas,
  ends: Uint8Array | null,
): void {
  const { town, spec, at, kindHash } = tables;
  const { features, agents, slots, count } = batch;
  const { need, wallet, lateness, onShift, attendance } = world;
  const { wagesWithheld, shiftState, contextReset, episodeTick } = world;
  const { rivalryMax, lastKind, lastSuccess, lastDuration } = world;
  const { engaged, engagement } = world;
  const { ticksPerDay, embeddingSlots, tieSlots } = town;
  const { avoid_threshold: avoidThreshold } = town.rivalry;
  const featureCount = spec.featureNames.length;
  const bounded = spec.layout === "v2";
  const timeOfDay = world.tick[0] % ticksPerDay;
  const sin = tables.timeSin[timeOfDay];
  const cos = tables.timeCos[timeOfDay];
  for (let row = 0; row < count; row++) {
    const agent = agents[row];
    if (agent < 0) continue;
    const to = row * featureCount;
    const needs = agent * NEED_COUNT;
    features[to] = need[needs];
    features[to + 1] = need[needs + 1];
    features[to + 2] = need[needs + 2];
    const money = wallet[agent];
    const late = lateness[agent];
    const withheld = wagesWithheld[agent];
    features[to + 3] = bounded ? money / (10 + Math.abs(money)) : money;
    features[to + 4] = bounded ? late / (late + 3) : late;
    features[to + 5] = onShift[agent];
    features[to + 6] = sin;
    features[to + 7] = cos;
    features[to + 8] = attendance[agent];
    features[to + 9] = bounded ? withheld / (withheld + 1) : withheld;
    const shift = to + 10;
    for (let i = 0; i < SHIFT_FEATURES; i++) features[shift + i] = 0;
    features[shift + SHIFT_FEATURE[shiftState[agent]]] = 1;
    features[to + 15] = slots[row] / embeddingSlots;
    const ended = ends !== null && ends[agent] !== ENDS.not;
    features[to + 16] = ended ? 1 : contextReset[agent];
    contextReset[agent] = 0;
    features[to + 17] = clamp(episodeTick[agent] / ticksPerDay, 0, 1);
    const rivalry = rivalryMax[agent];
    features[to + 18] = rivalry;
    let avoided = 0;
    if (rivalry >= avoidThreshold) {
      const first = agent * tieSlots;
      for (let i = first; i < first + world.rivals[agent]; i++) {
        if (world.rivalScore[i] >= avoidThreshold) avoided++;
      }
    }
    features[to + 19] = bounded ? avoided / tieSlots : avoided;
    const kind = lastKind[agent];
    if (bounded) {
      const last = to + at.lastAction;
      for (let i = 0; i < KIND_FEATURE.length; i++) features[last + i] = 0;
      features[last + KIND_FEATURE[kind]] = 1;
    } else {
      features[to + at.lastAction] = kindHash[kind];
    }
    const after = to + at.lastSuccess;
    const duration = lastDuration[agent];
    features[after] = lastSuccess[agent];
    features[after + 1] = bounded ? Math.min(1, duration / 60) : duration;
    const busy = engaged[agent] >= 0 ? engagement[agent] : ENGAGED.not;
    features[after + 2] = busy === ENGAGED.holds ? 1 : 0;
    features[after + 3] = busy === ENGAGED.waits ? 1 : 0;
    if (at.personality < 0) continue;
    const traits = to + at.personality;
    features[traits] = world.extroversion[agent];
    features[traits + 1] = world.forgiveness[agent];
    features[traits + 2] = world.ambition[agent];
  }
}
