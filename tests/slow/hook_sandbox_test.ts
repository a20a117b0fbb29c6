/** Hooks that do their worst, one sandbox each: rules H8 to H10. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { Sandbox } from "../../src/security/hook_sandbox.ts";
import { Hooks } from "../../src/security/hooks.ts";
import { type HookContext, HookFault } from "../../src/world/hooks.ts";
import { hookSettings, hookText, writeHook } from "../helpers/hook_file.ts";
import { ask, BUSY, faultOf, hook, loadFault } from "../helpers/sandboxed.ts";
import { scratch } from "../helpers/townlet.ts";

Deno.test("H8: a hook that never finishes loading is ended", async () => {
  assertEquals(
    await loadFault(BUSY.repeat(16)),
    "H8: it did not load in 5000 ms",
  );
});

Deno.test("H10: a hook that does not answer is ended, and only it", async () => {
  const spins = [
    BUSY,
    `return { toJSON() { ${BUSY} } };`,
    `throw { get message() { ${BUSY} } };`,
    `return new Proxy([], { get() { ${BUSY} } });`,
    "/(a+)+b/.test('a'.repeat(28)); return [];",
  ];
  const sandboxes = await Promise.all(
    [...spins, "return ['well'];"].map((body) => Sandbox.open(hook(body))),
  );
  using all = new DisposableStack();
  for (const sandbox of sandboxes) all.use(sandbox);
  for (const [i, body] of spins.entries()) {
    assertEquals(
      faultOf(sandboxes[i], 0, 20),
      "H10: it gave no answer in 20 ms",
      body,
    );
    assertEquals(faultOf(sandboxes[i], 0, 20), "H10: it was ended before");
  }
  assertEquals(ask(sandboxes[spins.length], 0), ["well"]);
});

Deno.test("H8: what cannot be loaded says why", async () => {
  const cases: readonly [source: string, why: RegExp][] = [
    ["export default {", /^H8: .*(expected|parsed)/is],
    ["throw new Error('boo');", /^H8: boo$/],
    ["null.x;", /^H8: Cannot read/],
    ["export default 3;", /^H8: its default export is no object$/],
    ["export default null;", /^H8: its default export is no object$/],
    ["const a = 1;", /^H8: its default export is no object$/],
    ["export default { names: ['a'] };", /^H8: it has no function named call$/],
    ["export default { call() {} };", /^H8: it has no list named names$/],
    [
      "const names = ['a']; names.toJSON = () => undefined; export default { names, call() {} };",
      /^H8: it has no list named names$/,
    ],
    ["await new Promise(() => {});", /^H8: it did not load in 5000 ms$|^H9: /],
    ["export default { names: 'a', call() {} };", /^H8: it has no list/],
    [
      "export default { get names() { throw new Error('n'); }, call() {} };",
      /^H8: n$/,
    ],
    ["Deno.exit(3); export default { names: [], call() {} };", /^H8: Deno is/],
    [
      `export default { names: Array(9999).fill("aaaaaaaa"), call() {} };`,
      /^H8: it has too many names$/,
    ],
  ];
  // One after the other: each has five seconds, on machines that are busy too.
  for (const [source, why] of cases) {
    const found = await loadFault(source);
    assert(why.test(found), `${source} gave ${found}`);
  }
});

Deno.test("H10: a thread that cannot be stopped is told of, and may not take memory without end", async () => {
  using folder = scratch();
  const entry = writeHook(
    folder.path,
    "a",
    hookText(`(() => { ${BUSY.repeat(16)} })()`),
  );
  using hooks = await Hooks.check(
    hookSettings([entry], { call_timeout_ms: 20 }),
    `${folder.path}/town.yaml`,
  );
  await hooks.start();
  hooks.watch();
  assertEquals(hooks.stuck, []);
  const context = { tick: 1 } as HookContext;
  assertThrows(
    () => hooks.outside[0].ask(context, new Uint32Array(4), 0),
    HookFault,
    "it gave no answer in 20 ms",
  );
  assertEquals(hooks.stuck, ["./hooks/a.js"]);
  hooks.watch();
  // Whoever takes it: what counts is how this process grows.
  const taken = new Uint8Array(256 << 20).fill(1);
  const error = assertThrows(() => hooks.watch(64 << 20), TownletError);
  assertEquals([error.code, error.exit, taken.at(-1)], ["hooks.faulted", 1, 1]);
});

/** What comes before the plain hook of these tests, and what it leaves. */
const LEFT_BEHIND = [
  `Promise.reject(new Error("\\u001b[2Jplain"));`,
  `Promise.reject(1); globalThis.dispatchEvent = () => {
    throw new Error("\\u001b[2Jmine");
  };`,
  `Promise.reject(1); Object.prototype.get = () => {};
   globalThis.dispatchEvent = () => { throw new Error("\\u001b[2Jmine"); };`,
  `(async () => { for (;;) await null; })();`,
];

Deno.test({
  name:
    "L1, H9: what a hook leaves behind has no turn and no voice when its thread ends",
  // Threads are counted where the system lists them.
  ignore: Deno.build.os !== "linux",
  async fn() {
    using folder = scratch();
    const path = `${folder.path}/leave.ts`;
    Deno.writeTextFileSync(
      path,
      `import { Sandbox } from "../../src/security/hook_sandbox.ts";
      const threads = () => [...Deno.readDirSync("/proc/self/task")].length;
      const hook = \`export default { names: ["x"], call() {
        Promise.resolve().then(() => { for (;;); });
        return [];
      } };\`;
      const counts = [];
      for (let round = 0; round < 3; round++) {
        for (const source of ${JSON.stringify(LEFT_BEHIND)}) {
          using sandbox = await Sandbox.open(source + hook);
          sandbox.ask('{"rng":[1,2,3,4]}', 5000);
        }
        await new Promise((resolve) => setTimeout(resolve, 1000));
        counts.push(threads());
      }
      console.log(counts[2] - counts[0] < 3 ? "none left" : counts.join());`,
    );
    const { code, stdout, stderr } = await new Deno.Command("deno", {
      args: [
        ...["run", "--no-check", "-A", "--cached-only"],
        "--v8-flags=--disallow-code-generation-from-strings",
        path,
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assertEquals(
      [code, decoder.decode(stdout), decoder.decode(stderr)],
      [0, "none left\n", ""],
    );
  },
});
