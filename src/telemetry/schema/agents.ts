/** What `agents` and `rewards` look like. @module */
import { COUNTERS, NEEDS, SHIFT_STATES } from "../../world/world.ts";
import { KINDS, type RewardPart } from "../../world/turn.ts";
import { TOLD_PARTS } from "../states/rewards_state.ts";
import {
  byId,
  count,
  flag,
  mark,
  members,
  real,
  type Shape,
  text,
  tile,
  word,
} from "./shape.ts";

/** What each need is. */
const NEED_TEXTS: Readonly<Record<typeof NEEDS[number], string>> = {
  hunger: "Food: 0 starving, 1 full",
  hygiene: "Cleanliness: 0 to 1",
  energy: "Rest: 0 exhausted, 1 rested",
};

/** What each part of a reward is. */
const PART_TEXTS: Readonly<Record<RewardPart, string>> = {
  needs_penalty: "Loss by needs that are not met",
  survival: "Gain by being alive",
  wage: "Wages paid less wages withheld",
  punctuality: "Gain by being at work on time",
  social_bonus: "Gain by good chats",
  social_penalty: "Loss by chats that failed",
  social_avoidance: "Gain by keeping away from a rival",
  terminal_penalty: "Loss by the end of a life",
  clip_adjustment: "What limits took away or added",
};

/** The channel `agents`. */
export const AGENTS: Shape = byId(
  "Body, needs, work and belongings of everybody who lives in town",
  members("A resident", {
    pos: tile("Where: column from the west, row from the north"),
    needs: members(
      "How well the resident is",
      Object.fromEntries(
        NEEDS.map((need) => [need, real(NEED_TEXTS[need], 0, 1)]),
      ),
    ),
    wallet: real("Money", 0),
    "job?": text("Job; absent without one"),
    shift: word(
      "Where the resident stands in the working day",
      ...SHIFT_STATES,
    ),
    "on_shift?": mark("While paid for being at work"),
    "exit_pending?": mark("While queued for leaving town"),
    "late_today?": count("Late ticks today; absent for 0", 1),
    "late_total?": count("Shifts begun late, ever; absent for 0", 1),
    "absent_7d?": count("Absences of the last seven days; absent for 0", 1),
    attendance: real("Share of the last shifts spent at work", 0, 1),
    "withheld?": real("Wages withheld today; absent for 0", 0),
    basket: real("Price of a full basket", 0),
    inv: members(
      "Counters of what the resident has and did; absent for 0",
      Object.fromEntries(
        COUNTERS.map((name) => [`${name}?`, count("A counter", 1)]),
      ),
    ),
    "profile?": text("Personality; only where personality is shown"),
    "traits?": members("Traits; only where personality is shown", {
      extroversion: real("Outgoing or reserved", -1, 1),
      forgiveness: real("Quick to forgive or resentful", -1, 1),
      ambition: real("Ambitious or easy-going", -1, 1),
    }),
    "doing?": members("What the resident uses; absent without", {
      obj: text("Object"),
      aff: text("Affordance"),
      left: count("Ticks left"),
    }),
    "last?": members("How the last action went; absent before the first", {
      kind: word("Kind of the action", ...KINDS.slice(1)),
      ok: flag("Whether it did what it was for"),
      "obj?": text("Object it was about"),
      "aff?": text("Affordance it was about"),
      "reason?": text("Why not, when it did not"),
    }),
  }),
);

/** The channel `rewards`. */
export const REWARDS: Shape = byId(
  "The last tick's reward of everybody who lives in town",
  members("The reward of a resident; parts that are 0 are absent", {
    total: real("The reward"),
    ...Object.fromEntries(
      TOLD_PARTS.map((part) => [`${part}?`, real(PART_TEXTS[part])]),
    ),
  }),
);
