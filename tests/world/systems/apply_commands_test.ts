import { assertEquals } from "@std/assert";
import type { Command } from "../../../src/config/commands.ts";
import type { Simulation } from "../../../src/simulation.ts";
import { EMPLOY, PRICE } from "../../../src/world/world.ts";
import {
  agentOf,
  assertNear,
  collect,
  counterOf,
  named,
  namesOf,
  needsOf,
  play,
  queueOf,
  setLedger,
  tieOf,
  tileOf,
  type TinyOptions,
  tinyTown,
  walletOf,
} from "../../helpers/tiny_town.ts";

/** Gives a command to the next tick: its result, or the code of its error. */
function order(sim: Simulation, command: Command): unknown {
  sim.command(command);
  play(sim);
  const [{ command: told, result, error }] = sim.turn.results;
  assertEquals(told, command);
  return error?.code ?? result;
}

const NEWCOMER: Extract<Command, { name: "spawn" }>["args"] = {
  agent: "new",
  pos: [4, 4],
  home: null,
  needs: { hunger: 0.25, hygiene: 0.5, energy: 0.75 },
  wallet: 2,
  profile: "stoic",
  job: null,
};

function spawn(
  sim: Simulation,
  args: Partial<typeof NEWCOMER> = {},
): unknown {
  return order(sim, { name: "spawn", args: { ...NEWCOMER, ...args } });
}

const JOBS: TinyOptions["config"] = {
  jobs: { x: { start_tick: 900 }, y: { start_tick: 900 } },
};

Deno.test("spawn under the name of a lineage that goes on begins another", () => {
  const sim = tinyTown({ agents: [{ id: "ada" }] });
  const kill = (agent: string) =>
    order(sim, { name: "kill", args: { agent, reason: null } });
  kill("ada");
  play(sim);
  spawn(sim, { agent: "ada" });
  const { world } = sim;
  const livesOf = (id: string) =>
    world.records.lineages[world.lineage[agentOf(sim, id)]].lives;
  assertEquals(world.records.lineages.map(({ origin }) => origin), [
    "ada",
    "ada",
  ]);
  assertEquals([livesOf("ada#1"), livesOf("ada")], [2, 1]);
  // A number of either is not given again by the other, whoever is alive.
  kill("ada#1");
  kill("ada");
  const events = play(sim);
  const born = named([...events, ...play(sim)], "agent.respawned");
  assertEquals(born.map(({ agent }) => agent), ["ada#3"]);
  assertEquals([livesOf("ada#2"), livesOf("ada#3")], [3, 2]);
});

Deno.test("spawn goes on with a lineage that nobody is to go on with", () => {
  const sim = tinyTown({
    agents: [{ id: "ada" }],
    config: { features: { systems: { lifecycle: "off" } } },
  });
  order(sim, { name: "kill", args: { agent: "ada", reason: null } });
  spawn(sim, { agent: "ada" });
  const { lineages } = sim.world.records;
  assertEquals(lineages.map(({ origin, lives }) => [origin, lives]), [[
    "ada",
    2,
  ]]);
  const waits = tinyTown({
    agents: [{ id: "ada" }],
    config: {
      lifecycle: { respawn_delay_ticks: 9 },
      world: { agent_capacity: 2 },
    },
  });
  order(waits, { name: "kill", args: { agent: "ada", reason: null } });
  spawn(waits, { agent: "ada" });
  assertEquals(waits.world.lineage[agentOf(waits, "ada")], 1);
});

Deno.test("spawn puts a newcomer at the end of the roster", () => {
  const sim = tinyTown({ agents: 2, config: JOBS });
  assertEquals(spawn(sim), {
    agent: "new",
    pos: [4, 4],
    needs: NEWCOMER.needs,
    wallet: 2,
  });
  assertEquals(sim.turn.events, [
    { event: "agent.spawned", tick: 1, agent: "new", pos: [4, 4] },
  ]);
  const { world } = sim;
  const row = agentOf(sim, "new");
  assertEquals(world.roster[2], row);
  assertEquals([world.homeX[row], world.homeY[row]], [4, 4]);
  assertEquals(world.profile[row], 3);
  // The third of the town takes the jobs' first.
  assertEquals(world.job[row], 0);
  assertEquals(needsOf(sim, "new"), [0.25, 0.5, 0.75]);
  assertEquals(walletOf(sim, "new"), 2);
});

