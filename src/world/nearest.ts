/**
 * The nearest objects of a type, per tile.
 *
 * Objects never move, so the four nearest are found once per tile and type,
 * when somebody first asks there.
 *
 * @module
 */

/** Objects kept per tile and type. */
export const NEAREST_KEPT = 4;
/** Marks a tile nobody has asked for. */
const UNASKED = -2;

/** Nearest objects by squared distance; first registered wins ties. */
export class Nearest {
  readonly #width: number;
  readonly #tiles: number;
  readonly #objectsOfType: readonly Int32Array[];
  readonly #objectX: Int16Array;
  readonly #objectY: Int16Array;
  readonly #lists: (Int32Array | undefined)[];

  /**
   * Prepares a grid; nothing is looked for yet.
   *
   * @param objectsOfType objects by type, in the order of registration
   * @param objectX tile of each object, -1 for one without a place
   * @param objectY tile of each object, -1 for one without a place
   */
  constructor(
    width: number,
    height: number,
    objectsOfType: readonly Int32Array[],
    objectX: Int16Array,
    objectY: Int16Array,
  ) {
    this.#width = width;
    this.#tiles = width * height;
    this.#objectsOfType = objectsOfType;
    this.#objectX = objectX;
    this.#objectY = objectY;
    this.#lists = objectsOfType.map(() => undefined);
  }

  /**
   * Up to four objects per tile, nearest first, -1 where there are fewer:
   * those of a tile begin at {@link Nearest.at}. [tiles × 4]
   */
  list(type: number): Int32Array {
    return this.#lists[type] ??= new Int32Array(this.#tiles * NEAREST_KEPT)
      .fill(UNASKED);
  }

  /** Where the nearest objects of a tile begin in the type's list. */
  at(type: number, x: number, y: number): number {
    const list = this.list(type);
    const at = (y * this.#width + x) * NEAREST_KEPT;
    if (list[at] === UNASKED) this.#find(type, x, y, list, at);
    return at;
  }

  /** The nearest object, or -1 when there is none of the type. */
  first(type: number, x: number, y: number): number {
    const at = this.at(type, x, y);
    return this.list(type)[at];
  }

  /** Squared distance from a tile; 0 for an object without a place. */
  distance2(object: number, x: number, y: number): number {
    if (this.#objectX[object] < 0) return 0;
    const dx = this.#objectX[object] - x;
    const dy = this.#objectY[object] - y;
    return dx * dx + dy * dy;
  }

  #find(
    type: number,
    x: number,
    y: number,
    list: Int32Array,
    at: number,
  ): void {
    list.fill(-1, at, at + NEAREST_KEPT);
    const distances = [Infinity, Infinity, Infinity, Infinity];
    for (const object of this.#objectsOfType[type]) {
      const distance = this.distance2(object, x, y);
      if (distance >= distances[NEAREST_KEPT - 1]) continue;
      let place = NEAREST_KEPT - 1;
      while (place > 0 && distances[place - 1] > distance) {
        distances[place] = distances[place - 1];
        list[at + place] = list[at + place - 1];
        place--;
      }
      distances[place] = distance;
      list[at + place] = object;
    }
  }
}
