/** Hooks that a configuration allows: checked, started, asked within bounds. @module */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openTown } from "../../src/app.ts";
import { TownletError } from "../../src/base/error.ts";
import { loadConfig } from "../../src/config/load.ts";
import { Hooks } from "../../src/security/hooks.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import { Simulation } from "../../src/simulation.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { type HookContext, HookFault } from "../../src/world/hooks.ts";
import {
  bathTown,
  hookSettings,
  hookText,
  writeHook,
} from "../helpers/hook_file.ts";
import { scratch } from "../helpers/townlet.ts";

/** A moment a hook is told of. */
const MOMENT: HookContext = {
  hook: "on_x",
  stage: "before",
  tick: 1,
  agent: { id: "a", pos: [0, 0], needs: {}, wallet: 1, inv: {} },
  object: { id: "o", type: "swing", pos: null, stock: {} },
  affordance: { id: "use", duration: 1, effects: {} },
  prices: {},
  utilities: {},
  others: [],
};
const WORDS = new Uint32Array([1, 2, 3, 4]);

/** What people are told when a set of hooks is refused. */
async function refusal(act: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(act, TownletError);
  assertEquals([error.code, error.exit], ["hooks.refused", 5]);
  return `${error.message}\n${error.hint}`;
}

/** Of what people are told: the lines that name a hook. */
function hookLines(message: string): string[] {
  return message.split("\n").filter((line) => line.startsWith("Hook "));
}

const HEAD = `
config_id: bath
seed: 5
features: { stages: { relationships: B }, systems: {} }
rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } }
`;

Deno.test("H1, H2: specifiers are exactly those of the list, and of its grammar", async () => {
  const load = async (specifier: string) => {
    const entry = JSON.stringify({
      specifier,
      ...(specifier.endsWith("default") && specifier.startsWith("townlet:")
        ? {}
        : { sha256: "0".repeat(64), names: ["on_x"] }),
    });
    return (await loadConfig(
      `${HEAD}\naffordances: { hooks: { allow: [${entry}] } }`,
    )).affordances.hooks.allow[0].specifier;
  };
  for (
    const good of [
      "townlet:default",
      "./hooks/a.js",
      "./hooks/0-a_b.js",
      `./hooks/${"a".repeat(64)}.js`,
    ]
  ) {
    assertEquals(await load(good), good);
  }
  const bad: readonly (readonly [rule: string, specifier: string])[] = [
    ["H1", "townlet:default2"],
    ["H1", "townlet:other"],
    ...[
      "",
      " ",
      "townlet",
      "townlet:",
      "Townlet:default",
      "townlet:Default",
      "townlet:default ",
      " townlet:default",
      "townlet:default\n",
      "townlet:default/../x",
      "townlet.world.hooks.default",
      "hooks/a.js",
      "./a.js",
      "./hooks/a.ts",
      "./hooks/a.mjs",
      "./hooks/a.js.js",
      "./hooks/a.js ",
      "./hooks/.js",
      "./hooks/-a.js",
      "./hooks/_a.js",
      "./hooks/A.js",
      "./Hooks/a.js",
      "./hooks/é.js",
      "./hooks/a\u200b.js",
      "./hooks/a b.js",
      "./hooks//a.js",
      "./hooks/../a.js",
      "./hooks/b/a.js",
      "./hooks/%61.js",
      "./hooks/a.js?x",
      "./hooks/a.js#x",
      "./hooks/a.js\u0000",
      ".\\hooks\\a.js",
      "../hooks/a.js",
      "/hooks/a.js",
      "//host/hooks/a.js",
      "~/hooks/a.js",
      "C:/hooks/a.js",
      "C:\\hooks\\a.js",
      "\\\\host\\hooks\\a.js",
      "file:///hooks/a.js",
      "http://x.example/a.js",
      "https://x.example/a.js",
      "npm:left-pad",
      "jsr:@a/b",
      "node:fs",
      "data:text/javascript,1",
      "blob:null/0",
      `./hooks/${"a".repeat(65)}.js`,
      `townlet:${"a".repeat(65)}`,
    ].map((specifier) => ["H2", specifier] as const),
  ];
  for (const [rule, specifier] of bad) {
    const error = await assertRejects(() => load(specifier), TownletError);
    assertEquals(error.exit, 5, specifier);
    assert(error.message.includes(`(rule ${rule})`), error.message);
  }
});

