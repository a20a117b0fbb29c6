import { assertEquals } from "@std/assert";
import { bar } from "../../../cli/print/bar.ts";
import { openPaint } from "../../../cli/print/paint.ts";
import {
  count,
  number,
  padEnd,
  padStart,
  shellWord,
} from "../../../cli/print/text.ts";
import { widthOf } from "../../../cli/print/width.ts";

Deno.test("widthOf() counts columns: wide, combining, coloured", () => {
  assertEquals(widthOf("ana"), 3);
  assertEquals(widthOf("天地"), 4);
  assertEquals(widthOf("e\u0301"), 1);
  assertEquals(widthOf("█▌··"), 4);
  assertEquals(widthOf(openPaint(true).red("ana")), 3);
  assertEquals(padEnd("天", 4) + "|", "天  |");
  assertEquals(padStart("天", 4), "  天");
});

Deno.test("number() and count() write for people", () => {
  assertEquals(number(1234567), "1,234,567");
  assertEquals(number(-1234.5, 1), "-1,234.5");
  assertEquals(number(-0.001, 2), "0.00");
  assertEquals(number(999), "999");
  assertEquals(count(1, "meal"), "1 meal");
  assertEquals(count(2000, "meal"), "2,000 meals");
  assertEquals(count(2, "life", "lives"), "2 lives");
});

Deno.test("bar() fills by eighths and never overflows", () => {
  assertEquals(bar(0, 4), "····");
  assertEquals(bar(1, 4), "████");
  assertEquals(bar(0.5, 4), "██··");
  assertEquals(bar(0.53125, 4), "██▏·");
  assertEquals(bar(-1, 2), "··");
  assertEquals(bar(7, 2), "██");
});

Deno.test("openPaint() without colours leaves text alone", () => {
  assertEquals(openPaint(false).red("x"), "x");
  assertEquals(openPaint(true).red("x"), "\u001b[31mx\u001b[39m");
  assertEquals(openPaint(true).red(""), "");
});

Deno.test("shellWord() quotes what a shell would take apart", () => {
  assertEquals(shellWord("out/runs/a-1"), "out/runs/a-1");
  assertEquals(shellWord("onnx:out/my run"), "'onnx:out/my run'");
  assertEquals(shellWord("it's"), "'it'\\''s'");
  assertEquals(shellWord(""), "''");
});
