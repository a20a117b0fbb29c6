/**
 * The channel `town`: the text that {@link townState} gives, sooner.
 *
 * Objects and their use are compared with what was told of them, one by one.
 * All else is built only when something it depends on is another one.
 * @module
 */
import { ECONOMY_KEYS } from "../../config/economy.ts";
import type { Town } from "../../world/town.ts";
import { TOTAL, type World } from "../../world/world.ts";
import { diffStates, type StateMembers } from "../merge_patch.ts";
import {
  plainChannel,
  type StateChannel,
  type StateOptions,
  tidy,
} from "../state_channel.ts";
import type { View } from "../view.ts";
import { ToldCodes, ToldNumbers } from "./changes.ts";
import { areIdsOf, IdPieces, idsOf } from "./id_pieces.ts";
import { JsonWriter } from "./json_writer.ts";
import { nameOf, type Piece, pieceOf, quoted } from "./pieces.ts";
import { movesAhead } from "./roll.ts";
import { ALL, RowWatch } from "./row_watch.ts";
import { circumstances, townState } from "./town_state.ts";

const NAME = {
  all: pieceOf(""),
  queues: nameOf("queues"),
  cooldown: nameOf("cooldown"),
  ghostSteps: nameOf("ghost_steps"),
  rotations: nameOf("rotations"),
  objects: nameOf("objects"),
  type: nameOf("type"),
  pos: nameOf("pos"),
  by: nameOf("by"),
  stock: nameOf("stock"),
  waiting: nameOf("waiting"),
  stall: nameOf("stall"),
  running: nameOf("running"),
  agent: nameOf("agent"),
  aff: nameOf("aff"),
  left: nameOf("left"),
} as const;

/** Columns of what is told of every object. */
const CODE = { stall: 0, use: 1, left: 2, columns: 3 } as const;

/** Columns of what is told of objects, but for who waits behind whom. */
const WATCHED = [
  "holder",
  "queueHead",
  "queueLength",
  "stall",
  "stock",
] as const;

/** Opens the channel. */
export function openTown(town: Town, options: StateOptions): StateChannel {
  // Leaving out is for trees, and so are ids that change the order of members.
  if (
    options.redact.length > 0 || town.objectIds.some(movesAhead)
  ) {
    return plainChannel(townState, options);
  }
  const out = new JsonWriter(options.precision);
  const objects = new ObjectWriter(town, out);
  const rest = new Circumstances(town, options);
  const totals = new ToldNumbers(out, 3, options);
  const tell = ({ world }: View, whole: boolean): string | null => {
    const { queueTotals } = world;
    out.clear();
    out.open(NAME.all);
    out.open(NAME.queues);
    totals.tell(0, NAME.cooldown, queueTotals, TOTAL.cooldowns, whole);
    totals.tell(1, NAME.ghostSteps, queueTotals, TOTAL.ghostSteps, whole);
    totals.tell(2, NAME.rotations, queueTotals, TOTAL.rotations, whole);
    out.close(whole);
    objects.writeObjects(world, whole);
    objects.writeRunning(world, whole);
    const members = rest.changes(world, whole);
    if (members !== "") out.members(members);
    out.close(whole);
    return out.take();
  };
  return {
    // A whole state is never nothing.
    key: (view) => tell(view, true) ?? "",
    patch: (view) => tell(view, false),
  };
}

/** Remembers what was told of objects, and writes what is new. */
class ObjectWriter {
  readonly #town: Town;
  readonly #out: JsonWriter;
  readonly #codes: ToldCodes;
  readonly #stock: Int32Array;
  readonly #objects: RowWatch;
  /** Who waits behind whom. */
  readonly #queues: RowWatch;
  readonly #ids: IdPieces;
  /** Rows of those who wait for one object. */
  readonly #found: Int32Array;
  /** Who holds each object, and who uses it, as it was told; "" for nobody. */
  readonly #holders: string[];
  readonly #users: string[];
  readonly #waiting: (readonly string[])[];
  readonly #names: readonly Piece[];
  readonly #types: readonly Piece[];
  readonly #stockNames: readonly Piece[];
  readonly #affordances: readonly Piece[];

  constructor(town: Town, out: JsonWriter) {
    const count = town.objectIds.length;
    this.#town = town;
    this.#out = out;
    this.#codes = new ToldCodes(out, count * CODE.columns);
    this.#stock = new Int32Array(count * town.stockKeys.length);
    this.#objects = new RowWatch(count, WATCHED);
    this.#queues = new RowWatch(town.capacity, ["waitNext"]);
    this.#ids = new IdPieces(town.capacity);
    this.#found = new Int32Array(town.capacity);
    this.#holders = new Array<string>(count).fill("");
    this.#users = new Array<string>(count).fill("");
    this.#waiting = new Array<readonly string[]>(count).fill([]);
    this.#names = town.objectIds.map(nameOf);
    this.#types = town.typeIds.map(quoted);
    this.#stockNames = town.stockKeys.map(nameOf);
    this.#affordances = town.affordances.map(({ id }) => quoted(id));
  }

