/** Documentation that tests can hold to its word. @module */
import { assert, assertEquals } from "@std/assert";
import { LEARNING_PACKAGES, type Lock, PACKAGES } from "../cli/sbom.ts";
import { TRUST_VARIABLES } from "../cli/doctor/process.ts";
import { TESTED } from "../cli/doctor/runtime.ts";
import { configFrom } from "../src/config/load.ts";
import { observationSpec } from "../src/observations/spec.ts";
import { actionHash } from "../src/observations/tables.ts";
import { compileTown } from "../src/world/compile/town.ts";
import { KINDS } from "../src/world/turn.ts";
import { filesBelow } from "./helpers/sources.ts";

/** The lock of what learning needs: that of all, and more. */
const lock: Lock = JSON.parse(
  Deno.readTextFileSync("cli/learning/deno.lock"),
);

/** `name@version` of every package. */
const LOCKED = Object.keys(lock.npm).sort();

/** Those of them that an import map asks for. */
const DIRECT = Object.keys(lock.specifiers)
  .map((specifier) => specifier.replace("npm:", "")).sort();

/** What is told of each. */
const TOLD = { ...PACKAGES, ...LEARNING_PACKAGES };

const project: {
  readonly tasks: Record<string, unknown>;
} = JSON.parse(Deno.readTextFileSync("deno.json"));

const pages = [
  ...filesBelow("docs", ".md"),
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
];

const readme = Deno.readTextFileSync("README.md");
const contributing = Deno.readTextFileSync("CONTRIBUTING.md");

Deno.test("README.md shows exactly the two set-up commands", () => {
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)];
  assertEquals(blocks.flatMap(([, block]) => block.trim().split("\n")), [
    "npx -y deno@2.9.6 task simulate --ticks 200",
    "npx -y deno@2.9.6 task test",
  ]);
});

Deno.test("every task a page names exists", () => {
  for (const page of pages) {
    const text = Deno.readTextFileSync(page);
    for (
      const [, name] of text.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z:]+)/g)
    ) {
      assert(name in project.tasks, `${page} names the task ${name}`);
    }
  }
});

Deno.test("every link of a page leads to a file and a heading that exist", () => {
  for (const page of pages) {
    const text = withoutCode(Deno.readTextFileSync(page));
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https:/.test(target)) continue;
      const [file, heading] = target.split("#");
      const path = file === "" ? page : resolve(page, file);
      assert(isFile(path), `${page} links to ${target}`);
      if (heading !== undefined) {
        assert(
          headingsOf(Deno.readTextFileSync(path)).includes(heading),
          `${page} links to ${target}`,
        );
      }
    }
  }
});

Deno.test("CONTRIBUTING.md names each direct dependency with its version", () => {
  assertEquals(
    versionsIn(contributing).filter((row) => !row.startsWith("`Deno`")),
    DIRECT.map((key) => `\`${nameOf(key)}\` ${versionOf(key)}`),
  );
});

Deno.test("docs/dependencies.md has each package of the locks, with its licence, and a reason for the direct ones", () => {
  const rows = tableRows(Deno.readTextFileSync("docs/dependencies.md"));
  const told = rows.map(([name, version, licence]) =>
    `${name.replaceAll("`", "")}@${version} ${licence}`
  );
  assertEquals(
    told.sort(),
    LOCKED.map((key) => `${key} ${TOLD[nameOf(key)].licence}`),
  );
  assertEquals(
    rows.filter(([, , , what, why]) => what !== "" && why !== undefined)
      .map(([name, version]) => `${name.replaceAll("`", "")}@${version}`)
      .sort(),
    DIRECT,
  );
});

Deno.test("docs/telemetry.md shows the reader in Python as it is", async () => {
  const page = await Deno.readTextFile("docs/telemetry.md");
  const shown = /```py\n(.*?)```/s.exec(page)?.[1];
  const reader = "docs/examples/read_telemetry.py";
  assertEquals(shown, await Deno.readTextFile(reader));
});

Deno.test("docs/work-packages.md points at files that exist, for what it calls present", () => {
  const rows = tableRows(Deno.readTextFileSync("docs/work-packages.md"));
  assertEquals(rows.map(([number]) => number), [
    "001",
    "002",
    "003",
    "004",
    "005",
    "006",
    "007",
    "008",
    "009",
    "010",
  ]);
  for (const [number, , , code, tests] of rows) {
    for (const [, path] of `${code} ${tests}`.matchAll(/`([^`]+\/[^`]+)`/g)) {
      assert(isFile(path), `${number} names ${path}`);
    }
  }
});

Deno.test("docs/world.md gives the defaults that the configuration has", () => {
  const defaults = leaves(
    configFrom({
      config_id: "t",
      features: { stages: {}, systems: {} },
      rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } },
    }),
  );
  const text = Deno.readTextFileSync("docs/world.md");
  const told = [...text.matchAll(/`([a-z]\w*(?:\.\w+)*)`\s\((\d[\d.,]*)\)/g)];
  assert(told.length >= 20, `only ${told.length} defaults are told`);
  for (const [, key, number] of told) {
    const found = [...defaults].filter(([path]) =>
      path === key || path.endsWith(`.${key}`)
    );
    assert(found.length > 0, `there is no key ${key}`);
    assertEquals(
      found.map(([, value]) => value),
      found.map(() => Number(number.replaceAll(",", ""))),
      key,
    );
  }
});

