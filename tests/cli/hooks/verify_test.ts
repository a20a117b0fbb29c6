/** Hooks are asked again: who keeps something between calls is found. @module */
import { assert, assertEquals } from "@std/assert";
import { isSteady, showVerdicts } from "../../../cli/hooks/show_verdicts.ts";
import { type Verdict, verifyHooks } from "../../../cli/hooks/verify.ts";
import { openPaint } from "../../../cli/print/paint.ts";
import { deskTown, writeHook } from "../../helpers/hook_file.ts";
import { scratch } from "../../helpers/townlet.ts";

/** An event that carries a value. */
const tell = (value: string) =>
  `[{ effect: "emit", event: "told", payload: { value: ${value} } }]`;

const RUN = { ticks: 20, seed: undefined, set: [] };

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

Deno.test("showVerdicts() shortens answers and shows nothing a terminal obeys", () => {
  const verdict: Verdict = {
    specifier: "./hooks/a.js",
    calls: { on_a: 10_000 },
    cut: true,
    faulted: false,
    difference: {
      played: "forwards",
      tick: 1234,
      hook: "on_a",
      answered: JSON.stringify("x".repeat(10_000)),
      answers: "\u001b[2J",
    },
  };
  const [head, where, answered, answers] = showVerdicts(
    [verdict],
    openPaint(false),
  );
  assertEquals(
    head,
    "✗ ./hooks/a.js: the first 10,000 calls, and not the same answers forwards",
  );
  assertEquals(where, "  on_a of tick 1,234");
  assert(answered.length < 450 && answered.endsWith("…"));
  assertEquals(answers, "    and now  \\u001b[2J");
});
