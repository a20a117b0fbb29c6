/** Scenarios: schedules, affordances, timelines. @module */
import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/load.ts";
import { commandOf } from "../../src/config/scenario.ts";
import { faultLines, withLines } from "../helpers/config_text.ts";

const NOTHING = {
  position: null,
  object: null,
  affordance: null,
  target: null,
  quality: null,
  success: null,
  reason: null,
  blocked: null,
  duration: 1,
  repeat: 1,
};

Deno.test("a schedule's entries have every key, null where their kind has none", async () => {
  const { scenario } = await loadConfig(withLines(`scenario:
  objects: [{ id: bed_1, type: bed }]
  agents:
    - id: a
      loop: false
      schedule:
        - { kind: wait, repeat: 3, object: null }
        - { kind: noop, duration: 2 }
        - { kind: move, position: [1, 2] }
        - { kind: request, object: bed_1, blocked: true }
        - { kind: start, object: bed_1, affordance: rest_sleep }
        - { kind: release, object: bed_1 }
        - { kind: release, object: bed_1, success: false, reason: tired }
        - { kind: chat, listener: a }
        - { kind: chat, target: a, quality: 0.9 }
        - { kind: blocked, object: bed_1 }`));
  assertEquals(scenario?.agents[0].loop, false);
  assertEquals(scenario?.agents[0].schedule, [
    { ...NOTHING, kind: "wait", repeat: 3 },
    { ...NOTHING, kind: "wait", duration: 2 },
    { ...NOTHING, kind: "move", position: [1, 2] },
    { ...NOTHING, kind: "request", object: "bed_1", blocked: true },
    {
      ...NOTHING,
      kind: "start",
      object: "bed_1",
      affordance: "rest_sleep",
    },
    { ...NOTHING, kind: "release", object: "bed_1", success: true },
    {
      ...NOTHING,
      kind: "release",
      object: "bed_1",
      success: false,
      reason: "tired",
    },
    { ...NOTHING, kind: "chat", target: "a", quality: 0.5 },
    { ...NOTHING, kind: "chat", target: "a", quality: 0.9 },
    { ...NOTHING, kind: "blocked", object: "bed_1" },
  ]);
});

Deno.test("a scenario's affordances are read like a manifest's", async () => {
  const { scenario } = await loadConfig(withLines(`scenario:
  affordances:
    - { id: swim, object_type: pool, duration: 5, effects: { energy: -0.1, money: -1 } }
    - id: sing
      object_type: stage
      duration: 2
      effects: {}
      preconds: occupied == false
      hooks: { before: on_sing, after: [a, b] }`));
  assertEquals(scenario?.affordances, [
    {
      id: "swim",
      object_type: "pool",
      duration: 5,
      effects: { energy: -0.1, money: -1 },
      preconds: [],
      hooks: { before: [], after: [], fail: [] },
    },
    {
      id: "sing",
      object_type: "stage",
      duration: 2,
      effects: {},
      preconds: ["occupied == false"],
      hooks: { before: ["on_sing"], after: ["a", "b"], fail: [] },
    },
  ]);
});

/** An agent's schedule entry, and what is said of it. */
const ENTRIES: Readonly<Record<string, readonly [string, string]>> = {
  "a kind that does not exist": [
    "{ kind: fly }",
    'schedule[0].kind: must be one of wait, noop, move, request, start, release, chat, blocked (got "fly")',
  ],
  "a move without a place": [
    "{ kind: move }",
    "schedule[0].position: required key is missing",
  ],
  "a move off the grid": [
    "{ kind: move, position: [48, 0] }",
    "schedule[0].position: must lie on the grid (got [48,0]); world.grid_size is [48, 48]",
  ],
  "a key of another kind": [
    "{ kind: wait, object: bed_1 }",
    "schedule[0].object: unknown key; a wait allows kind, duration, repeat",
  ],
  "an object that does not exist": [
    "{ kind: request, object: bed_2 }",
    'schedule[0].object: no such object (got "bed_2")',
  ],
  "an affordance that is not declared": [
    "{ kind: start, object: bed_1, affordance: dance }",
    'schedule[0].affordance: not declared (got "dance"); declare it in scenario.affordances or in the manifest',
  ],
  "a listener that does not exist": [
    "{ kind: chat, target: bob }",
    'schedule[0].target: no such agent (got "bob")',
  ],
  "a chat with nobody": [
    "{ kind: chat }",
    "schedule[0].target: required key is missing",
  ],
  "a chat with two names for its listener": [
    "{ kind: chat, target: a, listener: a }",
    'schedule[0].listener: means the same as target; give one of the two (got "a")',
  ],
  "an entry that is played 0 times": [
    "{ kind: wait, repeat: 0 }",
    "schedule[0].repeat: must be at least 1 (got 0)",
  ],
  "a guard": [
    "{ kind: wait, guard: { reason: chat_rival } }",
    "schedule[0].guard: unknown key; a wait allows kind, duration, repeat",
  ],
};

