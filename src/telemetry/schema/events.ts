/** What happens, and what is told of it: elements of `events` and `trace`. @module */
import { KINDS } from "../../world/turn.ts";
import type { EventPayloads } from "../../world/events.ts";
import {
  anything,
  byId,
  count,
  flag,
  list,
  mark,
  members,
  real,
  type Shape,
  text,
  tile,
  word,
} from "./shape.ts";

const agent = text("Resident");
const object = text("Object");
const affordance = text("Affordance");
const job = text("Job");
const event_id = text("Id of the perturbation");
const spec = text("Perturbation of the configuration");
const kind = word(
  "What kind of perturbation",
  "price_spike",
  "blackout",
  "outage",
  "arranged_meet",
);
const ends_at = count("First tick after it");
const ids = (what: string) => list(what, text("Id"));
const reason = text("Why");
const pos = tile("Where");
const digest = text("Digest, 64 digits of hex", "^[0-9a-f]{64}$");
const pending_count = count("Residents queued for leaving");
const use = { agent, object, affordance };
const happening = { event_id, spec, kind };
const specifier = text("Specifier of the hook");

const action = members("An action was processed", {
  agent,
  kind: word("Kind of the action", ...KINDS.slice(1)),
  ok: flag("Whether it did what it was for"),
  duration: count("Ticks it named"),
  "pending?": flag("Whether it is still to be decided"),
  "reason?": text("Why not, when it did not"),
  "object?": text("Object it was about"),
  "affordance?": text("Affordance it was about"),
  "target?": text("Resident it was about"),
  "position?": tile("Where a move was to lead"),
  "quality?": real("Quality of a chat", 0, 1),
  "success?": flag("How a release was to end the holding"),
  "blocked?": mark("Whether it counts as blocked when refused"),
});