Deno.test("spawn heeds home and job", () => {
  const sim = tinyTown({ config: JOBS });
  spawn(sim, { home: [7, 8], job: "y" });
  spawn(sim, { agent: "idler", pos: [5, 5], job: "none" });
  const { world } = sim;
  const row = agentOf(sim, "new");
  assertEquals([world.homeX[row], world.homeY[row], world.job[row]], [7, 8, 1]);
  assertEquals(world.job[agentOf(sim, "idler")], -1);
});

for (
  const [story, args, code] of [
    ["an id that is taken", { agent: "a" }, "conflict"],
    ["a tile where somebody stands", { pos: [1, 1] }, "conflict"],
    ["a tile under an object", { pos: [2, 2] }, "conflict"],
    ["a tile off the grid", { pos: [48, 0] }, "conflict"],
    ["a home off the grid", { home: [48, 0] }, "conflict"],
    ["a job nobody knows", { job: "king" }, "not_found"],
  ] as const
) {
  Deno.test(`spawn refuses ${story}`, () => {
    const sim = tinyTown({
      agents: [{ id: "a", at: [1, 1] }],
      objects: [{ id: "bed_1", type: "bed", at: [2, 2] }],
      config: JOBS,
    });
    assertEquals(spawn(sim, args), code);
    assertEquals(sim.world.population[0], 1);
    assertEquals(sim.turn.events, []);
  });
}

Deno.test("spawn refuses beyond the capacity, and tickets keep their row", () => {
  const sim = tinyTown({
    agents: 2,
    config: {
      world: { agent_capacity: 3 },
      lifecycle: { respawn_delay_ticks: 5 },
    },
  });
  sim.command({ name: "kill", args: { agent: "a", reason: null } });
  play(sim);
  assertEquals(typeof spawn(sim), "object");
  assertEquals(spawn(sim, { agent: "more", pos: [5, 5] }), "population_cap");
  assertEquals(named(play(sim, {}, 6), "agent.respawned").length, 1);
  assertEquals(sim.world.population[0], 3);
});

Deno.test("a spawned agent acts from its second tick", () => {
  const sim = tinyTown({ trace: true });
  sim.command({ name: "spawn", args: NEWCOMER });
  const events = collect(sim, 2);
  const moved = sim.step({ new: { kind: "move", position: [9, 9] } }).events;
  assertEquals(named(events, "action.wait").map((e) => [e.tick, e.agent]), [
    [1, "a"],
    [1, "new"],
    [2, "a"],
    [2, "new"],
  ]);
  assertEquals(named(moved, "action.move").map((e) => e.ok), [true]);
});

Deno.test("teleport puts an agent elsewhere, out of what it can no longer reach", () => {
  const sim = tinyTown({
    agents: [{ id: "a", at: [5, 6] }],
    objects: [{ id: "bed_1", type: "bed", at: [5, 5] }],
    walk: true,
  });
  play(sim, { a: { kind: "request", object: "bed_1" } });
  const to = (pos: readonly [number, number]) =>
    order(sim, { name: "teleport", args: { agent: "a", pos } });
  assertEquals(to([6, 6]), { agent: "a", pos: [6, 6] });
  assertEquals(sim.turn.events, [
    { event: "agent.teleported", tick: 2, agent: "a", pos: [6, 6] },
  ]);
  assertEquals(queueOf(sim, "bed_1").holder, "a");
  assertEquals(to([30, 30]), { agent: "a", pos: [30, 30] });
  assertEquals(queueOf(sim, "bed_1").holder, null);
  // Where it stands already is not taken by anybody else.
  assertEquals(to([30, 30]), { agent: "a", pos: [30, 30] });
  assertEquals(to([5, 5]), "conflict");
  assertEquals(to([-1, 5]), "conflict");
  assertEquals(tileOf(sim, "a"), [30, 30]);
});

Deno.test("setneed sets the needs that are named", () => {
  const sim = tinyTown();
  order(sim, {
    name: "setneed",
    args: { agent: "a", needs: { hunger: 0.25, energy: 1 } },
  });
  assertEquals(needsOf(sim, "a"), [0.25, 0.5, 1]);
});

