/** Runs of the real program with hooks: refused, well behaved, and worse. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sha256Hex } from "../../src/base/hash.ts";
import { bathTown, hookText, writeHook } from "../helpers/hook_file.ts";
import {
  type Ended,
  scratch,
  type StartOptions,
  townlet,
} from "../helpers/townlet.ts";

/** Writes a small town with a hook; gives the path of its file. */
function writeTown(folder: string, entry: object, hooks = ""): string {
  const path = `${folder}/town.yaml`;
  const sections = `snapshot: { root: ${folder}/snapshots }`;
  Deno.writeTextFileSync(path, bathTown(entry, { hooks, sections }));
  return path;
}

const NAMES = ["on_attempt_shower"];

/** Writes a hook with this body of its call, and the town around it. */
function write(folder: string, body: string, more = ""): string {
  const text = `export default { names: ${
    JSON.stringify(NAMES)
  }, call(ctx) { ${body} } };`;
  return writeTown(folder, writeHook(folder, "bath", text, NAMES), more);
}

async function simulate(
  config: string,
  words: readonly string[] = [],
  options: StartOptions = {},
): Promise<Ended & { readonly report: Record<string, unknown> | null }> {
  const ended = await townlet(
    "simulate",
    ["--config", config, "--ticks", "200", "--json", ...words],
    options,
  );
  return {
    ...ended,
    report: ended.out === "" ? null : JSON.parse(ended.out),
  };
}

