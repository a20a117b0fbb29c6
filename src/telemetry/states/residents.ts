/** A channel with a member for everybody who lives in town. @module */
import type { StateChannel } from "../state_channel.ts";
import type { View } from "../view.ts";
import type { JsonWriter } from "./json_writer.ts";
import { nameOf, pieceOf } from "./pieces.ts";
import { inOrder, movesAhead, Roll } from "./roll.ts";

const NAMELESS = pieceOf("");

/** Writes the members of residents that have changed. */
export interface ResidentWriter {
  /** Begins with a tick. */
  begin(view: View): void;
  /**
   * Writes what has changed of one of them.
   *
   * @param row row in the world
   * @param place where what was told of the resident is kept
   * @param whole whether nothing was told yet
   */
  write(row: number, place: number, whole: boolean): void;
}

/** Opens a channel that tells of residents one by one. */
export function openResidents(
  capacity: number,
  out: JsonWriter,
  writer: ResidentWriter,
): StateChannel {
  const roll = new Roll(capacity);
  const tell = (view: View, isKey: boolean): string | null => {
    roll.look(view.world, isKey);
    const { count, rows, places, isNew, names } = roll;
    writer.begin(view);
    out.clear();
    out.open(NAMELESS);
    for (let i = 0; i < count; i++) {
      const place = places[i];
      const whole = isNew[place] === 1;
      out.open(names[place]);
      writer.write(rows[i], place, whole);
      out.close(whole);
    }
    const { gone } = roll;
    for (const id of gone) out.drop(nameOf(id));
    out.close(isKey);
    const text = out.take();
    if (text === null) return null;
    roll.told();
    return gone.some(movesAhead) ? inOrder(text) : text;
  };
  return {
    // A whole state is never nothing.
    key: (view) => tell(view, true) ?? "",
    patch: (view) => tell(view, false),
  };
}
