/**
 * Walking: shortest paths to a tile, one step at a time.
 *
 * A field holds, for the tiles around a target, the number of steps to it
 * (breadth-first over tiles without objects, 4 neighbours). Fields are made
 * when somebody first walks there, as small as they can be, and grow when
 * somebody asks from farther away; what they say never depends on that.
 *
 * @module
 */

/**
 * Steps of a tile that cannot be reached, or is not covered yet. A way longer
 * than this counts as none.
 */
const FAR = 0xffff;
/** Steps covered by a new field. */
const FIRST_RADIUS = 24;
/** Bytes of fields kept before the least used are dropped. */
const BUDGET_BYTES = 96 * 1024 * 1024;

/** East, west, south, north: the order in which ties are broken. */
export const DIRECTIONS: readonly (readonly [number, number])[] = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
];

interface Field {
  /** Steps known out to this distance. */
  readonly radius: number;
  /** True when every tile that can be reached is covered. */
  readonly complete: boolean;
  /** Most steps any covered tile needs. */
  readonly longest: number;
  /** Box of the grid covered, one tile of margin inside it. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Steps per tile of the box, FAR where unknown. */
  readonly steps: Uint16Array;
  usedAt: number;
}

/** Shortest paths of one grid. */
export class Paths {
  readonly #width: number;
  readonly #height: number;
  readonly #blocked: Uint8Array;
  readonly #reach: number;
  /** By tile of the target. */
  readonly #fields: (Field | undefined)[];
  /** Tiles that have a field. */
  readonly #kept = new Set<number>();
  /** Tiles to look at next, while a field is made. */
  readonly #queue: Int32Array;
  #bytes = 0;
  #clock = 0;

  /**
   * Prepares a grid; no way is looked for yet.
   *
   * @param blocked 1 where an object stands [height × width]
   * @param reach how near counts as there: 1 (Chebyshev) or 0 (on the tile)
   */
  constructor(
    width: number,
    height: number,
    blocked: Uint8Array,
    reach: number,
  ) {
    this.#width = width;
    this.#height = height;
    this.#blocked = blocked;
    this.#reach = reach;
    this.#fields = new Array<Field | undefined>(width * height);
    this.#queue = new Int32Array(width * height);
  }

  /**
   * Steps from a tile until the target is in reach; -1 when there is no way.
   */
  steps(fromX: number, fromY: number, toX: number, toY: number): number {
    const field = this.#cover(fromX, fromY, toX, toY);
    const x = fromX - field.left;
    const y = fromY - field.top;
    if (x < 0 || y < 0 || x >= field.width || y >= field.height) return -1;
    const steps = field.steps[y * field.width + x];
    return steps === FAR ? -1 : steps;
  }

  /** The most steps anybody can need to the target. Makes the whole field. */
  longest(toX: number, toY: number): number {
    const key = toY * this.#width + toX;
    let field = this.#fields[key];
    while (!field?.complete) {
      field = this.#build(toX, toY, field ? field.radius * 4 : FIRST_RADIUS);
    }
    return field.longest;
  }

  /**
   * The next step towards the target: index into DIRECTIONS, -1 when it is in
   * reach already, -2 when there is no way.
   */
  next(fromX: number, fromY: number, toX: number, toY: number): number {
    const field = this.#cover(fromX, fromY, toX, toY);
    const { steps, width } = field;
    const x = fromX - field.left;
    const y = fromY - field.top;
    if (x < 0 || y < 0 || x >= width || y >= field.height) return -2;
    const at = y * width + x;
    const here = steps[at];
    if (here === FAR) return -2;
    if (here === 0) return -1;
    // The margin of the box makes the four look-ups safe.
    if (steps[at + 1] < here) return 0;
    if (steps[at - 1] < here) return 1;
    if (steps[at + width] < here) return 2;
    return 3;
  }