Deno.test("docs/observations.md names every feature at its place", () => {
  const places = /^\d+(?:–\d+)?$|^–$/;
  const rows = tableRows(Deno.readTextFileSync("docs/observations.md"))
    .filter(([v1, v2]) => places.test(v1) && places.test(v2));
  for (const [column, layout] of ["v1", "v2"].entries()) {
    const told = rows.flatMap((row): [number, string][] => {
      if (row[column] === "–") return [];
      const [first, last = first] = row[column].split("–").map(Number);
      const names = [...row[2].matchAll(/`([a-z_]+)`/g)].map(([, name]) =>
        name
      );
      assertEquals(names.length, last - first + 1, row[2]);
      return names.map((name, i) => [first + i, name]);
    });
    const { featureNames } = observationSpec(compileTown(configFrom({
      config_id: "t",
      features: { stages: {}, systems: {} },
      rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } },
      observations: { layout },
    })));
    assertEquals(told, [...featureNames.entries()]);
  }
});

Deno.test("docs/observations.md gives the number of each kind of action", () => {
  const text = Deno.readTextFileSync("docs/observations.md")
    .replace(/\s+/g, " ");
  for (const kind of KINDS) {
    if (kind === "none") continue;
    const told = `${kind} ${actionHash(kind).toFixed(4)}`;
    assert(text.includes(told), told);
  }
});

/** The name in `name@version`. */
function nameOf(key: string): string {
  return key.slice(0, key.lastIndexOf("@"));
}

/** The version in `name@version`. */
function versionOf(key: string): string {
  return key.slice(key.lastIndexOf("@") + 1);
}

/** Paths and values of all that is no mapping. */
function leaves(value: unknown, path = ""): Map<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return new Map([[path, value]]);
  }
  return new Map(
    Object.entries(value).flatMap(([key, member]) => [
      ...leaves(member, path === "" ? key : `${path}.${key}`),
    ]),
  );
}

/** `` `name` version `` of each row of a table that has a version in its second cell. */
function versionsIn(text: string): string[] {
  return tableRows(text).flatMap(([name, version]) => {
    const match = /`([^`]+)`/.exec(name);
    return match !== null && /^\d+\.\d+\.\d+$/.test(version)
      ? [`\`${match[1]}\` ${version}`]
      : [];
  }).sort();
}

/** Cells of the rows of all tables of a page, headings left out. */
function tableRows(text: string): string[][] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const rule = (other: string | undefined) =>
      other !== undefined && /^\|\s*-{3}/.test(other);
    if (!line.startsWith("|") || rule(line) || rule(lines[at + 1])) return [];
    return [line.split("|").slice(1, -1).map((cell) => cell.trim())];
  });
}

/** Whether there is a file at the path. */
function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The page without its blocks and spans of code. */
function withoutCode(text: string): string {
  return text.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`/g, "");
}

/** The anchors of a page's headings. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")
  );
}

/** The path a relative link means, from the repository's root. */
function resolve(page: string, link: string): string {
  return new URL(link, `file:///${page}`).pathname.slice(1);
}

/** Rules there are, by letter: how many. */
const RULES = { R: 5, H: 13, N: 10, C: 3, F: 6, I: 8, L: 4, S: 6, D: 3, P: 10 };

Deno.test("docs/security.md has every rule, with tests that name it", () => {
  const page = Deno.readTextFileSync("docs/security.md");
  const rows = page.slice(page.indexOf("## Rules and tests")).split("\n")
    .filter((line) => /^\| [A-Z]\d/.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const expected = Object.entries(RULES).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, i) => `${letter}${i + 1}`)
  );
  assertEquals(
    rows.flatMap(([rules]) => rulesOf(rules)).sort(),
    expected.sort(),
  );
  for (const [rule, , tests] of rows) {
    if (tests.startsWith("later")) continue;
    const named = [...tests.matchAll(/`([^`]+)`(?:: ([^;,]+))?/g)];
    assert(named.length > 0, rule);
    for (const [, file, name] of named) {
      const text = Deno.readTextFileSync(file);
      // By the rule's number, or by a name that is there.
      const isThere = name === undefined
        ? new RegExp(`["\`](?:[A-Z]\\d+, )*${rule}\\b`).test(text)
        : text.includes(name.trim());
      assert(isThere, `${file} has no test of ${rule}: ${name ?? ""}`);
    }
  }
});

/** `L3, L4` and `N1–N3` as the rules they are. */
function rulesOf(cell: string): string[] {
  return cell.split(", ").flatMap((part) => {
    const [first, last = first] = part.split("–");
    const from = Number(first.slice(1));
    const count = Number(last.slice(1)) - from + 1;
    return Array.from({ length: count }, (_, i) => first[0] + (from + i));
  });
}

Deno.test("doctor looks at the variables of docs/security.md, and knows the tested versions", () => {
  const page = Deno.readTextFileSync("docs/security.md");
  const section = page.slice(page.indexOf("## The environment"));
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) =>
    [...row.split("|")[1].matchAll(/`([A-Z0-9_]+)`/g)].map(([, name]) => name)
  );
  const upper = TRUST_VARIABLES.filter((name) => name === name.toUpperCase());
  assertEquals(upper.toSorted(), [...new Set(named)].sort());
  const run = Deno.readTextFileSync(".ci/run");
  const versions = [...run.matchAll(/^(?:main|lowest)_version=(\S+)$/gm)];
  assertEquals(versions.map(([, version]) => version), TESTED);
});