/** What is told of each event beside its name. */
const TOLD = {
  "agent.spawned": members("Somebody came to town by command", { agent, pos }),
  "agent.teleported": members("Somebody was put elsewhere by command", {
    agent,
    pos,
  }),
  "agent.removed": members("Somebody left the world", {
    agent,
    "reason?": reason,
  }),
  "agent.killed": members("Somebody was killed by command", {
    agent,
    "reason?": reason,
  }),
  "agent.respawned": members("A newcomer took the place of who left", {
    agent,
    original: text("Who lived that life first"),
  }),
  "agent.nightly_reset": members("A night passed", {
    agent,
    moved: flag("Whether the resident was brought home"),
    "home?": tile("Home"),
  }),
  "affordance.started": members("A use began", {
    ...use,
    duration: count("Ticks it takes"),
  }),
  "affordance.finished": members("A use was completed", use),
  "affordance.failed": members("A use could not begin, or was cut short", {
    ...use,
    reason,
  }),
  "affordance.precondition_failed": members(
    "A precondition did not hold; affordance.failed follows",
    {
      ...use,
      condition: text("The precondition"),
      context: byId("What it asked for", anything("A value")),
    },
  ),
  "queue.conflict": members("Two residents clashed over an object", {
    object,
    actor: text("Who got it"),
    rival: text("Who did not"),
    reason: word("Why", "ghost_step", "long_wait"),
    queue_length: count("Residents who waited"),
    intensity: real("How bad it was", 0.1, 5),
  }),
  "queue.handover": members("An object passed on in good order", {
    object,
    actor: text("Who left it"),
    rival: text("Who was thanked"),
    queue_length: count("Residents who waited"),
  }),
  "rivalry.recorded": members("A clash was entered into both ledgers", {
    actor: agent,
    rival: text("The other"),
    reason,
    intensity: real("How bad it was", 0),
  }),
  "shower.completed": members("Somebody showered", { agent, object }),
  "sleep.completed": members("Somebody slept", { agent, object }),
  "shower.power_lost": members("A shower had no power", { object }),
  "meal.shared": members("Residents ate together", {
    object,
    agents: ids("Who, sorted"),
  }),
  "chat.succeeded": members("A chat went well", {
    speaker: text("Who spoke"),
    listener: text("Who listened"),
    quality: real("How well", 0, 1),
  }),
  "chat.failed": members("A chat did not come about", {
    speaker: text("Who spoke"),
    listener: text("Who did not listen"),
  }),
  "rivalry.avoided": members("Somebody kept away from a rival", {
    agent,
    "object?": object,
    reason,
  }),
  "policy.possession_changed": members("Others decide for other residents", {
    agents: ids("For whom"),
  }),
  "policy.anneal_changed": members("Decisions are shared otherwise", {
    "ratio?": real("Share of the learned policy", 0, 1),
  }),
  "policy.changed": members("Another policy decides", {
    identity: byId("What it is", anything("A fact")),
  }),
  "policy.guardrail_blocked": members("A choice was turned into waiting", {
    agent,
    reason,
    "target?": text("Whom it was about"),
    "object?": object,
  }),
  "shift.late": members("Somebody is late for work", {
    agent,
    job,
    ticks_late: count("Ticks into the shift"),
  }),
  "shift.absent": members("Somebody does not show up", { agent, job }),
  "shift.left_early": members("Somebody left work before the end", {
    agent,
    job,
  }),
  "employment.helped_when_late": members("Coworkers helped who was late", {
    agent,
    coworkers: ids("Who helped"),
  }),
  "employment.shift_taken": members("Coworkers took a shift over", {
    agent,
    coworkers: ids("Who took it"),
  }),
  "employment.exit_pending": members("Somebody is queued for leaving town", {
    agent,
    pending_count,
  }),
  "employment.exit_overflow": members("More are queued than the limit", {
    pending_count,
    limit: count("The limit"),
  }),
  "employment.exit_requested": members("An exit was asked for", {
    agent,
    pending_count,
  }),
  "employment.exit_deferred": members("An exit was put off", {
    agent,
    pending_count,
  }),
  "employment.exit_processed": members("An exit took place", {
    agent,
    job: text("Job; empty without one"),
    reason,
  }),
  "economy.restocked": members("An object was filled up", {
    object,
    item: text("What with"),
    amount: count("How much"),
  }),
  "economy.price_set": members("A price was set", {
    key: text("Price"),
    value: real("The price", 0),
  }),
  "perturbation.started": members("A perturbation began", {
    ...happening,
    targets: ids("Residents, prices, or nobody in particular"),
    ends_at,
  }),
  "perturbation.ended": members("A perturbation is over", happening),
  "perturbation.cancelled": members("A perturbation was called off", {
    ...happening,
    pending: flag("Whether it had not begun"),
  }),
  "perturbation.price_spike": members("A price went up", {
    event_id,
    target: text("Price, or market, or global"),
    magnitude: real("Factor", 0),
    ends_at,
  }),
  "perturbation.utility_out": members("A utility went off", {
    event_id,
    utility: word("Which", "power", "water"),
    cause: word("Why", "blackout", "outage"),
    ends_at,
  }),
  "perturbation.meet_arranged": members("A meeting was called", {
    event_id,
    location: text("Where; empty for nowhere"),
    targets: ids("Who was called"),
    ends_at,
  }),
  "perturbation.agent_relocated": members("A meeting moved somebody at once", {
    agent,
    location: text("Where to"),
  }),
  "relationship.evicted": members("A tie or an entry of a ledger ended", {
    owner: text("Whose it was"),
    other: text("To whom"),
    reason,
  }),
  "relationship.window_closed": members("A window of ended ties is over", {
    window_start: count("First tick of it"),
    window_end: count("First tick after it"),
    total: count("Ties that ended", 1),
    owners: byId("The same by owner", count("Ties", 1)),
    reasons: byId("The same by reason", count("Ties", 1)),
  }),
  "snapshot.saved": members("The state was saved", {
    name: text("Name of the file"),
    sha256: digest,
  }),
  "snapshot.loaded": members("A run goes on from a saved state", {
    name: text("Name of the file"),
    sha256: digest,
  }),
  "hook.loaded": members("A hook that is a file runs from now on", {
    specifier,
    sha256: digest,
  }),
  "hook.faulted": members("A hook failed", {
    specifier,
    rule: text("Rule it broke, or thrown"),
    reason,
  }),
  "loop.failed": members("A tick failed; the world is as before it", {
    error: text("Class of the error"),
    message: text("It in words"),
    "snapshot?": text("Name of the file with the state before it"),
  }),
  "action.unknown_agent": members("An action named somebody nobody knows", {
    agent,
    kind: text("Kind of the action"),
  }),
  "action.invalid": members("An action made no sense", {
    agent,
    error: text("What is wrong with it"),
  }),
  "action.wait": action,
  "action.move": action,
  "action.request": action,
  "action.start": action,
  "action.release": action,
  "action.chat": action,
  "action.blocked": action,
} satisfies Record<keyof EventPayloads, Shape>;

/** Events that are known and that no part of this version tells. */
const TO_COME = {
  "stability.alert_raised": members("An alert went up", {
    alert: text("Alert"),
    detail: byId("What is known of it", anything("A fact")),
  }),
  "stability.alert_cleared": members("An alert went down", {
    alert: text("Alert"),
    detail: byId("What is known of it", anything("A fact")),
  }),
  "promotion.window": byId("A window was evaluated", anything("A fact")),
  "promotion.ready": byId("A policy may be promoted", anything("A fact")),
  "promotion.promoted": byId("A policy was promoted", anything("A fact")),
  "promotion.rolled_back": byId(
    "A promotion was taken back",
    anything("A fact"),
  ),
  "promotion.swapped": byId("Policies changed places", anything("A fact")),
  "snapshot.migrated": members("A saved state of an older form was read", {
    name: text("Name of the file"),
    applied: list("What was done to it, in order", text("Migration")),
  }),
  "hook.rejected": members("A hook was refused", {
    specifier,
    rule: text("Rule it broke"),
    reason,
  }),
  "security.refused": members("Something was refused", {
    rule: text("Rule it broke"),
    name: text("Its name"),
  }),
} as const;

/** What is told of each event beside its name, by name. */
export const EVENTS: Readonly<Record<string, Shape>> = { ...TOLD, ...TO_COME };

/** What is told of events that hooks bring up: whatever they add. */
export const HOOK_EVENT: Shape = byId(
  "What a hook told",
  anything("A text, a number, true or false"),
);

/** Names of events that hooks bring up: `hook.<file>.<event>`. */
export const HOOK_NAME = /^hook\.[^.]+\../;
