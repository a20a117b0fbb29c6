import { assertEquals } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { sha256Hex } from "../../src/base/hash.ts";
import { sbomOf } from "../../cli/sbom.ts";
import { writeSbom } from "../../cli/write_sbom.ts";

Deno.test("writeSbom() writes the bill and the sums of all files, twice the same", async () => {
  const folder = `out/test/sbom-${crypto.randomUUID()}`;
  Deno.mkdirSync(`${folder}/inner`, { recursive: true });
  try {
    const binary = new Uint8Array(300_000).fill(7);
    Deno.writeFileSync(`${folder}/townlet`, binary);
    Deno.writeTextFileSync(`${folder}/inner/other`, "");
    const lines = await writeSbom(folder);
    const bill = Deno.readTextFileSync(`${folder}/townlet.sbom.json`);
    assertEquals(
      JSON.parse(bill),
      sbomOf(JSON.parse(Deno.readTextFileSync("deno.lock")), project),
    );
    assertEquals(lines, [
      `${sha256Hex(binary)}  townlet\n`,
      `${sha256Hex(bill)}  townlet.sbom.json\n`,
    ]);
    assertEquals(Deno.readTextFileSync(`${folder}/SHA256SUMS`), lines.join(""));
    assertEquals(await writeSbom(folder), lines);
    assertEquals(Deno.readTextFileSync(`${folder}/townlet.sbom.json`), bill);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
