/** Loading: every kind of fault with its place and words. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { EXIT } from "../../src/base/error.ts";
import { ConfigError } from "../../src/config/fault.ts";
import { configFrom, loadConfig } from "../../src/config/load.ts";
import { faultLines, SHORTEST, withLines } from "../helpers/config_text.ts";

/** What is added to the shortest configuration, and what is said of it. */
const FAULTS: Readonly<Record<string, readonly [string, string]>> = {
  "a number above its range": [
    "behavior: { job_arrival_buffer: 241 }",
    "4:33 behavior.job_arrival_buffer: must be at most 240 (got 241)",
  ],
  "a number below its range": [
    "employment:\n  grace_ticks: -1",
    "5:16 employment.grace_ticks: must be at least 0 (got -1)",
  ],
  "a number at an open end": [
    "ppo: { learning_rate: 0 }",
    "4:23 ppo.learning_rate: must be above 0 (got 0)",
  ],
  "a fraction for a whole number": [
    "seed: 1.5",
    "4:7 seed: must be a whole number (got 1.5)",
  ],
  "a whole number that is not exact": [
    "seed: 9007199254740992",
    "4:7 seed: must be at most 9007199254740991 (got 9007199254740992)",
  ],
  "infinity": [
    "economy: { meal_cost: .inf }",
    "4:23 economy.meal_cost: must be a finite number (got Infinity)",
  ],
  "not a number": [
    "economy: { meal_cost: .nan }",
    "4:23 economy.meal_cost: must be a finite number (got NaN)",
  ],
  "a number in quotes": [
    'economy:\n  meal_cost: "0.5"',
    '5:14 economy.meal_cost: must be a number (got "0.5"); write it without quotes',
  ],
  "text for a number": [
    "economy: { meal_cost: much }",
    '4:23 economy.meal_cost: must be a number (got "much")',
  ],
  "a truth for a number": [
    "economy: { meal_cost: true }",
    "4:23 economy.meal_cost: must be a number (got true)",
  ],
  "one for true": [
    "policy: { greedy: 1 }",
    "4:19 policy.greedy: must be true or false (got 1)",
  ],
  "yes for true": [
    "policy: { greedy: yes }",
    '4:19 policy.greedy: must be true or false (got "yes"); write true or false',
  ],
  "a mapping for text": [
    "log: { level: {} }",
    "4:15 log.level: must be one of debug, info, warn, error (got a mapping)",
  ],
  "a list for a mapping": [
    "jobs: [a]",
    '4:7 jobs: must be a mapping (got ["a"])',
  ],
  "a mapping for a list": [
    "world: { objects: { a: 1 } }",
    "4:19 world.objects: must be a list (got a mapping)",
  ],
  "a key without a value": [
    "economy:",
    "4:9 economy: must be a mapping (got null); write a value or remove the key",
  ],
  "a word that is none of those allowed": [
    "policy: { root: x, backend: clever }",
    '4:29 policy.backend: must be scripted, idle, random, or onnx: and a checkpoint\'s name (got "clever")',
  ],
  "a mistyped word": [
    "log: { level: debgu }",
    '4:15 log.level: must be one of debug, info, warn, error (got "debgu"); did you mean debug?',
  ],
  "a list that is too short": [
    "world: { grid_size: [20] }",
    "4:21 world.grid_size: must have at least 2 items (got [20])",
  ],
  "a list that is too long": [
    "world: { grid_size: [20, 20, 20] }",
    "4:21 world.grid_size: must have at most 2 items (got [20,20,20])",
  ],
  "an item of a list": [
    "world:\n  objects:\n    - { id: a, type: bed }\n    - { id: b, type: 3 }",
    "7:22 world.objects[1].type: must be text (got 3)",
  ],
  "an unknown key of a section": [
    "queue_fairness: { cooldown: 3 }",
    "4:19 queue_fairness.cooldown: unknown key; known are cooldown_ticks, ghost_step_after, age_priority_weight, long_wait_ticks, preempt_running",
  ],
  "a mistyped key": [
    "world: { grid_sise: [3, 3] }",
    "4:10 world.grid_sise: unknown key; did you mean grid_size?",
  ],
  "an unknown key of one kind of mapping": [
    "perturbations:\n  events:\n    x:\n      kind: blackout\n      magnitude: 2",
    "8:7 perturbations.events.x.magnitude: unknown key; a blackout allows kind, prob_per_day, cooldown_ticks, duration, utility",
  ],
  "a kind that does not exist": [
    "perturbations: { events: { x: { kind: strike } } }",
    '4:39 perturbations.events.x.kind: must be one of price_spike, blackout, outage, arranged_meet (got "strike")',
  ],
  "a missing kind": [
    "perturbations: { events: { x: { prob_per_day: 1 } } }",
    "4:28 perturbations.events.x.kind: required key is missing",
  ],
  "a missing key": [
    "world: { objects: [{ id: a }] }",
    "4:20 world.objects[0].type: required key is missing",
  ],
  "a range that ends below its start": [
    "perturbations: { events: { x: { kind: outage, duration: [5, 2] } } }",
    "4:57 perturbations.events.x.duration: must not end below its start (got [5,2])",
  ],
  "a range with fractions": [
    "perturbations: { events: { x: { kind: outage, duration: { min: 1, max: 1.5 } } } }",
    "4:57 perturbations.events.x.duration: must consist of whole numbers (got a mapping)",
  ],
  "a range that is none": [
    "perturbations: { events: { x: { kind: outage, duration: [1] } } }",
    "4:57 perturbations.events.x.duration: must be a whole number, [lo, hi] or {min, max} (got [1])",
  ],
  "a range below its least": [
    "perturbations: { events: { x: { kind: price_spike, magnitude: [-1, 2] } } }",
    "4:63 perturbations.events.x.magnitude: must be at least 0 (got [-1,2])",
  ],
  "a target that spikes do not have": [
    "perturbations: { events: { x: { kind: price_spike, targets: [market, rent] } } }",
    '4:70 perturbations.events.x.targets[1]: must be one of meal_cost, cook_energy_cost, cook_hygiene_cost, wage_income, ingredients_cost, stove_stock_replenish, market, global (got "rent")',
  ],
  "a name with blanks": [
    "world: { objects: [{ id: a b, type: bed }] }",
    '4:26 world.objects[0].id: must be a name of at most 64 letters, digits and _ . # -, not beginning with . # or - (got "a b")',
  ],
  "a key that is no name": [
    "jobs: { a b: {} }",
    "4:9 jobs.a b: the name must have at most 64 letters, digits and _ . # -, and not begin with . # or -",
  ],
  "a key of digits only": [
    "jobs:\n  12: {}",
    "5:3 jobs.12: the name must not consist of digits only; add a letter",
  ],
  "a former key": [
    "observations_config: {}",
    "4:1 observations_config: unknown key; renamed to observations",
  ],
  "a former key with another kind of value": [
    "telemetry: { diff_enabled: false }",
    "4:14 telemetry.diff_enabled: unknown key; renamed to telemetry.mode, diff or full",
  ],
  "a former key of an item": [
    "scenario: { agents: [{ id: a, personality_profile: stoic }] }",
    "4:31 scenario.agents[0].personality_profile: unknown key; renamed to profile",
  ],
  "a key that is gone": [
    "shaping: {}",
    "4:1 shaping: unknown key; removed: needs and rewards are not shaped",
  ],
  "a location that is neither tile nor name": [
    "jobs: { a: { location: 3 } }",
    "4:24 jobs.a.location: must be [x, y], an object's id, or null (got 3)",
  ],
  "an even window": [
    "observations: { hybrid: { local_window: 10 } }",
    "4:41 observations.hybrid.local_window: must be odd and at least 3 (got 10)",
  ],
  "a window that is too small": [
    "observations: { hybrid: { local_window: 1 } }",
    "4:41 observations.hybrid.local_window: must be at least 3 (got 1)",
  ],
  "a window that is too large": [
    "observations: { hybrid: { local_window: 256 } }",
    "4:41 observations.hybrid.local_window: must be at most 255 (got 256)",
  ],
  "a hybrid window of nothing": [
    "observations: { hybrid: { local_window: 0 } }",
    "4:41 observations.hybrid.local_window: must be at least 3 (got 0)",
  ],
  "a compact window of one tile": [
    "observations: { compact: { map_window: 1 } }",
    "4:40 observations.compact.map_window: must be odd and at least 3, or 0 (got 1)",
  ],
  "an even compact window": [
    "observations: { compact: { map_window: 8 } }",
    "4:40 observations.compact.map_window: must be odd and at least 3, or 0 (got 8)",
  ],
  "a compact window below nothing": [
    "observations: { compact: { map_window: -1 } }",
    "4:40 observations.compact.map_window: must be at least 0 (got -1)",
  ],
  "a compact window that is too large": [
    "observations: { compact: { map_window: 257 } }",
    "4:40 observations.compact.map_window: must be at most 255 (got 257)",
  ],
  "a layout that does not exist": [
    "observations: { layout: v3 }",
    '4:25 observations.layout: must be one of v1, v2 (got "v3"); did you mean v1?',
  ],
  "a hook from elsewhere": [
    "affordances: { hooks: { allow: [{ specifier: 'npm:evil', names: [a] }] } }",
    '4:46 affordances.hooks.allow[0].specifier: must be townlet:default or ./hooks/NAME.js (rule H2) (got "npm:evil")',
  ],
  "a weighted profile that does not exist": [
    "personalities: { distribution: { balanced: 1, grumpy: 2 } }",
    "4:47 personalities.distribution.grumpy: unknown profile; known are balanced, socialite, industrious, stoic",
  ],
  "weights that are all 0": [
    "personalities: { distribution: { stoic: 0 } }",
    "4:32 personalities.distribution: must give at least one profile a weight above 0 (got a mapping)",
  ],
  "an overriding profile that does not exist": [
    "personalities: { overrides: { ann: stoick } }",
    '4:36 personalities.overrides.ann: must be one of balanced, socialite, industrious, stoic (got "stoick"); did you mean stoic?',
  ],
  "a pause of a category that does not exist": [
    "telemetry: { narration: { category_cooldown_ticks: { dance: 3 } } }",
    "4:54 telemetry.narration.category_cooldown_ticks.dance: unknown key; known are queue_conflict, utility_outage, shower_complete, sleep_complete, relationship_friendship, relationship_rivalry, relationship_social_alert, personality_event, operator_story, demo_story",
  ],
  "text over its length": [
    `scenario: { description: ${"a".repeat(281)} }`,
    `4:26 scenario.description: must be at most 280 characters (got "${
      "a".repeat(39)
    }…")`,
  ],
};

