/** Overrides: `--set path=value`. @module */
import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/load.ts";
import { faultLines, SHORTEST, withLines } from "../helpers/config_text.ts";

Deno.test("overrides set numbers, words, lists and mappings", async () => {
  const config = await loadConfig(
    withLines(
      "jobs: { night.shift: {} }\nworld: { objects: [{ id: a, type: bed }] }",
    ),
    {
      overrides: [
        "seed=7",
        "world.grid_size=[64, 32]",
        "world.objects[0].type=oven",
        "world.objects[1]={ id: b, type: sink }",
        'jobs["night.shift"].wage_rate=0.5',
        "log.level=warn",
        "config_id=two = three",
      ],
    },
  );
  assertEquals(config.seed, 7);
  assertEquals(config.world.grid_size, [64, 32]);
  assertEquals(config.world.objects.map(({ type }) => type), ["oven", "sink"]);
  assertEquals(config.jobs["night.shift"].wage_rate, 0.5);
  assertEquals(config.log.level, "warn");
  assertEquals(config.config_id, "two = three");
});

Deno.test("an override without a value takes the key's value away", async () => {
  const config = await loadConfig(withLines("seed: 4"), {
    overrides: ["seed="],
  });
  assertEquals(config.seed, null);
});

Deno.test("an override of an aliased value leaves its other uses alone", async () => {
  const config = await loadConfig(
    withLines(
      "x-job: &job { wage_rate: 1 }\njobs: { a: *job, b: *job }",
    ),
    { overrides: ["jobs.a.wage_rate=2"] },
  );
  assertEquals([config.jobs.a.wage_rate, config.jobs.b.wage_rate], [2, 1]);
});

const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  "a value out of range": [
    "behavior.job_arrival_buffer=999",
    "behavior.job_arrival_buffer: must be at most 240 (got 999)",
  ],
  "a mistyped key": [
    "world.grid_sise=3",
    "world.grid_sise: unknown key; did you mean grid_size?",
  ],
  "a mistyped section": [
    "wrold.grid_size=3",
    "wrold: unknown key; did you mean world?",
  ],
  "a key below a value": ["seed.a=3", "seed.a: seed is not a mapping"],
  "an index where there is no list": [
    "world.objects[0].id=a",
    "world.objects[0].id: world.objects is not a list",
  ],
  "text without an equals sign": [
    "world.grid_size",
    'must be path=value (got "world.grid_size"); for example rewards.wage=false or world.objects[0].id=oven',
  ],
  "an empty path": [
    "=3",
    'must be path=value (got ""); for example rewards.wage=false or world.objects[0].id=oven',
  ],
  "a path that is none": [
    "a..b=3",
    'must be path=value (got "a..b"); for example rewards.wage=false or world.objects[0].id=oven',
  ],
  "a value that is not YAML": ["seed=[1", "seed: the value is not YAML"],
  "a key that reaches into the runtime": [
    "jobs.__proto__.wage_rate=1",
    "jobs.__proto__: forbidden key __proto__",
  ],
  "a key whose mapping lacks others": [
    "perturbations.events.x.prob_per_day=1",
    "perturbations.events.x.kind: required key is missing",
  ],
};

for (const [name, [override, expected]] of Object.entries(REFUSALS)) {
  Deno.test(`overrides refuse ${name}`, async () => {
    assertEquals(
      await faultLines(withLines("seed: 1"), { overrides: [override] }),
      [`--set ${expected}`],
    );
  });
}

Deno.test("overrides refuse an index behind the end of a list", async () => {
  assertEquals(
    await faultLines(withLines("world: { objects: [] }"), {
      overrides: ["world.objects[1]={ id: a, type: bed }"],
    }),
    [
      "--set world.objects[1]: world.objects is a list of 0 items; choose one by [0] to [0], the last of which adds one",
    ],
  );
});

Deno.test("faults of the file keep their places beside overrides", async () => {
  assertEquals(
    await faultLines(withLines("world:\n  grid_size: [2, 2]\n  reach: far"), {
      overrides: ["seed=x", "world.movement=fly"],
    }),
    [
      't.yaml:6:10 world.reach: must be one of 1, any (got "far")',
      '--set seed: must be a number (got "x")',
      '--set world.movement: must be one of walk, teleport (got "fly")',
    ],
  );
});

Deno.test("a fault in the file that an override reveals is told at its place", async () => {
  assertEquals(
    await faultLines(
      withLines("population: { residents: [{ id: a, home: [9, 9] }] }"),
      { overrides: ["world.grid_size=[5, 5]"] },
    ),
    [
      "t.yaml:4:42 population.residents[0].home: must lie on the grid (got [9,9]); world.grid_size is [5, 5]",
    ],
  );
});

for (
  const [override, place] of [
    ["profile=dev", "profile"],
    ["console.auth.enabled=true", "console.auth"],
    ["console={}", "console.auth"],
    ["telemetry.sign.required=false", "telemetry.sign"],
    ["telemetry.transport={ type: stdout }", "telemetry.transport"],
    ["telemetry.transports=[]", "telemetry.transports"],
    ["affordances.hooks.allow=[]", "affordances.hooks"],
  ]
) {
  const path = override.slice(0, override.indexOf("="));
  Deno.test(`overrides cannot set ${path} in profile production`, async () => {
    assertEquals(
      await faultLines(withLines("profile: production"), {
        overrides: [override],
      }),
      [
        `--set ${path}: cannot be set in profile production; change ${place} in the file`,
      ],
    );
  });
}

Deno.test("an override may make a run stricter, and then holds for the others", async () => {
  const config = await loadConfig(SHORTEST, {
    overrides: ["profile=production", "log.level=warn"],
  });
  assertEquals(config.profile, "production");
  assertEquals(
    await faultLines(SHORTEST, {
      overrides: ["telemetry.transports=[]", "profile=production"],
    }),
    [
      "--set telemetry.transports: cannot be set in profile production; change telemetry.transports in the file",
    ],
  );
});

Deno.test("faults of overrides never repeat secrets", async () => {
  const canary = "canary-7f3b9c";
  const lines = await faultLines(SHORTEST, {
    overrides: [
      `console.auth.tokens=[${canary}]`,
      `serve.metrics_token=${canary}`,
    ],
  });
  assertEquals(lines, [
    "--set console.auth.tokens[0]: must be a mapping; secrets are named by env or file, never written here",
    "--set serve.metrics_token: must be a mapping; secrets are named by env or file, never written here",
  ]);
});
