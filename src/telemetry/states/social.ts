/**
 * The channel `social`: the text that {@link socialState} gives, sooner.
 *
 * Only residents whose ties have changed are looked at.
 * @module
 */
import type { Town } from "../../world/town.ts";
import type { World } from "../../world/world.ts";
import {
  diffStates,
  type Patch,
  type PatchMembers,
  type StateMembers,
} from "../merge_patch.ts";
import {
  plainChannel,
  type StateChannel,
  type StateOptions,
  tidy,
} from "../state_channel.ts";
import type { View } from "../view.ts";
import { socialState, tiesOf, topOf } from "./social_state.ts";

/** What is told of a resident. */
interface Owner {
  /** Number of the ties as they were, of `tieStamp`. */
  readonly stamp: number;
  /** The ties. */
  readonly ties: StateMembers;
  /** Friends and rivals, if any. */
  readonly top: StateMembers | undefined;
}

/** Opens the channel. */
export function openSocial(town: Town, options: StateOptions): StateChannel {
  // Leaving out is for trees, and rare.
  if (options.redact.length > 0) return plainChannel(socialState, options);
  let told: ReadonlyMap<string, Owner> = new Map();
  let churn: StateMembers = {};
  const tell = (view: View, whole: boolean): string | null => {
    const before = whole ? new Map<string, Owner>() : told;
    const now = ownersOf(town, view.world, before, options);
    const counts = tidy(view.churn.state(), options);
    const ties = changesOf(before, now, ({ ties }) => ties);
    const top = changesOf(before, now, ({ top }) => top);
    const state = {
      ...whole || !isEmpty(ties) ? { ties } : {},
      churn: (whole ? counts : diffStates(churn, counts)) ?? undefined,
      ...whole || !isEmpty(top) ? { top } : {},
    };
    if (state.churn === undefined && isEmpty(ties) && isEmpty(top)) return null;
    told = now;
    churn = counts;
    return JSON.stringify(state);
  };
  return {
    // A whole state is never nothing: it has its counts.
    key: (view) => tell(view, true) ?? "",
    patch: (view) => tell(view, false),
  };
}

/** Those who have ties; who has the same as before is taken over. */
function ownersOf(
  town: Town,
  world: World,
  before: ReadonlyMap<string, Owner>,
  options: StateOptions,
): ReadonlyMap<string, Owner> {
  const { roster, population, records, ties, tieStamp } = world;
  const owners = new Map<string, Owner>();
  for (let i = 0; i < population[0]; i++) {
    const row = roster[i];
    if (ties[row] === 0) continue;
    const id = records.agentIds[row];
    const known = before.get(id);
    if (known?.stamp === tieStamp[row]) {
      owners.set(id, known);
      continue;
    }
    const top = topOf(town, world, row);
    owners.set(id, {
      stamp: tieStamp[row],
      ties: tidy(tiesOf(town, world, row), options),
      top: top && tidy(top, options),
    });
  }
  return owners;
}

/** What has changed of a part of what is told: nulls, for what is gone, last. */
function changesOf(
  before: ReadonlyMap<string, Owner>,
  now: ReadonlyMap<string, Owner>,
  partOf: (owner: Owner) => StateMembers | undefined,
): PatchMembers {
  const changes: Record<string, Patch> = {};
  for (const [id, owner] of now) {
    const known = before.get(id);
    const part = partOf(owner);
    if (owner === known || part === undefined) continue;
    const old = known && partOf(known);
    const change = old === undefined ? part : diffStates(old, part);
    if (change !== null) changes[id] = change;
  }
  for (const [id, owner] of before) {
    const is = now.get(id);
    const isGone = is === undefined || partOf(is) === undefined;
    if (isGone && partOf(owner) !== undefined) changes[id] = null;
  }
  return changes;
}

function isEmpty(members: PatchMembers): boolean {
  return Object.keys(members).length === 0;
}
