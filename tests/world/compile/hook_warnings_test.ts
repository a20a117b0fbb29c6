/** Names of hooks that nobody calls or has. @module */
import { assertEquals } from "@std/assert";
import { CORE_MANIFEST } from "../../../src/config/manifest.ts";
import { hookWarnings } from "../../../src/world/compile/hook_warnings.ts";
import { outsideHook } from "../../helpers/outside.ts";
import { tinyConfig } from "../../helpers/tiny_town.ts";

/** A town whose swing calls one name, and whose hook has others. */
function warnings(called: string, names: readonly string[]) {
  const config = tinyConfig({
    outside: names.length === 0 ? [] : [outsideHook(names, () => [])],
    config: {
      scenario: {
        affordances: [{
          id: "swing",
          object_type: "swing",
          duration: 3,
          effects: {},
          hooks: { after: called },
        }],
      },
    },
  });
  return hookWarnings(config, CORE_MANIFEST.affordances);
}

Deno.test("hookWarnings() tells of names that do not meet, with the closest one", () => {
  assertEquals(warnings("on_swing", ["on_swing", "on_attempt_eat"]), []);
  assertEquals(warnings("on_swnig", ["on_swing"]), [
    "affordances.hooks.allow: no affordance calls on_swing of ./hooks/test.js; did you mean on_swnig?",
    "affordances.hooks.allow: no hook has on_swnig, which an affordance calls; did you mean on_swing?",
  ]);
});

Deno.test("hookWarnings() leaves towns without files of hooks alone", () => {
  assertEquals(warnings("on_nothing", []), []);
});
