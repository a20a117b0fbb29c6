/** The window of a resident as people see it. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { openPaint } from "../../../cli/print/paint.ts";
import { widthOf } from "../../../cli/print/width.ts";
import { windowLines } from "../../../cli/report/window.ts";
import { Observer } from "../../../src/observations/observer.ts";
import { setHolder } from "../../../src/world/queues.ts";
import {
  agentOf,
  objectOf,
  type Tiny,
  tinyTown,
} from "../../helpers/tiny_town.ts";

type Sections = Readonly<Record<string, unknown>>;

/**
 * Ana in the north-west corner, with others, a held bed, a stove, a fridge; who
 * walks cannot stand on the bed.
 */
function corner(variant: string, observations: Sections, walk = false): Tiny {
  const sim = tinyTown({
    agents: [
      { id: "ana", at: [1, 1] },
      { id: "bo", at: [3, 1] },
      { id: "cy", at: [3, 1] },
      { id: "di", at: walk ? [2, 1] : [2, 2] },
      { id: "ed", at: [1, 3] },
    ],
    objects: [
      { id: "bed_1", type: "bed", at: [2, 2] },
      { id: "stove_1", type: "stove", at: [3, 3] },
      { id: "fridge_1", type: "fridge", at: [3, 0] },
    ],
    walk,
    config: {
      features: { systems: { observations: variant } },
      observations: { hybrid: { local_window: 5 }, ...observations },
      world: { grid_size: [12, 9] },
    },
  });
  setHolder(sim.town, sim.world, objectOf(sim, "bed_1"), agentOf(sim, "di"));
  return sim;
}

function linesOf(sim: Tiny, id: string, room = 80, colours = false): string[] {
  const { town, world } = sim;
  const observer = new Observer(town);
  const batch = observer.peek(world);
  const row = batch.rowOf[agentOf(sim, id)];
  const place = { spec: observer.spec, batch, row };
  return windowLines(town, world, place, openPaint(colours), room);
}

Deno.test("windowLines() draws residents, objects, what is in use and the edge", () => {
  assertEquals(linesOf(corner("hybrid", {}), "ana"), [
    "window of 5 × 5 tiles",
    "░ ░ ░ ░ ░",
    "░ · · · □",
    "░ · @ · o",
    "░ · · o■·",
    "░ · o · □",
    "@ ana, ░ beyond the edge, · nothing, □ object, o another, ■ object in use",
    "channels: self, agents, objects, reservations",
  ]);
});

Deno.test("windowLines() draws the paths of layout v2, and not the rays of v1", () => {
  const v1 = linesOf(corner("full", {}), "ana");
  assertEquals(
    v1.slice(1, 6),
    linesOf(corner("hybrid", {}), "ana").slice(1, 6),
  );
  assertEquals(
    v1[7],
    "channels: self, agents, objects, reservations, path_dx, path_dy",
  );
  const sim = corner("full", { layout: "v2" }, true);
  // She is hungry, and the fridge is the nearest thing that helps.
  sim.world.need[agentOf(sim, "ana") * 3] = 0;
  assertEquals(linesOf(sim, "ana").slice(1, 6), [
    "░ ░ ░ ░ ░",
    "░ → → · □",
    "░ → @ o o",
    "░ → ↑ ■ ↑",
    "░ → o ← □",
  ]);
  assertStringIncludes(linesOf(sim, "ana")[6], "arrows the way to go");
});

Deno.test("windowLines() counts others and tells types in the variant compact", () => {
  const compact = {
    map_window: 5,
    object_channels: ["stove", "fridge"],
    normalize_counts: false,
  };
  const sim = corner("compact", { compact });
  assertEquals(linesOf(sim, "ana"), [
    "window of 5 × 5 tiles",
    "░ ░ ░ ░ ░",
    "░ · · · f",
    "░ · @ · 2",
    "░ · · o■·",
    "░ · o · s",
    "@ ana, ░ beyond the edge, · nothing, f fridge, digits so many others, " +
    "o another, ■ object in use, s stove",
    "channels: self, agents, objects, reservations, object:stove, " +
    "object:fridge, walkable",
  ]);
  assertEquals(linesOf(sim, "cy").slice(3, 7), [
    "o · & · ·",
    "· o■· · ·",
    "o · s · ·",
    "& the resident and others, ░ beyond the edge, · nothing, f fridge, " +
    "o another, ■ object in use, s stove",
  ]);
});

Deno.test("windowLines() of a crowd stays in line", () => {
  const sim = tinyTown({
    agents: Array.from({ length: 12 }, (_, i) => ({
      id: `r${i}`,
      at: i === 0 ? [2, 2] : [2, 1],
    })),
    config: {
      features: { systems: { observations: "compact" } },
      observations: { compact: { map_window: 3, normalize_counts: false } },
    },
  });
  assertEquals(linesOf(sim, "r0").slice(1, 5), [
    "· + ·",
    "· @ ·",
    "· · ·",
    "@ r0, · nothing, + ten others or more",
  ]);
});

Deno.test("windowLines() without a map says so", () => {
  assertEquals(
    linesOf(corner("compact", { compact: { map_window: 0 } }), "ana"),
    ["no map: features only"],
  );
});

Deno.test("windowLines() draws the middle of a window that is wider than the room", () => {
  const sim = corner("hybrid", { hybrid: { local_window: 41 } });
  const lines = linesOf(sim, "ana", 30);
  assertEquals(
    lines[0],
    "window of 41 × 41 tiles, the middle 15 × 15 of them",
  );
  assertEquals(lines.length, 1 + 15 + 2);
  for (const line of lines.slice(1, 16)) {
    assertEquals(widthOf(line) <= 30, true);
  }
  assertEquals(lines[8].trimEnd(), "░ ░ ░ ░ ░ ░ · @ · o · · · · ·");
  assertEquals(linesOf(sim, "ana", 1).slice(1, 4).length, 3);
});

Deno.test("windowLines() uses colours where they are wanted, and the columns stay", () => {
  const sim = corner("hybrid", {});
  const plain = linesOf(sim, "ana");
  const coloured = linesOf(sim, "ana", 80, true);
  assertEquals(coloured[4].includes("\u001b[31m■\u001b[39m"), true);
  assertEquals(
    // deno-lint-ignore no-control-regex
    coloured.map((line) => line.replace(/\u001b\[\d+m/g, "")),
    plain,
  );
});
