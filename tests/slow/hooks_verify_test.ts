/** `townlet hooks`, with sandboxes: as processes, and asking again. @module */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { isSteady, showVerdicts } from "../../cli/hooks/show_verdicts.ts";
import { verifyHooks } from "../../cli/hooks/verify.ts";
import { openPaint } from "../../cli/print/paint.ts";
import { parse } from "../../src/std/yaml.ts";
import { TownletError } from "../../src/base/error.ts";
import { deskTown, hookText, writeHook } from "../helpers/hook_file.ts";
import { scratch, townlet } from "../helpers/townlet.ts";

/** A run that is long enough. */
const RUN = { ticks: 20, seed: undefined, set: [] };

/** An event that carries a value. */
const tell = (value: string) =>
  `[{ effect: "emit", event: "told", payload: { value: ${value} } }]`;

Deno.test("H13: verifyHooks() finds what is kept between calls, and lets the others pass", async () => {
  using folder = scratch();
  const hook = (name: string, before: string, answer: string, more = "") =>
    writeHook(
      folder.path,
      name,
      `${before}
export default {
  names: ["on_${name}"${more}],
  call({ tick, agent, rng }) { return ${answer}; },
};
`,
      [`on_${name}`, ...more === "" ? [] : ["on_nothing"]],
    );
  const allow = [
    hook("honest", "", tell("tick + rng()"), ', "on_nothing"'),
    hook("counter", "let n = 0;", tell("++n")),
    hook(
      "keeper",
      "const seen = new Map(); const first = (id, tick) => { if (!seen.has(id)) seen.set(id, tick); return seen.get(id); };",
      tell("first(agent.id, tick)"),
    ),
    // Fails only when it is asked in another order.
    hook(
      "fragile",
      "let last = 0;",
      "tick < last ? missing() : (last = tick, [])",
    ),
  ];
  const idle = writeHook(
    folder.path,
    "idle",
    'export default { names: ["on_nothing"], call() { return []; } };',
    ["on_nothing"],
  );
  const file = `${folder.path}/town.yaml`;
  Deno.writeTextFileSync(file, deskTown([...allow, idle]));
  const verdicts = await verifyHooks(file, RUN);
  assertEquals(
    verdicts.map((verdict) => [verdict.specifier, isSteady(verdict)]),
    [
      ["./hooks/honest.js", true],
      ["./hooks/counter.js", false],
      ["./hooks/keeper.js", false],
      ["./hooks/fragile.js", false],
      ["./hooks/idle.js", false],
    ],
  );
  const [honest, counter, keeper, fragile, never] = verdicts;
  const { calls, cut, faulted, difference } = honest;
  const n = calls.on_honest;
  assert(n >= 5, `${n} calls`);
  assertEquals([calls.on_nothing, cut, faulted, difference], [
    0,
    false,
    false,
    null,
  ]);
  assertEquals([counter.difference?.played, counter.difference?.hook], [
    "backwards",
    "on_counter",
  ]);
  const value = (n: number) => `{"value":${n}}`;
  assert(counter.difference?.answered.includes(value(n)));
  assert(counter.difference?.answers.includes(value(1)));
  assertEquals(keeper.difference?.played, "backwards");
  assertEquals(
    fragile.difference?.answers,
    "fails: it threw: missing is not defined (rule H9)",
  );
  assertEquals([never.calls, never.difference], [{ on_nothing: 0 }, null]);
  const lines = showVerdicts(verdicts, openPaint(false));
  assertEquals(
    lines.filter((line) => /^[✓✗]/.test(line)),
    [
      `✓ ./hooks/honest.js: ${n} calls, answered the same forwards and backwards`,
      `✗ ./hooks/counter.js: ${n} calls, and not the same answers backwards`,
      `✗ ./hooks/keeper.js: ${n} calls, and not the same answers backwards`,
      `✗ ./hooks/fragile.js: ${n} calls, and not the same answers backwards`,
      "✗ ./hooks/idle.js: it was never asked",
    ],
  );
  assert(lines.includes("  not asked for: on_nothing"));
  assert(
    lines.includes(
      "  hint: Run more ticks, or a town in which its names are called",
    ),
  );
});

Deno.test("hooks pin prints the entry to paste, and hooks list says that it runs", async () => {
  using folder = scratch();
  writeHook(folder.path, "fine", hookText("[]"));
  const file = `${folder.path}/hooks/fine.js`;
  const { code, out, err } = await townlet("hooks", ["pin", file]);
  assertEquals([code, err.split(";")[0]], [
    0,
    "Paste it below affordances.hooks.allow",
  ]);
  assertStringIncludes(out, "- specifier: ./hooks/fine.js\n");
  const town = `${folder.path}/town.yaml`;
  const entries = parse(out, { schema: "core" }) as never;
  Deno.writeTextFileSync(town, deskTown(entries));
  const listed = await townlet("hooks", ["list", "--config", town, "--json"]);
  assertEquals([listed.code, listed.err], [0, ""]);
  const { format, version, config, hooks: [row] } = JSON.parse(listed.out);
  assertEquals([format, version, config, row.specifier, row.state], [
    "townlet.hooks",
    1,
    town,
    "./hooks/fine.js",
    "runs",
  ]);
});

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
  const { code, exit } = await assertRejects(
    () => verifyHooks(file, RUN),
    TownletError,
  );
  assertEquals([code, exit], ["hooks.faulted", 1]);
  const [verdict] = await verifyHooks(file, {
    ...RUN,
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
  const [verdict] = await verifyHooks(file, { ...RUN, ticks: 60_000 });
  assertEquals([verdict.calls, verdict.cut], [{ on_x: 10_000 }, true]);
  assertStringIncludes(
    showVerdicts([verdict], openPaint(false))[0],
    "the first 10,000 calls, answered the same",
  );
});