Deno.test("loadConfig() takes windows of 3 to 255 tiles, and a compact one of none", async () => {
  for (const [local_window, map_window] of [[3, 0], [255, 3], [11, 255]]) {
    const { observations: { hybrid, compact } } = await loadConfig(withLines(
      `observations: { hybrid: { local_window: ${local_window} }, compact: { map_window: ${map_window} } }`,
    ));
    assertEquals(hybrid.local_window, local_window);
    assertEquals(compact.map_window, map_window);
  }
});

Deno.test("loadConfig() fills in every default of the shortest file", async () => {
  const config = await loadConfig(SHORTEST);
  assertEquals(config.config_id, "t");
  assertEquals(config.seed, null);
  assertEquals(config.profile, "default");
  assertEquals(config.features.stages, {
    relationships: "OFF",
    social_rewards: "OFF",
  });
  assertEquals(config.rewards.decay_rates, {
    hunger: 0.01,
    hygiene: 0.005,
    energy: 0.008,
  });
  assertEquals(config.rewards.clip, {
    clip_per_tick: 0.2,
    clip_per_episode: 50,
    no_positive_within_death_ticks: 10,
    exempt_terminal: false,
  });
  assertEquals(Object.keys(config.jobs), ["grocer", "barista"]);
  assertEquals(config.jobs.barista.location, [1, 0]);
  assertEquals(config.world.grid_size, [48, 48]);
  assertEquals(config.world.agent_capacity, 64);
  assertEquals(config.affordances.hooks.allow, [{
    specifier: "townlet:default",
    sha256: null,
    names: [],
  }]);
  assertEquals(config.observations.social_snippet.top_friends, 0);
  assertEquals(config.observations.social_snippet.include_aggregates, false);
  assertEquals(config.scenario, null);
  assertEquals(config.telemetry.transports, []);
  assertEquals(config.telemetry.channels.policy, {
    enabled: true,
    every: 10,
    detail: false,
  });
  assertEquals(config.console.audit.path, "out/audit/console.ndjson");
});

