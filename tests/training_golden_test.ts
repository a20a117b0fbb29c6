/** What is learned, to the bit, on every supported runtime. @module */
import { assertEquals } from "@std/assert";
import written from "./golden/training.json" with { type: "json" };
import { trainedHashes } from "./helpers/golden_training.ts";

Deno.test("two updates give the weights that are written down, in plain TypeScript and in ONNX Runtime", async () => {
  assertEquals(await trainedHashes(), written);
});
