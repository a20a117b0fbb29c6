/** The ids of residents, as they are written. @module */
import type { World } from "../../world/world.ts";
import { type Piece, pieceOf, quoted } from "./pieces.ts";

/** By row: the id of who has it, with its quotes. */
export class IdPieces {
  readonly pieces: Piece[];
  #ids: readonly string[] = [];

  /** @param capacity rows of the world */
  constructor(capacity: number) {
    this.pieces = new Array<Piece>(capacity).fill(pieceOf(""));
  }

  /** Looks who has which row. */
  look({ records: { agentIds } }: World): void {
    // Whoever comes or goes, the list of ids is another one.
    if (agentIds === this.#ids) return;
    for (let row = 0; row < agentIds.length; row++) {
      if (agentIds[row] === this.#ids[row]) continue;
      this.pieces[row] = quoted(agentIds[row]);
    }
    this.#ids = agentIds;
  }
}

/** The ids of so many rows. */
export function idsOf(
  agentIds: readonly string[],
  rows: Int32Array,
  count: number,
): readonly string[] {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(agentIds[rows[i]]);
  return ids;
}

/** Whether ids are those of so many rows. */
export function areIdsOf(
  ids: readonly string[],
  agentIds: readonly string[],
  rows: Int32Array,
  count: number,
): boolean {
  if (ids.length !== count) return false;
  for (let i = 0; i < count; i++) {
    if (ids[i] !== agentIds[rows[i]]) return false;
  }
  return true;
}