Deno.test("loadConfig() gives a Config that is frozen all through", async () => {
  const config = await loadConfig(
    withLines("population: { residents: [{ id: a }] }"),
  );
  const loose: string[] = [];
  const visit = (value: unknown, path: string) => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) loose.push(path);
    for (const [key, member] of Object.entries(value)) {
      visit(member, `${path}.${key}`);
    }
  };
  visit(config, "config");
  assertEquals(loose, []);
});

Deno.test("loadConfig() turns -0 into 0", async () => {
  const config = await loadConfig(withLines("population: { wallet: -0.0 }"));
  assertEquals(Object.is(config.population.wallet, 0), true);
});

for (const [name, [lines, expected]] of Object.entries(FAULTS)) {
  Deno.test(`loadConfig() refuses ${name}`, async () => {
    assertEquals(await faultLines(withLines(lines)), [`t.yaml:${expected}`]);
  });
}

Deno.test("loadConfig() refuses control characters in text, without repeating them raw", async () => {
  const text = SHORTEST.replace("config_id: t", 'config_id: "a\\eb"');
  assertEquals(await faultLines(text), [
    't.yaml:1:12 config_id: must not contain control characters (got "a\\u001bb")',
  ]);
});

Deno.test("loadConfig() points at 1:1 for a missing section and at the key for a missing key", async () => {
  assertEquals(
    await faultLines("config_id: t\nrewards:\n  survival_tick: 0\n"),
    [
      "t.yaml:1:1 features: required section is missing",
      "t.yaml:2:1 rewards.needs_weights: required key is missing",
    ],
  );
  assertEquals(
    await faultLines(SHORTEST.replace("config_id: t", "seed: 1")),
    ["t.yaml:1:1 config_id: required key is missing"],
  );
});

