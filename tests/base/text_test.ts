import { assertEquals } from "@std/assert";
import {
  escapeText,
  RECORD_BYTES_MAX,
  recordText,
  stripText,
} from "../../src/base/text.ts";

Deno.test("escapeText() lets no control character through, and leaves the rest", () => {
  assertEquals(
    escapeText("a\u001b[31mb\r\n\u009bc\u2028\u202ed\u2066e\ufeff<b>é漢"),
    "a\\u001b[31mb\\u000d\\u000a\\u009bc\\u2028\\u202ed\\u2066e\\ufeff<b>é漢",
  );
  for (let code = 0; code < 0x20; code++) {
    assertEquals(escapeText(String.fromCharCode(code)).length, 6);
  }
});

Deno.test("stripText() leaves words on one line, and nothing a terminal obeys", () => {
  assertEquals(
    stripText("  a\u001b[31mb \r\n\tc\u009b\u2028d\u202ee\ufeff <b>é漢 "),
    "a[31mb c de <b>é漢",
  );
});

Deno.test("L1: recordText() cuts by bytes, never inside a character", () => {
  assertEquals(recordText("town"), "town");
  assertEquals(recordText("a\nb"), "a\\u000ab");
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const exact = "x".repeat(RECORD_BYTES_MAX);
  assertEquals(recordText(exact), exact);
  assertEquals(recordText(`${exact}y`), `${"x".repeat(RECORD_BYTES_MAX - 3)}…`);
  for (const mark of ["漢", "é", "😀", "\u001b", "x漢"]) {
    const cut = recordText(mark.repeat(1 << 20));
    const size = bytes(cut);
    assertEquals(size <= RECORD_BYTES_MAX && size > 1990, true, mark);
    assertEquals([...cut].at(-1), "…");
    assertEquals(cut.isWellFormed(), true, mark);
  }
});
