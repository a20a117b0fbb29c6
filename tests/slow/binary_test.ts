/**
 * The compiled binary: the same town, its own permissions and no others.
 *
 * Skipped where there is nothing to compile with; the names of the tests then
 * say so.
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { HookSource } from "../../src/config/hook_source.ts";
import { compile, run, type RunOptions } from "../helpers/binary.ts";
import { bathTown, hookText, writeHook } from "../helpers/hook_file.ts";
import { scratch, townlet } from "../helpers/townlet.ts";
import { once, readArrived } from "../telemetry/delivery/bodies.ts";

const binary = await compile();
const PATH = binary.path ?? "";

/** A test of the binary, where there is one. */
function test(name: string, fn: () => Promise<void> | void): void {
  const skipped = binary.why === undefined ? "" : ` (skipped: ${binary.why})`;
  Deno.test({ name: name + skipped, ignore: skipped !== "", fn });
}

/** Runs the binary in a folder. */
async function inFolder(
  cwd: string,
  words: readonly string[],
  options: RunOptions = {},
) {
  return await run(PATH, words, { cwd, ...options });
}

/** Hash of the state at the end of a run that printed JSON. */
function hashOf(out: string): string {
  return JSON.parse(out).state_hash;
}

const RUN = ["simulate", "--ticks", "200", "--json"];

test("a run from another folder ends as the run from source does", async () => {
  using folder = scratch();
  const [, ...words] = RUN;
  const source = await townlet("simulate", words);
  const embedded = await inFolder(folder.path, RUN);
  assertEquals([embedded.code, embedded.err], [0, ""]);
  assertEquals(hashOf(embedded.out), hashOf(source.out));
  const started = performance.now();
  assertEquals((await inFolder(folder.path, ["version"])).code, 0);
  const ms = (performance.now() - started).toFixed(0);
  const mb = (Deno.statSync(PATH).size / 1e6).toFixed(1);
  Deno.stderr.writeSync(
    new TextEncoder().encode(`  dist/townlet: ${mb} MB, starts in ${ms} ms\n`),
  );
});

test("telemetry goes out of the binary, and the history is the same", async () => {
  using folder = scratch();
  const quiet = await inFolder(folder.path, RUN);
  const words = [...RUN, "--telemetry", "out/told/run.ndjson"];
  const told = await inFolder(folder.path, words);
  assertEquals([told.code, told.err], [0, ""]);
  assertEquals(hashOf(told.out), hashOf(quiet.out));
  const path = `${folder.path}/out/told/run.ndjson`;
  const frames = once(readArrived(Deno.readTextFileSync(path)));
  assertEquals([frames.at(-1)?.k, frames.at(-1)?.t], ["bye", 200]);
  const elsewhere = [...RUN, "--telemetry", "elsewhere/run.ndjson"];
  assertEquals((await inFolder(folder.path, elsewhere)).code, 5);
});

test("residents learn in the binary, in threads, and act by what they learned as from source", async () => {
  using folder = scratch();
  const words = [
    ...["train", "townlet:hamlet", "--out", "out/run", "--workers", "2"],
    ...["--eval-episodes", "1", "--quiet"],
    ...["ppo.total_steps=200", "ppo.num_worlds=2", "ppo.rollout_length=20"]
      .flatMap((key) => ["--set", key]),
    ...["--set", "training.episode_ticks=30"],
  ];
  const without = await inFolder(folder.path, words);
  assertEquals(without.code, 2);
  assertStringIncludes(without.err, "--backend ts");
  const { code, err } = await inFolder(folder.path, [
    ...words,
    ...["--backend", "ts"],
  ]);
  assertEquals([code, err], [0, ""]);
  const run = "out/run/config.yaml";
  const learned = ["--config", run, "--policy", "onnx:out/run"];
  const embedded = await inFolder(folder.path, [...RUN, ...learned]);
  assertEquals([embedded.code, embedded.err], [0, ""]);
  const [, ...rest] = RUN;
  const source = await townlet("simulate", [
    ...rest,
    ...["--config", `${folder.path}/${run}`],
    ...["--policy", `onnx:${folder.path}/out/run`],
  ]);
  assertEquals([source.code, source.err], [0, ""]);
  assertEquals(hashOf(embedded.out), hashOf(source.out));
});

