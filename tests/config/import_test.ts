/** Import of configurations of the older Python towns. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../src/config/fault.ts";
import { importReference } from "../../src/config/import.ts";
import { loadConfig } from "../../src/config/load.ts";
import { faultLines } from "../helpers/config_text.ts";
import { OLD_TOWN } from "../helpers/old_town.ts";

Deno.test("importReference() makes a configuration that loads", async () => {
  const { yaml } = await importReference(OLD_TOWN);
  const config = await loadConfig(yaml);
  assertEquals(config.rewards.wage, true);
  assertEquals(config.world.movement, "teleport");
  assertEquals(config.world.reach, "any");
  assertEquals(config.world.ticks_per_day, 1000);
  assertEquals(config.world.objects.map(({ id }) => id), ["shower_1", "bed_1"]);
  assertEquals(config.observations.hybrid.local_window, 9);
  assertEquals(config.policy.option_commit_ticks, 12);
  assertEquals(config.affordances.manifest, null);
  assertEquals(config.perturbations.events.spike, {
    kind: "price_spike",
    prob_per_day: 0.2,
    cooldown_ticks: 0,
    duration: { min: 10, max: 20 },
    magnitude: { min: 1.1, max: 1.5 },
    targets: ["market"],
  });
  assertEquals(config.telemetry.mode, "full");
  assertEquals(config.telemetry.transports, []);
  assertEquals(config.telemetry.narration.global_cooldown_ticks, 10);
  assertEquals(config.console.auth, {
    enabled: true,
    require_for_viewer: false,
    tokens: [{
      label: "ops",
      role: "viewer",
      env: "OPS_TOKEN",
      file: null,
      sha256: null,
    }],
  });
  assertEquals(config.snapshot.root, "snaps");
  assertEquals(config.snapshot.autosave, { every_ticks: 100, retain: 2 });
  assertEquals(config.snapshot.on_failure, true);
  assertEquals(config.snapshot.allow_newer_minor, true);
  assertEquals(config.ppo.rollout_length, 64);
  assertEquals(config.scenario?.agents[0].profile, "stoic");
  assertEquals(
    config.scenario?.affordances.map(({ id, object_type, duration }) => [
      id,
      object_type,
      duration,
    ]),
    [["type_letters", "desk", 20], ["read", "desk", 4], ["dream", "bed", 30]],
  );
});

Deno.test("importReference() keeps the comments of keys that stay", async () => {
  const { yaml } = await importReference(OLD_TOWN);
  const lines = yaml.split("\n").map((line) => line.trim());
  for (
    const line of [
      "# A town from long ago.",
      "config_id: old_town # its name",
      "# Stages come first.",
      "# Wages matter.",
      "wage: true",
      "meal_cost: 0.3 # cheap",
      "ticks_per_day: 1000 # minutes",
      "prob_per_day: 0.2 # rare",
      "# To the collector.",
      "profile: stoic # calm",
    ]
  ) assertEquals(lines.includes(line), true, `${line}\n\n${yaml}`);
});

Deno.test("importReference() leaves the settings of a transport in comments", async () => {
  const { yaml } = await importReference(OLD_TOWN);
  const start = yaml.indexOf("  # To the collector.");
  assertEquals(
    yaml.slice(start, yaml.indexOf("  narration:")),
    `  # To the collector.
  # What it was:
  # transport:
  #   type: tcp
  #   endpoint: 'host:9000'
  #   tls:
  #     enabled: true
  #   connect_timeout_ms: 3500
  # retry:
  #   give_up_after: 3
  #   base_ms: 500
  # buffer:
  #   batch_frames: 32
  transport:
    type: none
`,
  );
});

Deno.test("importReference() never writes a secret", async () => {
  const { yaml, changes } = await importReference(OLD_TOWN);
  assertEquals(yaml.includes("hunter2"), false);
  assertEquals(JSON.stringify(changes).includes("hunter2"), false);
});

Deno.test("importReference() lists every change", async () => {
  const { changes } = await importReference(OLD_TOWN);
  const lines = changes.map(({ path, what }) => `${path}: ${what}`);
  assertEquals(lines, [
    "rewards.wage_rate: renamed to rewards.wage",
    "economy.inflation: removed: no rule reads it",
    "affordances.affordances_file: removed: the built-in manifest has the same affordances",
    "affordances.runtime.hook_allowlist: removed: hooks are JavaScript here, write my.hooks anew",
    "perturbations.events.spike.targets: now market: none of the targets exists",
    "telemetry.transport: now type: none; its settings are in comments",
    "telemetry.diff_enabled: renamed to telemetry.mode",
    "telemetry.worker: removed: telemetry.backpressure and telemetry.worker have other keys",
    "console_auth: renamed to console.auth",
    "console.auth.require_auth_for_viewer: renamed to console.auth.require_for_viewer",
    "console.auth.tokens[0]: removed: secrets are named by env or file, never written here",
    "snapshot.storage.root: renamed to snapshot.root",
    "snapshot.storage: removed: the root has a key of its own",
    "snapshot.guardrails.allow_downgrade: renamed to snapshot.allow_newer_minor",
    "observations_config: renamed to observations",
    "observations.hybrid.time_ticks_per_day: renamed to world.ticks_per_day",
    "policy_runtime: renamed to policy",
    "affordances.runtime: removed: the runtime is built in; hooks are listed in affordances.hooks",
    "perturbations.events.spike.probability_per_day: renamed to perturbations.events.spike.prob_per_day",
    "perturbations.events.spike.magnitude_range: renamed to perturbations.events.spike.magnitude",
    "perturbations.events.spike.duration_min: removed: duration takes a range",
    "perturbations.grace_window_ticks: removed: no rule ever read it",
    "scenario.agents[0].personality_profile: renamed to scenario.agents[0].profile",
    "snapshot.autosave.cadence_ticks: renamed to snapshot.autosave.every_ticks",
    "snapshot.capture_on_failure: renamed to snapshot.on_failure",
    "snapshot.guardrails: removed: snapshot.allow_newer_minor and allow_config_drift say what loads",
    "snapshot.identity: removed: the identity follows from the file",
    "training.rollout_ticks: renamed to ppo.rollout_length",
    "training.rollout_auto_seed_agents: removed: a town has the residents it lists",
    "features.training: removed: the command decides what runs",
    "features.console: removed: the console has its own section",
    "shaping: removed: needs and rewards are not shaped",
    "world.objects: added: shower_1, bed_1, which every town had",
    "scenario.affordances: added: type_letters, read, dream",
    "world.movement: added: teleport, as it was",
    "world.reach: added: any, as it was",
  ]);
});

const LEAST = `config_id: a
features: { stages: {}, systems: {} }
rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } }
`;

Deno.test("importReference() adds no more than a town without any of it needs", async () => {
  const { yaml, changes } = await importReference(LEAST);
  assertEquals(changes.map(({ path }) => path), [
    "world.objects",
    "world.movement",
    "world.reach",
  ]);
  const config = await loadConfig(yaml);
  assertEquals(
    config.world.objects.map(({ id, type, position }) => [
      id,
      type,
      position,
    ]),
    [
      ["shower_1", "shower", null],
      ["bed_1", "bed", null],
      ["fridge_1", "fridge", null],
    ],
  );
});

Deno.test("importReference() keeps another manifest and wages of 0", async () => {
  const { yaml } = await importReference(
    `${LEAST}affordances: { affordances_file: mine.yaml }\ntraining: { rollout_ticks: 0 }\n`
      .replace("rewards: {", "rewards: { wage_rate: 0,"),
  );
  const config = await loadConfig(yaml);
  assertEquals(config.affordances.manifest, "mine.yaml");
  assertEquals(config.rewards.wage, false);
  assertEquals(config.ppo.rollout_length, 128);
});

Deno.test("importReference() writes aliases out", async () => {
  const { yaml } = await importReference(
    `shaping: &s { meal_cost: 0.1 }\neconomy: *s\n${LEAST}`,
  );
  assertEquals((await loadConfig(yaml)).economy.meal_cost, 0.1);
});

Deno.test("importReference() leaves faults it cannot mend to the loader", async () => {
  const { yaml } = await importReference(`${LEAST}moods: 3\n`);
  assertEquals((await faultLines(yaml)).length, 1);
});

Deno.test("importReference() refuses what is not a YAML mapping", async () => {
  for (
    const [text, line] of [
      ["- 1", "o.yaml:1:1 must be a mapping of sections"],
      ["a: [", "o.yaml:"],
      ["x:\n  __proto__: 1", "o.yaml:1:1 x.__proto__: forbidden key __proto__"],
    ]
  ) {
    await assertRejects(
      () => importReference(text, { file: "o.yaml" }),
      ConfigError,
      line,
    );
  }
});
