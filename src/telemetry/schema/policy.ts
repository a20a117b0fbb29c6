/** What `policy` looks like. @module */
import {
  byId,
  count,
  list,
  members,
  real,
  type Shape,
  text,
  word,
} from "./shape.ts";

const probability = (what: string) => real(what, 0, 1);

/** The channel `policy`. */
export const POLICY: Shape = members("Who decides, and how", {
  "identity?": members("What the policy is; left out unless asked for", {
    config_id: text("Name of the configuration"),
    "policy_hash?": text("Digest of the policy"),
    observation_variant: word(
      "What it observes",
      "full",
      "hybrid",
      "compact",
    ),
    "anneal_ratio?": probability("Share of the learned policy"),
  }),
  provider: text("Name of the policy"),
  "anneal?": members("Decisions shared with the scripted policy", {
    "ratio?": probability("Share of the learned policy"),
    blend: byId("Settings", real("Setting")),
    commit_ticks: count("Ticks a choice stays made"),
  }),
  possessed: list("For whom somebody else decides, sorted", text("Id")),
  "switches?": byId(
    "Plans given up for others since the state before; absent without",
    count("Plans", 1),
  ),
  "agents?": byId(
    "What everybody chose who had to decide in the tick; only with detail",
    members("A choice", {
      choice: text("Action"),
      p: probability("Its probability"),
      value: real("Value expected from here"),
      "top?": {
        ...list(
          "The likeliest actions",
          members("An action", {
            a: text("Action"),
            p: probability("Its probability"),
          }),
        ),
        maxItems: 3,
      },
    }),
  ),
});
