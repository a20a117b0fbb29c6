/** Files and variables of keys. @module */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import {
  keyFromEnv,
  readKey,
  readKeyFile,
  readLinked,
} from "../../src/security/key_files.ts";
import { inScratch, outside } from "../helpers/scratch.ts";

/** How keys are read here unless told otherwise. */
const STRICT = {
  what: "key",
  allowLoose: false,
  onLoose: () => {
    throw new Error("nothing loose is accepted");
  },
};

const CANARY = "canary-0123456789-0123456789-0123456789";

/** Writes a file with a mode. */
async function write(
  path: string,
  content: string | Uint8Array<ArrayBuffer>,
  mode = 0o600,
): Promise<void> {
  await Deno.writeFile(
    path,
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
  await Deno.chmod(path, mode);
}

/** The refusal to read a file as a key; it shows nothing of what is in it. */
async function refused(path: string): Promise<TownletError> {
  const error = await assertRejects(
    () => readKey(path, STRICT),
    TownletError,
  );
  const told = `${error.message} ${error.where} ${error.hint} ${error.stack}`;
  assert(!told.includes("canary"), told);
  assertEquals(error.where, path);
  return error;
}

Deno.test("readKeyFile() reads what only its owner may open (rule S2)", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.key`;
    for (const mode of [0o600, 0o400, 0o700]) {
      await Deno.remove(path).catch(() => {});
      await write(path, CANARY, mode);
      const bytes = await readKeyFile(path, STRICT);
      assertEquals(new TextDecoder().decode(bytes), CANARY);
    }
  });
});

Deno.test("readKeyFile() refuses what others may open (rule S2)", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.key`;
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666]) {
      await write(path, CANARY, mode);
      const error = await refused(path);
      assertEquals([error.exit, error.code], [5, "key.mode"], mode.toString(8));
      assert(error.message.includes("rule S2"));
      assert(error.hint?.includes("allow_loose_key_mode"));
    }
  });
});

Deno.test("readKeyFile() accepts it when told to, and says so (rule S2)", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.key`;
    let told = 0;
    const loose = { what: "key", allowLoose: true, onLoose: () => told++ };
    await write(path, CANARY, 0o444);
    assertEquals((await readKeyFile(path, loose)).length, CANARY.length);
    assertEquals(told, 1);
    await Deno.chmod(path, 0o600);
    await readKeyFile(path, loose);
    assertEquals(told, 1);
  });
});

Deno.test("readKeyFile() follows links, and looks at what they lead to (rule S2)", async () => {
  await inScratch(async (folder) => {
    await write(`${folder}/data`, CANARY);
    await outside(
      `Deno.symlinkSync("data", "${folder}/link"); Deno.symlinkSync("link", "${folder}/town.key");`,
    );
    const path = `${folder}/town.key`;
    assertEquals((await readKeyFile(path, STRICT)).length, CANARY.length);
    await Deno.chmod(`${folder}/data`, 0o644);
    assertEquals((await refused(path)).exit, 5);
  });
});

Deno.test("readKeyFile() refuses what is missing, large or no file (rule S2)", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.key`;
    assertEquals((await refused(path)).code, "file.missing");
    assertEquals((await refused(folder)).code, "file.irregular");
    await write(path, new Uint8Array(4096).fill(0x61));
    assertEquals((await readKeyFile(path, STRICT)).length, 4096);
    await write(path, new Uint8Array(4097).fill(0x61));
    const large = await refused(path);
    assertEquals([large.exit, large.code], [2, "file.size"]);
    assert(large.message.endsWith("4 KiB"), large.message);
    await outside(
      `new Deno.Command("mkfifo", { args: ["${folder}/pipe"] }).outputSync();`,
    );
    assertEquals((await refused(`${folder}/pipe`)).code, "file.irregular");
  });
});

Deno.test("readKeyFile() says which grant is missing", async () => {
  const error = await refused("/etc/townlet.key");
  assertEquals([error.exit, error.code], [5, "file.permission"]);
});

Deno.test("readKey() reads text and bytes alike, and refuses short ones (rule S5)", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.key`;
    await write(path, `hex:${"0a".repeat(32)}\n`);
    assertEquals(await readKey(path, STRICT), new Uint8Array(32).fill(10));
    await write(path, new Uint8Array(32).fill(10));
    assertEquals(await readKey(path, STRICT), new Uint8Array(32).fill(10));
    await write(path, "canary");
    const error = await refused(path);
    assertEquals([error.exit, error.code], [5, "key.short"]);
  });
});

Deno.test("readLinked() leaves modes alone", async () => {
  await inScratch(async (folder) => {
    await write(`${folder}/ca.pem`, "text", 0o644);
    const kind = { what: "certificate", limit: 4 };
    assertEquals((await readLinked(`${folder}/ca.pem`, kind)).length, 4);
  });
});

Deno.test("keyFromEnv() says which grant is missing, and shows nothing", () => {
  const error = assertThrows(() => keyFromEnv("TOWN_KEY"), TownletError);
  assertEquals([error.exit, error.where], [5, "TOWN_KEY"]);
  assertEquals(error.hint, "Grant --allow-env=TOWN_KEY");
});

Deno.test("keyFromEnv() reads a variable; refusals name it alone (rule S5)", async () => {
  const code = `
    import { keyFromEnv } from "./src/security/key_files.ts";
    const tell = (name: string) => {
      try {
        return keyFromEnv(name).length;
      } catch (error) {
        const { code, where, exit } = Object(error);
        return [code, where, exit, String(Object(error).stack).includes("canary")];
      }
    };
    console.log(JSON.stringify(["A", "B", "C", "D"].map(tell)));
  `;
  const { stdout } = await new Deno.Command("deno", {
    args: [
      "run",
      "--no-check",
      "--no-prompt",
      "--cached-only",
      "--allow-env=A,B,C,D",
      `data:application/typescript,${
        encodeURIComponent(
          code.replace("./src", `${new URL("../../src", import.meta.url)}`),
        )
      }`,
    ],
    env: { A: `hex:${"ab".repeat(40)}`, B: "canary", C: "b64:canary!" },
  }).output();
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [
    40,
    ["key.short", "B", 5, false],
    ["key.encoding", "C", 2, false],
    ["key.missing", "D", 2, false],
  ]);
});
