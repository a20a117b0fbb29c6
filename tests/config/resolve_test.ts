/** Defaults that need other sections. @module */
import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/load.ts";
import { withLines } from "../helpers/config_text.ts";

Deno.test("world.agent_capacity leaves room for 16 more, 64 at least, 10000 at most", async () => {
  const capacity = async (residents: number) =>
    (await loadConfig(withLines(
      `world: { districts: { d: { area: [0, 0, 9, 9], residents: { any: ${residents} } } } }`,
    ))).world.agent_capacity;
  assertEquals(await capacity(0), 64);
  assertEquals(await capacity(48), 64);
  assertEquals(await capacity(49), 65);
  assertEquals(await capacity(9990), 10_000);
});

Deno.test("residents take home, place, needs and wallet from what is written", async () => {
  const { population, scenario } = await loadConfig(withLines(`population:
  wallet: 3
  needs: { hunger: 0.9 }
  residents:
    - { id: a }
    - { id: b, home: [1, 2], needs: { energy: 0.1 }, wallet: 0 }
    - { id: c, position: [3, 4], profile: Stoic, job: none }
    - { id: d, home: [1, 2], position: [3, 4] }
scenario:
  agents: [{ id: e, position: [5, 5] }]`));
  const needs = { hunger: 0.9, hygiene: 0.5, energy: 0.5 };
  assertEquals(population.residents, [
    {
      id: "a",
      profile: null,
      job: null,
      home: [0, 0],
      position: [0, 0],
      needs,
      wallet: 3,
    },
    {
      id: "b",
      profile: null,
      job: null,
      home: [1, 2],
      position: [1, 2],
      needs: { ...needs, energy: 0.1 },
      wallet: 0,
    },
    {
      id: "c",
      profile: "stoic",
      job: "none",
      home: [3, 4],
      position: [3, 4],
      needs,
      wallet: 3,
    },
    {
      id: "d",
      profile: null,
      job: null,
      home: [1, 2],
      position: [3, 4],
      needs,
      wallet: 3,
    },
  ]);
  assertEquals(scenario?.agents[0], {
    id: "e",
    profile: null,
    job: null,
    home: [5, 5],
    position: [5, 5],
    needs,
    wallet: 3,
    schedule: null,
    loop: true,
  });
});

Deno.test("jobs end at their start at the earliest", async () => {
  const { jobs } = await loadConfig(withLines(
    "jobs: { a: { start_tick: 30 }, b: { start_tick: 30, end_tick: 20 }, c: { start_tick: 3, end_tick: 4 } }",
  ));
  assertEquals(
    Object.values(jobs).map(({ end_tick }) => end_tick),
    [30, 30, 4],
  );
});

Deno.test("jobs: {} means none", async () => {
  assertEquals((await loadConfig(withLines("jobs: {}"))).jobs, {});
});

Deno.test("districts hand out all jobs unless told, and know profiles in any case", async () => {
  const { world } = await loadConfig(withLines(`world:
  districts:
    a: { area: [0, 0, 3, 3], residents: { Stoic: 2, any: 1 } }
    b: { area: [0, 0, 3, 3], jobs: [barista] }
    c: { area: [0, 0, 3, 3], jobs: [] }`));
  assertEquals(world.districts.a.jobs, ["grocer", "barista"]);
  assertEquals(world.districts.a.residents, { stoic: 2, any: 1 });
  assertEquals(world.districts.b.jobs, ["barista"]);
  assertEquals(world.districts.c.jobs, []);
});

Deno.test("mappings keep the order of the file", async () => {
  const { jobs, perturbations } = await loadConfig(
    withLines(`jobs: { z: {}, a: {}, m9: {} }
perturbations: { events: { z: { kind: outage }, a: { kind: blackout } } }`),
  );
  assertEquals(Object.keys(jobs), ["z", "a", "m9"]);
  assertEquals(Object.keys(perturbations.events), ["z", "a"]);
});

Deno.test("ranges have both ends, however they are written", async () => {
  const { perturbations } = await loadConfig(withLines(`perturbations:
  events:
    a: { kind: outage }
    b: { kind: outage, duration: 7 }
    c: { kind: outage, duration: [7, 9] }
    d: { kind: price_spike, duration: { min: 7, max: 9 }, magnitude: 1.5 }`));
  assertEquals(
    Object.values(perturbations.events).map(({ duration }) => duration),
    [
      { min: 0, max: 0 },
      { min: 7, max: 7 },
      { min: 7, max: 9 },
      { min: 7, max: 9 },
    ],
  );
  assertEquals(perturbations.events.d, {
    kind: "price_spike",
    prob_per_day: 0,
    cooldown_ticks: 0,
    duration: { min: 7, max: 9 },
    magnitude: { min: 1.5, max: 1.5 },
    targets: [],
  });
});

Deno.test("friends and rivals are told of once there are relationships", async () => {
  const { observations } = await loadConfig(
    withLines(
      "observations: { compact: { object_channels: [' Bed', bed, ''] } }",
    )
      .replace("stages: {}", "stages: { relationships: A }"),
  );
  assertEquals(observations.social_snippet, {
    top_friends: 2,
    top_rivals: 2,
    embed_dim: 8,
    include_aggregates: true,
  });
  assertEquals(observations.compact.object_channels, ["bed"]);
});

Deno.test("transports are a list, those to nowhere left out", async () => {
  const transports = async (lines: string) =>
    (await loadConfig(withLines(`telemetry: { ${lines} }`))).telemetry
      .transports.map(({ type }) => type);
  assertEquals(await transports("transport: { type: none }"), []);
  assertEquals(await transports("transport: { type: stdout }"), ["stdout"]);
  assertEquals(
    await transports(
      "transports: [{ type: none }, { type: file, file_path: out/a }, { type: stdout }]",
    ),
    ["file", "stdout"],
  );
});

Deno.test("what goes over a network in production is signed", async () => {
  const required = async (profile: string, type: string) =>
    (await loadConfig(withLines(`profile: ${profile}
telemetry:
  sign: { keys: [{ id: k, env: KEY, use: sign }] }
  transport: ${type}`))).telemetry.sign.required;
  const tcp = "{ type: tcp, endpoint: 'a:1' }";
  assertEquals(await required("production", tcp), true);
  assertEquals(await required("default", tcp), false);
  assertEquals(await required("production", "{ type: stdout }"), false);
});

Deno.test("a timeline is in the order of its ticks, entries of a tick in file order", async () => {
  const { scenario } = await loadConfig(withLines(`scenario:
  agents: [{ id: a }]
  timeline:
    - { tick: 9, command: kill, args: { agent: a } }
    - { tick: 2, command: set_exit_cap, args: { cap: 1 } }
    - { tick: 2, command: set_exit_cap, args: { cap: 0 } }`));
  assertEquals(scenario?.timeline, [
    { tick: 2, command: "set_exit_cap", args: { cap: 1 } },
    { tick: 2, command: "set_exit_cap", args: { cap: 0 } },
    { tick: 9, command: "kill", args: { agent: "a", reason: null } },
  ]);
});

Deno.test("text is composed, on one line and without marks that turn it", async () => {
  const { scenario } = await loadConfig(withLines(
    "scenario:\n  description: |\n    Cafe\\u0301 \n    one",
  ));
  assertEquals(scenario?.description, "Cafe\\u0301 one");
  const turned = await loadConfig(withLines(
    'scenario: { description: "Cafe\\u0301 \\u202eab" }',
  ));
  assertEquals(turned.scenario?.description, "Café ab");
});