Deno.test("without a list the built-in hooks run alone, and an empty list is none", async () => {
  const none = await loadConfig(`${HEAD}\naffordances: { hooks: {} }`);
  assertEquals(
    none.affordances.hooks.allow.map(({ specifier }) => specifier),
    ["townlet:default"],
  );
  const empty = await loadConfig(
    `${HEAD}\naffordances: { hooks: { allow: [] } }`,
  );
  assertEquals(empty.affordances.hooks.allow, []);
});

Deno.test("H12: every refusal is told at once, with specifier, rule and remedy", async () => {
  using folder = scratch();
  const good = writeHook(folder.path, "good", hookText("[]"));
  const changed = writeHook(folder.path, "changed", hookText("[]"));
  Deno.writeTextFileSync(`${folder.path}/hooks/changed.js`, hookText("[1]"));
  const bad = writeHook(folder.path, "bad", `${hookText("[]")}// import`);
  const missing = { ...good, specifier: "./hooks/missing.js" };
  const message = await refusal(() =>
    Hooks.check(
      hookSettings([good, changed, bad, missing]),
      `${folder.path}/town.yaml`,
    )
  );
  const lines = hookLines(message);
  assertEquals(lines.length, 3);
  assert(
    /^Hook \.\/hooks\/changed\.js is refused: .*\(rule H4\)$/.test(lines[0]),
  );
  assert(/^Hook \.\/hooks\/bad\.js is refused: .*\(rule H5\)$/.test(lines[1]));
  assert(
    /^Hook \.\/hooks\/missing\.js is refused: .*\(rule H3\)$/.test(lines[2]),
  );
});

Deno.test("H4: what was checked is what runs, whatever the file is by then", async () => {
  using folder = scratch();
  const entry = writeHook(folder.path, "a", hookText(`["checked"]`));
  using hooks = await Hooks.check(
    hookSettings([entry]),
    `${folder.path}/town.yaml`,
  );
  writeHook(folder.path, "a", hookText(`["exchanged"]`));
  await hooks.start();
  assertEquals(hooks.outside[0].ask(MOMENT, WORDS, 0), ["checked"]);
});

Deno.test("H8: names that differ from the entry's are refused, and nothing runs", async () => {
  using folder = scratch();
  const text = hookText("[]", "on_a");
  const cases = [
    [["on_a", "on_b"], "it does not have on_b"],
    [["on_c"], "it does not have on_c"],
  ] as const;
  const entries = cases.map(([names], i) =>
    writeHook(folder.path, `h${i}`, text, names)
  );
  const more = writeHook(
    folder.path,
    "more",
    `export default { names: ["on_a", "on_b"], call() { return []; } };`,
    ["on_a"],
  );
  using hooks = await Hooks.check(
    hookSettings([...entries, more]),
    `${folder.path}/town.yaml`,
  );
  const message = await refusal(() => hooks.start());
  assertEquals(hookLines(message).map((line) => line.split(": ")[1]), [
    "it does not have on_b (rule H8)",
    "it does not have on_c (rule H8)",
    "it also has on_b (rule H8)",
  ]);
  assertThrows(() => hooks.outside[0].ask(MOMENT, WORDS, 0));
});

