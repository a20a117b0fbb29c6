/** An observation as people and programs read it. @module */
import { assert, assertEquals } from "@std/assert";
import { openPaint } from "../../../cli/print/paint.ts";
import { widthOf } from "../../../cli/print/width.ts";
import {
  observationData,
  showObservation,
} from "../../../cli/report/observation.ts";
import { Observer } from "../../../src/observations/observer.ts";
import type { Simulation } from "../../../src/simulation.ts";
import { setFeeling, type Tiny, tinyTown } from "../../helpers/tiny_town.ts";

type Sections = Readonly<Record<string, unknown>>;

function townWith(variant: string, observations: Sections): Simulation {
  const sim = tinyTown({
    agents: [
      { id: "ana", at: [3, 3], needs: [1, 0.25, 0.125], profile: "stoic" },
      { id: "bo", at: [5, 4] },
    ],
    objects: [{ id: "stove", type: "stove", at: [3, 1] }],
    config: {
      features: {
        stages: { relationships: "B" },
        systems: { observations: variant },
        observations: { personality_channels: true },
      },
      observations,
    },
  });
  setFeeling(sim, "ana", "bo", { trust: 0.5, rivalry: 0.25 });
  return sim;
}

function placeIn({ town, world }: Tiny) {
  const observer = new Observer(town);
  return { spec: observer.spec, batch: observer.peek(world), row: 0 };
}

function linesOf(sim: Tiny, room: number): string[] {
  const { town, world } = sim;
  return showObservation(town, world, placeIn(sim), openPaint(false), room);
}

Deno.test("showObservation() has every feature of every variant and layout, each in one group", () => {
  const targets = { include_targets: true };
  for (const layout of ["v1", "v2"]) {
    for (const variant of ["hybrid", "full", "compact"]) {
      const sim = townWith(variant, {
        layout,
        hybrid: targets,
        compact: targets,
      });
      const lines = linesOf(sim, 60);
      for (const name of placeIn(sim).spec.featureNames) {
        const part = name.replace(/^social_slot\d_/, "");
        const shown = new RegExp(`(^| )${part} +-?[\\d.,]+( |$)`);
        const found = lines.filter((line) => shown.test(line));
        // Some of the summary bear the name of a feature.
        const most = name === "nearest_agent_distance" ? 2 : 1;
        assert(found.length >= 1 && found.length <= most, name);
      }
      assertEquals(lines.includes("others"), false);
    }
  }
});

Deno.test("showObservation() shows the numbers that the resident gets", () => {
  const lines = linesOf(townWith("hybrid", {}), 80);
  const after = (heading: string, count: number) => {
    const at = lines.indexOf(heading);
    return lines.slice(at + 1, at + 1 + count);
  };
  assertEquals(
    lines[0],
    "ana at 3,3, tick 0 (day 1 00:00), variant hybrid, layout v1",
  );
  assertEquals(after("needs and money", 2), [
    "need_hunger        1   need_hygiene  0.2500   need_energy   0.1250",
    "wallet             0",
  ]);
  assertEquals(after("personality", 2), [
    "personality_extroversion  -0.3000   personality_forgiveness    0.5000",
    "personality_ambition      -0.2000",
  ]);
  const slots = lines.findIndex((line) =>
    line.startsWith("friends and rivals")
  );
  assertEquals(lines.slice(slots + 9, slots + 12), [
    "trust                        0.5000      0      0      0",
    "familiarity                       0      0      0      0",
    "rivalry                      0.2500      0      0      0",
  ]);
  assertEquals(after("context", 2), [
    "embedding_slot               0   filled_slots            1 of 4",
    "relation_source  relationships   profile                  stoic",
  ]);
});

Deno.test("showObservation() fits the room, and one name a line where there is little", () => {
  const sim = townWith("full", {});
  for (const room of [60, 80, 120]) {
    const lines = linesOf(sim, room).slice(0, -1);
    const wide = lines.filter((line) => widthOf(line) > room);
    // Sentences wrap by themselves.
    assertEquals(wide.filter((line) => !line.includes(", ")), []);
  }
  assert(linesOf(sim, 1).includes("need_hunger        1"));
});

Deno.test("observationData() of a world that nobody looked at changes nothing in it", () => {
  const sim = townWith("compact", { compact: { object_channels: ["stove"] } });
  const before = sim.hash();
  const data = observationData(sim.town, sim.world, placeIn(sim)) as {
    readonly map: number[][][];
    readonly features: Record<string, number>;
    readonly action_mask: Record<string, number>;
  };
  assertEquals(sim.hash(), before);
  assertEquals(data.map.length, 6);
  assertEquals(data.map[4], [
    [0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 0],
    ...Array.from({ length: 5 }, () => [0, 0, 0, 0, 0, 0, 0]),
  ]);
  assertEquals(data.features.need_energy, 0.125);
  assertEquals(data.action_mask.wait, 1);
});
