/** `townlet hooks verify`, as a process, and hooks that fail. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { isSteady, showVerdicts } from "../../cli/hooks/show_verdicts.ts";
import { verifyHooks } from "../../cli/hooks/verify.ts";
import { openPaint } from "../../cli/print/paint.ts";
import { TownletError } from "../../src/base/error.ts";
import { deskTown, writeHook } from "../helpers/hook_file.ts";
import { scratch, townlet } from "../helpers/townlet.ts";

Deno.test("H13: hooks verify passes the hook that is shipped", async () => {
  const words = ["verify", "--config", "configs/scenarios/tea_house.yaml"];
  const { code, out, err } = await townlet("hooks", [...words, "--json"]);
  assertEquals([code, err], [0, ""]);
  assertEquals(JSON.parse(out), {
    format: "townlet.hooks_verify",
    version: 1,
    config: "configs/scenarios/tea_house.yaml",
    hooks: [{
      specifier: "./hooks/tea_house.js",
      calls: { on_attempt_tea: 5, on_finish_tea: 3, on_tea_fail: 2 },
      cut: false,
      faulted: false,
      difference: null,
    }],
  });
});

Deno.test("H13: hooks verify exits 1 for a counter, and for a hook nobody calls", async () => {
  using folder = scratch();
  const counter = writeHook(
    folder.path,
    "counter",
    `let n = 0;
export default {
  names: ["on_x"],
  call: () => [{ effect: "emit", event: "told", payload: { count: ++n } }],
};
`,
  );
  const town = `${folder.path}/town.yaml`;
  Deno.writeTextFileSync(town, deskTown([counter]));
  const words = ["verify", "--config", town, "--ticks"];
  const found = await townlet("hooks", [...words, "20"]);
  assertEquals([found.code, found.err], [1, ""]);
  assertStringIncludes(found.out, "and not the same answers backwards\n");
  assertStringIncludes(found.out, "stock of an object");
  const never = await townlet("hooks", [...words, "1"]);
  assertEquals([never.code, never.err], [1, ""]);
  assertStringIncludes(never.out, "./hooks/counter.js: it was never asked\n");
});

Deno.test("verifyHooks() tells of a hook that fails in the run", async () => {
  using folder = scratch();
  const hook = writeHook(
    folder.path,
    "rude",
    'export default { names: ["on_x"], call() { return "no"; } };',
  );
  const file = `${folder.path}/town.yaml`;
  Deno.writeTextFileSync(file, deskTown([hook]));
  const run = { ticks: 20, seed: undefined, set: [] };
  const { code, exit } = await assertRejects(
    () => verifyHooks(file, run),
    TownletError,
  );
  assertEquals([code, exit], ["hooks.faulted", 1]);
  const [verdict] = await verifyHooks(file, {
    ...run,
    set: ["affordances.hooks.on_fault=disable"],
  });
  assertEquals([verdict.faulted, isSteady(verdict)], [true, false]);
  assertEquals(showVerdicts([verdict], openPaint(false)), [
    "✗ ./hooks/rude.js: it failed in the run and was left out",
    "  hint: The event hook.faulted of simulate says why",
  ]);
});

Deno.test("verifyHooks() keeps a bounded number of calls, and says so", async () => {
  using folder = scratch();
  const hook = writeHook(
    folder.path,
    "busy",
    'export default { names: ["on_x"], call() { return []; } };',
  );
  const file = `${folder.path}/town.yaml`;
  Deno.writeTextFileSync(file, deskTown([hook]));
  const run = { ticks: 60_000, seed: undefined, set: [] };
  const [verdict] = await verifyHooks(file, run);
  assertEquals([verdict.calls, verdict.cut], [{ on_x: 10_000 }, true]);
  assertStringIncludes(
    showVerdicts([verdict], openPaint(false))[0],
    "the first 10,000 calls, answered the same",
  );
});
