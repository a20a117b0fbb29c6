/** What happened in a tick, for people and programs to read. @module */

import type { Tile } from "../config/schema.ts";

/** Payload of every event, by name. Ids are outside ids. */
export interface EventPayloads {
  /** Somebody came to town by command. */
  "agent.spawned": { agent: string; pos: Tile };
  /** Somebody was put elsewhere by command. */
  "agent.teleported": { agent: string; pos: Tile };
  /** Somebody left the world; `reason` is the cause. */
  "agent.removed": { agent: string; reason: string };
  /** Somebody was killed by command. */
  "agent.killed": { agent: string; reason: string };
  /** A newcomer took the place of somebody who left. */
  "agent.respawned": { agent: string; original: string };
  /** A night passed. */
  "agent.nightly_reset": { agent: string; moved: boolean; home?: Tile };
  /** A use began. */
  "affordance.started": {
    agent: string;
    object: string;
    affordance: string;
    duration: number;
  };
  /** A use was completed. */
  "affordance.finished": { agent: string; object: string; affordance: string };
  /** A use could not begin, or was cut short. */
  "affordance.failed": {
    agent: string;
    object: string;
    affordance: string;
    reason: string;
  };
  /** A precondition did not hold. Always followed by `affordance.failed`. */
  "affordance.precondition_failed": {
    agent: string;
    object: string;
    affordance: string;
    condition: string;
    context: Readonly<Record<string, unknown>>;
  };
  /** Two agents clashed over an object. */
  "queue.conflict": {
    object: string;
    actor: string;
    rival: string;
    reason: string;
    queue_length: number;
    intensity: number;
  };
  /** An object passed from hand to hand in good order. */
  "queue.handover": {
    object: string;
    actor: string;
    rival: string;
    queue_length: number;
  };
  /** A clash was entered into both rivalry ledgers. */
  "rivalry.recorded": {
    actor: string;
    rival: string;
    reason: string;
    intensity: number;
  };
  /** Somebody showered. */
  "shower.completed": { agent: string; object: string };
  /** Somebody slept. */
  "sleep.completed": { agent: string; object: string };
  /** A shower had no power. */
  "shower.power_lost": { object: string };
  /** Agents ate together; ids sorted. */
  "meal.shared": { object: string; agents: readonly string[] };
  /** A chat went well; quality 0 to 1. */
  "chat.succeeded": { speaker: string; listener: string; quality: number };
  /** A chat did not come about. */
  "chat.failed": { speaker: string; listener: string };
  /** Somebody kept away from a rival. */
  "rivalry.avoided": { agent: string; object?: string; reason: string };
  /** A guardrail turned a choice into waiting. */
  "policy.guardrail_blocked": {
    agent: string;
    reason: string;
    target?: string;
    object?: string;
  };
  /** Another policy decides from this tick on. */
  "policy.changed": {
    identity: {
      readonly name: string;
      readonly policy_hash?: string;
    };
  };
  /** Others decide for other residents from this tick on; ids sorted. */
  "policy.possession_changed": { agents: readonly string[] };
  /** Decisions are shared otherwise from this tick on; absent: not at all. */
  "policy.anneal_changed": { ratio?: number };
  /** Somebody is late for work. */
  "shift.late": { agent: string; job: string; ticks_late: number };
  /** Somebody does not show up. */
  "shift.absent": { agent: string; job: string };
  /** Somebody left work before the end. */
  "shift.left_early": { agent: string; job: string };
  /** Coworkers helped somebody who was late. */
  "employment.helped_when_late": {
    agent: string;
    coworkers: readonly string[];
  };
  /** Coworkers took a shift over. */
  "employment.shift_taken": { agent: string; coworkers: readonly string[] };
  /** Somebody is queued for leaving town. */
  "employment.exit_pending": { agent: string; pending_count: number };
  /** More are queued for leaving than the limit. */
  "employment.exit_overflow": { pending_count: number; limit: number };
  /** An exit was asked for. */
  "employment.exit_requested": { agent: string; pending_count: number };
  /** An exit was put off. */
  "employment.exit_deferred": { agent: string; pending_count: number };
  /** An exit took place. */
  "employment.exit_processed": { agent: string; job: string; reason: string };
  /** A stove was filled up. */
  "economy.restocked": { object: string; item: string; amount: number };
  /** A price was set. */
  "economy.price_set": { key: string; value: number };
  /** A perturbation began. */
  "perturbation.started": {
    event_id: string;
    spec: string;
    kind: string;
    targets: readonly string[];
    ends_at: number;
  };
  /** A perturbation is over. */
  "perturbation.ended": { event_id: string; spec: string; kind: string };
  /** A perturbation was called off; `pending` if it had not begun. */
  "perturbation.cancelled": {
    event_id: string;
    spec: string;
    kind: string;
    pending: boolean;
  };
  /** A price went up. */
  "perturbation.price_spike": {
    event_id: string;
    target: string;
    magnitude: number;
    ends_at: number;
  };
  /** Power or water went off. */
  "perturbation.utility_out": {
    event_id: string;
    utility: string;
    cause: string;
    ends_at: number;
  };
  /** A meeting was called. */
  "perturbation.meet_arranged": {
    event_id: string;
    location: string;
    targets: readonly string[];
    ends_at: number;
  };
  /** A meeting moved somebody at once (teleport only). */
  "perturbation.agent_relocated": { agent: string; location: string };
  /** A tie or ledger entry ended. */
  "relationship.evicted": { owner: string; other: string; reason: string };
  /** A window in which ties ended is over: how many, by owner and reason. */
  "relationship.window_closed": {
    window_start: number;
    window_end: number;
    total: number;
    owners: Readonly<Record<string, number>>;
    reasons: Readonly<Record<string, number>>;
  };
  /** The state was saved; its digest in hexadecimal. */
  "snapshot.saved": { name: string; sha256: string };
  /** A run goes on from a saved state; its digest in hexadecimal. */
  "snapshot.loaded": { name: string; sha256: string };
  /** A hook that is a file runs from now on; its digest in hexadecimal. */
  "hook.loaded": { specifier: string; sha256: string };
  /** A hook failed; `rule` is the one it broke, or `thrown`. */
  "hook.faulted": { specifier: string; rule: string; reason: string };
  /** A tick could not be done; the world is as it was before it. */
  "loop.failed": { error: string; message: string };
  /** An action named an agent nobody knows (trace). */
  "action.unknown_agent": { agent: string; kind: string };
  /** An action made no sense (trace). */
  "action.invalid": { agent: string; error: string };
  /** An action was processed (trace). */
  "action.wait": ActionPayload;
  /** An action was processed (trace). */
  "action.move": ActionPayload;
  /** An action was processed (trace). */
  "action.request": ActionPayload;
  /** An action was processed (trace). */
  "action.start": ActionPayload;
  /** An action was processed (trace). */
  "action.release": ActionPayload;
  /** An action was processed (trace). */
  "action.chat": ActionPayload;
  /** An action was processed (trace). */
  "action.blocked": ActionPayload;
}

