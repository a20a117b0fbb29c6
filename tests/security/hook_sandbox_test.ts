/** What the hook of a file can reach and do in its sandbox: rules H5, H7 to H11. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { Sandbox } from "../../src/security/hook_sandbox.ts";
import { HookFault } from "../../src/world/hooks.ts";
import { ask, BUSY, faultOf, hook, loadFault } from "../helpers/sandboxed.ts";

/** Hooks, and what is to be seen of them; all are loaded at once. */
const STEPS = new Map<
  string,
  readonly [source: string, check: (sandbox: Sandbox) => void]
>();

STEPS.set("a hook is told, answers, and draws from the generator it is given", [
  `const lost = Promise.reject(new Error("lost"));\n${
    hook(`
    Promise.reject(1);
    (async () => { throw 2; })();
    return [
      [ctx.deep, ctx.rng(), ctx.rng()],
      [NaN, -0, Infinity, undefined, () => {}],
      Promise.resolve([1]),
      new Map([[1, 2]]),
    ][ctx.tick];
  `)
  }`,
  (sandbox) => {
    assertEquals(sandbox.names, ["on_x"]);
    const words = new Uint32Array([1, 2, 3, 4]);
    const random = new Random(words, new Float64Array(1));
    const first = [[{ a: [1] }], random.float(), random.float()];
    assertEquals(ask(sandbox, 0), first);
    // Every call has a generator of its own.
    assertEquals(ask(sandbox, 0), first);
    // What JSON cannot say arrives as what it makes of it.
    assertEquals(ask(sandbox, 1), [null, 0, null, null, null]);
    assertEquals(ask(sandbox, 2), {});
    assertEquals(ask(sandbox, 3), {});
  },
]);

STEPS.set("H7: a hook reaches plain language, and nothing else", [
  hook(`
    const names = [];
    const seen = new Set();
    const walk = (value, path) => {
      const kind = typeof value;
      if (kind !== "function" && (kind !== "object" || value === null)) return;
      if (seen.has(value)) return;
      seen.add(value);
      if (kind === "function") {
        // Members can have a name in brackets, or "get x".
        const name = Reflect.getOwnPropertyDescriptor(value, "name");
        if (name && typeof name.value === "string") names.push(name.value);
      }
      names.push(Object.prototype.toString.call(value));
      for (const key of Reflect.ownKeys(value)) {
        const { value: inner, get, set } = Reflect
          .getOwnPropertyDescriptor(value, key);
        for (const part of [inner, get, set]) walk(part);
      }
      walk(Reflect.getPrototypeOf(value));
    };
    if (ctx.tick === 0) {
      const found = [];
      for (let o = globalThis; o !== null; o = Reflect.getPrototypeOf(o)) {
        for (const key of Reflect.ownKeys(o)) {
          if (o === Object.prototype) continue;
          if (String(key) === "undefined" || globalThis[key] !== undefined) {
            found.push(String(key));
          }
        }
      }
      return found.sort();
    }
    walk(globalThis);
    for (const one of [
      function () {}, async function () {}, function* () {},
      async function* () {}, (function* () {})(), [][Symbol.iterator](),
      "".matchAll(/a/g), new Map().entries(), Promise.resolve(), /a/, this, ctx,
      (function () { return arguments; })(), 1n, Symbol(), new Error("x"),
    ]) walk(Object(one));
    return [...new Set(names)];
  `),
  (sandbox) => {
    assertEquals(ask(sandbox, 0), LANGUAGE);
    const reached = ask(sandbox, 1) as string[];
    assert(reached.includes("getOwnPropertyDescriptor"));
    const forbidden = [
      ..."Deno process require Buffer fetch setTimeout queueMicrotask console"
        .split(" "),
      ..."Date Intl performance Worker postMessage close WebAssembly crypto"
        .split(" "),
      ..."eval Function AsyncFunction GeneratorFunction AsyncGeneratorFunction"
        .split(" "),
      ..."ArrayBuffer SharedArrayBuffer Atomics DataView TypedArray Int8Array"
        .split(" "),
      ..."Uint8Array Int32Array BigInt64Array Float64Array WeakRef"
        .split(" "),
      "FinalizationRegistry",
      "captureStackTrace",
      "ShadowRealm",
      "[object Int32Array]",
      "[object Uint8Array]",
      "[object MessagePort]",
      "[object SharedArrayBuffer]",
    ];
    assertEquals(forbidden.filter((name) => reached.includes(name)), []);
  },
]);

/** Every name of the language that a hook has, sorted. */
const LANGUAGE =
  "AggregateError Array BigInt Boolean Error EvalError Infinity Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String SuppressedError Symbol SyntaxError TypeError URIError WeakMap WeakSet decodeURI decodeURIComponent encodeURI encodeURIComponent globalThis isFinite isNaN parseFloat parseInt undefined"
    .split(" ");