  writeObjects(world: World, whole: boolean): void {
    const out = this.#out;
    const { changes } = this.#objects;
    this.#look(world);
    out.open(NAME.objects);
    for (let object = 0; object < changes.length; object++) {
      if (changes[object] === 0 && !whole) continue;
      const at = object * CODE.columns + CODE.stall;
      const stall = world.stall[object];
      out.open(this.#names[object]);
      if (whole) this.#writeFixed(object);
      this.#writeHolder(world, object, whole);
      this.#writeStock(world, object, whole);
      this.#writeWaiting(world, object, whole);
      this.#codes.tellUnlessZero(at, NAME.stall, stall, whole);
      out.close(whole);
    }
    out.close(whole);
  }

  writeRunning(world: World, whole: boolean): void {
    const out = this.#out;
    const codes = this.#codes;
    const { running, runningLeft, holder, records } = world;
    out.open(NAME.running);
    for (let object = 0; object < this.#names.length; object++) {
      const before = whole ? "" : this.#users[object];
      if (running[object] < 0) {
        if (before !== "") out.drop(this.#names[object]);
        this.#users[object] = "";
        continue;
      }
      const user = records.agentIds[holder[object]];
      const isNew = before === "";
      const at = object * CODE.columns;
      this.#users[object] = user;
      out.open(this.#names[object]);
      if (user !== before) {
        out.put(NAME.agent, this.#ids.pieces[holder[object]]);
      }
      const use = running[object];
      codes.tell(at + CODE.use, NAME.aff, use, this.#affordances, isNew);
      codes.tellCount(at + CODE.left, NAME.left, runningLeft[object], isNew);
      out.close(isNew);
    }
    out.close(whole);
  }

  /** Looks which objects may have changed. */
  #look(world: World): void {
    const { engaged } = world;
    const { changes: moves } = this.#queues;
    const { changes } = this.#objects;
    this.#ids.look(world);
    this.#objects.look(world);
    this.#queues.look(world);
    // Whoever is first, or the last to come or go, shows in the object's row.
    for (let row = 0; row < moves.length; row++) {
      if (moves[row] > 0 && engaged[row] >= 0) changes[engaged[row]] = ALL;
    }
  }

  #writeFixed(object: number): void {
    const { objectType, objectTile, objectX, objectY } = this.#town;
    this.#out.put(NAME.type, this.#types[objectType[object]]);
    if (objectTile[object] < 0) return;
    this.#out.tile(NAME.pos, objectX[object], objectY[object]);
  }

  #writeHolder(world: World, object: number, whole: boolean): void {
    const row = world.holder[object];
    const holder = row < 0 ? "" : world.records.agentIds[row];
    const before = whole ? "" : this.#holders[object];
    this.#holders[object] = holder;
    if (holder === before) return;
    if (holder === "") this.#out.drop(NAME.by);
    else this.#out.put(NAME.by, this.#ids.pieces[row]);
  }

  #writeStock({ stock }: World, object: number, whole: boolean): void {
    const names = this.#stockNames;
    const from = object * names.length;
    this.#out.open(NAME.stock);
    for (let key = 0; key < names.length; key++) {
      const count = stock[from + key];
      const before = this.#stock[from + key];
      this.#stock[from + key] = count;
      // Below 0 there is no such stock, ever.
      if (count < 0 || count === before && !whole) continue;
      this.#out.integer(names[key], count);
    }
    this.#out.close(whole);
  }

  #writeWaiting(world: World, object: number, whole: boolean): void {
    const { queueHead, waitNext, records: { agentIds } } = world;
    const found = this.#found;
    let count = 0;
    for (let row = queueHead[object]; row >= 0; row = waitNext[row]) {
      found[count++] = row;
    }
    const before = this.#waiting[object];
    if (!whole && areIdsOf(before, agentIds, found, count)) return;
    this.#waiting[object] = idsOf(agentIds, found, count);
    this.#out.list(NAME.waiting, this.#ids.pieces, found, count);
  }
}

/** What changes now and then: prices, perturbations, what they leave behind. */
class Circumstances {
  readonly #town: Town;
  readonly #options: StateOptions;
  #last: StateMembers = {};
  #active: World["records"]["activeEvents"] | null = null;
  #pending: World["records"]["pendingEvents"] | null = null;
  #ids: readonly string[] | null = null;
  readonly #prices = new Float64Array(ECONOMY_KEYS.length);
  /** Tick at which the next cooldown is over. */
  #until = Infinity;

  constructor(town: Town, options: StateOptions) {
    this.#town = town;
    this.#options = options;
  }

  /** Members that have changed, or all of them, as text without braces. */
  changes(world: World, whole: boolean): string {
    if (!this.#looksNew(world) && !whole) return "";
    const now = tidy(circumstances(this.#town, world), this.#options);
    const patch = whole ? now : diffStates(this.#last, now);
    this.#last = now;
    return patch === null ? "" : JSON.stringify(patch).slice(1, -1);
  }

  #looksNew(world: World): boolean {
    const { activeEvents, pendingEvents, agentIds } = world.records;
    if (
      activeEvents === this.#active && pendingEvents === this.#pending &&
      agentIds === this.#ids && world.tick[0] < this.#until &&
      isSame(this.#prices, world.price)
    ) return false;
    this.#active = activeEvents;
    this.#pending = pendingEvents;
    this.#ids = agentIds;
    this.#prices.set(world.price);
    this.#until = Infinity;
    for (const until of [...world.specCooldown, ...world.meetCooldown]) {
      if (until > world.tick[0]) this.#until = Math.min(this.#until, until);
    }
    return true;
  }
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  const count = a.length;
  for (let i = 0; i < count; i++) if (a[i] !== b[i]) return false;
  return true;
}
