/** What packages may be, and where they may be used. @module */
import { assert, assertEquals } from "@std/assert";
import { PACKAGES } from "../cli/sbom.ts";
import { filesBelow, importsOf } from "./helpers/sources.ts";

const project = JSON.parse(Deno.readTextFileSync("deno.json"));
const lock = JSON.parse(Deno.readTextFileSync("deno.lock"));

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

Deno.test("P3: licences are of the list", () => {
  const allowed =
    /^(?:MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0)$/;
  for (const [name, { licence }] of Object.entries(PACKAGES)) {
    assert(allowed.test(licence), `${name}: ${licence}`);
  }
});

Deno.test("P3: no package has scripts to run when installed, and none is allowed any", () => {
  for (const [key, entry] of Object.entries(lock.npm)) {
    assert(!("scripts" in Object(entry)), key);
  }
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
