/** What people read at the end of a run. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openPaint } from "../../../cli/print/paint.ts";
import { widthOf } from "../../../cli/print/width.ts";
import { openChronicle } from "../../../cli/report/chronicle.ts";
import { deedsOf, type Report, reportOf } from "../../../cli/report/report.ts";
import { showReport } from "../../../cli/report/show.ts";
import {
  setFeeling,
  setLedger,
  type Tiny,
  tinyTown,
} from "../../helpers/tiny_town.ts";

/** The report of a town that did nothing, with residents of these names. */
function reportFor(...ids: readonly string[]): Report {
  return reportNow(tinyTown({
    agents: ids.map((id) => ({ id, needs: [1, 0.5, 0.1], wallet: 12.5 })),
  }));
}

/** The report of a town as it stands. */
function reportNow({ town, world }: Tiny): Report {
  return reportOf(town, world, openChronicle(), {
    policy: { name: "scripted" },
    ticks: 0,
    seconds: 0,
    before: deedsOf(world),
    interrupted: null,
    stateHash: "0".repeat(64),
    hashes: null,
    systems: {},
    hooks: [],
    telemetry: null,
  });
}

Deno.test("showReport() has a line for each resident, needs as bars", () => {
  const lines = showReport(reportFor("ana", "bo"), openPaint(false));
  const at = lines.findIndex((line) => line.startsWith("resident"));
  assertEquals(lines.slice(at, at + 3), [
    "resident  hunger     hygiene    energy     wallet  job  friend  rival",
    "ana       █████ 100  ██▌··  50  ▌····  10   12.50  –    –       –",
    "bo        █████ 100  ██▌··  50  ▌····  10   12.50  –    –       –",
  ]);
});

Deno.test("reportOf() names as worst rival whom tie or ledger say, whichever is worse", () => {
  const tiny = tinyTown({ agents: 3 });
  const rivalOfA = () => reportNow(tiny).residents.a.worst_rival;
  assertEquals(rivalOfA(), null);
  setLedger(tiny, "a", "b", 0.3);
  assertEquals(rivalOfA(), "b");
  setFeeling(tiny, "a", "c", { rivalry: 0.4 });
  assertEquals(rivalOfA(), "c");
});

Deno.test("showReport() never makes a table wider than the terminal", () => {
  const report = reportFor("ana", "a_resident_of_a_very_long_name");
  const wide = showReport(report, openPaint(true));
  assert(wide.some((line) => widthOf(line) > 80));
  for (const width of [80, 70]) {
    const lines = showReport(report, openPaint(true), width);
    const table = lines.filter((line) => /resident |a_resident/.test(line));
    assertEquals(table.length, 2);
    for (const line of table) assert(widthOf(line) <= width, line);
    assertStringIncludes(table[0], "energy");
  }
});