  /** A field that covers the tile, or is complete. */
  #cover(fromX: number, fromY: number, toX: number, toY: number): Field {
    const key = toY * this.#width + toX;
    let field = this.#fields[key];
    if (field === undefined) {
      field = this.#build(toX, toY, FIRST_RADIUS);
    }
    while (!field.complete) {
      const x = fromX - field.left;
      const y = fromY - field.top;
      const inside = x >= 0 && y >= 0 && x < field.width && y < field.height;
      if (inside && field.steps[y * field.width + x] !== FAR) break;
      field = this.#build(toX, toY, field.radius * 2);
    }
    field.usedAt = ++this.#clock;
    return field;
  }

  /** Breadth-first from every free tile in reach of the target. */
  #build(toX: number, toY: number, radius: number): Field {
    const reach = this.#reach;
    const left = Math.max(-1, toX - radius - reach - 1);
    const top = Math.max(-1, toY - radius - reach - 1);
    const right = Math.min(this.#width, toX + radius + reach + 1);
    const bottom = Math.min(this.#height, toY + radius + reach + 1);
    const width = right - left + 1;
    const height = bottom - top + 1;
    const steps = new Uint16Array(width * height).fill(FAR);
    const queue = this.#queue;
    const blocked = this.#blocked;
    const gridWidth = this.#width;
    const gridHeight = this.#height;
    let tail = 0;
    for (let y = toY - reach; y <= toY + reach; y++) {
      for (let x = toX - reach; x <= toX + reach; x++) {
        if (x < 0 || y < 0 || x >= gridWidth || y >= gridHeight) continue;
        if (blocked[y * gridWidth + x] === 1) continue;
        steps[(y - top) * width + x - left] = 0;
        queue[tail++] = y * gridWidth + x;
      }
    }
    let complete = true;
    let longest = 0;
    for (let head = 0; head < tail; head++) {
      const tile = queue[head];
      const y = Math.floor(tile / gridWidth);
      const x = tile - y * gridWidth;
      const at = (y - top) * width + x - left;
      const distance = steps[at];
      longest = distance;
      if (distance === radius || distance === FAR - 1) {
        complete = distance < radius;
        continue;
      }
      const next = distance + 1;
      if (
        x + 1 < gridWidth && blocked[tile + 1] === 0 && steps[at + 1] === FAR
      ) {
        steps[at + 1] = next;
        queue[tail++] = tile + 1;
      }
      if (x > 0 && blocked[tile - 1] === 0 && steps[at - 1] === FAR) {
        steps[at - 1] = next;
        queue[tail++] = tile - 1;
      }
      const below = tile + gridWidth;
      if (
        y + 1 < gridHeight && blocked[below] === 0 &&
        steps[at + width] === FAR
      ) {
        steps[at + width] = next;
        queue[tail++] = below;
      }
      const above = tile - gridWidth;
      if (y > 0 && blocked[above] === 0 && steps[at - width] === FAR) {
        steps[at - width] = next;
        queue[tail++] = above;
      }
    }
    const field: Field = {
      radius,
      complete,
      longest,
      left,
      top,
      width,
      height,
      steps,
      usedAt: ++this.#clock,
    };
    this.#keep(toY * this.#width + toX, field);
    return field;
  }

  #keep(key: number, field: Field): void {
    this.#bytes += field.steps.byteLength -
      (this.#fields[key]?.steps.byteLength ?? 0);
    this.#fields[key] = field;
    this.#kept.add(key);
    if (this.#bytes <= BUDGET_BYTES) return;
    const usedAt = (tile: number) => this.#fields[tile]?.usedAt ?? 0;
    for (const tile of [...this.#kept].sort((a, b) => usedAt(a) - usedAt(b))) {
      if (this.#bytes <= BUDGET_BYTES / 2 || tile === key) break;
      this.#bytes -= this.#fields[tile]?.steps.byteLength ?? 0;
      this.#fields[tile] = undefined;
      this.#kept.delete(tile);
    }
  }
}