Deno.test("price sets the base of a price, spikes on top", () => {
  const sim = tinyTown({
    config: {
      perturbations: {
        events: {
          spike: { kind: "price_spike", duration: 3, magnitude: 2 },
        },
      },
    },
  });
  const price = () => sim.world.price[PRICE.meal_cost];
  order(sim, { name: "price", args: { key: "meal_cost", value: 0.5 } });
  assertEquals(sim.turn.events, [
    { event: "economy.price_set", tick: 1, key: "meal_cost", value: 0.5 },
  ]);
  assertEquals(price(), 0.5);
  order(sim, trigger("spike"));
  assertEquals(price(), 1);
  order(sim, { name: "price", args: { key: "meal_cost", value: 0.75 } });
  assertEquals(price(), 1.5);
  play(sim, {}, 3);
  assertEquals(price(), 0.75);
});

Deno.test("force_chat is a good chat whatever distance and rivalry", () => {
  const sim = tinyTown({ agents: [{ id: "a" }, { id: "b", at: [9, 9] }] });
  setLedger(sim, "a", "b", 1);
  const result = order(sim, {
    name: "force_chat",
    args: { speaker: "a", listener: "b", quality: 0.5 },
  });
  const tie = { trust: 0.025, familiarity: 0.05, rivalry: 0 };
  assertEquals(result, { quality: 0.5, speaker: tie, listener: tie });
  assertEquals(namesOf(sim.turn.events), ["chat.succeeded"]);
  assertEquals(counterOf(sim, "b", "chats"), 1);
});

Deno.test("set_rel sets both ties, clamped", () => {
  const sim = tinyTown({ agents: 2 });
  const tie = { trust: 1, familiarity: -1, rivalry: 0 };
  assertEquals(
    order(sim, {
      name: "set_rel",
      args: { a: "a", b: "b", trust: 3, familiarity: -3, rivalry: -3 },
    }),
    { a: tie, b: tie },
  );
  assertEquals(tieOf(sim, "b", "a"), [1, -1, 0]);
});

Deno.test("kill ends a life with this tick, and says why", () => {
  const sim = tinyTown({ agents: 2 });
  assertEquals(
    order(sim, { name: "kill", args: { agent: "a", reason: "bored" } }),
    { killed: "a" },
  );
  assertEquals(sim.turn.events, [
    { event: "agent.killed", tick: 1, agent: "a", reason: "bored" },
    { event: "agent.removed", tick: 1, agent: "a", reason: "killed" },
  ]);
});

Deno.test("set_employment_param tells old and new", () => {
  const sim = tinyTown();
  const args = { key: "grace_ticks", value: 9 } as const;
  assertEquals(order(sim, { name: "set_employment_param", args }), {
    key: "grace_ticks",
    old: 5,
    new: 9,
  });
  assertEquals(sim.world.employment[EMPLOY.grace_ticks], 9);
});

Deno.test("the setters answer with what they set", () => {
  const sim = tinyTown();
  assertEquals(
    [
      order(sim, { name: "toggle_mortality", args: { enabled: false } }),
      order(sim, { name: "set_exit_cap", args: { cap: 7 } }),
      order(sim, { name: "set_spawn_delay", args: { ticks: 8 } }),
    ],
    [{ enabled: false }, { cap: 7 }, { ticks: 8 }],
  );
  const { world } = sim;
  assertEquals(
    [world.mortality[0], world.exitCap[0], world.respawnDelay[0]],
    [0, 7, 8],
  );
});

Deno.test("employment_exit needs a town that people leave", () => {
  const sim = tinyTown();
  const command = (action: "approve" | "defer"): Command => ({
    name: "employment_exit",
    args: { action, agent: "a" },
  });
  assertEquals(order(sim, command("approve")), "unsupported");
  const other = tinyTown({
    config: { employment: { enforce_job_loop: true } },
  });
  assertEquals(order(other, command("defer")), { deferred: false });
  const still = tinyTown({
    config: {
      employment: { enforce_job_loop: true },
      features: { systems: { lifecycle: "off" } },
    },
  });
  assertEquals(order(still, command("approve")), "unsupported");
  assertEquals(still.world.records.exitRequests, []);
});

