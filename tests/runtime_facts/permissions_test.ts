import { assert, assertEquals, assertThrows } from "@std/assert";
import { fact } from "../helpers/fact.ts";
import { inScratch, outside } from "../helpers/scratch.ts";
import { inWorker } from "../helpers/threads.ts";

const KINDS = ["read", "write", "net", "env", "run", "sys", "ffi", "import"];

fact(
  "a grant with a list does not answer a query without one",
  ["cli/permissions.ts"],
  () => {
    const state = (kind: Deno.PermissionDescriptor) =>
      Deno.permissions.querySync(kind).state;
    assertEquals(state({ name: "read" }), "prompt");
    assertEquals(state({ name: "read", path: "src" }), "granted");
    assertEquals(state({ name: "write" }), "prompt");
    assertEquals(state({ name: "write", path: "out/x" }), "granted");
    assertEquals(state({ name: "net" }), "prompt");
    assertEquals(state({ name: "net", host: "127.0.0.1" }), "granted");
    assertEquals(state({ name: "run" }), "prompt");
    assertEquals(state({ name: "run", command: "deno" }), "granted");
  },
);

fact(
  "a worker with permissions none has none of any kind",
  ["src/security/hook_sandbox.ts"],
  async () => {
    assertEquals(
      await inWorker(
        "none",
        `return ${JSON.stringify(KINDS)}.map((name) =>
          Deno.permissions.querySync({ name }).state);`,
      ),
      { value: KINDS.map(() => "prompt") },
    );
  },
);

fact(
  "reading through a link leaves the folder that is granted",
  ["src/security/paths.ts", "src/security/hook_files.ts"],
  () =>
    inScratch(async (folder) => {
      await outside(
        `Deno.mkdirSync("${folder}/granted");
        Deno.writeTextFileSync("${folder}/secret", "read");
        Deno.symlinkSync("../secret", "${folder}/granted/link");`,
      );
      const read = (path: string) =>
        inWorker(
          { read: [`${folder}/granted`] },
          `return Deno.readTextFileSync("${folder}/${path}");`,
        );
      assertEquals(await read("granted/link"), { value: "read" });
      assertEquals(errorOf(await read("secret")), "NotCapable");
    }),
);

fact(
  "renaming needs to read the folder, not just to write it",
  ["src/security/paths.ts"],
  () =>
    inScratch(async (folder) => {
      const rename = (permissions: Deno.PermissionOptionsObject) =>
        inWorker(
          permissions,
          `Deno.writeTextFileSync("${folder}/a", "");
          Deno.renameSync("${folder}/a", "${folder}/b");`,
        );
      const list = [folder];
      assertEquals(errorOf(await rename({ write: list })), "NotCapable");
      assertEquals(
        errorOf(await rename({ write: list, read: list })),
        undefined,
      );
    }),
);

fact(
  "a handle and a look at the path tell the same device and file",
  ["src/security/paths.ts"],
  () => {
    using file = Deno.openSync("deno.json");
    const handle = file.statSync();
    const path = Deno.lstatSync("deno.json");
    assert(handle.ino !== null && handle.ino !== 0);
    assertEquals([handle.dev, handle.ino], [path.dev, path.ino]);
  },
);

fact(
  "the file of a worker, and what it imports, is read under the permissions of who starts it",
  ["src/vector/vector.ts"],
  () =>
    inScratch(async (folder) => {
      Deno.writeTextFileSync(
        `${folder}/worker.js`,
        'import "./part.js";\nself.postMessage("runs");',
      );
      Deno.writeTextFileSync(`${folder}/part.js`, "");
      const address = new URL(`../../${folder}/worker.js`, import.meta.url);
      const start = (read: string[]) =>
        inWorker(
          { read },
          `const worker = new Worker("${address}", { type: "module" });
          return await new Promise((resolve) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = (event) => {
              event.preventDefault();
              resolve(event.message);
            };
          });`,
        );
      const refusal = /^Requires read access to ".*\/(\w+\.js)"[\s\S]*$/;
      const of = (said: object) =>
        "value" in said ? String(said.value).replace(refusal, "$1") : said;
      assertEquals(of(await start([])), "worker.js");
      assertEquals(of(await start([`${folder}/worker.js`])), "part.js");
      assertEquals(of(await start([folder])), "runs");
    }),
);

fact(
  "importing data: needs no permission; --no-remote stops the network, whatever is granted",
  ["src/security/hook_boot.ts", "src/security/permissions.ts"],
  async () => {
    assertEquals(
      await inWorker(
        "none",
        `return (await import("data:text/javascript,export default 7")).default;`,
      ),
      { value: 7 },
    );
    const refused = await inWorker(
      { import: true },
      `await import("https://deno.land/nothing.ts");`,
    );
    assert("message" in refused && refused.message.includes("--no-remote"));
  },
);

fact(
  "a program that may be run is the one of that name on the path, not any other of the name",
  ["tests/helpers/townlet.ts"],
  async () => {
    const { success } = await new Deno.Command("deno", { args: ["--version"] })
      .output();
    assert(success);
    assertThrows(
      () => new Deno.Command("/nowhere/deno").outputSync(),
      Deno.errors.NotCapable,
    );
  },
);

fact(
  "variables that are ignored read as unset, others are refused",
  ["src/std/yaml.ts"],
  () => {
    assertEquals(Deno.env.get("LOG_TOKENS"), undefined);
    assertEquals(Deno.env.get("LOG_STREAM"), undefined);
    assertThrows(() => Deno.env.get("HOME"), Deno.errors.NotCapable);
  },
);

function errorOf(said: object): unknown {
  return "error" in said ? said.error : undefined;
}