Deno.test("loadConfig() lists all faults of all sections in document order", async () => {
  const lines = await faultLines(`seed: -1
rewards:
  needs_weights: { hunger: 5, hygiene: 0.6, energy: 0.8 }
config_id: 5
wrld: {}
features: { stages: { relationships: D }, systems: {} }
conflict: { rivalry: { min_value: 0.9, max_value: 0.1 } }
`);
  assertEquals(lines, [
    "t.yaml:1:7 seed: must be at least 0 (got -1)",
    "t.yaml:3:28 rewards.needs_weights.hunger: must be at most 2 (got 5)",
    "t.yaml:4:12 config_id: must be text (got 5)",
    "t.yaml:5:1 wrld: unknown key; did you mean world?",
    't.yaml:6:38 features.stages.relationships: must be one of OFF, A, B, C1, C2, C3 (got "D"); did you mean A?',
    "t.yaml:7:35 conflict.rivalry.min_value: must not be above max_value (got 0.9); max_value is 0.1",
  ]);
});

Deno.test("loadConfig() follows aliases to where a value stands", async () => {
  const lines = await faultLines(withLines(
    "x-bed: &bed { id: b, type: 7 }\nworld:\n  objects:\n    - *bed",
  ));
  assertEquals(lines, [
    "t.yaml:4:28 world.objects[0].type: must be text (got 7)",
  ]);
});

Deno.test("loadConfig() reads nothing below meta, docs and x- keys", async () => {
  const text = withLines(
    "meta: { a: [1] }\ndocs: free\nx-anything: { b: null }",
  );
  assertEquals(
    await loadConfig(text),
    await loadConfig(SHORTEST),
  );
});

for (
  const [name, text, expected] of [
    [
      "an empty file",
      "",
      "1:1 the file is empty; config_id, features and rewards are required",
    ],
    [
      "a file of comments",
      "# nothing\n",
      "1:1 the file is empty; config_id, features and rewards are required",
    ],
    ["a list", "- 1\n", "1:1 must be a mapping of sections (got a list)"],
    ["text", "hello\n", "1:1 must be a mapping of sections (got text)"],
  ] as const
) {
  Deno.test(`loadConfig() refuses ${name} in place of a mapping`, async () => {
    assertEquals(await faultLines(text), [`t.yaml:${expected}`]);
  });
}

Deno.test("loadConfig() gives the place of a text that is not YAML", async () => {
  const [line, ...more] = await faultLines("config_id: t\n  seed: 1\n");
  assertEquals(more, []);
  assertEquals(/^t\.yaml:2:\d+ Cannot read /.test(line), true, line);
});

Deno.test("loadConfig() refuses keys that repeat", async () => {
  const [line, ...more] = await faultLines(withLines("seed: 1\nseed: 2"));
  assertEquals(more, []);
  assertEquals(/^t\.yaml:5:\d+ .*duplicate/i.test(line), true, line);
});

Deno.test("loadConfig() refuses custom tags", async () => {
  const [line, ...more] = await faultLines(withLines("seed: !!js/regexp 1"));
  assertEquals(more, []);
  assertEquals(line.startsWith("t.yaml:4:"), true, line);
});

