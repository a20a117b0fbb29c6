/** A configuration of an older Python town, with most of what it could say. @module */

/** Its text, with comments. */
export const OLD_TOWN = `# A town from long ago.
config_id: old_town # its name
features:
  # Stages come first.
  stages: { relationships: "B", social_rewards: "C1" }
  systems: { lifecycle: "on", observations: "hybrid" }
  training: { curiosity: phase_A }
  console: { mode: viewer }
rewards:
  needs_weights: { hunger: 1.0, hygiene: 0.6, energy: 0.8 }
  # Wages matter.
  wage_rate: 0.01 # a little
economy:
  meal_cost: 0.3 # cheap
  inflation: 2
shaping: { use_potential: true }
jobs:
  clerk: { start_tick: 10, end_tick: 30 }
observations_config:
  hybrid:
    local_window: 9
    time_ticks_per_day: 1000 # minutes
policy_runtime: { option_commit_ticks: 12 }
affordances:
  affordances_file: configs/affordances/core.yaml
  runtime: { factory: x, hook_allowlist: [townlet.world.hooks.default, my.hooks] }
perturbations:
  grace_window_ticks: 60
  events:
    spike:
      kind: price_spike
      probability_per_day: 0.2 # rare
      duration: { min: 10, max: 20 }
      magnitude_range: [1.1, 1.5]
      duration_min: 5
      targets: [weather]
telemetry:
  diff_enabled: false
  # To the collector.
  transport:
    type: tcp
    endpoint: "host:9000"
    enable_tls: true
    connect_timeout_seconds: 3.5
    retry: { max_attempts: 3, backoff_seconds: 0.5 }
    buffer: { max_batch_size: 32 }
  worker: { backpressure: drop_oldest }
  narration: { global_cooldown_ticks: 10 }
console_auth:
  enabled: true
  require_auth_for_viewer: false
  tokens:
    - { token: hunter2hunter2hunter2hunter2, role: admin }
    - { token_env: OPS_TOKEN, role: viewer, label: ops }
snapshot:
  storage: { root: snaps }
  autosave: { cadence_ticks: 100, retain: 2 }
  capture_on_failure: true
  guardrails: { allow_downgrade: true, require_exact_config: true }
  identity: { policy_hash: x }
training: { source: rollout, rollout_ticks: 64, rollout_auto_seed_agents: true }
scenario:
  objects:
    - { id: fridge_1, type: fridge, position: [3, 3] }
    - { id: desk, type: desk, position: [1, 1] }
  agents:
    - id: ann
      position: [1, 2]
      personality_profile: stoic # calm
      job: clerk
      schedule:
        - { kind: request, object: desk }
        - { kind: start, object: desk, affordance: type_letters }
        - { kind: start, object: desk, affordance: read, duration: 4 }
    - id: bob
      schedule: [{ kind: start, object: bed_1, affordance: dream }]
`;