test("a town is a file of the folder, or one inside by its name", async () => {
  using folder = scratch();
  const configs = `${folder.path}/configs`;
  Deno.mkdirSync(configs);
  for (const file of ["hamlet.yaml", "town.manifest.yaml"]) {
    Deno.copyFileSync(`configs/${file}`, `${configs}/${file}`);
  }
  const hash = async (town: string) => {
    const words = [...RUN, "--config", town];
    const { code, out, err } = await inFolder(folder.path, words);
    assertEquals([code, err], [0, ""]);
    return hashOf(out);
  };
  const hamlet = await hash("configs/hamlet.yaml");
  assertEquals(hamlet, await hash("townlet:hamlet"));
  assertEquals(
    [await hash("townlet:city"), hamlet].includes(await hash("townlet:town")),
    false,
  );
  const typo = await inFolder(folder.path, ["simulate", "--config=townlet:x"]);
  assertEquals(typo.code, 2);
  assertStringIncludes(typo.err, "townlet:town, townlet:city, townlet:hamlet");
});

test("what it writes goes below out/ of the folder it is started in", async () => {
  using folder = scratch();
  const words = [
    ...["simulate", "--ticks", "5", "--quiet", "--report", "out/r.json"],
    ...["--events", "out/e.jsonl", "--snapshot-save", "out/s.tsnap"],
  ];
  assertEquals(await inFolder(folder.path, words), {
    code: 0,
    out: "",
    err: "",
  });
  const names = [...Deno.readDirSync(`${folder.path}/out`)];
  assertEquals(names.map(({ name }) => name).sort(), [
    "e.jsonl",
    "r.json",
    "s.tsnap",
  ]);
  const on = await inFolder(folder.path, [
    ...["simulate", "--ticks", "5", "--quiet", "--snapshot-load"],
    "out/s.tsnap",
  ]);
  assertEquals(on.code, 0);
});

/** What is refused, and the flag that the refusal names. */
const REFUSED: readonly (readonly [words: readonly string[], flag: string])[] =
  [
    [["simulate", "--config", "/etc/hostname"], "--allow-read=/etc/hostname"],
    [["simulate", "--config", "town.yaml"], "--allow-read=town.yaml"],
    [["config", "check", "/etc/hostname"], "--allow-read=/etc/hostname"],
    [["config", "check", "town.yaml"], "--allow-read=town.yaml"],
    [["inspect", "town", "--config", "town.yaml"], "--allow-read=town.yaml"],
    [["perms", "simulate", "--config", "town.yaml"], "--allow-read=town.yaml"],
    [["simulate", "--ticks", "1", "--report", "r.json"], "--allow-write=."],
    [["simulate", "--ticks", "1", "--events", "e.jsonl"], "--allow-write=."],
    [
      ["simulate", "--ticks", "1", "--snapshot-save", "/tmp/s.tsnap"],
      "--allow-write=/tmp",
    ],
  ];

