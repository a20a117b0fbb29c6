/** What packages may be, and where they may be used. @module */
import { assert, assertEquals } from "@std/assert";
import { LEARNING_PACKAGES, PACKAGES } from "../cli/sbom.ts";
import { filesBelow, importsOf } from "./helpers/sources.ts";

const project = JSON.parse(Deno.readTextFileSync("deno.json"));
const lock = JSON.parse(Deno.readTextFileSync("deno.lock"));
const learning = {
  imports: JSON.parse(Deno.readTextFileSync("cli/learning/imports.json"))
    .imports,
  lock: JSON.parse(Deno.readTextFileSync("cli/learning/deno.lock")),
};

/** What only learning asks for. */
const LEARNING_ALONE = ["npm:onnxruntime-web@1.30.0"];

Deno.test("P3: each dependency is one exact version of an npm package", () => {
  for (const [name, specifier] of Object.entries(project.imports)) {
    const isExact = /^npm:@?[^@]+@\d+\.\d+\.\d+(?:\/\S+)?$|^\.\//;
    assert(isExact.test(String(specifier)), `${name}: ${specifier}`);
  }
  for (const [specifier, version] of Object.entries(lock.specifiers)) {
    assert(specifier.endsWith(`@${version}`), specifier);
  }
  assertEquals(Object.keys(lock).sort(), [
    "npm",
    "specifiers",
    "version",
    "workspace",
  ]);
});

Deno.test("P3: learning has what the others have, and the runtime of networks", () => {
  const packages = (imports: Record<string, string>) =>
    [
      ...new Set(
        Object.values(imports).flatMap((specifier) =>
          /^npm:\/?(@?[^@]+@[\d.]+)/.exec(specifier)?.[1] ?? []
        ),
      ),
    ].map((name) => `npm:${name}`).sort();
  assertEquals(
    packages(learning.imports),
    [...packages(project.imports), ...LEARNING_ALONE].sort(),
  );
  assertEquals(
    Object.keys(learning.lock.specifiers).sort(),
    [...Object.keys(lock.specifiers), ...LEARNING_ALONE].sort(),
  );
  for (const [key, entry] of Object.entries(lock.npm)) {
    assertEquals(learning.lock.npm[key], entry, key);
  }
  const more = Object.keys(learning.lock.npm)
    .filter((key) => !(key in lock.npm))
    .map((key) => key.slice(0, key.lastIndexOf("@")));
  assertEquals(more.sort(), Object.keys(LEARNING_PACKAGES).sort());
});

Deno.test("P3: what only learning needs is imported in one place, which nothing else names", () => {
  const files = [...filesBelow("src", ".ts"), ...filesBelow("cli", ".ts")];
  assertEquals(
    files.filter((path) =>
      importsOf(Deno.readTextFileSync(path)).some((specifier) =>
        specifier.startsWith("onnxruntime-web")
      )
    ),
    ["cli/learning/runtime.ts"],
  );
  assertEquals(
    files.filter((path) =>
      importsOf(Deno.readTextFileSync(path)).some((specifier) =>
        specifier.includes("learning/runtime.ts")
      )
    ),
    [],
  );
});

Deno.test("P3: licences are of the list", () => {
  const allowed =
    /^(?:MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0)$/;
  const all = { ...PACKAGES, ...LEARNING_PACKAGES };
  for (const [name, { licence }] of Object.entries(all)) {
    assert(allowed.test(licence), `${name}: ${licence}`);
  }
});

Deno.test("P3: no package that is loaded has scripts to run when installed, and none is allowed any", () => {
  const withScripts = Object.entries(learning.lock.npm)
    .filter(([, entry]) => "scripts" in Object(entry)).map(([key]) => key);
  // Its script is not run, and it is never loaded.
  assertEquals(withScripts, ["protobufjs@7.6.6"]);
  assert(!("allowScripts" in project));
  assertEquals(project.nodeModulesDir, "none");
});

Deno.test("P1: the lock is there and frozen, and every task that installs or runs keeps it so", () => {
  assertEquals(project.lock, { path: "deno.lock", frozen: true });
  for (const [name, task] of Object.entries(project.tasks)) {
    const { command } = Object(task);
    assert(!/--frozen=false|--no-lock|--reload|--allow-scripts/.test(command));
    if (/\bdeno (?:run|test|bench|compile|install)\b/.test(command)) {
      assert(/--frozen\b|\$\(deno task/.test(command), name);
    }
  }
});

Deno.test("P3: the sandbox of hooks uses platform code only, through all it imports", () => {
  const guards = filesBelow("src/security", ".ts")
    .filter((path) => path.startsWith("src/security/hook"));
  assert(guards.length > 1);
  const packages: string[] = [];
  const reached = new Set(guards);
  for (const path of reached) {
    for (const specifier of valuesImported(Deno.readTextFileSync(path))) {
      if (specifier.startsWith(".")) {
        reached.add(
          new URL(specifier, `file:///${path}`).pathname.slice(1),
        );
      } else if (!specifier.startsWith("node:")) {
        packages.push(`${path} imports ${specifier}`);
      }
    }
  }
  assert(reached.size > guards.length);
  assertEquals(packages, []);
});

/** What a module imports, types left out: they are gone when it runs. */
function valuesImported(text: string): string[] {
  return importsOf(text.replace(/^(?:import|export) type [^;]*;/gm, ""));
}