/** What each case does, and what is said of it. */
const cases: readonly [body: string, fault: string][] = [
  ["return Date.now();", "H9: it threw: Date is not defined"],
  ["return performance.now();", "H9: it threw: performance is not defined"],
  ["return Math.random();", "H9: it threw: random is not for hooks"],
  ["return 'a'.localeCompare('b');", "H9: it threw: localeCompare is not"],
  ["return (1e6).toLocaleString();", "H9: it threw: toLocaleString is not"],
  ["return [1].toLocaleString();", "H9: it threw: toLocaleString is not"],
  ["return 'i'.toLocaleUpperCase();", "H9: it threw: toLocaleUpperCase is"],
  ["console.log('x'); return [];", "H9: it threw: console is not defined"],
  ["process.exit(1);", "H9: it threw: process is not defined"],
  ["Deno.exit(1);", "H9: it threw: Deno is not defined"],
  ["postMessage(1);", "H9: it threw: postMessage is not defined"],
  ["close();", "H9: it threw: close is not defined"],
  ["self.x = 1;", "H9: it threw: self is not defined"],
  ["return eval('1');", "H9: it threw: eval is not"],
  ["return Function('return 1')();", "H9: it threw: Function is not defined"],
  ["return new (() => {}).constructor('return 1')();", "H9: it threw: "],
  ["return new Uint8Array(9);", "H9: it threw: Uint8Array is not defined"],
  ["setTimeout(() => {}, 0);", "H9: it threw: setTimeout is not defined"],
  [
    "throw new Error('no\\nway\\u001b[2J');",
    "H9: it threw: no\\u000away\\u001b[2J",
  ],
  ["throw null;", "H9: it threw: "],
  [
    "throw { get message() { throw 1; } };",
    "H9: it threw: it threw something",
  ],
  ["throw Symbol('x');", "H9: it threw: Symbol(x)"],
  ["throw new Proxy({}, { get() { throw 1; } });", "H9: it threw: it threw"],
  ["throw 'x'.repeat(1 << 20);", "H9: it threw: xxxx"],
  ["const f = () => f(); return f();", "H9: it threw: Maximum call stack"],
  ["return 1n;", "H9: it threw: "],
  ["return () => {};", "H9: it threw: it answered nothing"],
  ["return undefined;", "H9: it threw: it answered nothing"],
  ["const a = []; a.push(a); return a;", "H9: it threw: "],
  ["return { toJSON() { throw new Error('j'); } };", "H9: it threw: j"],
  ["ctx.tick = 3; return [];", "H9: it threw: Cannot assign to read only"],
  ["ctx.deep[0].a.push(2); return [];", "H9: it threw: Cannot add property"],
  [
    "return 'x'.repeat(1 << 20);",
    "H11: its answer has more than 16384 bytes",
  ],
  ["return 'é'.repeat(8192);", "H11: its answer has more than 16384 bytes"],
];
const bodies = cases.map(([body], i) => `case ${i}: { ${body} }`).join("\n");

STEPS.set(
  "H7, H9, H11: what a call does wrong is a fault, and the next call is served",
  [hook(`switch (ctx.tick) { ${bodies} } return ["fine"];`), (sandbox) => {
    for (const [i, [body, fault]] of cases.entries()) {
      const found = faultOf(sandbox, i);
      assert(found.startsWith(fault), `${body} gave ${found}`);
      assert(found.length < 300, body);
    }
    assertEquals(ask(sandbox, cases.length), ["fine"]);
    assertEquals(
      assertThrows(
        () => sandbox.ask('"' + "x".repeat(16383) + '"', 1),
        HookFault,
      )
        .message,
      "it would be told 16385 bytes; 16384 is the most",
    );
  }],
);

STEPS.set(
  "a hook that turns its own world upside down is still asked and heard",
  [
    hook(`
    if (ctx.tick > 0) return [ctx.tick];
    JSON.parse = JSON.stringify = Object.freeze = Object.keys = () => 3;
    Array.prototype[Symbol.iterator] = Array.prototype.push = null;
    Array.isArray = String = Object = null;
    Reflect.ownKeys = Reflect.deleteProperty = null;
    Error.prototype.message = "mine";
    return [];
  `),
    (sandbox) => {
      assertEquals(ask(sandbox, 0), []);
      assertEquals(ask(sandbox, 1), [1]);
    },
  ],
);

STEPS.set(
  "H7: nothing of the runtime runs in the hook's world once it is loaded",
  [
    `const seen = [];
  const { iterator } = Symbol;
  const plain = Array.prototype[iterator];
  Array.prototype[iterator] = function () {
    seen.push("list of " + this.length);
    return Reflect.apply(plain, this, []);
  };
  ["required", "then", "toJSON", "transfer"].forEach((key) => {
    Object.defineProperty(Object.prototype, key, {
      configurable: true,
      get() {
        seen.push(key);
      },
      set() {
        seen.push(key + " is set");
      },
    });
  });
  ${
      hook(`
    delete Object.prototype.then;
    delete Object.prototype.toJSON;
    const legacy = Reflect.ownKeys(RegExp).filter((key) =>
      /^(\\$|input|last|left|right)/.test(String(key))
    );
    const { configurable, writable, value } = Reflect
      .getOwnPropertyDescriptor(Error, "stackTraceLimit");
    const found = seen.filter((what) => what !== "then" && what !== "toJSON");
    return [found, legacy.map(String), configurable, writable, value];
  `)
    }`,
    (sandbox) => {
      assertEquals(ask(sandbox, 0), [[], [], false, false, 0]);
    },
  ],
);

Deno.test("H8, H10: what does not load says why; what does not answer is ended, and only it", async () => {
  const [spins, well] = await Promise.all([
    Sandbox.open(hook(BUSY)),
    Sandbox.open(hook("return ['well'];")),
  ]);
  using all = new DisposableStack();
  for (const sandbox of [spins, well]) all.use(sandbox);
  assertEquals(faultOf(spins, 0, 20), "H10: it gave no answer in 20 ms");
  assertEquals(faultOf(spins, 0, 20), "H10: it was ended before");
  assertEquals(ask(well, 0), ["well"]);
  assertEquals(await loadFault("throw new Error('boo');"), "H8: boo");
});

Deno.test("hooks in their sandboxes", async (t) => {
  const steps = [...STEPS];
  const sandboxes = await Promise.all(
    steps.map(([, [source]]) => Sandbox.open(source)),
  );
  using all = new DisposableStack();
  for (const sandbox of sandboxes) all.use(sandbox);
  for (const [i, [name, [, check]]] of steps.entries()) {
    await t.step(name, () => check(sandboxes[i]));
  }
});
