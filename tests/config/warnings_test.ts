/** Warnings: allowed, but probably not meant. @module */
import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/load.ts";
import { configWarnings } from "../../src/config/warnings.ts";
import { SHORTEST, withLines } from "../helpers/config_text.ts";

const MEETING = "perturbations: { events: { meet: { kind: arranged_meet } } }";

Deno.test("configWarnings() has nothing to say of the shortest file", async () => {
  assertEquals(configWarnings(await loadConfig(SHORTEST)), []);
});

Deno.test("configWarnings() tells of a meeting at a place that is not there", async () => {
  const config = await loadConfig(withLines(MEETING));
  assertEquals(configWarnings(config), [
    "perturbations.events.meet.location: no object has the id or type cafe, so this never happens",
  ]);
  assertEquals(configWarnings(config, [{ id: "c1", type: "cafe" }]), []);
});

Deno.test("configWarnings() knows places by id and by type, generated ones too", async () => {
  for (
    const place of [
      "objects: [{ id: cafe, type: shop }]",
      "objects: [{ id: corner, type: cafe }]",
      "districts: { d: { area: [0, 0, 5, 5], objects: { cafe: 1 } } }",
    ]
  ) {
    const config = await loadConfig(
      withLines(`${MEETING}\nworld: { ${place} }`),
    );
    assertEquals(configWarnings(config), [], place);
  }
});

Deno.test("configWarnings() tells of a blend that shares nothing", async () => {
  const blended = async (blend: string) =>
    configWarnings(
      await loadConfig(
        withLines(`policy: { backend: "onnx:mine", blend: ${blend} }`),
      ),
    );
  assertEquals(await blended("{ enabled: true }"), [
    "policy.blend.ratio: 0 shares nothing, policy.backend decides alone",
  ]);
  assertEquals(await blended("{ enabled: true, ratio: 0.1 }"), []);
  assertEquals(await blended("{ ratio: 0 }"), []);
});

Deno.test("configWarnings() tells of personalities of nobody and blends of nothing", async () => {
  const config = await loadConfig(
    withLines(`population: { residents: [{ id: a }] }
personalities: { overrides: { a: stoic, b: stoic } }
policy: { blend: { enabled: true } }`),
  );
  assertEquals(configWarnings(config), [
    "personalities.overrides.b: nobody has this id at the start",
    "policy.blend: has no learned policy to share decisions with while policy.backend is scripted",
  ]);
});