Deno.test("H10: all hooks of a tick share its time, and every tick has it anew", async () => {
  using folder = scratch();
  const busy = (name: string) =>
    writeHook(
      folder.path,
      name,
      hookText(`(() => { for (let i = 0; i < 3e8; i++); return []; })()`),
    );
  using hooks = await Hooks.check(
    hookSettings([busy("a"), busy("b")], { tick_budget_ms: 1 }),
    `${folder.path}/town.yaml`,
  );
  await hooks.start();
  const [a, b] = hooks.outside;
  const fault = (hook: typeof a, n: number) =>
    assertThrows(() => hook.ask(MOMENT, WORDS, n), HookFault).message;
  assertEquals(fault(a, 0), "it gave no answer in 1 ms");
  assertEquals(fault(b, 1), "the hooks of this tick took more than 1 ms");
  // The next tick, or the same one tried again.
  assertEquals(fault(b, 0), "it gave no answer in 1 ms");
  assertEquals(
    hooks.tallies.map(({ calls, faults }) => [calls, faults]),
    [[1, 1], [2, 2]],
  );
});

/** A town of a bath house whose hook pays for showers and draws lots. */
async function bathHouse(folder: string): Promise<string> {
  const entry = writeHook(
    folder,
    "bath",
    `export default {
      names: ["on_attempt_shower", "on_finish_shower"],
      call({ stage, agent, others, rng }) {
        if (stage === "before") {
          return rng() < 0.3 ? [{ effect: "cancel", reason: "too_cold" }] : [];
        }
        return [
          { effect: "wallet", agent: agent.id, delta: rng() },
          ...others.map(({ id }) => ({
            effect: "relationship", a: agent.id, b: id, trust: 0.1,
            cause: "hook",
          })),
          { effect: "emit", event: "warm", payload: { lot: rng() } },
        ];
      },
    };`,
    ["on_attempt_shower", "on_finish_shower"],
  );
  const town = `${folder}/town.yaml`;
  await Deno.writeTextFile(town, bathTown(entry));
  return town;
}

Deno.test("H13: a town with hooks has one history, interrupted and resumed or not", async () => {
  using folder = scratch();
  const file = await bathHouse(folder.path);
  using whole = await openTown(file);
  const events: string[] = [];
  whole.runFor(900, ({ events: told }) => {
    for (const event of told) {
      if (event.event.startsWith("hook.")) events.push(JSON.stringify(event));
    }
  });
  assert(events.length > 3, `${events.length} events`);
  using first = await openTown(file);
  first.runFor(420);
  const text = encodeSnapshot(first.town, first.world, { app: "test" });
  using again = await openTown(file);
  const { world, header } = decodeSnapshot(text, again.town, { where: "text" });
  assertEquals(header.reproducible, true);
  assertEquals(header.identity.hooks.map(({ specifier }) => specifier), [
    "townlet:default",
    "./hooks/bath.js",
  ]);
  assertEquals(header.identity.hooks[1].sha256?.length, 64);
  const resumed = new Simulation(again.town, { world });
  resumed.runFor(480);
  assertEquals(resumed.hash(), whole.hash());
});

Deno.test("a snapshot goes on with the same hooks only, and knows which were left out", async () => {
  using folder = scratch();
  const file = await bathHouse(folder.path);
  using one = await openTown(file);
  one.world.records = {
    ...one.world.records,
    disabledHooks: ["./hooks/bath.js"],
  };
  one.runFor(50);
  const text = encodeSnapshot(one.town, one.world, { app: "test" });
  const loaded = decodeSnapshot(text, one.town, { where: "text" });
  assertEquals(loaded.header.reproducible, false);
  assertEquals(loaded.world.records.disabledHooks, ["./hooks/bath.js"]);
  const bare = compileTown({
    ...one.town.config,
    affordances: {
      ...one.town.config.affordances,
      hooks: hookSettings([{
        specifier: "townlet:default",
        sha256: null,
        names: [],
      }]),
    },
  });
  const error = assertThrows(
    () => decodeSnapshot(text, bare, { where: "text" }),
    TownletError,
    "The snapshot was saved with other hooks",
  );
  assertEquals(error.exit, 5);
});
