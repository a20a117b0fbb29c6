/** `townlet version`, and the bill of materials it holds. @module */
import { assertEquals } from "@std/assert";
import { sbomOf } from "../../cli/sbom.ts";
import project from "../../deno.json" with { type: "json" };
import { townlet } from "../helpers/townlet.ts";

Deno.test("townlet version --sbom prints the bill of the lock, without a permission", async () => {
  const { code, out, err } = await townlet("version", ["--sbom"]);
  assertEquals([code, err], [0, ""]);
  const lock = JSON.parse(Deno.readTextFileSync("deno.lock"));
  assertEquals(out, JSON.stringify(sbomOf(lock, project), null, 2) + "\n");
});

Deno.test("townlet version --json tells program, runtime and whether it is a binary", async () => {
  const { out } = await townlet("version", ["--json"]);
  const { deno, v8, typescript } = Deno.version;
  assertEquals(JSON.parse(out), {
    format: "townlet.version",
    townlet: project.version,
    deno,
    v8,
    typescript,
    target: Deno.build.target,
    standalone: false,
  });
});
