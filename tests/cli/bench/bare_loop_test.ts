import { assert, assertEquals } from "@std/assert";
import { type CellForm, openBareLoop } from "../../../cli/bench/bare_loop.ts";
import { benchConfig, sideFor } from "../../../cli/bench/town.ts";
import { configFrom } from "../../../src/config/load.ts";
import { compileTown } from "../../../src/world/compile/town.ts";

for (const form of ["f32", "u8"] satisfies CellForm[]) {
  Deno.test(`a bare loop on ${form} tiles depends on the ticks it ran`, () => {
    const one = openBareLoop(8, 12, form).run(1);
    assertEquals(one, openBareLoop(8, 12, form).run(1));
    assert(one !== openBareLoop(8, 12, form).run(2));
  });
}

Deno.test("a benchmark's town has 18 tiles, 6 objects for 8 and a job for 16", () => {
  for (const agents of [8, 32, 128, 512]) {
    const town = compileTown(configFrom(benchConfig(agents)));
    assertEquals(town.residents.length, agents);
    assertEquals(town.objectIds.length, agents / 8 * 6);
    assertEquals(town.jobs.length, Math.max(1, agents / 16));
    const tiles = town.width * town.height / agents;
    assertEquals(town.width, sideFor(agents));
    assert(tiles >= 18 && tiles < 20, `${agents}: ${tiles}`);
  }
});
