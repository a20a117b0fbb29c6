import { assertEquals } from "@std/assert";
import { openPaint } from "../../../cli/print/paint.ts";
import { table } from "../../../cli/print/table.ts";

const COLUMNS = [
  { heading: "name" },
  { heading: "wallet", right: true, spare: 2 },
  { heading: "job", spare: 1 },
];
const ROWS = [["ana", "12.50", "baker"], ["寿司", "3.00", "–"]];
const plain = openPaint(false);

Deno.test("table() aligns by display width, numbers to the right", () => {
  assertEquals(table(COLUMNS, ROWS, plain), [
    "name  wallet  job",
    "ana    12.50  baker",
    "寿司    3.00  –",
  ]);
});

Deno.test("table() leaves out what can be spared, where it is too narrow", () => {
  assertEquals(table(COLUMNS, ROWS, plain, 19)[0], "name  wallet  job");
  assertEquals(table(COLUMNS, ROWS, plain, 18)[0], "name  wallet");
  assertEquals(table(COLUMNS, ROWS, plain, 11), ["name", "ana", "寿司"]);
  assertEquals(table(COLUMNS, ROWS, plain, 1)[0], "name");
});
