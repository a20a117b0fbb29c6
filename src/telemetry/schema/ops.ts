/** What `ops` looks like. @module */
import {
  anything,
  byId,
  count,
  flag,
  list,
  members,
  real,
  type Shape,
  text,
} from "./shape.ts";

/** The channel `ops`. */
export const OPS: Shape = members("How the town runs", {
  employment: members("Leaving town", {
    pending: list("Who is queued for it, in order", text("Id")),
    exits_today: count("Exits in this review window"),
    daily_cap: count("Exits in a window at most; 0 for no limit"),
    queue_limit: count("Length of the queue that counts as too long; 0 never"),
    review_window: count("Ticks of a window", 1),
  }),
  "stability?": members("How stable the town is", {
    alerts: list("Alerts that are up", text("Alert")),
    starvation_incidents: count("Residents who starved lately"),
    option_switch_rate: real("Share of plans that were given up", 0, 1),
    option_samples: count("Plans looked at"),
    "reward_variance?": real("Variance of rewards", 0),
    "reward_mean?": real("Mean of rewards"),
    reward_samples: count("Rewards looked at"),
    queue_deltas: members("What queues counted lately", {
      cooldown: count("Refusals for coming back too soon"),
      ghost_steps: count("Turns lost by not using them"),
      rotations: count("Turns given to who is liked best"),
    }),
  }),
  "thresholds?": byId("Limits of alerts", real("Limit")),
  "promotion?": members("How near the policy is to its promotion", {
    state: text("Where it stands"),
    pass_streak: count("Windows passed in a row"),
    required_passes: count("Windows it must pass in a row"),
    candidate_ready: flag("Whether it may be promoted"),
    "candidate_ready_tick?": count("Tick since which it may"),
    "last_result?": text("How the last window went"),
    "last_evaluated_tick?": count("Last tick of that window"),
    current_release: byId("The policy in use", anything("A fact of it")),
    "candidate?": byId("The policy to come", anything("A fact of it")),
  }),
  kpis: members("Key figures of the last tick", {
    queue_conflict_intensity: real("Sum of the intensities of conflicts", 0),
    employment_lateness: real("Shifts begun late, on average", 0),
    late_help_events: count("Times coworkers helped who was late"),
    queue_rotation_events: count("Objects handed over in good order"),
    queue_ghost_step_events: count("Conflicts over a turn that was lost"),
  }),
  embeddings: members("How well the embedding slots suffice", {
    allocations_total: count("Slots given so far"),
    forced_reuse_count: count("Those of them that had not rested long enough"),
    forced_reuse_rate: real("Their share", 0, 1),
    overflow_count: count("Those given to several residents at once"),
    reuse_warning: flag("Whether the share is above its limit"),
  }),
});
