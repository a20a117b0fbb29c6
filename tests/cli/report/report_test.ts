import { assertEquals } from "@std/assert";
import { openChronicle } from "../../../cli/report/chronicle.ts";
import { deedsOf, reportOf } from "../../../cli/report/report.ts";
import type { Simulation } from "../../../src/simulation.ts";
import { act, play, tinyTown } from "../../helpers/tiny_town.ts";

const kill = (agent: string) =>
  ({ name: "kill", args: { agent, reason: null } }) as const;

/** Lives and chats of everybody in a report made now. */
function livesOf({ town, world }: Simulation): unknown {
  const { residents } = reportOf(town, world, openChronicle(), {
    policy: { name: "idle" },
    ticks: 0,
    seconds: 0,
    before: deedsOf(world),
    interrupted: null,
    stateHash: "",
    hashes: null,
    systems: {},
    hooks: [],
    telemetry: null,
  });
  return Object.fromEntries(
    Object.entries(residents).map((
      [id, { lives, chats }],
    ) => [id, [lives, chats]]),
  );
}

Deno.test("a report counts lives, not the numbers of their ids", () => {
  const sim = tinyTown({ agents: [{ id: "ada" }, { id: "ada#1" }] });
  sim.command({
    name: "force_chat",
    args: { speaker: "ada", listener: "ada#1", quality: 1 },
  });
  sim.command(kill("ada"));
  play(sim, {}, 2);
  assertEquals(livesOf(sim), { "ada#1": [1, 1], "ada#2": [2, 1] });
});

Deno.test("a report keeps apart who has one name after another", () => {
  const sim = tinyTown({ agents: [{ id: "ada" }, { id: "bo" }] });
  act(sim, { ada: { kind: "chat", target: "bo" } });
  sim.command(kill("ada"));
  play(sim, {}, 2);
  const needs = { hunger: 1, hygiene: 1, energy: 1 };
  sim.command({
    name: "spawn",
    args: {
      agent: "ada",
      pos: [5, 5],
      home: null,
      needs,
      wallet: 0,
      profile: null,
      job: null,
    },
  });
  play(sim);
  assertEquals(livesOf(sim), {
    "bo": [1, 1],
    "ada#1": [2, 1],
    "ada": [1, 0],
  });
});
