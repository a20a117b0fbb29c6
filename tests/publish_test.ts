/** What would be published. @module */
import { assertEquals } from "@std/assert";
import { filesBelow } from "./helpers/sources.ts";

Deno.test("deno publish lists the library and its documents, and nothing else", async () => {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  const root = new URL("../", import.meta.url).href;
  const listed = [...text.matchAll(/^\s+(file:\S+) \([\d.]+[KM]?B\)$/gm)]
    .map(([, url]) => url.slice(root.length));
  assertEquals(
    listed.sort(),
    [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "deno.json",
      "mod.ts",
      ...filesBelow("src", ".ts"),
    ].sort(),
  );
});