for (const [name, [entry, expected]] of Object.entries(ENTRIES)) {
  Deno.test(`a schedule refuses ${name}`, async () => {
    const lines = await faultLines(withLines(
      `scenario: { objects: [{ id: bed_1, type: bed }], agents: [{ id: a, schedule: [${entry}] }] }`,
    ));
    assertEquals(
      lines.map((line) =>
        line.replace(/^t\.yaml:4:\d+ scenario\.agents\[0\]\./, "")
      ),
      [expected],
    );
  });
}

/** Commands as a timeline writes them, and what comes of them. */
const COMMANDS = {
  "spawn, { agent: b, pos: [1, 2] }": {
    agent: "b",
    pos: [1, 2],
    home: null,
    needs: { hunger: 0.5, hygiene: 0.5, energy: 0.5 },
    wallet: 0,
    profile: null,
    job: null,
  },
  "teleport, { agent: a, pos: [1, 2] }": { agent: "a", pos: [1, 2] },
  "setneed, { agent: a, needs: { energy: 0.3 } }": {
    agent: "a",
    needs: { energy: 0.3 },
  },
  "price, { key: meal_cost, value: 0.5 }": { key: "meal_cost", value: 0.5 },
  "force_chat, { speaker: a, listener: c }": {
    speaker: "a",
    listener: "c",
    quality: 1,
  },
  "set_rel, { a: a, b: c, trust: 2 }": {
    a: "a",
    b: "c",
    trust: 2,
    familiarity: 0,
    rivalry: 0,
  },
  "arrange_meet, { spec: meet, agents: [a, c], duration: 20 }": {
    spec: "meet",
    agents: ["a", "c"],
    starts_in: 0,
    duration: 20,
    location: null,
  },
  "perturbation_trigger, { spec: spike, magnitude: 1.55, targets: [market] }": {
    spec: "spike",
    starts_in: 0,
    duration: null,
    targets: ["market"],
    magnitude: 1.55,
    location: null,
  },
  "perturbation_cancel, { event_id: evt_1 }": { event_id: "evt_1" },
  "kill, { agent: 'a#1', reason: 'a test' }": {
    agent: "a#1",
    reason: "a test",
  },
  "toggle_mortality, { enabled: false }": { enabled: false },
  "set_exit_cap, { cap: 50 }": { cap: 50 },
  "set_spawn_delay, { ticks: 5 }": { ticks: 5 },
  "set_employment_param, { key: absence_penalty, value: 0.5 }": {
    key: "absence_penalty",
    value: 0.5,
  },
  "employment_exit, { agent: a, action: defer }": {
    agent: "a",
    action: "defer",
  },
};

/** A scenario whose timeline is one command. */
function timeline(written: string): string {
  const [command, ...args] = written.split(", ");
  return withLines(`perturbations:
  events:
    spike: { kind: price_spike }
    meet: { kind: arranged_meet }
scenario:
  agents: [{ id: a }, { id: c }]
  timeline: [{ tick: 3, command: ${command}, args: ${args.join(", ")} }]`);
}

for (const [written, args] of Object.entries(COMMANDS)) {
  const name = written.slice(0, written.indexOf(","));
  Deno.test(`a timeline takes ${name} and fills in its arguments`, async () => {
    const { scenario } = await loadConfig(timeline(written));
    const [entry] = scenario?.timeline ?? [];
    assertEquals(entry as unknown, { tick: 3, command: name, args });
    assertEquals(commandOf(entry) as unknown, { name, args });
  });
}

