/** What happened in a tick, as elements of the channels of events. @module */
import type { TownEvent } from "../world/events.ts";
import type { CommandResult } from "../world/turn.ts";
import type { EventChannelName } from "./channels.ts";
import { type Body, bodyText, bytesOf, EVENT_BYTES_MAX } from "./frame.ts";
import { JsonWriter } from "./states/json_writer.ts";
import { nameOf, type Piece, pieceOf } from "./states/pieces.ts";
import { DECIMALS_MAX } from "./states/places.ts";

/** What an event is in a frame: its name and its payload, without its tick. */
export interface EventElement {
  /** Its name. */
  readonly e: string;
  /** Its payload. */
  readonly [member: string]: unknown;
}

/** Some elements of a tick, as a list of JSON. */
export interface EventList {
  /** The list; it may be written when it is asked for first. */
  readonly text: string;
  /** Elements in it. */
  readonly count: number;
  /** Bytes of the list in UTF-8, or about as many. */
  readonly bytes: number;
  /** Whether one of them tells of a failure: those are lost last of all. */
  readonly isPrecious: boolean;
}

/** Whether an event tells of an action: these have a channel of their own. */
export function isTrace({ event }: TownEvent): boolean {
  return event.startsWith("action.");
}

/** The element of an event: `{"e":"agent.removed","agent":"ana",…}`. */
export function eventElement(event: TownEvent): EventElement {
  const { event: e, tick: _tick, ...rest } = event;
  return { e, ...("payload" in rest ? rest.payload : rest) };
}

/** Events as a list of JSON, each as its element. */
export function eventsText(events: readonly TownEvent[]): string {
  out.clear();
  for (const event of events) writeEvent(event);
  return `[${out.take() ?? ""}]`;
}

/** Where events are written. */
const out = new JsonWriter(DECIMALS_MAX);
const NAMELESS = pieceOf("");
const EVENT = nameOf("e");
/** Names of members, as they are written; there are as many as in the code. */
const names = new Map<string, Piece>();

/** Writes the element of an event, without taking it apart. */
function writeEvent(event: TownEvent): void {
  if ("payload" in event) {
    out.json(NAMELESS, JSON.stringify(eventElement(event)));
    return;
  }
  out.open(NAMELESS);
  out.text(EVENT, event.event);
  const members: { readonly [name: string]: unknown } = event;
  for (const name in members) {
    if (name !== "event" && name !== "tick") writeMember(name, members[name]);
  }
  out.close(true);
}

function writeMember(name: string, value: unknown): void {
  let piece = names.get(name);
  if (piece === undefined) names.set(name, piece = nameOf(name));
  if (typeof value === "string") out.text(piece, value);
  else if (isShort(value)) out.integer(piece, value);
  else if (value !== undefined) out.json(piece, JSON.stringify(value));
}

function isShort(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value;
}

/** The element of a command: `{"e":"console.result","name":"spawn",…}`. */
export function commandElement(
  { command: { name, args }, result, error }: CommandResult,
): EventElement {
  const given = Object.entries(args).filter(([, value]) => value !== null);
  return {
    e: "console.result",
    name,
    status: error === undefined ? "ok" : "error",
    args: Object.fromEntries(given),
    ...(error === undefined ? { result: result ?? {} } : { error }),
  };
}

const NO_LISTS: readonly EventList[] = [];

/** Events that are written together without a look at how long they are. */
const TOGETHER_MAX = 256;

/** Bytes of an event, about. */
const BYTES_EACH = 96;

/** Events that list so many as there are, as those of hooks may. */
const LISTS: ReadonlySet<string> = new Set<TownEvent["event"]>([
  "meal.shared",
  "employment.helped_when_late",
  "employment.shift_taken",
  "perturbation.started",
  "perturbation.meet_arranged",
  "relationship.window_closed",
]);

/**
 * The events of a tick as lists of 64 KiB at most. Their text is written when it
 * is asked for: nobody asks for what is lost before it is sent.
 */
export function eventLists(
  events: readonly TownEvent[],
): readonly EventList[] {
  if (events.length === 0) return NO_LISTS;
  if (events.length <= TOGETHER_MAX && !events.some(mayBeLong)) {
    return [new LaterList(events)];
  }
  const isPrecious = events.some(tellsOfFailure);
  const text = eventsText(events);
  const bytes = bytesOf(text);
  if (bytes <= EVENT_BYTES_MAX) {
    return [{ text, count: events.length, bytes, isPrecious }];
  }
  const elements = events.map((event) => JSON.stringify(eventElement(event)));
  return textLists(elements).map((list) => ({ ...list, isPrecious }));
}

/** Events whose text is written when it is asked for. */
class LaterList implements EventList {
  readonly count: number;
  readonly bytes: number;
  readonly isPrecious: boolean;
  readonly #events: readonly TownEvent[];
  #text: string | null = null;

  constructor(events: readonly TownEvent[]) {
    this.count = events.length;
    this.bytes = BYTES_EACH * events.length;
    this.isPrecious = events.some(tellsOfFailure);
    this.#events = events;
  }

  get text(): string {
    return this.#text ??= eventsText(this.#events);
  }
}

function mayBeLong({ event }: TownEvent): boolean {
  return LISTS.has(event) || event.startsWith("hook.");
}

function tellsOfFailure({ event }: TownEvent): boolean {
  return event === "loop.failed" || event.startsWith("stability.");
}

/**
 * Elements, each as JSON, as lists of at most 64 KiB; one that is larger is by
 * itself.
 */
export function textLists(elements: readonly string[]): readonly EventList[] {
  const count = elements.length;
  if (count === 0) return NO_LISTS;
  const all = listOf(elements);
  if (all.bytes <= EVENT_BYTES_MAX) return [all];
  const lists: EventList[] = [];
  let first = 0;
  let bytes = 2;
  for (let i = 0; i < count; i++) {
    const more = bytesOf(elements[i]) + 1;
    if (i > first && bytes + more > EVENT_BYTES_MAX) {
      lists.push(listOf(elements.slice(first, i)));
      first = i;
      bytes = 2;
    }
    bytes += more;
  }
  lists.push(listOf(elements.slice(first)));
  return lists;
}

function listOf(elements: readonly string[]): EventList {
  const text = `[${elements.join()}]`;
  const count = elements.length;
  return { text, count, bytes: bytesOf(text), isPrecious: false };
}

/** Bytes of the members of a body that are not its payload, about. */
const HEAD_BYTES = 48;

/** Events on their way: their text is written when it is asked for. */
export class EventBody implements Body {
  /** What it is. */
  readonly kind = "event";
  readonly channel: EventChannelName;
  readonly tick: number;
  readonly bytes: number;
  readonly events: number;
  readonly isPrecious: boolean;
  starts = false;
  readonly #n: number;
  readonly #list: EventList;

  /** The `n`-th frame of a channel. */
  constructor(
    channel: EventChannelName,
    n: number,
    tick: number,
    list: EventList,
  ) {
    this.channel = channel;
    this.tick = tick;
    this.bytes = HEAD_BYTES + list.bytes;
    this.events = list.count;
    this.isPrecious = list.isPrecious;
    this.#n = n;
    this.#list = list;
  }

  /** Its members. */
  get text(): string {
    const { channel, kind, tick } = this;
    const payload = this.#list.text;
    return bodyText({ channel, kind, n: this.#n, tick, payload });
  }
}
