/** The channel `rewards`: the text that {@link rewardsState} gives, sooner. @module */
import type { Town } from "../../world/town.ts";
import { PART, REWARD_PARTS, type Turn } from "../../world/turn.ts";
import {
  plainChannel,
  type StateChannel,
  type StateOptions,
} from "../state_channel.ts";
import { ToldNumbers } from "./changes.ts";
import { JsonWriter } from "./json_writer.ts";
import { nameOf } from "./pieces.ts";
import { openResidents } from "./residents.ts";
import { rewardsState, TOLD_PARTS } from "./rewards_state.ts";

const TOTAL = nameOf("total");
const NAMES = TOLD_PARTS.map(nameOf);
const PARTS = TOLD_PARTS.map((part) => PART[part]);
/** Numbers told of everybody. */
const COLUMNS = PARTS.length + 1;

/** Opens the channel. */
export function openRewards(town: Town, options: StateOptions): StateChannel {
  // Leaving out is for trees, and rare.
  if (options.redact.length > 0) return plainChannel(rewardsState, options);
  const out = new JsonWriter(options.precision);
  const told = new ToldNumbers(out, town.capacity * COLUMNS, options);
  let turn: Turn;
  return openResidents(town.capacity, out, {
    begin: (view) => void (turn = view.turn),
    write(row, place, whole) {
      const at = place * COLUMNS;
      const from = row * REWARD_PARTS.length;
      told.tell(at, TOTAL, turn.reward, row, whole);
      for (let k = 0; k < PARTS.length; k++) {
        const part = from + PARTS[k];
        told.tellUnlessZero(
          at + 1 + k,
          NAMES[k],
          turn.rewardParts,
          part,
          whole,
        );
      }
    },
  });
}
