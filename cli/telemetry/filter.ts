/** Which frames, and what of them, somebody wants to see. @module */
import type { Frame, Members } from "../../src/telemetry/reader/envelope.ts";
import { isMembers } from "./leaves.ts";

/** What is wanted; undefined and empty stand for everything. */
export interface Filter {
  /** Channels. */
  readonly channel: readonly string[];
  /** Names of events, `*` for any characters. */
  readonly event: string | undefined;
  /** A resident. */
  readonly agent: string | undefined;
}

/** Something to tell: what it is of, and its members. */
export type Told = Readonly<Record<string, unknown>>;

/** What of a frame is wanted, as objects for JSON; often nothing. */
export function toldOf(frame: Frame, filter: Filter): readonly Told[] {
  const { channel, event, agent } = filter;
  if (channel.length > 0 && !channel.includes(frame.channel)) return [];
  const place = {
    sid: frame.sid,
    ...frame.kind === "hello" ? {} : { seq: frame.seq },
    t: frame.tick,
    ch: frame.channel,
  };
  switch (frame.kind) {
    case "event":
      return frame.payload.filter((element) =>
        (event === undefined || matches(String(element.e), event)) &&
        (agent === undefined || names(element, agent))
      ).map((element) => ({ ...place, ...element }));
    case "key":
    case "patch": {
      if (event !== undefined) return [];
      const d = agent === undefined
        ? frame.payload
        : memberOf(frame.payload, agent);
      return d === undefined ? [] : [{ ...place, k: frame.kind, d }];
    }
    case "beat":
    case "other":
      return [];
    default: {
      if (event !== undefined || agent !== undefined) return [];
      return [{ ...place, k: frame.kind, d: frame.payload }];
    }
  }
}

/** Whether a name is as a pattern says, in which `*` is any characters. */
export function matches(name: string, pattern: string): boolean {
  const [first, ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  const last = rest[rest.length - 1];
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}

/** Whether an event is about somebody. */
function names(element: Members, agent: string): boolean {
  return Object.values(element).some((value) =>
    value === agent || (Array.isArray(value) && value.includes(agent))
  );
}

/** What a state tells of somebody, as a member by that name. */
function memberOf(payload: Members, agent: string): Members | undefined {
  return Object.hasOwn(payload, agent)
    ? { [agent]: payload[agent] }
    : undefined;
}

/** A thing that was told as a line for people. */
export function toldText(told: Told): string {
  const { sid: _sid, seq: _seq, t, ch, e, k, d, ...rest } = told;
  if (ch === "narration") return `tick ${t} ${rest.text}`;
  const members = isMembers(d) ? d : rest;
  const texts = Object.entries(members).map(([key, value]) =>
    `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  return [`tick ${t}`, ch, e ?? k, ...texts].filter((one) => one !== undefined)
    .join(" ");
}
