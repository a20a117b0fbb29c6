import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { EXIT, TownletError } from "../../src/base/error.ts";
import {
  checkOutput,
  FILE_BYTES_MAX,
  openStream,
  readFile,
  readText,
  writeFile,
} from "../../src/security/paths.ts";
import { inScratch, outside } from "../helpers/scratch.ts";

const NOTE = { what: "note", limit: 8 };
const OUTPUT = {
  what: "note",
  isKind: (head: Uint8Array) => new TextDecoder().decode(head).startsWith("{"),
};

async function refusal(
  act: () => Promise<unknown>,
  code: string,
  exit: number,
): Promise<TownletError> {
  const error = await assertRejects(act, TownletError);
  assertEquals([error.code, error.exit], [code, exit], error.message);
  return error;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name))
    .sort();
}

Deno.test("readFile() gives a file's bytes, up to its limit", () =>
  inScratch(async (folder) => {
    const path = `${folder}/note`;
    await Deno.writeTextFile(path, "12345678");
    assertEquals(await readText(path, NOTE), "12345678");
    await Deno.writeTextFile(path, "");
    assertEquals(await readFile(path, NOTE), new Uint8Array());
    await Deno.writeTextFile(path, "123456789");
    await refusal(() => readFile(path, NOTE), "file.size", EXIT.usage);
    assertEquals(FILE_BYTES_MAX.config, 1_048_576);
  }));

Deno.test("F4: readFile() looks at the size before reading and at the limit while reading", () =>
  inScratch(async (folder) => {
    const path = `${folder}/huge`;
    using file = await Deno.open(path, { write: true, createNew: true });
    // A sparse file: reading it would take a terabyte of memory.
    await file.truncate(2 ** 40);
    await refusal(() => readFile(path, NOTE), "file.size", EXIT.usage);

    await Deno.writeTextFile(`${folder}/small`, "1234");
    await withOpen(
      async (open, name) => {
        await Deno.writeTextFile(name, "12345678 and more");
        return await open();
      },
      () =>
        refusal(
          () => readFile(`${folder}/small`, NOTE),
          "file.size",
          EXIT.usage,
        ),
    );
  }));

Deno.test("readFile() refuses what is no plain file", () =>
  inScratch(async (folder) => {
    await refusal(
      () => readFile(`${folder}/none`, NOTE),
      "file.missing",
      EXIT.usage,
    );
    await refusal(() => readFile(folder, NOTE), "file.irregular", EXIT.usage);
    await refusal(() => readFile("", NOTE), "file.path", EXIT.usage);
    await refusal(() => readFile("a\0b", NOTE), "file.path", EXIT.usage);
    await refusal(
      () => readFile(`${folder}/${"x".repeat(5000)}`, NOTE),
      "file.unusable",
      EXIT.usage,
    );
    const pipe = `${Deno.cwd()}/${folder}/pipe`;
    await outside(
      `await new Deno.Command("mkfifo", {args: ["${pipe}"]}).output()`,
    );
    await refusal(
      () => readFile(`${folder}/pipe`, NOTE),
      "file.irregular",
      EXIT.usage,
    );
  }));

Deno.test("readText() refuses bytes that are no text", () =>
  inScratch(async (folder) => {
    await Deno.writeFile(`${folder}/note`, new Uint8Array([65, 255]));
    await refusal(
      () => readText(`${folder}/note`, NOTE),
      "file.encoding",
      EXIT.usage,
    );
  }));

Deno.test("F2: readFile(), writeFile() and openStream() never follow a link", () =>
  inScratch(async (folder) => {
    const here = `${Deno.cwd()}/${folder}`;
    await Deno.writeTextFile(`${folder}/target`, "{}");
    await outside(`
      Deno.symlinkSync("${here}/target", "${here}/link");
      Deno.symlinkSync("${here}/nowhere", "${here}/broken");
    `);
    for (const name of ["link", "broken"]) {
      const path = `${folder}/${name}`;
      await refusal(() => readFile(path, NOTE), "file.link", EXIT.refused);
      await refusal(
        () => writeFile(path, "{new}", OUTPUT),
        "file.link",
        EXIT.refused,
      );
      await refusal(
        () => openStream(path, { ...OUTPUT, append: true }),
        "file.link",
        EXIT.refused,
      );
    }
    assertEquals(await namesIn(folder), ["broken", "link", "target"]);
    assertEquals(await Deno.readTextFile(`${folder}/target`), "{}");
  }));

