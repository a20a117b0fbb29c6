/** What elements of `narration`, `console` and `training` look like. @module */
import { NARRATION_CATEGORIES } from "../../config/narration.ts";
import {
  anything,
  byId,
  count,
  flag,
  members,
  real,
  type Shape,
  text,
  word,
} from "./shape.ts";

/** An element of the channel `narration`. */
export const NARRATION: Shape = members("A moment worth telling", {
  tick: count("Tick of it"),
  category: word("What it is about", ...NARRATION_CATEGORIES),
  text: { ...text("It in words, on one line"), maxLength: 280 },
  priority: flag("Whether it need not wait for pauses"),
  data: byId("What is known of it", anything("A fact")),
  key: text("Moments with the same key are the same one"),
});

/** An element of the channel `console`. */
export const CONSOLE: Shape = members("A command and what became of it", {
  e: word("What it is", "console.result"),
  name: text("Command"),
  status: word("Whether it was carried out", "ok", "error"),
  args: byId("Its arguments", anything("An argument")),
  "result?": byId("What it gave", anything("A fact")),
  "error?": members("Why not", {
    code: text("Kind of the failure"),
    message: text("It in words"),
  }),
});

const optionalNumbers = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`${name}?`, real("Number")]));

/** An element of the channel `training`. */
export const TRAINING: Shape = members("A pass over the data, or an update", {
  epoch: count("Passes so far"),
  cycle: count("Cycle of the schedule"),
  data_mode: word("Where the data comes from", "replay", "rollout"),
  loss_total: real("Loss"),
  loss_policy: real("Loss of the policy"),
  loss_value: real("Loss of the values"),
  loss_entropy: real("Loss of the entropy"),
  kl_divergence: real("How far the policy has moved"),
  clip_fraction: real("Share of ratios that were clipped", 0, 1),
  grad_norm: real("Length of the gradient", 0),
  adv_mean: real("Mean of the advantages"),
  adv_std: real("Spread of the advantages", 0),
  entropy_mean: real("Mean entropy"),
  reward_advantage_corr: real("Correlation of rewards and advantages", -1, 1),
  lr: real("Step size", 0),
  steps: count("Samples so far"),
  conflict: members("Conflicts in the data", {
    events: count("Conflicts"),
    intensity_sum: real("Their intensity", 0),
  }),
  social: members("Social life in the data", {
    shared_meal: count("Meals shared"),
    late_help: count("Times coworkers helped who was late"),
    shift_takeover: count("Shifts taken over"),
    chat_success: count("Chats that went well"),
    chat_failure: count("Chats that failed"),
    chat_quality_mean: real("Mean quality of chats", 0, 1),
  }),
  utility: members("Utilities in the data", {
    outage: count("Showers without power"),
    shower_complete: count("Showers taken"),
    sleep_complete: count("Times slept"),
  }),
  "anneal?": members("The stage from demonstrations to reinforcement", {
    stage: text("Stage"),
    ...optionalNumbers("bc_accuracy", "bc_threshold"),
    "bc_passed?": flag("Whether the accuracy suffices"),
    "loss_flag?": flag("Whether the loss is out of bounds"),
    "queue_flag?": flag("Whether queues are out of bounds"),
    "intensity_flag?": flag("Whether conflicts are out of bounds"),
    ...optionalNumbers(
      "loss_baseline",
      "queue_baseline",
      "intensity_baseline",
    ),
  }),
});
