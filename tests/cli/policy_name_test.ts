import { assertEquals } from "@std/assert";
import { policyName } from "../../cli/policy_name.ts";

Deno.test("policyName takes words and paths, and says what there is", () => {
  for (const name of ["scripted", "idle", "random", "onnx:out/a b.onnx"]) {
    assertEquals(policyName.parse(name), { success: true, value: name });
  }
  for (const name of ["", "clever", "onnx", "onnx:", "Scripted"]) {
    const read = policyName.parse(name);
    assertEquals(read.success, false, name);
    const said = JSON.stringify(read);
    assertEquals(said.includes("scripted, idle, random, onnx:PATH"), true);
  }
});
