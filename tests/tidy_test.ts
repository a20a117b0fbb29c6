/** The house rules: import order, purity of the core, names of files. @module */
import { assertEquals } from "@std/assert";
import boundary from "./lint/boundary.ts";
import { codeOf, filesBelow, importsOf } from "./helpers/sources.ts";

/** The parts of `src/`, each of which imports only from those before it. */
const HOUSE = [
  "std",
  "base",
  "config",
  "world",
  "rewards",
  "observations",
  "policy",
  "stability",
  "simulation.ts",
  "vector",
  "training",
  "security",
  "snapshots",
  "runs",
  "telemetry",
  "console",
  "env",
  "web",
  "app.ts",
];

/** Parts before this one only compute. */
const FIRST_EDGE = HOUSE.indexOf("security");

/** What reaches outside, or differs from run to run. */
const OUTSIDE = new RegExp(
  [
    "\\bDeno\\b",
    "\\bprocess\\b",
    "\\bMath\\s*\\.\\s*random\\b",
    "\\bDate\\b",
    "\\bperformance\\b",
    "\\bfetch\\s*\\(",
    "\\bWebSocket\\b",
    "\\bsetTimeout\\b",
    "\\bsetInterval\\b",
    "\\bqueueMicrotask\\b",
    "\\blocalStorage\\b",
    "\\brandomUUID\\b",
    "\\bgetRandomValues\\b",
    "(?<![.\\w])console\\s*\\.",
    "\\bnavigator\\b",
  ].join("|"),
);

/** Runtime modules of Node that only compute. */
const PURE_NODE = ["node:crypto", "node:buffer"];

const sources = filesBelow("src", ".ts");
const commands = filesBelow("cli", ".ts");
const tests = filesBelow("tests", ".ts");

Deno.test("the sources a tidy check reads are there", () => {
  assertEquals(sources.includes("src/base/error.ts"), true);
  assertEquals(sources.map(partOf).filter((part) => part < 0), []);
});

Deno.test("a folder of src/ imports only from lines of the house above its own", () => {
  const faults: string[] = [];
  for (const path of sources) {
    for (const specifier of importsOf(Deno.readTextFileSync(path))) {
      if (!specifier.startsWith(".")) continue;
      const target = resolve(path, specifier);
      if (!target.startsWith("src/") || partOf(target) > partOf(path)) {
        faults.push(`${path} imports ${target}`);
      }
    }
  }
  assertEquals(faults, []);
});

Deno.test("everything above src/security/ only computes", () => {
  const faults: string[] = [];
  for (const path of sources) {
    if (partOf(path) >= FIRST_EDGE) continue;
    const text = Deno.readTextFileSync(path);
    faults.push(...linesWith(path, text, OUTSIDE));
    if (!path.startsWith("src/vector/")) {
      faults.push(...linesWith(path, text, /\bWorker\b/));
    }
    for (const specifier of importsOf(text)) {
      if (specifier.startsWith("node:") && !PURE_NODE.includes(specifier)) {
        faults.push(`${path} imports ${specifier}`);
      }
    }
  }
  assertEquals(faults, []);
});

Deno.test("nothing turns text into code, and nothing starts programs (rule R4)", () => {
  const faults = [...sources, ...commands].flatMap((path) =>
    Deno.lint.runPlugin(boundary, path, Deno.readTextFileSync(path))
      .map(({ message }) => `${path}: ${message}`)
  );
  assertEquals(faults, []);
});

Deno.test("untyped packages are imported through src/std/ only", () => {
  const faults: string[] = [];
  for (const path of [...sources, ...commands]) {
    if (path.startsWith("src/std/")) continue;
    for (const specifier of importsOf(Deno.readTextFileSync(path))) {
      if (specifier.startsWith("@std/")) {
        faults.push(`${path} imports ${specifier}`);
      }
    }
  }
  assertEquals(faults, []);
});

Deno.test("the published files import nothing that is not published", () => {
  const faults: string[] = [];
  for (const path of ["mod.ts", ...sources]) {
    for (const specifier of importsOf(Deno.readTextFileSync(path))) {
      if (!specifier.startsWith(".")) continue;
      const target = resolve(path, specifier);
      if (!target.startsWith("src/")) faults.push(`${path} imports ${target}`);
    }
  }
  assertEquals(faults, []);
});

Deno.test("file names are snake_case, and every source file begins by saying what it is", () => {
  const name = /^[a-z0-9]+(?:_[a-z0-9]+)*(?:\.d)?\.ts$/;
  const faults: string[] = [];
  for (const path of [...sources, ...commands, ...tests]) {
    if (!name.test(path.slice(path.lastIndexOf("/") + 1))) {
      faults.push(`${path}: name`);
    }
  }
  for (const path of [...sources, ...commands]) {
    const header = /^\/\*\*[\s\S]*?\*\//.exec(Deno.readTextFileSync(path));
    if (header === null || !header[0].includes("@module")) {
      faults.push(`${path}: header`);
    }
  }
  assertEquals(faults, []);
});

Deno.test("a module is imported once, its types apart if need be", () => {
  const faults: string[] = [];
  for (const path of [...sources, ...commands]) {
    const text = Deno.readTextFileSync(path);
    // Dynamic imports are no statements.
    const values = [...text.matchAll(/^import (?!type )[^;]*?"([^"]+)"/gm)]
      .map(([, specifier]) => specifier);
    const twice = values.filter((one, i) => values.indexOf(one) !== i);
    faults.push(...twice.map((one) => `${path} imports ${one} twice`));
  }
  assertEquals(faults, []);
});

Deno.test("what only its own file uses is not exported", () => {
  const files = ["mod.ts", ...sources, ...commands, ...tests];
  const words = new Map(files.map((path) => [
    path,
    new Set(codeOf(Deno.readTextFileSync(path)).match(/[\w$]+/g)),
  ]));
  const exported = /^export (?:async )?(?:function\*?|const|class) ([\w$]+)/gm;
  const faults: string[] = [];
  for (const path of [...sources, ...commands]) {
    const text = codeOf(Deno.readTextFileSync(path));
    for (const [, name] of text.matchAll(exported)) {
      const used = files.some((file) =>
        file !== path && words.get(file)?.has(name)
      );
      if (!used) faults.push(`${path} exports ${name}`);
    }
  }
  assertEquals(faults, []);
});

Deno.test("codeOf() blanks comments and strings, and keeps the code between", () => {
  const text =
    'a("//x", `b${ {c: "d"} }e`); // f\n/* g\n */ h = /["/]/ + 2 / i;';
  assertEquals(
    codeOf(text),
    'a("   ", ` ${ {c: " "} } `);     \n    \n    h = /    / + 2 / i;',
  );
});

Deno.test("importsOf() finds imports, re-exports and dynamic imports", () => {
  const text = [
    'import { a } from "./a.ts";',
    'export * from "../b.ts";',
    'import "./c.ts";',
    'const d = await import("d");',
    '// import "./e.ts";',
    "const text = 'from \"./f.ts\"';",
  ].join("\n");
  assertEquals(importsOf(text), ["./a.ts", "../b.ts", "./c.ts", "d"]);
});

/** Place in the house of a path like `src/world/tick.ts`, or -1. */
function partOf(path: string): number {
  return HOUSE.indexOf(path.split("/")[1]);
}

/** The path a relative specifier means, from the repository's root. */
function resolve(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

/** `path:line: code` of each line of code that matches. */
function linesWith(path: string, text: string, pattern: RegExp): string[] {
  return codeOf(text).split("\n").flatMap((line, index) =>
    pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []
  );
}
