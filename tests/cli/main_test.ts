/** The command line as people meet it: help, typing errors, versions. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { townlet } from "../helpers/townlet.ts";

const COMMANDS = ["simulate", "config", "inspect", "bench", "version"];

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
  assertStringIncludes(out, "Usage: townlet COMMAND [FLAGS]");
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
  assertStringIncludes(far.err, "Commands are simulate, config");
  const inherited = await townlet("simulate", ["toString"], OVERVIEW);
  assertEquals(inherited.code, 2);
});

for (const name of COMMANDS) {
  Deno.test(`townlet ${name} --help says what it does, with an example`, async () => {
    const { code, out, err } = await townlet(name, ["--help"]);
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out, `Usage: townlet ${name}`);
    assertStringIncludes(out, "Examples:");
    assertStringIncludes(out, `townlet ${name}`);
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

Deno.test("a permission granted without a list is told, and refused when strict", async () => {
  const broad = { without: ["--allow-"], flags: ["-A"] };
  const told = await townlet("simulate", [
    "--config",
    "configs/hamlet.yaml",
    "--ticks",
    "1",
  ], broad);
  assertEquals(told.code, 0);
  assertStringIncludes(told.err, "security.overbroad");
  const strict = await townlet(
    "simulate",
    ["--config", "configs/hamlet.yaml", "--ticks", "1", "--strict-permissions"],
    broad,
  );
  assertEquals([strict.code, strict.out], [5, ""]);
  const narrow = await townlet(
    "simulate",
    ["--config", "configs/hamlet.yaml", "--ticks", "1", "--strict-permissions"],
  );
  assertEquals([narrow.code, narrow.err], [0, ""]);
});
