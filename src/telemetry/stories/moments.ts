/** Which moments the events and ties of a tick make. @module */
import { compareCodePoints } from "../../base/order.ts";
import { findAgent, type World } from "../../world/world.ts";
import type {
  PersonalityNarration,
  RelationshipNarration,
} from "../../config/narration.ts";
import type { TownEvent } from "../../world/events.ts";
import { PROFILES } from "../../world/profiles.ts";
import { roundTo } from "../state_channel.ts";
import type { ManualStory, Moment } from "./moment.ts";
import type { FriendshipChange, HighRivalry } from "./seen_ties.ts";
import { plainWords } from "./texts.ts";

/** The moment of a story that somebody wants told. */
export function storyMoment(story: ManualStory): Moment {
  const { category, text, priority = false, key = text, data = {} } = story;
  return { category, words: text, priority, key: plainWords(key), data };
}

/** The moment of an event about objects, or null. */
export function objectMoment(event: TownEvent): Moment | null {
  switch (event.event) {
    case "queue.conflict": {
      const { actor, rival, object, reason, queue_length, intensity } = event;
      const pair = [actor, rival].sort(compareCodePoints).join(":");
      const isGhostStep = reason === "ghost_step";
      return {
        category: "queue_conflict",
        telling: isGhostStep ? "ghost_step" : "long_wait",
        priority: isGhostStep,
        key: `queue_conflict:${object}:${pair}`,
        data: { actor, rival, object, reason, intensity, queue_length },
      };
    }
    case "shower.power_lost":
      return {
        category: "utility_outage",
        telling: "power",
        priority: true,
        key: `outage:${event.object}`,
        data: { object: event.object, reason: "power_off" },
      };
    case "shower.completed":
      return doneMoment("shower_complete", event);
    case "sleep.completed":
      return doneMoment("sleep_complete", event);
    default:
      return null;
  }
}

function doneMoment(
  category: "shower_complete" | "sleep_complete",
  { agent, object }: { readonly agent: string; readonly object: string },
): Moment {
  return {
    category,
    telling: "done",
    priority: false,
    key: `${category}:${agent}:${object}`,
    data: { agent, object },
  };
}

/** The moment of a friendship that began or changed. */
export function friendshipMoment(
  change: FriendshipChange,
  thresholds: RelationshipNarration,
  precision: number,
): Moment {
  const { owner, other, added, trust, familiarity, deltas } = change;
  const rounded = (value: number) => roundTo(value, precision);
  return {
    category: "relationship_friendship",
    telling: tellingOf(change),
    priority: added || trust >= thresholds.friendship_priority_threshold,
    key: `relationship_friendship:${owner}:${other}`,
    data: {
      owner,
      other,
      status: added ? "added" : "updated",
      trust: rounded(trust),
      familiarity: rounded(familiarity),
      deltas: {
        trust: rounded(deltas.trust),
        familiarity: rounded(deltas.familiarity),
        rivalry: rounded(deltas.rivalry),
      },
    },
  };
}

function tellingOf({ added, trust, deltas }: FriendshipChange) {
  if (!added) return deltas.trust > 0 ? "more" : "less";
  return trust <= 0 && deltas.rivalry > 0 ? "at_odds" : "added";
}

/** The moment of a rivalry that is high. */
export function rivalryMoment(
  { owner, rival, rivalry }: HighRivalry,
  thresholds: RelationshipNarration,
  precision: number,
): Moment {
  const escalated = rivalry >= thresholds.rivalry_escalation_threshold;
  const level = escalated ? "escalated" : "avoid";
  return {
    category: "relationship_rivalry",
    telling: level,
    priority: escalated,
    key: `relationship_rivalry:${owner}:${rival}`,
    data: { owner, rival, rivalry: roundTo(rivalry, precision), level },
  };
}

/** The moment of an event between people, or null. */
export function socialMoment(event: TownEvent): Moment | null {
  const category = "relationship_social_alert";
  if (event.event === "chat.failed") {
    const { speaker, listener } = event;
    return {
      category,
      telling: "chat_failed",
      priority: false,
      key: `${category}:${speaker}:${listener}`,
      data: { speaker, listener },
    };
  }
  if (event.event === "rivalry.avoided") {
    const { agent, object, reason } = event;
    return {
      category,
      telling: object === undefined ? "avoided_person" : "avoided_place",
      priority: true,
      key: `${category}:${agent}:${object ?? reason}`,
      data: { agent, ...(object === undefined ? {} : { object }), reason },
    };
  }
  return null;
}

/**
 * The moment of an event in which somebody was true to their character, or
 * null. Whoever has left in the same tick has none any more.
 */
export function personalityMoment(
  event: TownEvent,
  world: World,
  settings: PersonalityNarration,
): Moment | null {
  const category = "personality_event";
  if (event.event === "chat.succeeded") {
    const { speaker: agent, listener, quality } = event;
    if (quality < settings.chat_quality_threshold) return null;
    const row = findAgent(world, agent);
    if (row < 0) return null;
    const value = world.extroversion[row];
    if (value < settings.chat_extroversion_threshold) return null;
    return {
      category,
      telling: "outgoing",
      priority: value >= settings.chat_priority_threshold,
      key: `${category}:${agent}:${listener}`,
      data: { agent, trait: "extroversion", value, listener, quality },
    };
  }
  if (event.event === "rivalry.avoided") {
    const { agent, object, reason } = event;
    const row = findAgent(world, agent);
    if (row < 0) return null;
    const value = PROFILES[world.profile[row]].behaviour.conflict_tolerance;
    if (value >= settings.conflict_tolerance_threshold) return null;
    return {
      category,
      telling: object === undefined ? "peaceable_person" : "peaceable_place",
      priority: false,
      key: `${category}:${agent}:${object ?? reason}`,
      data: {
        agent,
        trait: "conflict_tolerance",
        value,
        ...(object === undefined ? {} : { object }),
        reason,
      },
    };
  }
  return null;
}