/** Runs with `Deno.open` replaced, which comes between a look and the open. */
async function withOpen(
  replace: (
    open: () => Promise<Deno.FsFile>,
    path: string,
  ) => Promise<Deno.FsFile>,
  act: () => Promise<unknown>,
): Promise<void> {
  const { open } = Deno;
  try {
    Deno.open = (path, options) =>
      replace(() => open(path, options), String(path));
    await act();
  } finally {
    Deno.open = open;
  }
}

Deno.test("F2: a file exchanged between the look and the open is refused", () =>
  inScratch(async (folder) => {
    const path = `${folder}/note`;
    for (
      const act of [
        () => readFile(path, NOTE),
        () => writeFile(path, "{new}", OUTPUT),
        () => openStream(path, { ...OUTPUT, append: false }),
      ]
    ) {
      await Deno.writeTextFile(path, "{old}");
      await withOpen(
        async (open, name) => {
          if (name !== path) return await open();
          await Deno.writeTextFile(`${folder}/other`, "{other}");
          await Deno.rename(`${folder}/other`, path);
          return await open();
        },
        () => refusal(act, "file.exchanged", EXIT.refused),
      );
      assertEquals(await Deno.readTextFile(path), "{other}");
    }
    assertEquals(await namesIn(folder), ["note"]);
  }));

Deno.test("F2: a folder swapped for a link while a file in it is opened is refused", () =>
  inScratch(async (folder) => {
    const here = `${Deno.cwd()}/${folder}`;
    await Deno.mkdir(`${folder}/elsewhere`);
    await outside(`Deno.symlinkSync("elsewhere", "${here}/link")`);
    const path = `${folder}/states/note`;
    for (
      const act of [
        () => readFile(path, { ...NOTE, from: "." }),
        () => writeFile(path, "{new}", { ...OUTPUT, from: "." }),
      ]
    ) {
      await Deno.mkdir(`${folder}/states`);
      await Deno.writeTextFile(path, "{old}");
      await Deno.writeTextFile(`${folder}/elsewhere/note`, "{else}");
      await act();
      let swapped = false;
      const { lstat } = Deno;
      try {
        Deno.lstat = async (name) => {
          // The folder has been looked at; the file has not.
          if (name === path && !swapped) {
            swapped = true;
            await Deno.rename(`${folder}/states`, `${folder}/kept`);
            await Deno.rename(`${folder}/link`, `${folder}/states`);
          }
          return await lstat(name);
        };
        const error = await refusal(act, "root.link", EXIT.refused);
        assertEquals(error.where, `${folder}/states`);
      } finally {
        Deno.lstat = lstat;
      }
      assertEquals(
        await Deno.readTextFile(`${folder}/elsewhere/note`),
        "{else}",
      );
      await Deno.rename(`${folder}/states`, `${folder}/link`);
      await Deno.remove(`${folder}/kept`, { recursive: true });
      await Deno.remove(`${folder}/elsewhere/note`);
      assertEquals(await namesIn(`${folder}/elsewhere`), []);
    }
  }));

Deno.test("F5: writeFile() makes folders and leaves one private file", () =>
  inScratch(async (folder) => {
    const path = `${folder}/a/b/note`;
    await writeFile(path, "{1}", OUTPUT);
    assertEquals(await Deno.readTextFile(path), "{1}");
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    await writeFile(path, new Uint8Array([123, 125]), OUTPUT);
    assertEquals(await Deno.readTextFile(path), "{}");
    assertEquals(await namesIn(`${folder}/a/b`), ["note"]);
  }));

Deno.test("F5: writeFile() replaces only empty files and its own kind", () =>
  inScratch(async (folder) => {
    const path = `${folder}/note`;
    await Deno.writeTextFile(path, "");
    await writeFile(path, "{1}", OUTPUT);
    await Deno.writeTextFile(path, "config_id: precious");
    const error = await refusal(
      () => writeFile(path, "{2}", OUTPUT),
      "file.other_kind",
      EXIT.refused,
    );
    assertStringIncludes(error.message, "F5");
    const never = await refusal(
      () => writeFile(path, "{2}", { ...OUTPUT, isKind: null }),
      "file.other_kind",
      EXIT.refused,
    );
    assertStringIncludes(never.message, "There is a file already");
    assertEquals(await Deno.readTextFile(path), "config_id: precious");
    assertEquals(await namesIn(folder), ["note"]);
    await refusal(
      () => writeFile(folder, "{}", OUTPUT),
      "file.irregular",
      EXIT.usage,
    );
    await refusal(
      () => writeFile(`${path}/below`, "{}", OUTPUT),
      "file.unusable",
      EXIT.usage,
    );
  }));