test("what is outside its grants is refused with exit 5, the flag and a remedy", async () => {
  using folder = scratch();
  Deno.copyFileSync("configs/hamlet.yaml", `${folder.path}/town.yaml`);
  for (const [words, flag] of REFUSED) {
    const { code, out, err } = await inFolder(folder.path, words);
    assertEquals([code, out], [5, ""], words.join(" "));
    assertStringIncludes(err, flag);
    assertStringIncludes(err, "deno task compile:granted");
    assertEquals(err.trimEnd().split("\n").length, 2, err);
  }
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assertEquals(names, ["town.yaml"]);
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  test(`${signal} ends it with what was asked for, and exit ${code}`, async () => {
    using folder = scratch();
    const process = new Deno.Command(PATH, {
      args: [
        ...["simulate", "--ticks", "1000000000", "--hash-every", "100"],
        ...["--report", "out/r.json"],
      ],
      cwd: folder.path,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = process.stderr.pipeThrough(new TextDecoderStream())
      .getReader();
    assertMatch((await reader.read()).value ?? "", /^tick 100 /);
    process.kill(signal);
    while (!(await reader.read()).done) continue;
    const out = await new Response(process.stdout).text();
    assertEquals((await process.status).code, code);
    assertStringIncludes(out, `(ended by ${signal})`);
    const report = Deno.readTextFileSync(`${folder.path}/out/r.json`);
    assertEquals(JSON.parse(report).interrupted, signal);
  });
}

test("doctor finds nothing missing, and no permission without a list", async () => {
  using folder = scratch();
  const { code, out, err } = await inFolder(folder.path, ["doctor", "--json"]);
  assertEquals([code, err], [0, ""]);
  const { well, standalone, findings } = JSON.parse(out);
  assertEquals([well, standalone], [true, true]);
  const states = Object.fromEntries(
    findings.map(({ name, state }: Record<string, string>) => [name, state]),
  );
  for (const name of ["modules", "town", "permissions", "output", "hooks"]) {
    assertEquals(states[name], "fine", name);
  }
  assertEquals(states.commands, "note");
});

test("the environment cannot widen what it may do, or leave code behind", async () => {
  using folder = scratch();
  Deno.mkdirSync(`${folder.path}/tmp`);
  const env = {
    DENO_V8_FLAGS: "--no-disallow-code-generation-from-strings",
    NODE_OPTIONS: "--allow-fs-read=* --require /etc/hostname",
    DENO_PERMISSION_BROKER_PATH: "/nonexistent",
    DENO_AUTH_TOKENS: "x@127.0.0.1",
    DENO_DIR: "tmp",
    TMPDIR: `${Deno.cwd()}/${folder.path}/tmp`,
    TMP: `${Deno.cwd()}/${folder.path}/tmp`,
  };
  const plain = await inFolder(folder.path, ["doctor"]);
  assertEquals(await inFolder(folder.path, ["doctor"], { env }), plain);
  const refused = ["simulate", "--config", "/etc/hostname"];
  assertEquals((await inFolder(folder.path, refused, { env })).code, 5);
  assertEquals([...Deno.readDirSync(`${folder.path}/tmp`)], []);
});

test("worlds on several threads step as on one", async () => {
  using folder = scratch();
  const { code, out } = await inFolder(folder.path, [
    ...["bench", "vector", "--worlds", "2", "--agents", "2"],
    ...["--workers", "2", "--rounds", "1", "--json"],
  ]);
  assertEquals(code, 0);
  assert(!out.includes('"same":false'), out);
});

test("version, help, perms and the bill of materials are those of the source", async () => {
  using folder = scratch();
  const asked = async (...words: string[]) => {
    const { code, out, err } = await inFolder(folder.path, words);
    assertEquals([code, err], [0, ""], words.join(" "));
    return out;
  };
  assertEquals(
    await asked("--version"),
    (await townlet("version", [])).out,
  );
  assertEquals(JSON.parse(await asked("version", "--json")).standalone, true);
  assertEquals(
    await asked("version", "--sbom"),
    (await townlet("version", ["--sbom"])).out,
  );
  assertStringIncludes(await asked("--help"), "townlet simulate --ticks 200");
  assertMatch(
    await asked("perms", "simulate"),
    /--allow-read=out --allow-write=out\n$/,
  );
});

test("it holds what a run needs and no more, and not where it was built", () => {
  const bytes = Deno.readFileSync(PATH);
  const files = filesIn(bytes);
  assertEquals(files.map(nameOf).sort(), [
    ".deno_compile_node_modules",
    "cli",
    "configs",
    "deno.json",
    "deno.lock",
    "src",
  ]);
  const configs = files.find((entry) => nameOf(entry) === "configs");
  assertEquals((configs?.Dir?.e ?? []).map(nameOf).sort(), [
    "city.manifest.yaml",
    "city.yaml",
    "hamlet.yaml",
    "town.manifest.yaml",
    "town.yaml",
  ]);
  assertEquals(find(bytes, Deno.cwd()), -1);
});

test("compile:granted makes one that may do what its town needs, and no more", async () => {
  using folder = scratch();
  Deno.copyFileSync("configs/hamlet.yaml", `${folder.path}/mine.yaml`);
  Deno.copyFileSync(
    "configs/town.manifest.yaml",
    `${folder.path}/town.manifest.yaml`,
  );
  const mine = `${folder.path}/mine.yaml`;
  const made = await run("deno", ["task", "-q", "compile:granted"], {
    env: { TOWNLET_CONFIG: mine, COMPILE_FLAGS: "--no-check" },
  });
  assertEquals(made.code, 0, made.err);
  const granted = `${Deno.cwd()}/dist/townlet-granted`;
  const town = await run(granted, [...RUN, "--config", mine]);
  assertEquals([town.code, town.err], [0, ""]);
  const other = await run(granted, [
    ...RUN,
    ...["--config", "configs/hamlet.yaml"],
  ]);
  assertEquals(other.code, 5);
  assertStringIncludes(other.err, "--allow-read=configs/hamlet.yaml");
});

test("compile:granted stops where nobody can tell what the town needs", async () => {
  const made = await run("deno", ["task", "-q", "compile:granted"], {
    env: { TOWNLET_CONFIG: "configs/nope.yaml" },
  });
  assertEquals(made.code, 2);
  assertStringIncludes(made.err, "configs/nope.yaml");
});

/** A file or folder inside a binary, as the runtime lists it there. */
interface Entry {
  readonly Dir?: { readonly n: string; readonly e: readonly Entry[] };
  readonly File?: { readonly n: string };
}

function nameOf({ Dir, File }: Entry): string {
  return (Dir ?? File)?.n ?? "";
}

/** What is inside a binary: a list in JSON, after its length in 8 bytes. */
function filesIn(bytes: Uint8Array): Entry[] {
  const at = find(bytes, '[{"Dir":{"n":".deno_compile_node_modules"');
  assert(at > 0, "the list of files is not where it was");
  const length = new DataView(bytes.buffer).getBigUint64(at - 8, true);
  const list = bytes.subarray(at, at + Number(length));
  return JSON.parse(new TextDecoder().decode(list));
}

/** Where a text begins in bytes, or -1. */
function find(bytes: Uint8Array, text: string): number {
  const wanted = new TextEncoder().encode(text);
  let at = bytes.indexOf(wanted[0]);
  while (at >= 0 && !wanted.every((byte, i) => bytes[at + i] === byte)) {
    at = bytes.indexOf(wanted[0], at + 1);
  }
  return at;
}

/** A folder with a town whose showers have a hook; gives the town's entry. */
function withHook(folder: string, text: string, more = ""): HookSource {
  const names = ["on_attempt_shower"];
  const entry = writeHook(`${folder}/configs`, "bath", text, names);
  writeBath(folder, entry, more);
  return entry;
}

/** Writes the town of {@link withHook} with another entry. */
function writeBath(folder: string, entry: object, hooks = ""): void {
  Deno.writeTextFileSync(
    `${folder}/configs/bath.yaml`,
    bathTown(entry, { hooks }),
  );
}

const BATH = [...RUN, "--config", "configs/bath.yaml"];
const PAYS = `return ctx.stage === "before"
  ? [{ effect: "wallet", agent: ctx.agent.id, delta: ctx.rng() }] : [];`;

test("H6: a pinned hook runs in the binary as it does from source", async () => {
  using folder = scratch();
  withHook(folder.path, hookText(`(() => { ${PAYS} })()`, "on_attempt_shower"));
  const binary = await inFolder(folder.path, BATH);
  assertEquals(binary.code, 0, binary.err);
  const [, hook] = JSON.parse(binary.out).hooks;
  assertEquals([hook.state, hook.faults], ["runs", 0]);
  assert(hook.calls > 3);
  const source = await townlet("simulate", [
    ...RUN.slice(1),
    "--config",
    `${folder.path}/configs/bath.yaml`,
  ]);
  assertEquals(hashOf(binary.out), hashOf(source.out));
});

test("H6: hooks that are refused from source are refused by the binary", async () => {
  using folder = scratch();
  const canary = `${folder.path}/out/canary`;
  const text = `Deno.writeTextFileSync("out/canary", "sang");\n${
    hookText("[]", "on_attempt_shower")
  }`;
  const entry = withHook(folder.path, text);
  Deno.mkdirSync(`${folder.path}/out`);
  const cases = [
    [{ ...entry, sha256: "0".repeat(64) }, "(rule H4)"],
    [{ ...entry, sha256: undefined }, "(rule H4)"],
    [{ ...entry, specifier: "npm:left-pad" }, "(rule H2)"],
    [{ ...entry, specifier: `data:text/javascript,${text}` }, "(rule H2)"],
    [{ ...entry, specifier: "./hooks/other.js" }, "(rule H3)"],
    [entry, "Deno is not defined (rule H8)"],
  ] as const;
  for (const [listed, rule] of cases) {
    writeBath(folder.path, listed);
    const { code, out, err } = await inFolder(folder.path, BATH);
    assertEquals([code, out], [5, ""], err);
    assertStringIncludes(err, rule);
  }
  withHook(folder.path, `${hookText("[]")}// import`);
  const { code, err } = await inFolder(folder.path, BATH);
  assertEquals(code, 5);
  assertStringIncludes(err, "the letters import (rule H5)");
  assertThrows(() => Deno.statSync(canary), Deno.errors.NotFound);
});

test("H6: what a hook must not do is contained in the binary too", async () => {
  const bodies = [
    "for (;;);",
    "process.exit(7);",
    "const a = []; for (;;) a.push({ a });",
    "return 'x'.repeat(1 << 20);",
    "return [Date.now()];",
    "(() => {}).constructor('return 1')();",
  ];
  for (const body of bodies) {
    using folder = scratch();
    const text = `export default { names: ["on_attempt_shower"], call(ctx) {
      ${body}
    } };`;
    withHook(folder.path, text);
    const ended = await inFolder(folder.path, BATH);
    assertEquals(ended.code, 1, `${body}: ${ended.err}`);
    assertMatch(ended.err, /Hook \.\/hooks\/bath\.js failed \(rule H\d+\)/);
    withHook(folder.path, text, "on_fault: disable");
    const left = await inFolder(folder.path, BATH);
    assertEquals(left.code, 0, left.err);
    const { reproducible, hooks: [, hook] } = JSON.parse(left.out);
    assertEquals([reproducible, hook.state], [false, "disabled"], body);
  }
});
