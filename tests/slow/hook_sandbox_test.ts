/** Hooks that do their worst, one sandbox each: rules H8 to H10. @module */
import { assert, assertEquals } from "@std/assert";
import { Sandbox } from "../../src/security/hook_sandbox.ts";
import { ask, faultOf, hook, loadFault } from "../helpers/sandboxed.ts";

Deno.test("H9, H10: a hook that takes memory without end is ended, and this process lives", async () => {
  const bodies = [
    "const a = []; for (;;) a.push({ a });",
    "const m = new Map(); for (let i = 0;; i++) m.set(i, [i]);",
    "let s = 'x'; const a = []; for (;;) a.push(s += 'y');",
  ];
  for (const body of bodies) {
    using sandbox = await Sandbox.open(hook(body));
    const found = faultOf(sandbox, 0);
    assert(
      /^(H9: its thread ended|H10: )/.test(found),
      `${body} gave ${found}`,
    );
  }
});

Deno.test("H8: a hook that never finishes loading is ended", async () => {
  assertEquals(await loadFault("for (;;);"), "H8: it did not load in 5000 ms");
});

Deno.test("H10: a hook that does not answer is ended, and only it", async () => {
  const spins = [
    "for (;;);",
    "return { toJSON() { for (;;); } };",
    "throw { get message() { for (;;); } };",
    "return new Proxy([], { get() { for (;;); } });",
    "/(a+)+b/.test('a'.repeat(100)); return [];",
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
  const found = await Promise.all(cases.map(([source]) => loadFault(source)));
  for (const [i, [source, why]] of cases.entries()) {
    assert(why.test(found[i]), `${source} gave ${found[i]}`);
  }
});