Deno.test("checkOutput() refuses what writeFile() would, and leaves nothing", () =>
  inScratch(async (folder) => {
    const path = `${folder}/a/note`;
    await checkOutput(path, OUTPUT);
    assertEquals(await namesIn(`${folder}/a`), []);
    await Deno.writeTextFile(path, "{old}");
    await checkOutput(path, OUTPUT);
    assertEquals(await Deno.readTextFile(path), "{old}");
    await Deno.writeTextFile(path, "precious");
    const link = `${folder}/link`;
    const here = `${Deno.cwd()}/${folder}`;
    await outside(`Deno.symlinkSync("a/note", "${here}/link")`);
    for (
      const [name, code, exit] of [
        [path, "file.other_kind", EXIT.refused],
        [link, "file.link", EXIT.refused],
        [folder, "file.irregular", EXIT.usage],
        [`${folder}/b/`, "file.irregular", EXIT.usage],
        [`${path}/below`, "file.unusable", EXIT.usage],
        ["docs/note", "file.permission", EXIT.refused],
      ] as const
    ) {
      await refusal(() => checkOutput(name, OUTPUT), code, exit);
      await refusal(() => writeFile(name, "{}", OUTPUT), code, exit);
    }
    assertEquals(await namesIn(folder), ["a", "link"]);
  }));

Deno.test("F5: writeFile() leaves the old file and no rest when writing fails", () =>
  inScratch(async (folder) => {
    const path = `${folder}/note`;
    await writeFile(path, "{old}", OUTPUT);
    const { rename } = Deno;
    try {
      Deno.rename = () => Promise.reject(new Error("No space left on device"));
      await refusal(
        () => writeFile(path, "{new}", OUTPUT),
        "file.unusable",
        EXIT.usage,
      );
    } finally {
      Deno.rename = rename;
    }
    assertEquals(await Deno.readTextFile(path), "{old}");
    assertEquals(await namesIn(folder), ["note"]);
  }));

Deno.test("F5: openStream() starts over or appends, in its own kind of file only", () =>
  inScratch(async (folder) => {
    const path = `${folder}/lines`;
    const write = async (line: string, append: boolean) => {
      using file = await openStream(path, { ...OUTPUT, append });
      await file.write(new TextEncoder().encode(line));
    };
    await write("{1}\n", false);
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    await write("{2}\n", true);
    assertEquals(await Deno.readTextFile(path), "{1}\n{2}\n");
    await write("{3}\n", false);
    assertEquals(await Deno.readTextFile(path), "{3}\n");
    await Deno.writeTextFile(path, "precious");
    await refusal(
      () => openStream(path, { ...OUTPUT, append: true }),
      "file.other_kind",
      EXIT.refused,
    );
    assertEquals(await Deno.readTextFile(path), "precious");
  }));

async function useFile(
  permissions: readonly string[],
  action: string,
  path: string,
): Promise<{ code: number; text: string }> {
  const { code, stdout } = await new Deno.Command("deno", {
    args: [
      "run",
      "--no-prompt",
      ...permissions,
      "tests/helpers/use_file.ts",
      action,
      path,
    ],
    stdout: "piped",
    stderr: "null",
  }).output();
  return { code, text: new TextDecoder().decode(stdout) };
}

Deno.test("a missing permission ends with 5 and names the grant", () =>
  inScratch(async (folder) => {
    const path = `${folder}/note`;
    // A file is written beside its place and renamed, which needs both.
    const write =
      `file.permission: Write below out/, or grant --allow-read=${folder} --allow-write=${folder}`;
    assertEquals(await useFile([`--allow-read=${folder}`], "write", path), {
      code: EXIT.refused,
      text: write,
    });
    const both = [`--allow-read=${folder}`, `--allow-write=${folder}`];
    assertEquals((await useFile(both, "write", path)).code, EXIT.done);
    assertEquals((await useFile(both, "read", path)).code, EXIT.done);
    assertEquals(await useFile(["--allow-read=docs"], "read", path), {
      code: EXIT.refused,
      text: `file.permission: Grant --allow-read=${path}`,
    });
    assertEquals(await useFile([`--allow-write=${folder}`], "write", path), {
      code: EXIT.refused,
      text: write,
    });
  }));
