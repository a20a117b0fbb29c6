/** Remembers what was told of ties, and writes what is new. @module */
import type { Town } from "../../world/town.ts";
import type { World } from "../../world/world.ts";
import type { StateOptions } from "../state_channel.ts";
import { ToldNumbers } from "./changes.ts";
import { areIdsOf, IdPieces, idsOf } from "./id_pieces.ts";
import type { JsonWriter } from "./json_writer.ts";
import { nameOf } from "./pieces.ts";
import { movesAhead, type Roll } from "./roll.ts";
import { closest, TOP } from "./social_state.ts";

const NAME = {
  ties: nameOf("ties"),
  top: nameOf("top"),
  t: nameOf("t"),
  f: nameOf("f"),
  r: nameOf("r"),
  friends: nameOf("friends"),
  rivals: nameOf("rivals"),
} as const;

/** Numbers of a tie. */
const COLUMNS = 3;
const NOBODY: readonly string[] = [];

/** Writes the members `ties` and `top` of the channel `social`. */
export class TieWriter {
  /** Whether a null was written that an object keeps in front. */
  moves = false;
  readonly #town: Town;
  readonly #out: JsonWriter;
  readonly #roll: Roll;
  readonly #ids: IdPieces;
  /** By place: number of the ties as they were told, of `tieStamp`. */
  readonly #stamps: Float64Array;
  /** By place: the others, in order. */
  readonly #others: (readonly string[])[];
  /** The last row is for what was told of ties that move. */
  readonly #numbers: ToldNumbers;
  /** By place: 1 where some of the others move ahead of those before them. */
  readonly #mixed: Uint8Array;
  /** By place. */
  readonly #friends: (readonly string[])[];
  readonly #rivals: (readonly string[])[];
  /** Ids of whom ties were told, and of whom friends or rivals were. */
  readonly #tied = new Set<string>();
  readonly #topped = new Set<string>();
  /** Whether somebody is gone, or has lost all ties, friends or rivals. */
  #hasLost = false;
  /** Of those on the roll, who may have other ties than were told. */
  readonly #changed: number[] = [];
  readonly #found = {
    friends: new Int32Array(TOP),
    rivals: new Int32Array(TOP),
  };

  constructor(
    town: Town,
    out: JsonWriter,
    roll: Roll,
    options: StateOptions,
  ) {
    const { capacity, tieSlots } = town;
    const numbers = (capacity + 1) * tieSlots * COLUMNS;
    const lists = () => new Array<readonly string[]>(capacity).fill(NOBODY);
    this.#town = town;
    this.#out = out;
    this.#roll = roll;
    this.#ids = new IdPieces(capacity);
    this.#stamps = new Float64Array(capacity).fill(NaN);
    this.#others = lists();
    this.#numbers = new ToldNumbers(out, numbers, options);
    this.#mixed = new Uint8Array(capacity);
    this.#friends = lists();
    this.#rivals = lists();
  }

  /** Writes the ties that have changed. */
  writeTies(world: World, whole: boolean): void {
    const { count, rows, places, isNew } = this.#roll;
    const stamps = this.#stamps;
    this.#changed.length = 0;
    this.moves = false;
    this.#hasLost = this.#roll.gone.length > 0;
    if (whole) {
      this.#tied.clear();
      this.#topped.clear();
    }
    this.#out.open(NAME.ties);
    for (let i = 0; i < count; i++) {
      const place = places[i];
      const stamp = world.tieStamp[rows[i]];
      if (stamps[place] === stamp && isNew[place] === 0) continue;
      stamps[place] = stamp;
      this.#changed.push(i);
      if (world.ties[rows[i]] === 0) this.#hasLost = true;
      if (isNew[place] === 1) {
        this.#others[place] = NOBODY;
        this.#friends[place] = NOBODY;
        this.#rivals[place] = NOBODY;
      }
      if (this.#hasSameOthers(world, rows[i], place)) {
        this.#writeSame(world, rows[i], place);
      } else this.#writeOthers(world, rows[i], place);
      if (this.#mixed[place] === 1) this.moves = true;
    }
    this.#drop(this.#tied, (place) => this.#others[place].length > 0);
    this.#out.close(whole);
  }

  /** Writes the friends and rivals that have changed, of who was looked at. */
  writeTop(world: World, whole: boolean): void {
    const { rows, places, names } = this.#roll;
    const { agentIds } = world.records;
    const { pieces } = this.#ids;
    const town = this.#town;
    const out = this.#out;
    const found = this.#found;
    const friends = this.#friends;
    const rivals = this.#rivals;
    this.#ids.look(world);
    out.open(NAME.top);
    for (const i of this.#changed) {
      const place = places[i];
      const row = rows[i];
      const isFirst = friends[place].length + rivals[place].length === 0;
      const friendCount = closest(town, world, row, "friends", found.friends);
      const rivalCount = closest(town, world, row, "rivals", found.rivals);
      if (friendCount + rivalCount === 0) {
        this.#hasLost = true;
        friends[place] = NOBODY;
        rivals[place] = NOBODY;
        continue;
      }
      if (isFirst) this.#topped.add(agentIds[row]);
      out.open(names[place]);
      if (!areIdsOf(friends[place], agentIds, found.friends, friendCount)) {
        friends[place] = idsOf(agentIds, found.friends, friendCount);
        out.list(NAME.friends, pieces, found.friends, friendCount);
      } else if (isFirst) out.list(NAME.friends, pieces, found.friends, 0);
      if (!areIdsOf(rivals[place], agentIds, found.rivals, rivalCount)) {
        rivals[place] = idsOf(agentIds, found.rivals, rivalCount);
        out.list(NAME.rivals, pieces, found.rivals, rivalCount);
      } else if (isFirst) out.list(NAME.rivals, pieces, found.rivals, 0);
      out.close(false);
    }
    this.#drop(
      this.#topped,
      (place) => friends[place].length + rivals[place].length > 0,
    );
    out.close(whole);
  }

  #hasSameOthers(world: World, owner: number, place: number): boolean {
    const { ties, tieOther, records } = world;
    const others = this.#others[place];
    if (ties[owner] !== others.length) return false;
    const start = owner * this.#town.tieSlots;
    for (let k = 0; k < others.length; k++) {
      if (records.agentIds[tieOther[start + k]] !== others[k]) return false;
    }
    return true;
  }

  #writeSame(world: World, owner: number, place: number): void {
    const out = this.#out;
    const { names, placeOfRow } = this.#roll;
    const { ties, tieOther } = world;
    const { tieSlots } = this.#town;
    out.open(names[place]);
    for (let k = 0; k < ties[owner]; k++) {
      const slot = owner * tieSlots + k;
      const at = (place * tieSlots + k) * COLUMNS;
      out.open(names[placeOfRow[tieOther[slot]]]);
      this.#tellTie(world, slot, at, false);
      out.close(false);
    }
    out.close(false);
  }

  /** Writes ties to others than before. */
  #writeOthers(world: World, owner: number, place: number): void {
    const out = this.#out;
    const numbers = this.#numbers;
    const { names, placeOfRow } = this.#roll;
    const { ties, tieOther, records: { agentIds } } = world;
    const { capacity, tieSlots } = this.#town;
    const first = owner * tieSlots;
    const base = place * tieSlots * COLUMNS;
    const spare = capacity * tieSlots * COLUMNS;
    const before = this.#others[place];
    const others: string[] = [];
    for (let slot = first; slot < first + ties[owner]; slot++) {
      others.push(agentIds[tieOther[slot]]);
    }
    this.#others[place] = others;
    this.#mixed[place] = others.some(movesAhead) ? 1 : 0;
    if (others.length === 0) return;
    if (before.length === 0) this.#tied.add(agentIds[owner]);
    // What was told of ties moves with them.
    numbers.move(spare, base, before.length * COLUMNS);
    out.open(names[place]);
    for (let k = 0; k < others.length; k++) {
      const known = before.indexOf(others[k]);
      const slot = first + k;
      const at = base + k * COLUMNS;
      if (known >= 0) numbers.move(at, spare + known * COLUMNS, COLUMNS);
      out.open(names[placeOfRow[tieOther[slot]]]);
      this.#tellTie(world, slot, at, known < 0);
      out.close(known < 0);
    }
    for (const other of before) {
      if (others.includes(other)) continue;
      out.drop(this.#roll.nameFor(other));
      if (movesAhead(other)) this.moves = true;
    }
    out.close(false);
  }

  #tellTie(world: World, slot: number, at: number, whole: boolean): void {
    const numbers = this.#numbers;
    numbers.tell(at, NAME.t, world.tieTrust, slot, whole);
    numbers.tell(at + 1, NAME.f, world.tieFamiliarity, slot, whole);
    numbers.tell(at + 2, NAME.r, world.tieRivalry, slot, whole);
  }

  /** Nulls for those of whom something was told and nothing is left. */
  #drop(told: Set<string>, isLeft: (place: number) => boolean): void {
    if (told.size === 0 || !this.#hasLost) return;
    for (const id of this.#roll.before) {
      if (!told.has(id)) continue;
      const place = this.#roll.placeOf(id);
      if (place >= 0 && isLeft(place)) continue;
      told.delete(id);
      this.#out.drop(this.#roll.nameFor(id));
      if (movesAhead(id)) this.moves = true;
    }
  }
}
