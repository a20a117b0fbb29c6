import { assert, assertEquals, assertThrows } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { type Lock, PACKAGES, sbomOf } from "../../cli/sbom.ts";
import { filesBelow, importsOf } from "../helpers/sources.ts";

const lock: Lock = JSON.parse(Deno.readTextFileSync("deno.lock"));
const sbom = sbomOf(lock, project);

/** A lock in which two versions of one package meet. */
const tangled: Lock = {
  specifiers: { "npm:zod@4": "4.0.1_yaml@2.0.0", "npm:fast-check@4.10.2": "1" },
  npm: {
    "fast-check@1": { integrity: digest("A"), dependencies: ["yaml@1.0.0"] },
    "yaml@1.0.0": { integrity: digest("B") },
    "yaml@2.0.0": { integrity: digest("C") },
    "zod@4.0.1_yaml@2.0.0": {
      integrity: digest("D"),
      dependencies: ["yaml@2.0.0"],
      optionalDependencies: ["pure-rand"],
    },
    "pure-rand@8.0.0": { integrity: digest("E") },
  },
};

Deno.test("sbomOf() names every package of the lock, and no other", () => {
  assertEquals(
    sbom.components.map((one) => one["bom-ref"]).sort(),
    Object.keys(lock.npm).sort(),
  );
  for (const { group, name, version, purl } of sbom.components) {
    const full = group === undefined ? name : `${group}/${name}`;
    assert(`${full}@${version}` in lock.npm, full);
    assertEquals(
      decodeURIComponent(purl ?? ""),
      `pkg:npm/${full}@${version}`,
    );
  }
});

Deno.test("sbomOf() gives the digests of the lock", () => {
  for (const { "bom-ref": ref, hashes } of sbom.components) {
    const bytes = atob(lock.npm[ref].integrity.slice("sha512-".length));
    const content = hashes?.[0].content ?? "";
    assertEquals(content.length, 128, ref);
    assertEquals(
      content.match(/../g)?.map((pair) => parseInt(pair, 16)),
      Array.from(bytes, (byte) => byte.charCodeAt(0)),
      ref,
    );
  }
});

Deno.test("sbomOf() gives the edges of the lock, the program's first", () => {
  const [program, ...others] = sbom.dependencies;
  assertEquals(program.ref, sbom.metadata.component["bom-ref"]);
  assertEquals(
    program.dependsOn,
    Object.keys(lock.specifiers).map((one) => one.replace("npm:", "")).sort(),
  );
  const refs = sbom.components.map((one) => one["bom-ref"]);
  assertEquals(others.map(({ ref }) => ref), refs);
  for (const { ref, dependsOn } of others) {
    const { dependencies = [] } = lock.npm[ref];
    // Only where there are several does a lock say which version.
    assertEquals(
      dependsOn.map((other) =>
        dependencies.includes(other) ? other : other.replace(/(?<=.)@.*/, "")
      ).sort(),
      dependencies.toSorted(),
      ref,
    );
    for (const other of dependsOn) assert(refs.includes(other), other);
  }
});

Deno.test("sbomOf() requires what src/ and cli/ import, and what that needs, and nothing else", () => {
  const files = [
    "mod.ts",
    ...filesBelow("src", ".ts"),
    ...filesBelow("cli", ".ts"),
  ];
  const imported = files.flatMap((path) =>
    importsOf(Deno.readTextFileSync(path))
  ).flatMap((specifier) => {
    const entry = Object.entries(project.imports).find(([name]) =>
      specifier === name || specifier.startsWith(`${name}/`)
    );
    const match = /^npm:(@?[^@]+@[^/]+)/.exec(entry?.[1] ?? "");
    return match === null ? [] : [match[1]];
  });
  const needed = new Set(imported);
  for (const ref of needed) {
    for (const { ref: from, dependsOn } of sbom.dependencies) {
      if (from === ref) dependsOn.forEach((other) => needed.add(other));
    }
  }
  assertEquals(
    sbom.components.filter(({ scope }) => scope === "required")
      .map((one) => one["bom-ref"]),
    [...needed].sort(),
  );
});

Deno.test("sbomOf() is of this version, and the same every time", () => {
  const { component } = sbom.metadata;
  assertEquals(
    [component.group, component.name, component.version],
    ["@townlet", "townlet", project.version],
  );
  assertEquals(component.licenses, [{ license: { id: "MIT" } }]);
  assertEquals(
    JSON.stringify(sbomOf(structuredClone(lock), project)),
    JSON.stringify(sbom),
  );
});

Deno.test("sbomOf() tells versions of one package apart, and follows what is shipped", () => {
  const { components, dependencies } = sbomOf(tangled, project);
  assertEquals(dependencies.map(({ ref, dependsOn }) => [ref, ...dependsOn]), [
    [
      `@townlet/townlet@${project.version}`,
      "fast-check@1",
      "zod@4.0.1_yaml@2.0.0",
    ],
    ["fast-check@1", "yaml@1.0.0"],
    ["yaml@1.0.0"],
    ["yaml@2.0.0"],
    ["zod@4.0.1_yaml@2.0.0", "pure-rand@8.0.0", "yaml@2.0.0"],
    ["pure-rand@8.0.0"],
  ]);
  assertEquals(
    components.map(({ purl, scope }) => [purl, scope]),
    [
      ["pkg:npm/fast-check@1", "excluded"],
      ["pkg:npm/yaml@1.0.0", "excluded"],
      ["pkg:npm/yaml@2.0.0", "required"],
      ["pkg:npm/zod@4.0.1", "required"],
      ["pkg:npm/pure-rand@8.0.0", "required"],
    ],
  );
});

Deno.test("sbomOf() refuses a lock that it cannot tell the whole of", () => {
  const integrity = digest("A");
  const cases: [Partial<Lock>, string][] = [
    [{ npm: { "left-pad@1.0.0": { integrity } } }, "left-pad has no line"],
    [{ npm: { "toString@1.0.0": { integrity } } }, "toString has no line"],
    [{ specifiers: { "jsr:@std/yaml@1": "1.0.0" } }, "is not from npm"],
    [{ specifiers: { "npm:zod@4": "4.0.0" } }, "zod@4.0.0 is not in the lock"],
    [
      { npm: { "zod@4.0.0": { integrity, dependencies: ["yaml"] } } },
      "yaml is not in the lock",
    ],
    [{ npm: { "zod@4.0.0": { integrity: "sha1-abc" } } }, "is no SHA-512"],
  ];
  for (const [part, message] of cases) {
    assertThrows(
      () => sbomOf({ specifiers: {}, npm: {}, ...part }, project),
      RangeError,
      message,
    );
  }
});

Deno.test("PACKAGES has a line for every package of the lock, and no other", () => {
  assertEquals(
    Object.keys(PACKAGES).sort(),
    [
      ...new Set(
        Object.keys(lock.npm).map((key) => key.replace(/(?<=.)@.*/, "")),
      ),
    ]
      .sort(),
  );
});

/** A digest of 64 equal bytes, more or less. */
function digest(letter: string): string {
  return `sha512-${letter.repeat(85)}A==`;
}
