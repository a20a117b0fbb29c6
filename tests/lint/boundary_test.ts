/** Rules R4 and N3, with faults planted. @module */
import { assert, assertEquals } from "@std/assert";
import boundary from "./boundary.ts";

/** What each line of code is reported for, in few words. */
const FAULTS: readonly (readonly [code: string, says: string])[] = [
  ['eval("1")', "eval turns text into code"],
  ["const run = eval;", "eval turns text into code"],
  ['globalThis["eval"]("1")', "eval turns text into code"],
  ['(globalThis as any).eval("1")', "eval turns text into code"],
  ['new Function("a")', "Function turns text into code"],
  ['Function("a")', "Function turns text into code"],
  ["const { Function: F } = globalThis", "Function turns text into code"],
  ['(() => 1).constructor("a")', "the constructor of a function"],
  ['(() => 1)["constructor"]("a")', "the constructor of a function"],
  ["const { constructor: F } = () => 1", "the constructor of a function"],
  ["await import(name)", "import() takes a name written out"],
  ['await import("./" + name)', "import() takes a name written out"],
  ["await import(`./x.ts`)", "import() takes a name written out"],
  ["globalThis[name]", "globalThis has its members written out"],
  ["const g = globalThis", "globalThis has its members written out"],
  ["const g = globalThis as any", "globalThis has its members written out"],
  ["Reflect.get(globalThis, name)", "globalThis has its members written out"],
  ['new Deno.Command("x")', "Deno.Command is left alone"],
  ['new Deno["Command"]("x")', "Deno.Command is left alone"],
  ['Deno.dlopen("x", {})', "Deno.dlopen is left alone"],
  ["Deno.connectTls({ port: 1 })", "Deno.connectTls is left alone"],
  ["Deno.startTls(socket)", "Deno.startTls is left alone"],
  ["Deno.connect({ port: 1 })", "Deno.connect is left alone"],
  ["Deno.listen({ port: 1 })", "Deno.listen is left alone"],
  ["Deno.createHttpClient({})", "Deno.createHttpClient is left alone"],
  ["Deno.listenTls(options)", "Deno.listenTls is for what opens connections"],
  ['import { connect } from "node:tls"', "node:tls is for what opens"],
  ['import tls from "tls"', "tls is for what opens connections"],
  ['import net from "node:net"', "node:net is for what opens connections"],
  ['import { request } from "node:https"', "node:https is for what opens"],
  ['export * from "node:http2"', "node:http2 is for what opens connections"],
  ['await import("node:dns/promises")', "node:dns/promises is for what opens"],
  ['await fetch("https://town.example")', "fetch trusts whom"],
  ["const get = fetch", "fetch trusts whom the runtime trusts"],
  ['globalThis.fetch("x")', "fetch trusts whom the runtime trusts"],
  ["run({ fetch })", "fetch trusts whom the runtime trusts"],
  ["new XMLHttpRequest()", "XMLHttpRequest trusts whom"],
  ["const { Command } = Deno", "Deno has its members written out"],
  ['Deno["Com" + "mand"]', "Deno has its members written out"],
  ["const runtime = Deno", "Deno has its members written out"],
  ['globalThis["Deno"].Command', "Deno has its members written out"],
  ["globalThis.Deno.Command", "Deno has its members written out"],
  ['import c from "node:child_process"', "node:child_process is left alone"],
  ['import { fork } from "child_process"', "child_process is left alone"],
  ['export * from "node:vm"', "node:vm is left alone"],
  ['export { Worker } from "node:worker_threads"', "node:worker_threads is"],
  ['import { createRequire } from "node:module"', "node:module is left alone"],
  ['await import("node:vm")', "node:vm is left alone"],
  ['import vm = require("node:vm")', "modules are imported, not required"],
  ['process.getBuiltinModule("vm")', "process of Node can load anything"],
  ["connect({ rejectUnauthorized: false })", "rejectUnauthorized is true"],
  ['connect({ "rejectUnauthorized": 0 })', "rejectUnauthorized is true"],
  ["connect({ rejectUnauthorized })", "rejectUnauthorized is true"],
  ["options.rejectUnauthorized = !lax", "rejectUnauthorized is true"],
  ["connect({ checkServerIdentity() {} })", "checkServerIdentity is true"],
];

/** Code that looks like a fault and is none. */
const FINE = [
  "Deno.stdout.isTerminal()",
  "Deno.serve({ fetch: answer })",
  "cache.fetch(key)",
  'import { Duplex } from "node:stream"',
  "let file: Deno.FsFile",
  "let stream: typeof Deno.stdout",
  'await import("./x.ts")',
  "const scope = globalThis as unknown as { close(): void }",
  "(globalThis as { gc?: () => void }).gc",
  "globalThis.close()",
  "connect({ rejectUnauthorized: true })",
  "class A { constructor() {} }",
  'key === "constructor"',
  '// eval("1")',
  'const text = "eval(1); new Function(); Deno.Command"',
];

function found(file: string, code: string): string[] {
  return Deno.lint.runPlugin(boundary, file, code).map(({ message }) =>
    message
  );
}

Deno.test("R4, N3: the boundary rule finds what turns text into code or leaves the process", () => {
  for (const [code, says] of FAULTS) {
    for (const file of ["src/world/x.ts", "cli/x.ts"]) {
      assert(found(file, code).some((one) => one.startsWith(says)), code);
    }
  }
});

Deno.test("the boundary rule leaves the rest alone", () => {
  for (const code of FINE) assertEquals(found("src/x.ts", code), [], code);
});

Deno.test("the boundary rule lets one file turn text into code, and nothing more", () => {
  const sandbox = "src/security/hook_boot.ts";
  assertEquals(found(sandbox, "await import(name); eval(name)"), []);
  assertEquals(found(sandbox, 'new Deno.Command("x")').length, 1);
  assertEquals(found(sandbox, 'import vm from "node:vm"').length, 1);
  assertEquals(found(`${sandbox}/x.ts`, "eval(name)").length, 1);
});

Deno.test("N3: the boundary rule lets three files open connections, and trust nobody else", () => {
  for (const name of ["plain", "tls", "tls_server"]) {
    const door = `src/security/${name}.ts`;
    assertEquals(found(door, 'import { connect } from "node:tls"'), []);
    assertEquals(found(door, "Deno.listenTls(options)"), []);
    assertEquals(found(door, "Deno.connectTls(options)").length, 1);
    assertEquals(found(door, "connect({ rejectUnauthorized: no })").length, 1);
    assertEquals(found(door, 'fetch("https://town.example")').length, 1);
  }
});

Deno.test("the boundary rule is for src/ and cli/ alone, wherever they lie", () => {
  assertEquals(found("tests/src/x.ts", "eval(name)"), []);
  const root = new URL("../../", import.meta.url).pathname;
  assertEquals(found(`${root}src/x.ts`, "eval(name)").length, 1);
  assertEquals(found(`${root}tests/x.ts`, "eval(name)"), []);
});