Deno.test("loadConfig() takes a merge key for an unknown key", async () => {
  const text = withLines("x-a: &a { meal_cost: 1 }\neconomy: { <<: *a }");
  assertEquals(
    (await faultLines(text))[0].startsWith(
      "t.yaml:5:12 economy.<<: unknown key; known are meal_cost",
    ),
    true,
  );
});

Deno.test("loadConfig() refuses bombs of aliases before it looks at them", async () => {
  const rows = ["x-a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1]"];
  for (let i = 1; i < 30; i++) {
    rows.push(`x-a${i}: &a${i} [${`*a${i - 1}, `.repeat(8)}1]`);
  }
  const [line, ...more] = await faultLines(withLines(rows.join("\n")));
  assertEquals(more, []);
  assertEquals(
    /^t\.yaml:\d+:\d+ x-a\d+\S*: more than (?:64 references|100000 values)/
      .test(line),
    true,
    line,
  );
});

Deno.test("loadConfig() refuses keys that reach into the runtime", async () => {
  for (const key of ["__proto__", "constructor", "prototype"]) {
    assertEquals(
      await faultLines(withLines(`x-a:\n  ${key}: 1`)),
      [`t.yaml:5:3 x-a.${key}: forbidden key ${key}`],
    );
  }
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("loadConfig() refuses nesting deeper than 32 and text above 1 MiB", async () => {
  const deep = withLines(`x-a: ${"[".repeat(40)}${"]".repeat(40)}`);
  assertEquals(
    (await faultLines(deep))[0].endsWith("nested deeper than 32"),
    true,
  );
  const [line] = await faultLines(withLines(`# ${"a".repeat(1 << 20)}`));
  assertEquals(line, "t.yaml:1:1 more than 1 MiB of text");
});

Deno.test("faults never repeat secrets", async () => {
  const canary = "canary-7f3b9c";
  const lines = await faultLines(withLines(`console:
  auth:
    enabled: ${canary}
    tokens:
      - ${canary}
      - { label: a, role: admin, token: ${canary} }
      - { label: a, role: ${canary}, sha256: ${canary} }
telemetry:
  sign: { keys: [{ id: k, use: sign, env: "${canary}" }, ${canary}] }
  transport: { type: http, endpoint: "http://me:${canary}@host" }
serve: { metrics_token: ${canary} }`));
  assertEquals(lines.filter((line) => line.includes(canary)), []);
  assertEquals(lines, [
    "t.yaml:6:14 console.auth.enabled: must be true or false",
    "t.yaml:8:9 console.auth.tokens[0]: must be a mapping; secrets are named by env or file, never written here",
    "t.yaml:9:9 console.auth.tokens[1]: must have exactly one of env, file, sha256",
    "t.yaml:9:34 console.auth.tokens[1].token: unknown key; secrets are named, never written here; known are label, role, env, file, sha256",
    "t.yaml:10:27 console.auth.tokens[2].role: must be one of viewer, admin",
    "t.yaml:10:50 console.auth.tokens[2].sha256: must be 64 hexadecimal digits in lower case",
    "t.yaml:12:43 telemetry.sign.keys[0].env: must be the name of an environment variable",
    "t.yaml:12:62 telemetry.sign.keys[1]: must be a mapping; secrets are named by env or file, never written here",
    't.yaml:13:38 telemetry.transport.endpoint: must be an https address without a name or password (got "http://***@host")',
    "t.yaml:14:25 serve.metrics_token: must be a mapping; secrets are named by env or file, never written here",
  ]);
});

Deno.test("configFrom() reads plain values and names faults without places", () => {
  const value = {
    config_id: "t",
    features: { stages: {}, systems: {} },
    rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } },
  };
  assertEquals(configFrom(value).config_id, "t");
  const error = assertThrows(
    () => configFrom({ ...value, seed: -1 }, "mine"),
    ConfigError,
    "mine: seed: must be at least 0 (got -1)",
  );
  assertEquals([error.exit, error.code], [EXIT.usage, "config.invalid"]);
  assertEquals(error.faults, [{
    path: "seed",
    line: null,
    column: null,
    what: "must be at least 0",
    text: "mine: seed: must be at least 0 (got -1)",
  }]);
});

Deno.test("configFrom() refuses values that refer to themselves", () => {
  const value: Record<string, unknown> = { config_id: "t" };
  value.meta = value;
  assertThrows(() => configFrom(value), ConfigError, "nested deeper than 32");
});
