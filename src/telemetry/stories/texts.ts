/** The words of moments: one table, to be read, changed and translated. @module */
import { stripText } from "../../base/text.ts";
import type { Moment, Tellings } from "./moment.ts";

/** Most characters of a text. */
const LENGTH_MAX = 280;

/** The words; `{name}` stands for that member of a moment's data. */
const TEMPLATES: {
  readonly [C in keyof Tellings]: Readonly<Record<Tellings[C], string>>;
} = {
  queue_conflict: {
    ghost_step:
      "{actor} kept {object} for nothing, and {rival} in the queue lost patience.",
    long_wait: "{rival} has waited too long for {actor} at {object}.",
  },
  utility_outage: { power: "{object} has no power." },
  shower_complete: { done: "{agent} is fresh from {object}." },
  sleep_complete: { done: "{agent} slept well in {object}." },
  relationship_friendship: {
    added: "{owner} has got to know {other}.",
    at_odds: "{owner} got off to a bad start with {other}.",
    more: "{owner} trusts {other} more than before.",
    less: "{owner} trusts {other} less than before.",
  },
  relationship_rivalry: {
    avoid: "{owner} had rather not meet {rival}.",
    escalated: "{owner} cannot stand {rival} any more.",
  },
  relationship_social_alert: {
    chat_failed: "{speaker} and {listener} had nothing to say to each other.",
    avoided_person: "{agent} kept out of somebody's way.",
    avoided_place: "{agent} kept away from {object} because of somebody there.",
  },
  personality_event: {
    outgoing: "{agent}, outgoing as ever, had a good talk with {listener}.",
    peaceable_person: "{agent} had rather keep the peace than talk.",
    peaceable_place: "{agent} had rather keep the peace than use {object}.",
  },
};

/** A moment in words: one line of at most 280 characters. */
export function textOf(moment: Moment): string {
  if ("words" in moment) return plainWords(moment.words);
  const { category, telling, data } = moment;
  const templates: Readonly<Record<string, string>> = TEMPLATES[category];
  return plainWords(
    templates[telling].replace(/\{([a-z]+)\}/g, (_, name) => `${data[name]}`),
  );
}

/** Words on one line of at most 280 characters; what was cut ends in `…`. */
export function plainWords(words: string): string {
  const line = stripText(words).toWellFormed();
  if (line.length <= LENGTH_MAX) return line;
  // A cut between the two halves of a pair would leave half a character.
  const kept = line.slice(0, LENGTH_MAX - 1).replace(/[\ud800-\udbff]$/, "");
  return `${kept}…`;
}