Deno.test("H1, H4: a refused hook never executes a byte, whatever the environment says", async () => {
  using folder = scratch();
  const canary = `${folder.path}/canary`;
  const text = `Deno.writeTextFileSync(${
    JSON.stringify(canary)
  }, "sang"); console.log("sang"); ${hookText("[]")}`;
  const entry = writeHook(folder.path, "bath", text);
  const other = { ...entry, sha256: "0".repeat(64) };
  const cases = [
    [other, "rule H4"],
    [{ ...entry, sha256: undefined }, "rule H4"],
    [{ ...entry, specifier: "./hooks/../hooks/bath.js" }, "rule H2"],
    [{ ...entry, specifier: `data:text/javascript,${text}` }, "rule H2"],
    [{ ...entry, specifier: "npm:left-pad" }, "rule H2"],
    [{ ...entry, specifier: "townlet:bath" }, "rule H1"],
  ] as const;
  for (const [listed, rule] of cases) {
    const config = writeTown(folder.path, listed);
    const { code, out, err } = await simulate(config, [], {
      env: {
        TOWNLET_AFFORDANCE_HOOK_MODULES: "./hooks/bath.js",
        TOWNLET_HOOKS: "./hooks/bath.js",
        TOWNLET_ALLOW_ENV_HOOKS: "1",
      },
    });
    assertEquals(code, 5, err);
    assertStringIncludes(err, rule);
    assertEquals(/\n\s+at /.test(err), false, err);
    assertEquals(out, "");
  }
  // The environment alone adds none either.
  const { code, report } = await simulate(
    "configs/hamlet.yaml",
    [],
    {
      env: { TOWNLET_AFFORDANCE_HOOK_MODULES: `${folder.path}/hooks/bath.js` },
    },
  );
  assertEquals(code, 0);
  assertEquals(
    (report?.hooks as { specifier: string }[]).map(({ specifier }) =>
      specifier
    ),
    ["townlet:default"],
  );
  // It does run when it is allowed to, and then it may not write.
  const { err } = await simulate(writeTown(folder.path, entry));
  assertStringIncludes(err, "Deno is not defined (rule H8)");
  assertEquals(
    [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(),
    [
      "hooks",
      "town.yaml",
    ],
  );
});

Deno.test("H12, H13: equal inputs give equal runs with hooks on, and the report names them", async () => {
  using folder = scratch();
  const body =
    `return [{ effect: "emit", event: "go", payload: { lot: ctx.rng() } }];`;
  const config = write(folder.path, body);
  const events = (name: string) => `${folder.path}/${name}.jsonl`;
  const one = await simulate(config, ["--events", events("one")]);
  const two = await simulate(config, ["--events", events("two")]);
  assertEquals(one.code, 0, one.err);
  assertEquals(one.report?.state_hash, two.report?.state_hash);
  assertEquals(
    Deno.readTextFileSync(events("one")),
    Deno.readTextFileSync(events("two")),
  );
  const [first] = Deno.readTextFileSync(events("one")).split("\n");
  const sha256 = sha256Hex(Deno.readFileSync(`${folder.path}/hooks/bath.js`));
  assertEquals(JSON.parse(first), {
    t: 0,
    e: "hook.loaded",
    specifier: "./hooks/bath.js",
    sha256,
  });
  const [, listed] = one.report?.hooks as Record<string, unknown>[];
  assertEquals(
    [listed.specifier, listed.sha256, listed.state, listed.faults],
    ["./hooks/bath.js", sha256, "runs", 0],
  );
  assert(Number(listed.calls) > 3);
  assertEquals(one.report?.reproducible, true);
  assertStringIncludes(one.err, `hook ./hooks/bath.js runs, sha256 ${sha256}`);
});

Deno.test("H9, H10: a hook that fails ends the run with 1, and leaves the state before it", async () => {
  const bodies: readonly [body: string, said: string][] = [
    ["for (;;);", "gave no answer in 1000 ms (rule H10)"],
    ["Deno.exit(7);", "Deno is not defined"],
    ["process.kill(process.pid);", "process is not defined"],
    ["console.log('hello'); return [];", "console is not defined"],
    ["const a = []; for (;;) a.push({ a });", "(rule H"],
    ["return 'x'.repeat(1 << 20);", "more than 16384 bytes (rule H11)"],
    ["throw new Error('no');", "it threw: no"],
    ["return [Date.now()];", "Date is not defined"],
    ["return [{ effect: 'wallet', agent: 'ada', delta: -99 }];", "(rule H11)"],
  ];
  for (const [body, said] of bodies) {
    using folder = scratch();
    const { code, out, err } = await simulate(write(folder.path, body));
    assertEquals(code, 1, `${body}: ${err}`);
    const error = err.split("\n").find((line) => line.startsWith("error:"));
    assertStringIncludes(error ?? err, "Hook ./hooks/bath.js failed (rule H");
    assertStringIncludes(err, said.replace(/ \(rule.*/, ""));
    assertEquals(/\n\s+at /.test(err), false, err);
    assertEquals(out.includes("hello"), false);
    const [saved] = Deno.readDirSync(`${folder.path}/snapshots/failures`);
    const tick = JSON.parse(out).tick;
    assertEquals(
      saved.name,
      `snap-${String(tick).padStart(9, "0")}-failed.tsnap`,
    );
    if (body.startsWith("throw")) {
      // What was saved is the state after the last tick that was done.
      const [header] = Deno
        .readTextFileSync(`${folder.path}/snapshots/failures/${saved.name}`)
        .split("\n");
      assertEquals(JSON.parse(header).world_hash, JSON.parse(out).state_hash);
    }
  }
});

Deno.test("a hook that may be left out is, and the run says so", async () => {
  using folder = scratch();
  const snapshot = `${folder.path}/end.tsnap`;
  const config = write(
    folder.path,
    "if (ctx.tick > 30) for (;;); return [];",
    "on_fault: disable",
  );
  const { code, err, report } = await simulate(config, [
    "--snapshot-save",
    snapshot,
  ]);
  assertEquals(code, 0, err);
  assertStringIncludes(
    err,
    "hook ./hooks/bath.js failed (rule H10) and is left out: it gave no answer",
  );
  assertEquals(report?.reproducible, false);
  const [, hook] = report?.hooks as Record<string, unknown>[];
  assertEquals([hook.state, hook.faults], ["disabled", 1]);
  assertEquals(
    (report?.events as Record<string, number>)["hook.faulted"],
    1,
  );
  const [header] = Deno.readTextFileSync(snapshot).split("\n");
  assertEquals(JSON.parse(header).reproducible, false);
  const more = await simulate(config, ["--snapshot-load", snapshot]);
  const [, later] = more.report?.hooks as Record<string, unknown>[];
  assertEquals([later.state, later.calls], ["disabled", 0]);
  assertEquals(more.report?.reproducible, false);
});

Deno.test("H5: without the flag that keeps text from becoming code no hook starts", async () => {
  using folder = scratch();
  const config = write(folder.path, "return [];");
  const { code, err } = await simulate(config, [], { without: ["--v8-flags"] });
  assertEquals(code, 5, err);
  assertStringIncludes(
    err,
    "started with --v8-flags=--disallow-code-generation-from-strings (rule H5)",
  );
});

Deno.test("a hook without a digest runs in profile dev, and is warned of every time", async () => {
  using folder = scratch();
  const text = hookText("[]", "on_attempt_shower");
  const entry = writeHook(folder.path, "bath", text, NAMES);
  const bare = { ...entry, sha256: undefined };
  const config = writeTown(folder.path, bare, "allow_unpinned: true");
  const refused = await simulate(config);
  assertEquals(refused.code, 5);
  assertStringIncludes(refused.err, "needs profile: dev (rule H4)");
  Deno.writeTextFileSync(
    config,
    `profile: dev\n${Deno.readTextFileSync(config)}`,
  );
  for (let i = 0; i < 2; i++) {
    const { code, err } = await simulate(config);
    assertEquals(code, 0, err);
    assertStringIncludes(
      err,
      "hook ./hooks/bath.js runs without a digest (allow_unpinned)",
    );
  }
});

Deno.test("inspect observations lets hooks have their say in the ticks before", async () => {
  const tea = ["--config", "configs/scenarios/tea_house.yaml"];
  const { code, out, err } = await townlet("inspect", [
    ...["observations", ...tea, "--ticks", "40", "--json"],
  ]);
  assertEquals([code, err], [0, ""]);
  assertEquals(JSON.parse(out).tick, 40);
  // Looking at a town runs none of them.
  const town = await townlet("inspect", ["affordances", ...tea], {
    without: ["--v8-flags"],
  });
  assertEquals(town.code, 0, town.err);
});
