import { assertEquals } from "@std/assert";
import { escapeText } from "../../src/base/text.ts";

Deno.test("escapeText() lets no control character through, and leaves the rest", () => {
  assertEquals(
    escapeText("a\u001b[31mb\r\n\u009bc\u2028\u202ed\u2066e\ufeff<b>é漢"),
    "a\\u001b[31mb\\u000d\\u000a\\u009bc\\u2028\\u202ed\\u2066e\\ufeff<b>é漢",
  );
  for (let code = 0; code < 0x20; code++) {
    assertEquals(escapeText(String.fromCharCode(code)).length, 6);
  }
});
