/** What is worth telling of a run, collected tick by tick. @module */
import type { TownEvent } from "../../src/world/events.ts";

/** Something worth telling. */
export interface Moment {
  /** When. */
  readonly tick: number;
  /** What happened, as a sentence without a full stop. */
  readonly text: string;
}

/** Collects what happens. */
export interface Chronicle {
  /** Events by name, since it was opened. */
  readonly events: Map<string, number>;
  /** Takes a tick's events. */
  note(events: readonly TownEvent[]): void;
  /** The most notable moments, in order of time, at most `limit`. */
  moments(limit: number): Moment[];
}

/** A moment and how notable it is. */
interface Weighed extends Moment {
  /** Higher is more notable. */
  readonly weight: number;
  /** Events noted before it. */
  readonly place: number;
}

/** What to tell of an event, and how notable it is; null for nothing. */
interface Telling {
  /** Higher is more notable. */
  readonly weight: number;
  /** What happened. */
  readonly text: string;
  /** Only the first event of the same key is told. */
  readonly key?: string;
}

/** Moments of one event name that are kept. */
const KEEP = 8;

/** Keys of events told once that are remembered. */
const KEYS_MAX = 10_000;

/** Opens a chronicle. */
export function openChronicle(): Chronicle {
  const events = new Map<string, number>();
  const kept = new Map<string, Weighed[]>();
  const told = new Set<string>();
  let noted = 0;
  const keep = (event: TownEvent) => {
    const telling = tell(event);
    if (telling === null) return;
    if (telling.key !== undefined) {
      const key = `${event.event} ${telling.key}`;
      if (told.has(key) || told.size >= KEYS_MAX) return;
      told.add(key);
    }
    const list = kept.get(event.event) ?? [];
    kept.set(event.event, list);
    if (list.length === KEEP) {
      const least = list.reduce(
        (at, { weight }, i) => weight < list[at].weight ? i : at,
        0,
      );
      if (telling.weight <= list[least].weight) return;
      list.splice(least, 1);
    }
    const { tick } = event;
    const { text, weight } = telling;
    list.push({ tick, text, weight, place: noted });
  };
  return {
    events,
    note(list) {
      for (let i = 0; i < list.length; i++) {
        const event = list[i];
        events.set(event.event, (events.get(event.event) ?? 0) + 1);
        keep(event);
        noted++;
      }
    },
    moments(limit) {
      return [...kept.values()].flatMap(worthLess)
        .sort(byWeight)
        .slice(0, limit)
        .sort((a, b) => a.place - b.place)
        .map(({ tick, text }) => ({ tick, text }));
    },
  };
}

/** The more of a kind were told, the less is the next one worth telling. */
function worthLess(moments: readonly Weighed[]): readonly Weighed[] {
  return moments.toSorted(byWeight).map((moment, i) => ({
    ...moment,
    weight: moment.weight - i,
  }));
}

function byWeight(a: Weighed, b: Weighed): number {
  return b.weight - a.weight || a.place - b.place;
}

/** What to tell of an event. */
function tell(event: TownEvent): Telling | null {
  switch (event.event) {
    case "agent.removed":
      return { weight: 10, text: `${event.agent} ${leaving(event.reason)}` };
    case "agent.spawned":
      return { weight: 9, text: `${event.agent} comes to town` };
    case "agent.respawned":
      return {
        weight: 5,
        text: `${event.agent} takes the place of ${event.original}`,
      };
    case "perturbation.price_spike":
      return {
        weight: 7,
        text: `prices ${change(event.magnitude)} (${event.target})`,
        key: event.event_id,
      };
    case "perturbation.utility_out":
      return { weight: 8, text: `the ${event.utility} fails` };
    case "perturbation.meet_arranged":
      return {
        weight: 7,
        text: `${list(event.targets)} are to meet at ${event.location}`,
      };
    case "employment.exit_pending":
      return { weight: 6, text: `${event.agent} is asked to leave town` };
    case "queue.conflict":
      return {
        weight: 3 + event.intensity / 2,
        text: `${event.actor} and ${event.rival} clash at ${event.object}`,
        key: pair(event.actor, event.rival),
      };
    case "chat.failed":
      return {
        weight: 3,
        text: `${event.speaker} and ${event.listener} fall out over a chat`,
        key: pair(event.speaker, event.listener),
      };
    case "meal.shared":
      return {
        weight: 4,
        text: `${list(event.agents)} eat together`,
        key: event.agents.join(" "),
      };
    case "chat.succeeded":
      return {
        weight: 2 + event.quality,
        text: `${event.speaker} and ${event.listener} chat`,
        key: pair(event.speaker, event.listener),
      };
    case "shift.absent":
      return {
        weight: 4,
        text: `${event.agent} is missing at work (${event.job})`,
        key: event.agent,
      };
    case "shift.late":
      return {
        weight: 2,
        text: `${event.agent} is late for work (${event.job})`,
        key: event.agent,
      };
    case "employment.helped_when_late":
      return {
        weight: 3,
        text: `${list(event.coworkers)} ${
          event.coworkers.length === 1 ? "covers" : "cover"
        } for ${event.agent}`,
        key: event.agent,
      };
    default:
      return null;
  }
}

/** A factor in words: `rise by 50 %`. */
function change(factor: number): string {
  const percent = Math.round(Math.abs(factor - 1) * 100);
  return `${factor < 1 ? "fall" : "rise"} by ${percent} %`;
}

function leaving(reason: string): string {
  if (reason === "faint") return "faints of hunger";
  if (reason === "eviction") return "has to leave town";
  return `is gone (${reason})`;
}

/** A key for two ids that does not depend on their order. */
function pair(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** Names, at most three of them. */
function list(names: readonly string[]): string {
  if (names.length > 3) {
    return `${names.slice(0, 2).join(", ")} and ${names.length - 2} others`;
  }
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