const nobody: readonly Command[] = [
  { name: "teleport", args: { agent: "ghost", pos: [1, 1] } },
  { name: "setneed", args: { agent: "ghost", needs: {} } },
  {
    name: "force_chat",
    args: { speaker: "ghost", listener: "a", quality: 1 },
  },
  {
    name: "force_chat",
    args: { speaker: "a", listener: "ghost", quality: 1 },
  },
  {
    name: "set_rel",
    args: { a: "a", b: "ghost", trust: 1, familiarity: 0, rivalry: 0 },
  },
  { name: "kill", args: { agent: "ghost", reason: null } },
  { name: "employment_exit", args: { action: "approve", agent: "ghost" } },
  trigger("ghost"),
  { name: "perturbation_cancel", args: { event_id: "evt_9" } },
];

for (const command of nobody) {
  Deno.test(`${command.name} refuses what is not there: ${JSON.stringify(command.args)}`, () => {
    const sim = tinyTown({ agents: 2 });
    const before = sim.hash();
    assertEquals(order(sim, command), "not_found");
    assertEquals(sim.turn.events, []);
    const same = tinyTown({ agents: 2 });
    assertEquals(same.hash(), before);
    play(same);
    assertEquals(same.hash(), sim.hash());
  });
}

Deno.test("a refused command does not keep the next from being carried out", () => {
  const sim = tinyTown();
  sim.command({ name: "kill", args: { agent: "ghost", reason: null } });
  sim.command({ name: "set_exit_cap", args: { cap: 3 } });
  play(sim);
  assertEquals(
    sim.turn.results.map(({ error }) => error?.code ?? "done"),
    ["not_found", "done"],
  );
  assertEquals(sim.turn.inbox, []);
  play(sim);
  assertEquals(sim.turn.results, []);
});

Deno.test("perturbation_trigger takes what belongs to the kind, and nothing else", () => {
  const told = (spec: string, args: object) => {
    const sim = tinyTown({
      agents: 2,
      objects: [{ id: "cafe_1", type: "cafe", at: [5, 5] }],
      config: {
        perturbations: {
          events: {
            spike: { kind: "price_spike" },
            dark: { kind: "blackout" },
            meet: { kind: "arranged_meet" },
          },
        },
      },
    });
    const command = trigger(spec);
    sim.command({ ...command, args: { ...command.args, ...args } } as Command);
    play(sim);
    return sim.turn.results[0].error?.code ?? "";
  };
  const asked = [
    { targets: ["market"] },
    { magnitude: 2 },
    { location: "cafe" },
  ];
  const refused = "unsupported";
  for (
    const [spec, codes] of [
      ["spike", ["", "", refused]],
      ["dark", [refused, refused, refused]],
      ["meet", [refused, refused, ""]],
    ] as const
  ) {
    assertEquals(asked.map((args) => told(spec, args)), [...codes], spec);
  }
});

Deno.test("a timeline's commands come in their ticks, before those just given", () => {
  const sim = tinyTown({
    config: {
      scenario: {
        timeline: [
          { tick: 3, command: "set_exit_cap", args: { cap: 3 } },
          { tick: 1, command: "set_exit_cap", args: { cap: 1 } },
          { tick: 3, command: "set_spawn_delay", args: { ticks: 30 } },
        ],
      },
    },
  });
  const seen = [1, 2, 3, 4].map((tick) => {
    if (tick === 3) sim.command({ name: "set_exit_cap", args: { cap: 9 } });
    play(sim);
    return sim.turn.results.map(({ command }) => command.name);
  });
  assertEquals(seen, [
    ["set_exit_cap"],
    [],
    ["set_exit_cap", "set_spawn_delay", "set_exit_cap"],
    [],
  ]);
  assertNear([sim.world.exitCap[0], sim.world.respawnDelay[0]], [9, 30]);
});

/** Lets a perturbation happen as its spec says. */
function trigger(spec: string): Command {
  return {
    name: "perturbation_trigger",
    args: {
      spec,
      starts_in: 0,
      duration: null,
      targets: null,
      magnitude: null,
      location: null,
    },
  };
}
