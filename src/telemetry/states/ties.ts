/** Remembers what was told of ties, and writes what is new. @module */
import type { Town } from "../../world/town.ts";
import type { World } from "../../world/world.ts";
import { diffStates, type State, type StateMembers } from "../merge_patch.ts";
import { ToldNumbers } from "./changes.ts";
import { type JsonWriter, nameOf } from "./json_writer.ts";
import { movesAhead, type Roll } from "./roll.ts";
import { type Closeness, closest, TOP } from "./social_state.ts";

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
  /** By place: number of the ties as they were told, of `tieStamp`. */
  readonly #stamps: Float64Array;
  /** By place: the others, in order. */
  readonly #others: (readonly string[])[];
  readonly #numbers: ToldNumbers;
  /** By place: 1 where some of the others move ahead of those before them. */
  readonly #needsTrees: Uint8Array;
  /** By place. */
  readonly #friends: (readonly string[])[];
  readonly #rivals: (readonly string[])[];
  /** Ids of whom ties were told, and of whom friends or rivals were. */
  readonly #tied = new Set<string>();
  readonly #topped = new Set<string>();
  /** Of those on the roll, who may have other ties than were told. */
  readonly #changed: number[] = [];
  readonly #found = new Int32Array(TOP);

  constructor(town: Town, out: JsonWriter, roll: Roll) {
    const { capacity, tieSlots } = town;
    const lists = () => new Array<readonly string[]>(capacity).fill(NOBODY);
    this.#town = town;
    this.#out = out;
    this.#roll = roll;
    this.#stamps = new Float64Array(capacity).fill(NaN);
    this.#others = lists();
    this.#numbers = new ToldNumbers(out, capacity * tieSlots * COLUMNS);
    this.#needsTrees = new Uint8Array(capacity);
    this.#friends = lists();
    this.#rivals = lists();
  }

  /** Writes the ties that have changed. */
  writeTies(world: World, whole: boolean): void {
    const { count, rows, places, isNew } = this.#roll;
    const stamps = this.#stamps;
    this.#changed.length = 0;
    this.moves = false;
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
      if (isNew[place] === 1) {
        this.#others[place] = NOBODY;
        this.#friends[place] = NOBODY;
        this.#rivals[place] = NOBODY;
      }
      if (this.#hasSameOthers(world, rows[i], place)) {
        this.#writeSame(world, rows[i], place);
      } else this.#writeOthers(world, rows[i], place);
    }
    this.#drop(this.#tied, (place) => this.#others[place].length > 0);
    this.#out.close(whole);
  }

  /** Writes the friends and rivals that have changed, of who was looked at. */
  writeTop(world: World, whole: boolean): void {
    const { rows, places, names } = this.#roll;
    const out = this.#out;
    out.open(NAME.top);
    for (const i of this.#changed) {
      const place = places[i];
      const friends = this.#friends[place];
      const rivals = this.#rivals[place];
      const friendsNow = this.#closest(world, rows[i], "friends", friends);
      const rivalsNow = this.#closest(world, rows[i], "rivals", rivals);
      this.#friends[place] = friendsNow;
      this.#rivals[place] = rivalsNow;
      if (friendsNow.length + rivalsNow.length === 0) continue;
      const isFirst = friends.length + rivals.length === 0;
      if (isFirst) this.#topped.add(world.records.agentIds[rows[i]]);
      out.open(names[place]);
      if (isFirst || friendsNow !== friends) {
        out.texts(NAME.friends, friendsNow);
      }
      if (isFirst || rivalsNow !== rivals) out.texts(NAME.rivals, rivalsNow);
      out.close(false);
    }
    this.#drop(
      this.#topped,
      (place) => this.#friends[place].length + this.#rivals[place].length > 0,
    );
    out.close(whole);
  }

  #hasSameOthers(world: World, owner: number, place: number): boolean {
    const { ties, tieOther, records } = world;
    const others = this.#others[place];
    if (ties[owner] !== others.length || this.#needsTrees[place] === 1) {
      return false;
    }
    const start = owner * this.#town.tieSlots;
    for (let k = 0; k < others.length; k++) {
      if (records.agentIds[tieOther[start + k]] !== others[k]) return false;
    }
    return true;
  }

  #writeSame(world: World, owner: number, place: number): void {
    const out = this.#out;
    const numbers = this.#numbers;
    const { names, placeOfRow } = this.#roll;
    const { ties, tieOther, tieTrust, tieFamiliarity, tieRivalry } = world;
    const { tieSlots } = this.#town;
    out.open(names[place]);
    for (let k = 0; k < ties[owner]; k++) {
      const slot = owner * tieSlots + k;
      const at = (place * tieSlots + k) * COLUMNS;
      out.open(names[placeOfRow[tieOther[slot]]]);
      numbers.tell(at, NAME.t, tieTrust[slot], false);
      numbers.tell(at + 1, NAME.f, tieFamiliarity[slot], false);
      numbers.tell(at + 2, NAME.r, tieRivalry[slot], false);
      out.close(false);
    }
    out.close(false);
  }

  /** Writes ties by way of trees: to others than before, for the most part. */
  #writeOthers(world: World, owner: number, place: number): void {
    const { ties, tieOther, records } = world;
    const numbers = this.#numbers;
    const { tieSlots } = this.#town;
    const first = owner * tieSlots;
    const before = this.#treeOf(place);
    const others = Array.from(
      tieOther.subarray(first, first + ties[owner]),
      (other) => records.agentIds[other],
    );
    for (let k = 0; k < others.length; k++) {
      const at = (place * tieSlots + k) * COLUMNS;
      numbers.note(at, world.tieTrust[first + k]);
      numbers.note(at + 1, world.tieFamiliarity[first + k]);
      numbers.note(at + 2, world.tieRivalry[first + k]);
    }
    this.#others[place] = others;
    this.#needsTrees[place] = others.some(movesAhead) ? 1 : 0;
    if (others.length === 0) return;
    const isFirst = Object.keys(before).length === 0;
    if (isFirst) this.#tied.add(records.agentIds[owner]);
    const now = this.#treeOf(place);
    const patch = isFirst ? now : diffStates(before, now);
    if (patch === null) return;
    this.#out.json(this.#roll.names[place], JSON.stringify(patch));
  }

  /** The ties of a place as they were told. */
  #treeOf(place: number): StateMembers {
    const { told } = this.#numbers;
    const tree: Record<string, State> = {};
    for (const [k, other] of this.#others[place].entries()) {
      const at = (place * this.#town.tieSlots + k) * COLUMNS;
      const tie: Record<string, State> = {};
      if (told[at] === told[at]) tie.t = told[at];
      if (told[at + 1] === told[at + 1]) tie.f = told[at + 1];
      if (told[at + 2] === told[at + 2]) tie.r = told[at + 2];
      tree[other] = tie;
    }
    return tree;
  }

  /** Ids of the closest; the list itself where they are the same. */
  #closest(
    world: World,
    owner: number,
    kind: Closeness,
    before: readonly string[],
  ): readonly string[] {
    const found = this.#found;
    const { agentIds } = world.records;
    const count = closest(this.#town, world, owner, kind, found);
    let same = count === before.length;
    for (let k = 0; same && k < count; k++) {
      same = agentIds[found[k]] === before[k];
    }
    if (same) return before;
    return Array.from(found.subarray(0, count), (row) => agentIds[row]);
  }

  /** Nulls for those of whom something was told and nothing is left. */
  #drop(told: Set<string>, isLeft: (place: number) => boolean): void {
    if (told.size === 0) return;
    for (const id of this.#roll.before) {
      if (!told.has(id)) continue;
      const place = this.#roll.placeOf(id);
      if (place >= 0 && isLeft(place)) continue;
      told.delete(id);
      this.#out.drop(nameOf(id));
      if (movesAhead(id)) this.moves = true;
    }
  }
}
