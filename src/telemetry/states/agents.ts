/**
 * The channel `agents`, which most ticks change most of.
 *
 * No trees are built: the world's columns are compared with what was told, and
 * changes are written at once. It is the text that {@link agentsState} gives.
 * @module
 */
import { PROFILES } from "../../world/profiles.ts";
import { reasonText } from "../../world/reasons.ts";
import type { Town } from "../../world/town.ts";
import { KIND, KINDS } from "../../world/turn.ts";
import {
  COUNTERS,
  NEED_COUNT,
  NEEDS,
  SHIFT_STATES,
  type World,
} from "../../world/world.ts";
import {
  plainChannel,
  type StateChannel,
  type StateOptions,
} from "../state_channel.ts";
import type { View } from "../view.ts";
import {
  agentsState,
  basketPrice,
  lastOutcome,
  usedBy,
} from "./agents_state.ts";
import { ToldCodes, ToldNumbers } from "./changes.ts";
import { JsonWriter } from "./json_writer.ts";
import { nameOf, type Piece, pieceOf, quoted, templateOf } from "./pieces.ts";
import { openResidents, type ResidentWriter } from "./residents.ts";
import { ALL, RowWatch } from "./row_watch.ts";

const TRAITS = ["extroversion", "forgiveness", "ambition"] as const;

/** Columns of the numbers that are told of everybody. */
const NUMBER = {
  /** Three of them, first of all. */
  need: 0,
  wallet: 3,
  attendance: 4,
  withheld: 5,
  basket: 6,
  trait: 7,
  columns: 10,
} as const;

/** Columns of what is told of everybody by its number. */
const CODE = {
  x: 0,
  y: 1,
  job: 2,
  shift: 3,
  onShift: 4,
  exitPending: 5,
  lateToday: 6,
  lateTotal: 7,
  absences: 8,
  profile: 9,
  object: 10,
  use: 11,
  left: 12,
  kind: 13,
  ok: 14,
  lastObject: 15,
  lastUse: 16,
  reason: 17,
  counter: 18,
  columns: 18 + COUNTERS.length,
} as const;

/** Columns that stay the same in most ticks, by what is told of them. */
const PLACE = ["x", "y"] as const;
const MONEY = ["wallet", "attendance", "wagesWithheld"] as const;
const WORK = [
  "job",
  "shiftState",
  "onShift",
  "exitPending",
  "lateTicksToday",
  "lateness",
  "absences",
] as const;
const BELONGINGS = ["inventory"] as const;
const CHARACTER = ["profile", ...TRAITS] as const;
/** The bits of these groups. */
const BIT = { place: 1, money: 2, work: 4, belongings: 8, character: 16 };

const NAME = {
  pos: nameOf("pos"),
  needs: nameOf("needs"),
  wallet: nameOf("wallet"),
  job: nameOf("job"),
  shift: nameOf("shift"),
  onShift: nameOf("on_shift"),
  exitPending: nameOf("exit_pending"),
  lateToday: nameOf("late_today"),
  lateTotal: nameOf("late_total"),
  absences: nameOf("absent_7d"),
  attendance: nameOf("attendance"),
  withheld: nameOf("withheld"),
  basket: nameOf("basket"),
  inv: nameOf("inv"),
  profile: nameOf("profile"),
  traits: nameOf("traits"),
  doing: nameOf("doing"),
  last: nameOf("last"),
  obj: nameOf("obj"),
  aff: nameOf("aff"),
  left: nameOf("left"),
  kind: nameOf("kind"),
  ok: nameOf("ok"),
  reason: nameOf("reason"),
} as const;
const NEED_NAMES = NEEDS.map(nameOf);
const COUNTER_NAMES = COUNTERS.map(nameOf);
const TRAIT_NAMES = TRAITS.map(nameOf);

/** Needs that have all changed, as in most ticks. */
const ALL_NEEDS = templateOf(
  ...NEEDS.map((need, k) => `${k === 0 ? "{" : ","}"${need}":`),
  "}",
);

const NONE = pieceOf("");
const FLAGS = [pieceOf("false"), pieceOf("true")];
const MARKS = [NONE, pieceOf("true")];
const SHIFTS = SHIFT_STATES.map(quoted);
const KIND_NAMES = KINDS.map(quoted);
const PROFILE_NAMES = PROFILES.map(({ id }) => quoted(id));

/** Opens the channel. */
export function openAgents(town: Town, options: StateOptions): StateChannel {
  // Leaving out is for trees, and rare.
  if (options.redact.length > 0) return plainChannel(agentsState, options);
  const out = new JsonWriter(options.precision);
  const writer = new AgentWriter(town, out, options);
  return openResidents(town.capacity, out, writer);
}

