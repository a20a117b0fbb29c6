/** What makes two configurations the same town. @module */
import { assertEquals, assertNotEquals } from "@std/assert";
import { configSha256, keptConfig } from "../../src/config/identity.ts";
import { loadConfig } from "../../src/config/load.ts";
import { SHORTEST, withLines } from "../helpers/config_text.ts";

const sha256 = async (text: string) => configSha256(await loadConfig(text));

Deno.test("configSha256() does not depend on how a file is written", async () => {
  const plain = await sha256(SHORTEST);
  assertEquals(/^[0-9a-f]{64}$/.test(plain), true);
  assertEquals(await sha256(SHORTEST.split("\n").reverse().join("\n")), plain);
  assertEquals(await sha256(withLines("economy: { meal_cost: 0.40 }")), plain);
  assertEquals(await sha256(withLines("meta: { author: me }")), plain);
});

Deno.test("keptConfig() is plain JSON of all sections but those that look outward", async () => {
  const config = await loadConfig(SHORTEST);
  const kept = keptConfig(config);
  assertEquals(JSON.parse(JSON.stringify(kept)), kept);
  assertEquals(
    Object.keys(config).filter((key) => !(key in kept)).sort(),
    ["console", "log", "profile", "serve", "snapshot", "telemetry"],
  );
});

Deno.test("configSha256() leaves out how a run is watched", async () => {
  const plain = await sha256(SHORTEST);
  for (
    const lines of [
      "profile: dev",
      "telemetry: { precision: 5 }",
      "console: { max_pending: 5 }",
      "snapshot: { root: out/s }",
      "serve: { max_spectators: 5 }",
      "log: { level: debug }",
    ]
  ) assertEquals(await sha256(withLines(lines)), plain, lines);
});

Deno.test("configSha256() covers everything else", async () => {
  const plain = await sha256(SHORTEST);
  for (
    const lines of [
      "seed: 1",
      "economy: { meal_cost: 0.5 }",
      "jobs: {}",
      "world: { movement: teleport }",
      "population: { residents: [{ id: a }] }",
      "scenario: {}",
      "policy: { backend: idle }",
      "ppo: { gamma: 0.5 }",
    ]
  ) assertNotEquals(await sha256(withLines(lines)), plain, lines);
});
