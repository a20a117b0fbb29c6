/** Which files of hooks are read, and which of them may run: rules H3 to H5. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { sha256Hex } from "../../src/base/hash.ts";
import { type HookCode, readHook } from "../../src/security/hook_files.ts";
import { hookText, writeHook } from "../helpers/hook_file.ts";
import { scratch } from "../helpers/townlet.ts";

/** Reads the hook `a` of a folder that a test prepares. */
async function read(
  prepare: (folder: string) => string | void,
): Promise<{ readonly code: HookCode | null; readonly why: string }> {
  using folder = scratch();
  const entry = writeHook(folder.path, "a", hookText("[]"));
  const sha256 = prepare(folder.path) ?? entry.sha256;
  const found = await readHook(`${folder.path}/hooks`, { ...entry, sha256 });
  return "rule" in found
    ? { code: null, why: `${found.rule}: ${found.reason}` }
    : { code: found, why: "" };
}

Deno.test("H4: a pinned file is read once, its text is what was hashed", async () => {
  const { code } = await read(() => {});
  const source = hookText("[]");
  assertEquals(code, {
    specifier: "./hooks/a.js",
    sha256: sha256Hex(new TextEncoder().encode(source)),
    pinned: true,
    source,
  });
});

Deno.test("H4: one bit more or less is another digest", async () => {
  const { why } = await read((folder) => {
    Deno.writeTextFileSync(`${folder}/hooks/a.js`, hookText("[ ]"));
  });
  const found = sha256Hex(new TextEncoder().encode(hookText("[ ]")));
  assertEquals(why, `H4: its digest is ${found}, not the one that is pinned`);
});

Deno.test("H4: a file without a digest is read and known by its own", async () => {
  using folder = scratch();
  const { specifier, sha256 } = writeHook(folder.path, "a", hookText("[]"));
  const found = await readHook(`${folder.path}/hooks`, {
    specifier,
    sha256: null,
    names: ["on_x"],
  });
  assertEquals("rule" in found, false);
  const { sha256: known, pinned } = found as HookCode;
  assertEquals([known, pinned], [sha256, false]);
});

Deno.test({
  name: "H3: links, folders, pipes and large files are refused",
  // Making links needs rights on Windows that nobody has by default.
  ignore: Deno.build.os === "windows",
  async fn() {
    const cases: readonly [
      why: string,
      prepare: (folder: string) => void,
    ][] = [
      ["H3: it is a link", (folder) => {
        Deno.renameSync(`${folder}/hooks/a.js`, `${folder}/hooks/b.js`);
        link("b.js", `${folder}/hooks/a.js`);
      }],
      ["hooks is a link", (folder) => {
        Deno.renameSync(`${folder}/hooks`, `${folder}/real`);
        link("real", `${folder}/hooks`);
      }],
      ["hooks is a file", (folder) => {
        Deno.removeSync(`${folder}/hooks`, { recursive: true });
        Deno.writeTextFileSync(`${folder}/hooks`, "");
      }],
      ["H3: it is no plain file", (folder) => {
        Deno.removeSync(`${folder}/hooks/a.js`);
        Deno.mkdirSync(`${folder}/hooks/a.js`);
      }],
      ["H3: it has more than 256 KiB", (folder) => {
        const text = hookText("[]").padEnd((256 << 10) + 1, " ");
        Deno.writeTextFileSync(`${folder}/hooks/a.js`, text);
      }],
      ["H3: there is no file", (folder) => {
        Deno.removeSync(`${folder}/hooks/a.js`);
      }],
      ["H3: there is no file", (folder) => {
        Deno.removeSync(`${folder}/hooks`, { recursive: true });
      }],
    ];
    for (const [expected, prepare] of cases) {
      const { why } = await read(prepare);
      assertStringIncludes(why, expected);
      assertStringIncludes(why, "H3: ");
    }
  },
});

/** Makes a link, for which Deno itself would ask to read and write all. */
function link(target: string, path: string): void {
  const { success } = new Deno.Command("deno", {
    args: [
      "eval",
      "--no-config",
      `Deno.symlinkSync(${JSON.stringify(target)}, ${JSON.stringify(path)})`,
    ],
  }).outputSync();
  assertEquals(success, true);
}

/** Reads a hook of these bytes. */
async function readBytes(bytes: Uint8Array): Promise<string> {
  const { why } = await read((folder) => {
    Deno.writeFileSync(`${folder}/hooks/a.js`, bytes);
    return sha256Hex(bytes);
  });
  return why;
}

Deno.test("H5: what could bring in other code is refused, in comments too", async () => {
  const good = hookText("[]");
  const cases: readonly [text: string, why: string][] = [
    ['import "./b.js";\n', "line 1, column 1 has the letters import"],
    [`${good}  import("npm:x")`, "line 2, column 3 has the letters import"],
    [
      `${good}// an important remark`,
      "line 2, column 7 has the letters import",
    ],
    [
      `${good}const a = import.meta;`,
      "line 2, column 11 has the letters import",
    ],
    [`${good}/* re\n\nimport */`, "line 4, column 1 has the letters import"],
    [`\`\${ import("x") }\``, "line 1, column 5 has the letters import"],
    [`a\r\nb\u2028import`, "line 3, column 1 has the letters import"],
    ["export { a };", "line 1, column 1 has export without default"],
    ['export * from "x";', "line 1, column 1 has export without default"],
    ["export const a = 1;", "line 1, column 1 has export without default"],
    ["module.exports = {};", "line 1, column 8 has export without default"],
    ["export defaults", "line 1, column 1 has export without default"],
    [`${good}"exported"`, "line 2, column 2 has export without default"],
  ];
  for (const [text, why] of cases) {
    assertEquals(await readBytes(new TextEncoder().encode(text)), `H5: ${why}`);
  }
  assertEquals(
    await readBytes(new Uint8Array([0x2f, 0x2f, 0xff])),
    "H5: it is not UTF-8 text",
  );
  assertEquals(
    await readBytes(new TextEncoder().encode("export\n\tdefault {}")),
    "",
  );
});
