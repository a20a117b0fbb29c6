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

/** Elements as lists of at most 64 KiB; one that is larger is by itself. */
export function eventLists(elements: readonly object[]): readonly EventList[] {
  if (elements.length === 0) return NO_LISTS;
  const lists: EventList[] = [];
  let texts: string[] = [];
  let bytes = 2;
  const end = () => {
    lists.push({ text: `[${texts.join()}]`, count: texts.length });
    texts = [];
    bytes = 2;
  };
  for (const element of elements) {
    const text = JSON.stringify(element);
    const more = bytesOf(text) + 1;
    if (texts.length > 0 && bytes + more > EVENT_BYTES_MAX) end();
    texts.push(text);
    bytes += more;
  }
  end();
  return lists;
}
