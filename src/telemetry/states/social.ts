/**
 * The channel `social`: the text that {@link socialState} gives, sooner.
 *
 * Only residents whose ties have changed are looked at.
 * @module
 */
import type { Town } from "../../world/town.ts";
import { diffStates, type StateMembers } from "../merge_patch.ts";
import {
  plainChannel,
  type StateChannel,
  type StateOptions,
  tidy,
} from "../state_channel.ts";
import type { View } from "../view.ts";
import { JsonWriter, nameOf, pieceOf } from "./json_writer.ts";
import { Roll } from "./roll.ts";
import { socialState } from "./social_state.ts";
import { TieWriter } from "./ties.ts";

const NAMELESS = pieceOf("");
const CHURN = nameOf("churn");

/** Opens the channel. */
export function openSocial(town: Town, options: StateOptions): StateChannel {
  // Leaving out is for trees, and rare.
  if (options.redact.length > 0) return plainChannel(socialState, options);
  const out = new JsonWriter(options);
  const roll = new Roll(town.capacity);
  const ties = new TieWriter(town, out, roll);
  let last: StateMembers = {};
  const tell = ({ world, churn }: View, whole: boolean): string | null => {
    roll.look(world, whole);
    const counts = tidy(churn.state(), options);
    const patch = whole ? counts : diffStates(last, counts);
    last = counts;
    out.open(NAMELESS);
    ties.writeTies(world, whole);
    if (patch !== null) out.json(CHURN, JSON.stringify(patch));
    ties.writeTop(world, whole);
    out.close(whole);
    const text = out.take();
    return text === null ? null : ties.told(text);
  };
  return {
    // A whole state is never nothing.
    key: (view) => tell(view, true) ?? "",
    patch: (view) => tell(view, false),
  };
}
