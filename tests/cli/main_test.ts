/** The command line as people meet it: help, typing errors, versions. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { townlet } from "../helpers/townlet.ts";

const COMMANDS = [
  "simulate",
  "config",
  "inspect",
  "bench",
  "perms",
  "hooks",
  "doctor",
  "version",
];

/** Words of a task, less those its command line ends with. */
const OVERVIEW = { without: ["simulate"] };

Deno.test("the process that tests start is the runtime they run on", async () => {
  const { code, out } = await townlet("version", ["--json"]);
  assertEquals(code, 0);
  const versions = JSON.parse(out);
  assertEquals(versions.format, "townlet.version");
  assertEquals(versions.deno, Deno.version.deno);
});

Deno.test("townlet without a command lists the commands, and exits 2", async () => {
  const { code, out, err } = await townlet("simulate", [], OVERVIEW);
  assertEquals([code, err], [2, ""]);
  for (const name of COMMANDS) assertStringIncludes(out, `  ${name} `);
});

Deno.test("townlet --help lists the commands, and exits 0", async () => {
  const { code, out } = await townlet("simulate", ["--help"], OVERVIEW);
  assertEquals(code, 0);
  assertStringIncludes(out, "Usage: deno task COMMAND [FLAGS]");
  for (const words of [["-h"], ["help"]]) {
    assertEquals((await townlet("simulate", words, OVERVIEW)).out, out);
  }
});

Deno.test("a command that does not exist is a usage error with a suggestion", async () => {
  const typo = await townlet("simulate", ["simulat"], OVERVIEW);
  assertEquals(typo, {
    code: 2,
    out: "",
    err: "error: There is no command simulat\n  hint: Did you mean simulate?\n",
  });
  const far = await townlet("simulate", ["\u001b[31mxyzzy"], OVERVIEW);
  assertEquals(far.code, 2);
  assertStringIncludes(far.err, "\\u001b[31mxyzzy");
  assertStringIncludes(far.err, "Commands are simulate, train");
  const inherited = await townlet("simulate", ["toString"], OVERVIEW);
  assertEquals(inherited.code, 2);
});

for (const name of COMMANDS) {
  Deno.test(`townlet ${name} --help says what it does, with an example`, async () => {
    const { code, out, err } = await townlet(name, ["--help"]);
    assertEquals([code, err], [0, ""]);
    const [, usage] = /^Usage: ([^\n]+(?:\n {7}[^\n]+)*)$/m.exec(out) ?? [];
    assert(
      usage.split("\n").every((line) =>
        new RegExp(`^(?: {7})?deno task ${name} [^]*\\[FLAGS\\]`).test(line)
      ),
      `one short line a use: ${usage}`,
    );
    assertStringIncludes(out, `Examples:\n  deno task ${name}`);
    assert(
      out.split("\n").every((line) =>
        line.length <= 80 && line === line.trimEnd()
      ),
      "piped help has lines of 80 columns",
    );
    // deno-lint-ignore no-control-regex
    assert(!/\u001b/.test(out), "piped help is plain");
  });
}

Deno.test("a flag that does not exist is a usage error with a suggestion", async () => {
  assertEquals(await townlet("simulate", ["--tick", "3"]), {
    code: 2,
    out: "",
    err:
      "error: Unexpected option or argument: --tick\n  hint: Did you mean --ticks?\n",
  });
});

Deno.test("townlet help COMMAND and --version are what they say", async () => {
  const help = await townlet("simulate", ["help", "bench"], OVERVIEW);
  assertEquals(help, await townlet("bench", ["--help"]));
  const version = await townlet("simulate", ["--version"], OVERVIEW);
  assertEquals(version, await townlet("version", []));
});

Deno.test("a command that wants another word says which", async () => {
  const err = async (name: string, words: readonly string[]) => {
    const ended = await townlet(name, words);
    assertEquals([ended.code, ended.out], [2, ""]);
    return ended.err.split("\n")[0];
  };
  assertEquals(
    await err("config", []),
    "error: Say what to do: check, show, schema, docs or import",
  );
  assertEquals(
    await err("inspect", []),
    "error: Say what to do: town, affordances or observations",
  );
  assertEquals(
    await err("bench", []),
    "error: Say what to do: tick, observe, step, vector, hooks or telemetry",
  );
  assertEquals(
    await err("bench", ["tock"]),
    "error: Unexpected option or subcommand: tock",
  );
  assertEquals(await err("config", ["check"]), "error: Name a file to check");
});

Deno.test("a word that is none of a few is told with those few", async () => {
  assertEquals(await townlet("simulate", ["--policy", "clever"]), {
    code: 2,
    out: "",
    err:
      "error: --policy: clever is none of scripted, idle, random, onnx:PATH\n" +
      "  hint: See deno task simulate --help\n",
  });
});

Deno.test("a command within a command sends people to its own help", async () => {
  assertEquals(await townlet("telemetry", ["verify"]), {
    code: 2,
    out: "",
    err: "error: Expected a SRC, but too few arguments\n" +
      "  hint: See deno task telemetry verify --help\n",
  });
});

Deno.test("numbers that make no sense are told in plain words", async () => {
  const cases = [
    ["--ticks", "-5", "must be at least 0, and is -5"],
    ["--ticks", "2000000000000", "must be at most 1000000000000, and is "],
    ["--ticks", "99999999999999999999", "99999999999999999999 is too large"],
    ["--ticks", "1.5", "1.5 is no whole number"],
    ["--realtime", "fast", "fast is no number"],
    ["--realtime", "0", "must be at least 0.001, and is 0"],
  ];
  for (const [flag, value, says] of cases) {
    const { code, err } = await townlet("simulate", [flag, value]);
    assertEquals(code, 2);
    assertStringIncludes(err, `error: ${flag}: ${says}`);
  }
});

Deno.test("R1: a permission granted without a list is told, and refused when strict", async () => {
  const broad = {
    without: ["--allow-"],
    flags: ["--allow-env", "--allow-sys"],
  };
  const told = await townlet("version", ["--json"], broad);
  assertEquals([told.code, told.err], [
    0,
    "warn: security.overbroad: granted without a list: env, sys, import\n",
  ]);
  assertEquals(JSON.parse(told.out).format, "townlet.version");
  assertEquals(
    await townlet("version", ["--strict-permissions"], broad),
    {
      code: 5,
      out: "",
      err: "error: Permissions granted without a list: env, sys, import\n" +
        "  hint: Run the command through its task, which grants what it needs\n",
    },
  );
  const narrow = await townlet("simulate", [
    ...["--config", "configs/hamlet.yaml", "--ticks", "1"],
    "--strict-permissions",
  ]);
  assertEquals([narrow.code, narrow.err], [0, ""]);
});

Deno.test("R1: in production a permission granted without a list is refused", async () => {
  const production = ["--set", "profile=production"];
  for (const words of [["simulate", "--ticks", "1"], ["inspect", "town"]]) {
    const [name, ...flags] = [...words, ...production];
    const { code, out, err } = await townlet(name, flags, {
      without: ["--allow-"],
      flags: ["--allow-read"],
    });
    assertEquals([code, out], [5, ""]);
    assertStringIncludes(
      err,
      "error: Permissions granted without a list: read",
    );
  }
});
