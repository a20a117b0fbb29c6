/** What is out to harm, given to the real program. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../src/base/error.ts";
import { HOSTILE_TOWNS } from "../hostile/towns.ts";
import { type Ended, scratch, townlet } from "../helpers/townlet.ts";

/** Bytes that a terminal obeys, and marks that turn text round. */
// deno-lint-ignore no-control-regex
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/;

/** Escape sequences, line ends, markup: names that people are shown. */
const NASTY =
  "\u001b[2J\u001b]0;x\u0007\r\n\u009b31m\u2028\u202e<img src=x onerror=alert(1)>[red]x[/]%s";

/** A program that refuses says so in short lines, without a stack. */
function checkRefusal(what: string, { out, err }: Ended): void {
  assertEquals(out, "", what);
  assertEquals(UNSAFE.test(err), false, `${what}: ${JSON.stringify(err)}`);
  assertEquals(/^\s+at /m.test(err), false, `${what}: ${err}`);
  for (const line of err.split("\n")) {
    assertEquals(new TextEncoder().encode(line).length <= 2048, true, what);
  }
}

Deno.test("L1: nothing that is typed reaches the terminal as it is", async () => {
  const cases: readonly (readonly [string, readonly string[], number])[] = [
    ["simulate", ["--config", `configs/${NASTY}`], EXIT.usage],
    ["simulate", [`--${NASTY}`], EXIT.usage],
    ["simulate", ["--ticks", NASTY], EXIT.usage],
    ["simulate", ["--policy", NASTY], EXIT.usage],
    ["simulate", ["--set", NASTY], EXIT.usage],
    ["simulate", ["--set", `${NASTY}=${NASTY}`], EXIT.usage],
    ["simulate", ["--set", `config_id=${NASTY}`], EXIT.usage],
    ["simulate", ["--report", `/${NASTY}`], EXIT.refused],
    ["simulate", ["--snapshot-load", `out/${NASTY}`], EXIT.usage],
    ["simulate", ["--config", "x".repeat(100_000)], EXIT.refused],
    ["config", ["check", NASTY], EXIT.usage],
    ["config", ["import", NASTY], EXIT.usage],
    ["config", [NASTY], EXIT.usage],
    ["inspect", ["observations", "--agent", NASTY], EXIT.usage],
  ];
  for (const [task, words, exit] of cases) {
    const what = [task, ...words].join(" ").slice(0, 200);
    const ended = await townlet(task, words);
    assertEquals(ended.code, exit, `${what}: ${ended.err}`);
    checkRefusal(what, ended);
  }
});

Deno.test("L1: a town whose texts look like orders is shown as text", async () => {
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  await Deno.writeTextFile(
    file,
    `config_id: "<img src=x onerror=alert(1)> [red]x[/] %s \\u202eabc \\u200bd"
features: { stages: {}, systems: {} }
rewards: { needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 } }
population: { residents: [{ id: ada }] }
`,
  );
  for (
    const words of [
      ["--ticks=5"],
      ["--ticks=5", "--json"],
      ["--ticks=5", "--events=-", "--log-level=debug"],
    ]
  ) {
    const { code, out, err } = await townlet("simulate", [
      "--config",
      file,
      ...words,
    ]);
    assertEquals(code, EXIT.done, err);
    assertEquals(UNSAFE.test(out + err), false, JSON.stringify(out + err));
    assertStringIncludes(
      out + err,
      "<img src=x onerror=alert(1)> [red]x[/] %s abc \\u200bd",
    );
  }
});

Deno.test("towns out to harm end the real program with their exit code", async () => {
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  const first = new Map(
    HOSTILE_TOWNS.toReversed().map((town) => [town.name.slice(0, 2), town]),
  );
  const large = {
    name: "I2: 60,000 unknown keys",
    set: [],
    says: "and 59003 more",
  };
  const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join("\n");
  const towns = [...first.values(), { ...large, town: keys }];
  for (const { name, town, manifest = "[]", set = [], says } of towns) {
    const content = (text: string | Uint8Array) =>
      typeof text === "string" ? new TextEncoder().encode(text) : text;
    await Deno.writeFile(file, content(town));
    await Deno.writeFile(`${folder.path}/m.yaml`, content(manifest));
    const words = ["--config", file, ...set.flatMap((one) => ["--set", one])];
    const ended = await townlet("simulate", words);
    assertEquals(ended.code, EXIT.usage, `${name}: ${ended.err}`);
    assertStringIncludes(ended.err, says, name);
    checkRefusal(name, ended);
  }
});

Deno.test("F5: what is no report is not replaced by one, nor what it named", async () => {
  using folder = scratch();
  const precious = `${folder.path}/precious.yaml`;
  const events = `${folder.path}/e.ndjson`;
  await Deno.writeTextFile(precious, "config_id: precious\n");
  await Deno.writeTextFile(events, '{"t":1,"e":"kept"}\n');
  const ended = await townlet("simulate", [
    "--config=configs/hamlet.yaml",
    "--ticks=5",
    `--events=${events}`,
    `--report=${precious}`,
  ]);
  assertEquals(ended.code, EXIT.refused);
  assertStringIncludes(ended.err, "(rule F5)");
  checkRefusal("--report", ended);
  assertEquals(await Deno.readTextFile(precious), "config_id: precious\n");
  assertEquals(await Deno.readTextFile(events), '{"t":1,"e":"kept"}\n');
});
