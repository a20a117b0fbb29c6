import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ALL, RowWatch } from "../../../src/telemetry/states/row_watch.ts";
import { tinyTown } from "../../helpers/tiny_town.ts";

/** A bit for each of the groups that the tests watch. */
const GROUPS = [["x", "wallet"], ["inventory"], ["onShift"]] as const;

Deno.test("RowWatch marks the rows whose columns have changed, by group", () => {
  const { world, town } = tinyTown({ agents: 11 });
  const watch = new RowWatch(town.capacity, ...GROUPS);
  const columns = GROUPS.flatMap((names, group) =>
    names.map((name) => ({ column: world[name], bit: 1 << group }))
  );
  watch.look(world);
  assert(watch.changes.every((bits) => bits === ALL), "all is new at first");
  const write = fc.record({
    which: fc.nat(columns.length - 1),
    at: fc.nat(10_000),
    value: fc.integer({ min: 1, max: 127 }),
  });
  fc.assert(
    fc.property(fc.array(write), (writes) => {
      watch.look(world);
      const before = columns.map(({ column }) => column.slice());
      for (const { which, at, value } of writes) {
        const { column } = columns[which];
        column[at % column.length] = value;
      }
      watch.look(world);
      columns.forEach(({ column, bit }, i) => {
        const width = column.length / town.capacity;
        column.forEach((value, at) => {
          const row = Math.floor(at / width);
          if (value === before[i][at]) return;
          assert((watch.changes[row] & bit) > 0, `row ${row} of column ${i}`);
        });
      });
      watch.look(world);
      assertEquals([...new Set(watch.changes)], [0]);
    }),
  );
});

Deno.test("RowWatch marks all rows when other people have them", () => {
  const { world, town } = tinyTown({ agents: 3 });
  const watch = new RowWatch(town.capacity, ["x"]);
  watch.look(world);
  watch.look(world);
  assert(watch.changes.every((bits) => bits === 0));
  const { records } = world;
  world.records = { ...records, agentIds: [...records.agentIds] };
  watch.look(world);
  assert(watch.changes.every((bits) => bits === ALL));
});
