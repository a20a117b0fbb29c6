/** Former keys and what is said of them. @module */
import { assertEquals } from "@std/assert";
import { FORMER_KEYS, formerKeyHint } from "../../src/config/former_keys.ts";
import { type JsonSchema, jsonSchema } from "../../src/config/json_schema.ts";

const ROOT = jsonSchema();

Deno.test("formerKeyHint() knows keys by their path", () => {
  assertEquals(formerKeyHint(["console_auth"]), "renamed to console.auth");
  assertEquals(
    formerKeyHint(["perturbations", "events", "any", "probability_per_day"]),
    "renamed to prob_per_day",
  );
  assertEquals(
    formerKeyHint(["world", "weather_seed"]),
    "removed: there is no weather",
  );
  assertEquals(formerKeyHint(["world", "console_auth"]), null);
});

Deno.test("no former key is a key of today", () => {
  const known = FORMER_KEYS.filter(({ path }) => isKey(path.split(".")));
  assertEquals(known, []);
});

Deno.test("every new name with dots is a key of today", () => {
  const missing = FORMER_KEYS.flatMap((former) =>
    "now" in former && former.now.includes(".") ? [former.now] : []
  ).filter((name) => !isKey(name.split(".")));
  assertEquals(missing, []);
});

/** Whether a file can have a key at `path`; `*` is any name or item. */
function isKey(
  path: readonly string[],
  node: JsonSchema = ROOT,
): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  const options = [...node.oneOf ?? [], ...node.anyOf ?? []];
  if (options.length > 0) return options.some((option) => isKey(path, option));
  const { properties = {}, additionalProperties, items } = node;
  const inner = key !== "*"
    ? Object.hasOwn(properties, key) ? properties[key] : undefined
    : typeof items === "object"
    ? items
    : additionalProperties;
  return typeof inner === "object" && isKey(rest, inner);
}
