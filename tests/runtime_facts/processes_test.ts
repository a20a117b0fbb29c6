import { assert, assertEquals } from "@std/assert";
import { fact } from "../helpers/fact.ts";
import { inScratch } from "../helpers/scratch.ts";

const KINDS = ["read", "write", "net", "env", "run", "sys", "ffi", "import"];
const LOCK = ["deno.lock", ".ci/run"];

/** Prints the kinds that are granted without a list. */
const PRINT_BROAD = `console.log(${JSON.stringify(KINDS)}.filter((name) =>
  Deno.permissions.querySync({ name }).state === "granted").join());`;

/** Prints whether code can be made of text. */
const PRINT_CODE = `try {
  Function("1");
  console.log("works");
} catch (error) {
  console.log(error.name);
}`;

/** Prints what an import from a host that is built in comes to. */
const PRINT_IMPORT = `try {
  await import("https://deno.land/nothing.ts");
} catch (error) {
  console.log(error.message);
}`;

fact(
  "a query without a list is granted for grants without one, of every kind",
  ["cli/permissions.ts"],
  async () => {
    const broad = async (...flags: string[]) => await run(flags, PRINT_BROAD);
    assertEquals(await broad("-A"), KINDS.join());
    assertEquals(await broad(), "");
    for (const kind of KINDS) {
      const list = kind === "sys" ? "hostname" : "x";
      assertEquals(await broad(`--allow-${kind}`), kind);
      assertEquals(await broad(`--allow-${kind}=${list}`), "");
    }
  },
);

fact(
  "--cached-only makes imports look granted without a list",
  ["cli/permissions.ts"],
  async () => {
    assertEquals(await run(["--cached-only"], PRINT_BROAD), "import");
    assertEquals(
      await run(["--cached-only", "--no-remote"], PRINT_BROAD),
      "import",
    );
  },
);

fact(
  "--deny-import leaves the hosts that are built in, --no-remote none",
  ["src/security/permissions.ts"],
  async () => {
    // The proxy is nobody: it shows that there was an attempt, and ends it.
    const env = { HTTPS_PROXY: "http://127.0.0.1:1" };
    const denied = await run(["--deny-import"], PRINT_IMPORT, env);
    assert(denied.includes("failed"), denied);
    const remote = await run(["--no-remote"], PRINT_IMPORT, env);
    assert(remote.includes("--no-remote is specified"), remote);
  },
);

fact(
  "the flag of the engine is what stops code made of text, and the environment cannot take it back",
  ["src/security/permissions.ts"],
  async () => {
    const flag = "--v8-flags=--disallow-code-generation-from-strings";
    const back = {
      DENO_V8_FLAGS: "--no-disallow-code-generation-from-strings",
    };
    assertEquals(await run([], PRINT_CODE), "works");
    assertEquals(await run([flag], PRINT_CODE), "EvalError");
    assertEquals(await run([flag], PRINT_CODE, back), "EvalError");
  },
);

fact(
  "a stale lock is refused by a frozen install",
  LOCK,
  () =>
    inProject(async (folder, lock) => {
      assertEquals((await install(folder)).code, 0);
      delete lock.specifiers["npm:zod@4.6.7"];
      delete lock.npm["zod@4.6.7"];
      Deno.writeTextFileSync(`${folder}/deno.lock`, JSON.stringify(lock));
      const { code, err } = await install(folder);
      assertEquals(code, 1);
      assert(err.includes("lockfile is out of date"), err);
    }),
);

fact(
  "a false digest is not noticed while the package is in the cache",
  LOCK,
  () =>
    inProject(async (folder, lock) => {
      lock.npm["zod@4.6.7"].integrity = `sha512-${"A".repeat(86)}==`;
      Deno.writeTextFileSync(`${folder}/deno.lock`, JSON.stringify(lock));
      assertEquals((await install(folder)).code, 0);
    }),
);

/** A project that needs one package, with its lock. */
function inProject(
  act: (
    folder: string,
    lock: {
      specifiers: Record<string, string>;
      npm: Record<string, { integrity: string }>;
    },
  ) => Promise<void>,
): Promise<void> {
  return inScratch(async (folder) => {
    const ours = JSON.parse(Deno.readTextFileSync("deno.lock"));
    const lock = {
      version: "5",
      specifiers: { "npm:zod@4.6.7": "4.6.7" },
      npm: { "zod@4.6.7": ours.npm["zod@4.6.7"] },
      workspace: { dependencies: ["npm:zod@4.6.7"] },
    };
    Deno.writeTextFileSync(
      `${folder}/deno.json`,
      JSON.stringify({
        lock: { frozen: true },
        imports: { zod: "npm:zod@4.6.7" },
      }),
    );
    Deno.writeTextFileSync(`${folder}/deno.lock`, JSON.stringify(lock));
    await act(folder, lock);
  });
}

/** Installs what the lock of a folder says. */
function install(folder: string): Promise<{ code: number; err: string }> {
  return start(["install", "--frozen"], { cwd: folder });
}

/** Runs a source with these flags; gives what it printed. */
async function run(
  flags: readonly string[],
  source: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { out } = await start([
    "run",
    "--no-config",
    "--no-prompt",
    ...flags,
    `data:text/javascript,${encodeURIComponent(source)}`,
  ], { env });
  return out;
}

async function start(
  args: string[],
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> },
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args,
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    out: decoder.decode(stdout).trim(),
    err: decoder.decode(stderr),
  };
}
