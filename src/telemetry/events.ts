/** What happened in a tick, as elements of the channels of events. @module */
import type { TownEvent } from "../world/events.ts";
import type { CommandResult } from "../world/turn.ts";
import { bytesOf, EVENT_BYTES_MAX } from "./frame.ts";

/** What an event is in a frame: its name and its payload, without its tick. */
export interface EventElement {
  /** Its name. */
  readonly e: string;
  /** Its payload. */
  readonly [member: string]: unknown;
}

/** Some elements of a tick, as a list of JSON. */
export interface EventList {
  /** The list. */
  readonly text: string;
  /** Elements in it. */
  readonly count: number;
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

/** The element of an event as JSON, without taking the event apart. */
export function eventText(event: TownEvent): string {
  if ("payload" in event) return JSON.stringify(eventElement(event));
  // Events begin with their name and their tick.
  const head = `{"event":"${event.event}","tick":${event.tick}`;
  const text = JSON.stringify(event);
  return text.startsWith(head)
    ? `{"e":"${event.event}"${text.slice(head.length)}`
    : JSON.stringify(eventElement(event));
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

/**
 * Elements, each as JSON, as lists of at most 64 KiB; one that is larger is by
 * itself.
 */
export function eventLists(elements: readonly string[]): readonly EventList[] {
  const count = elements.length;
  if (count === 0) return NO_LISTS;
  const text = `[${elements.join()}]`;
  // No unit of a text takes more than three bytes.
  if (3 * text.length <= EVENT_BYTES_MAX) return [{ text, count }];
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
  return { text: `[${elements.join()}]`, count: elements.length };
}