/** What is told of a processed action. */
export interface ActionPayload {
  /** Who acted. */
  agent: string;
  /** What kind of action. */
  kind: string;
  /** Whether it did what it was for. */
  ok: boolean;
  /** The duration it named, ticks. */
  duration: number;
  /** Why not, when it did not. */
  reason?: string;
  /** Object it was about. */
  object?: string;
  /** Affordance it was about. */
  affordance?: string;
  /** Agent it was about. */
  target?: string;
  /** Tile a move was to lead to. */
  position?: Tile;
  /** Quality of a chat. */
  quality?: number;
  /** How a release was to end the holding. */
  success?: boolean;
  /** True for a choice or request that counts as blocked when refused. */
  blocked?: boolean;
}

/** Name of an event. */
export type EventName = keyof EventPayloads | `hook.${string}`;

/** One event: its name, the tick, and the payload of {@link EventPayloads}. */
export type TownEvent =
  | {
    [Name in keyof EventPayloads]:
      & { readonly event: Name; readonly tick: number }
      & Readonly<EventPayloads[Name]>;
  }[keyof EventPayloads]
  | HookEvent;

/** An event that a hook told. */
export interface HookEvent {
  /** Its name, `hook.<file>.<event>`. */
  readonly event: `hook.${string}`;
  /** Tick of it. */
  readonly tick: number;
  /** What the hook added: scalars only. */
  readonly payload: Readonly<Record<string, string | number | boolean>>;
}
