/**
 * The channel `social`: the text that {@link socialState} gives, sooner.
 *
 * Only residents whose ties have changed are looked at.
 * @module
 */
import type { Town } from "../../world/town.ts";
import {
  plainChannel,
  type StateChannel,
  type StateOptions,
} from "../state_channel.ts";
import type { View } from "../view.ts";
import { ChurnWriter } from "./churn_counts.ts";
import { JsonWriter } from "./json_writer.ts";
import { pieceOf } from "./pieces.ts";
import { inOrder, Roll } from "./roll.ts";
import { socialState } from "./social_state.ts";
import { TieWriter } from "./ties.ts";

const NAMELESS = pieceOf("");

/** Opens the channel. */
export function openSocial(town: Town, options: StateOptions): StateChannel {
  // Leaving out is for trees, and rare.
  if (options.redact.length > 0) return plainChannel(socialState, options);
  const out = new JsonWriter(options.precision);
  const roll = new Roll(town.capacity);
  const ties = new TieWriter(town, out, roll, options);
  const counts = new ChurnWriter(out, options);
  const tell = ({ world, churn }: View, whole: boolean): string | null => {
    roll.look(world, whole);
    out.clear();
    out.open(NAMELESS);
    ties.writeTies(world, whole);
    counts.write(churn.counts, whole);
    ties.writeTop(world, whole);
    out.close(whole);
    const text = out.take();
    if (text === null) return null;
    roll.told();
    return ties.moves || counts.moves ? inOrder(text) : text;
  };
  return {
    // A whole state is never nothing.
    key: (view) => tell(view, true) ?? "",
    patch: (view) => tell(view, false),
  };
}