/** Remembers what was told of residents, and writes what is new. */
class AgentWriter implements ResidentWriter {
  readonly #town: Town;
  readonly #out: JsonWriter;
  readonly #numbers: ToldNumbers;
  readonly #codes: ToldCodes;
  readonly #watch: RowWatch;
  readonly #showsTraits: boolean;
  /** By index and 1: the first stands for none. */
  readonly #objects: readonly Piece[];
  readonly #affordances: readonly Piece[];
  readonly #jobs: readonly Piece[];
  readonly #reasons: Piece[] = [NONE];
  #world!: World;
  readonly #basket = new Float64Array(1);
  #isSameBasket = false;

  constructor(town: Town, out: JsonWriter, options: StateOptions) {
    const numbers = town.capacity * NUMBER.columns;
    this.#town = town;
    this.#out = out;
    this.#numbers = new ToldNumbers(out, numbers, options);
    this.#codes = new ToldCodes(out, town.capacity * CODE.columns);
    this.#showsTraits = town.config.features.observations.personality_channels;
    this.#watch = new RowWatch(
      town.capacity,
      PLACE,
      MONEY,
      WORK,
      BELONGINGS,
      this.#showsTraits ? CHARACTER : [],
    );
    this.#objects = [NONE, ...town.objectIds.map(quoted)];
    this.#affordances = [NONE, ...town.affordances.map(({ id }) => quoted(id))];
    this.#jobs = [NONE, ...town.jobs.map(({ id }) => quoted(id))];
  }

  begin({ world }: View): void {
    const basket = basketPrice(world);
    this.#world = world;
    this.#watch.look(world);
    this.#isSameBasket = basket === this.#basket[0];
    this.#basket[0] = basket;
  }

  write(row: number, place: number, whole: boolean): void {
    const n = place * NUMBER.columns;
    const c = place * CODE.columns;
    const changes = whole ? ALL : this.#watch.changes[row];
    if ((changes & BIT.place) > 0) this.#writePosition(row, c, whole);
    this.#writeNeeds(row, n, whole);
    if (changes > 0 || !this.#isSameBasket) {
      this.#writeRest(row, place, whole, changes);
    }
    const isUsing = usedBy(this.#world, row) >= 0;
    if (isUsing || this.#codes.told[c + CODE.object] > 0) {
      this.#writeDoing(row, c, whole);
    }
    if (whole || !this.#hasSameLast(row, c)) this.#writeLast(row, c, whole);
  }

  /** Writes what stays the same in most ticks, but for the position. */
  #writeRest(
    row: number,
    place: number,
    whole: boolean,
    changes: number,
  ): void {
    const numbers = this.#numbers;
    const { wallet, attendance, wagesWithheld: withheld } = this.#world;
    const n = place * NUMBER.columns;
    const c = place * CODE.columns;
    if ((changes & BIT.money) > 0) {
      numbers.tell(n + NUMBER.wallet, NAME.wallet, wallet, row, whole);
    }
    if ((changes & BIT.work) > 0) this.#writeWork(row, c, whole);
    if ((changes & BIT.money) > 0) {
      const a = n + NUMBER.attendance;
      const w = n + NUMBER.withheld;
      numbers.tell(a, NAME.attendance, attendance, row, whole);
      numbers.tellUnlessZero(w, NAME.withheld, withheld, row, whole);
    }
    numbers.tell(n + NUMBER.basket, NAME.basket, this.#basket, 0, whole);
    if ((changes & BIT.belongings) > 0) this.#writeInventory(row, c, whole);
    if (this.#showsTraits && (changes & BIT.character) > 0) {
      this.#writePersonality(row, n, c, whole);
    }
  }

  #writePosition(row: number, c: number, whole: boolean): void {
    const { told } = this.#codes;
    const x = this.#world.x[row];
    const y = this.#world.y[row];
    const hasMoved = x !== told[c + CODE.x] || y !== told[c + CODE.y];
    if (!hasMoved && !whole) return;
    told[c + CODE.x] = x;
    told[c + CODE.y] = y;
    this.#out.tile(NAME.pos, x, y);
  }

  #writeNeeds(row: number, n: number, whole: boolean): void {
    const out = this.#out;
    const numbers = this.#numbers;
    const { need } = this.#world;
    const from = row * NEED_COUNT;
    if (!whole && numbers.tellAll(n, NAME.needs, ALL_NEEDS, need, from)) return;
    out.open(NAME.needs);
    for (let k = 0; k < NEED_COUNT; k++) {
      numbers.tell(n + k, NEED_NAMES[k], need, from + k, whole);
    }
    out.close(whole);
  }

  #writeWork(row: number, c: number, whole: boolean): void {
    const world = this.#world;
    const codes = this.#codes;
    const mark = (column: number, name: Piece, value: number) =>
      codes.tell(c + column, name, value, MARKS, whole);
    const count = (column: number, name: Piece, value: number) =>
      codes.tellUnlessZero(c + column, name, value, whole);
    codes.tell(c + CODE.job, NAME.job, world.job[row] + 1, this.#jobs, whole);
    const shift = world.shiftState[row];
    codes.tell(c + CODE.shift, NAME.shift, shift, SHIFTS, whole);
    mark(CODE.onShift, NAME.onShift, world.onShift[row]);
    mark(CODE.exitPending, NAME.exitPending, world.exitPending[row]);
    count(CODE.lateToday, NAME.lateToday, world.lateTicksToday[row]);
    count(CODE.lateTotal, NAME.lateTotal, world.lateness[row]);
    count(CODE.absences, NAME.absences, world.absences[row]);
  }

  #writeInventory(row: number, c: number, whole: boolean): void {
    const { inventory } = this.#world;
    const codes = this.#codes;
    const from = row * COUNTERS.length;
    const to = c + CODE.counter;
    let k = 0;
    while (k < COUNTERS.length && inventory[from + k] === codes.told[to + k]) {
      k++;
    }
    if (k === COUNTERS.length && !whole) return;
    this.#out.open(NAME.inv);
    for (let k = 0; k < COUNTERS.length; k++) {
      const owned = inventory[from + k];
      codes.tellUnlessZero(to + k, COUNTER_NAMES[k], owned, whole);
    }
    this.#out.close(whole);
  }

  #writePersonality(row: number, n: number, c: number, whole: boolean): void {
    const world = this.#world;
    this.#codes.tell(
      c + CODE.profile,
      NAME.profile,
      world.profile[row],
      PROFILE_NAMES,
      whole,
    );
    this.#out.open(NAME.traits);
    for (let k = 0; k < TRAITS.length; k++) {
      const trait = world[TRAITS[k]];
      const at = n + NUMBER.trait + k;
      this.#numbers.tell(at, TRAIT_NAMES[k], trait, row, whole);
    }
    this.#out.close(whole);
  }

  #writeDoing(row: number, c: number, whole: boolean): void {
    const codes = this.#codes;
    const { told } = codes;
    const { running, runningLeft } = this.#world;
    const object = usedBy(this.#world, row);
    const isNew = whole || told[c + CODE.object] === 0;
    if (object < 0) {
      told[c + CODE.object] = 0;
      if (!isNew) this.#out.drop(NAME.doing);
      return;
    }
    const use = running[object] + 1;
    this.#out.open(NAME.doing);
    codes.tell(c + CODE.object, NAME.obj, object + 1, this.#objects, isNew);
    codes.tell(c + CODE.use, NAME.aff, use, this.#affordances, isNew);
    codes.tellCount(c + CODE.left, NAME.left, runningLeft[object], isNew);
    this.#out.close(isNew);
  }

  /** Whether the last action is the one that was told. */
  #hasSameLast(row: number, c: number): boolean {
    const { told } = this.#codes;
    const world = this.#world;
    const kind = world.lastKind[row];
    if (kind !== told[c + CODE.kind]) return false;
    const logged = lastOutcome(this.#town, world, row);
    if (logged < 0) return world.lastSuccess[row] === told[c + CODE.ok];
    return world.lastSuccess[row] === told[c + CODE.ok] &&
      world.outcomeObject[logged] + 1 === told[c + CODE.lastObject] &&
      world.outcomeAffordance[logged] + 1 === told[c + CODE.lastUse] &&
      world.outcomeReason[logged] === told[c + CODE.reason];
  }

  #writeLast(row: number, c: number, whole: boolean): void {
    const world = this.#world;
    const { told } = this.#codes;
    const kind = world.lastKind[row];
    const isNew = whole || told[c + CODE.kind] === KIND.none;
    if (kind === KIND.none) {
      told[c + CODE.kind] = KIND.none;
      if (!isNew) this.#out.drop(NAME.last);
      return;
    }
    const logged = lastOutcome(this.#town, world, row);
    const object = logged < 0 ? 0 : world.outcomeObject[logged] + 1;
    const use = logged < 0 ? 0 : world.outcomeAffordance[logged] + 1;
    const reason = logged < 0 ? 0 : world.outcomeReason[logged];
    const ok = world.lastSuccess[row];
    this.#reasons[reason] ??= quoted(reasonText(world, reason));
    const code = (
      column: number,
      name: Piece,
      value: number,
      pieces: readonly Piece[],
    ) => this.#codes.tell(c + column, name, value, pieces, isNew);
    this.#out.open(NAME.last);
    code(CODE.kind, NAME.kind, kind, KIND_NAMES);
    code(CODE.ok, NAME.ok, ok, FLAGS);
    code(CODE.lastObject, NAME.obj, object, this.#objects);
    code(CODE.lastUse, NAME.aff, use, this.#affordances);
    code(CODE.reason, NAME.reason, reason, this.#reasons);
    this.#out.close(isNew);
  }
}
