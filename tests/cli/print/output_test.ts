import { assertEquals } from "@std/assert";
import { terminalWidth } from "../../../cli/print/output.ts";

Deno.test("terminalWidth() is undefined without a terminal, and for one that does not know", () => {
  const { consoleSize } = Deno;
  try {
    Deno.consoleSize = () => ({ columns: 72, rows: 24 });
    assertEquals(terminalWidth(), 72);
    Deno.consoleSize = () => ({ columns: 0, rows: 0 });
    assertEquals(terminalWidth(), undefined);
    Deno.consoleSize = () => {
      throw new Error("no terminal");
    };
    assertEquals(terminalWidth(), undefined);
  } finally {
    Deno.consoleSize = consoleSize;
  }
});