/** Commands that are refused, and what is said of them. */
const REFUSED: Readonly<Record<string, string>> = {
  "spawn, { agent: b }": "args.pos: required key is missing",
  "spawn, { agent: b, pos: [99, 0] }":
    "args.pos: must lie on the grid (got [99,0]); world.grid_size is [48, 48]",
  "spawn, { agent: b, pos: [1, 0], job: smith }":
    'args.job: no such job (got "smith")',
  "spawn, { agent: b, pos: [1, 0], mood: 1 }":
    "args.mood: unknown key; known are agent, pos, home, needs, wallet, profile, job",
  "kill, { agent: bob }": 'args.agent: no such agent (got "bob")',
  "setneed, { agent: a, needs: { thirst: 1 } }":
    "args.needs.thirst: unknown key; known are hunger, hygiene, energy",
  "price, { key: meal_cost, value: 0 }": "args.value: must be above 0 (got 0)",
  "price, { key: market, value: 1 }":
    'args.key: must be one of meal_cost, cook_energy_cost, cook_hygiene_cost, wage_income, ingredients_cost, stove_stock_replenish (got "market")',
  "force_chat, { speaker: a, listener: a }":
    'args.listener: must not be the speaker (got "a")',
  "force_chat, { speaker: a, listener: bob }":
    'args.listener: no such agent (got "bob")',
  "set_rel, { a: a, b: a, trust: 1 }":
    'args.b: must not be the same resident (got "a")',
  "arrange_meet, { spec: meet, agents: [] }":
    "args.agents: must have at least 1 items (got [])",
  "arrange_meet, { spec: meet, agents: [bob] }":
    'args.agents[0]: no such agent (got "bob")',
  "arrange_meet, { spec: ball, agents: [a] }":
    'args.spec: no such perturbation (got "ball"); perturbations are spike, meet',
  "arrange_meet, { spec: spike, agents: [a] }":
    'args.spec: must be a meeting (got "spike"); it is a price_spike',
  "perturbation_trigger, { spec: meet, magnitude: 2 }":
    "args.magnitude: belongs to a price_spike, which this is not",
  "perturbation_trigger, { spec: spike, location: here }":
    "args.location: belongs to an arranged_meet, which this is not",
  "set_employment_param, { key: grace_ticks, value: 121 }":
    "args.value: must be at most 120 (got 121)",
  "set_employment_param, { key: daily_exit_cap, value: 1 }":
    'args.key: must be one of grace_ticks, absent_cutoff, absence_slack, late_tick_penalty, absence_penalty, max_absent_shifts (got "daily_exit_cap")',
  "employment_exit, { agent: a, action: review }":
    'args.action: must be one of approve, defer (got "review")',
  [`kill, { agent: a, reason: ${"x".repeat(65)} }`]:
    `args.reason: must be at most 64 characters (got "${"x".repeat(39)}…")`,
};

for (const [written, expected] of Object.entries(REFUSED)) {
  Deno.test(`a timeline refuses ${written.slice(0, 60)}`, async () => {
    const lines = await faultLines(timeline(written));
    assertEquals(
      lines.map((line) =>
        line.replace(/^t\.yaml:10:\d+ scenario\.timeline\[0\]\./, "")
      ),
      [expected],
    );
  });
}

Deno.test("a timeline refuses a command that does not exist and offers the closest", async () => {
  const [line] = await faultLines(timeline("spwan, {}"));
  assertEquals(
    /^t\.yaml:10:34 scenario\.timeline\[0\]\.command: must be one of spawn, .*\(got "spwan"\); did you mean spawn\?$/
      .test(line),
    true,
    line,
  );
});

Deno.test("a timeline knows agents it spawns itself and those that come back", async () => {
  const config = await loadConfig(withLines(`scenario:
  timeline:
    - { tick: 9, command: kill, args: { agent: b } }
    - { tick: 5, command: spawn, args: { agent: b, pos: [1, 1] } }
    - { tick: 11, command: kill, args: { agent: "b#1" } }`));
  assertEquals(config.scenario?.timeline.map(({ tick }) => tick), [5, 9, 11]);
});

Deno.test("an affordance that is declared twice is refused", async () => {
  const lines = await faultLines(withLines(
    "scenario: { affordances: [{ id: eat_meal, object_type: a, duration: 1, effects: {} }] }",
  ));
  assertEquals(lines, [
    't.yaml:4:33 scenario.affordances[0].id: used twice (got "eat_meal")',
  ]);
});
