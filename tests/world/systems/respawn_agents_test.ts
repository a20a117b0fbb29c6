import { assertEquals } from "@std/assert";
import { respawnAgents } from "../../../src/world/systems/respawn_agents.ts";
import { COUNTERS, findAgent, type Ticket } from "../../../src/world/world.ts";
import { tinyTown } from "../../helpers/tiny_town.ts";

const TICKET: Ticket = {
  lineage: 0,
  dueTick: 5,
  x: 3,
  y: 3,
  homeX: 2,
  homeY: 2,
  job: -1,
  jobless: true,
  profile: 2,
  traits: [0.5, -0.5, 0.25],
};

Deno.test("respawnAgents() serves tickets that are due and keeps the others", () => {
  const { town, world, turn } = tinyTown();
  const later = { ...TICKET, lineage: 1, dueTick: 6 };
  const past = COUNTERS.map(() => 0);
  world.records = {
    ...world.records,
    lineages: ["x", "y"].map((origin) => ({
      origin,
      lives: 1,
      respawns: 0,
      past,
    })),
    tickets: [later, TICKET],
  };
  world.tick[0] = 4;
  respawnAgents(town, world, turn);
  assertEquals(turn.events, []);
  world.tick[0] = 5;
  respawnAgents(town, world, turn);
  assertEquals(turn.events, [
    { event: "agent.respawned", tick: 5, agent: "x#1", original: "x" },
  ]);
  assertEquals(world.records.tickets, [later]);
  const x = findAgent(world, "x#1");
  assertEquals([world.jobless[x], world.job[x]], [1, -1]);
  assertEquals(
    [world.extroversion[x], world.forgiveness[x], world.ambition[x]],
    [0.5, -0.5, 0.25],
  );
  world.tick[0] = 9;
  respawnAgents(town, world, turn);
  assertEquals(findAgent(world, "y#1") >= 0, true);
});
