/** Secrets that are named, and those written where none belong, never show. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../src/base/error.ts";
import { withLines } from "../helpers/config_text.ts";
import { filesBelow } from "../helpers/sources.ts";
import { scratch, townlet } from "../helpers/townlet.ts";

/** A secret of a file, of a variable, and one that stands in a configuration. */
const CANARIES = {
  file: "canary-file-5c1a9e7d2b",
  variable: "canary-variable-8d3f0b6a",
  written: "canary-written-2e9b4c7f",
};

/** A town that names its secrets as it should, below a folder. */
function goodTown(folder: string): string {
  return withLines(`console:
  auth:
    enabled: true
    tokens:
      - { label: ops, role: admin, file: ${folder}/token }
      - { label: eyes, role: viewer, env: TOWNLET_CANARY }
telemetry:
  sign: { keys: [{ id: k1, file: ${folder}/token, use: sign }] }
serve: { metrics_token: { env: TOWNLET_CANARY } }
snapshot: { root: ${folder}/states }
population: { residents: [{ id: ada }] }
world: { objects: [{ id: bed, type: bed, position: [1, 1] }] }`);
}

/** Ways to write a secret where none belongs, as lines of a town. */
const WRITTEN = [
  `console: { auth: { tokens: [{ label: a, role: admin, token: ${CANARIES.written} }] } }`,
  `console: { auth: { tokens: [${CANARIES.written}] } }`,
  `console: { auth: ${CANARIES.written} }`,
  `console: { token: ${CANARIES.written} }`,
  `console_auth: { tokens: [{ token: ${CANARIES.written} }] }`,
  `telemetry: { sign: { keys: [{ id: ${CANARIES.written}!, key: ${CANARIES.written} }] } }`,
  `telemetry: { sign: { secret: ${CANARIES.written} } }`,
  `telemetry: { transport: { type: http, endpoint: "https://u:${CANARIES.written}@h" } }`,
  `telemetry: { transport: { type: http, endpoint: "http://h/?token=${CANARIES.written}" } }`,
  `telemetry: { transport: { type: tcp, endpoint: "${CANARIES.written}@h:1" } }`,
  `telemetry: { otel: { endpoint: "https://${CANARIES.written}@h" } }`,
  `telemetry: { transport: { type: http, endpoint: "https://h", headers: { authorization: ${CANARIES.written} } } }`,
  `serve: { metrics_token: ${CANARIES.written} }`,
  `serve: { allowed_origins: ["https://u:${CANARIES.written}@h"] }`,
  `serve: { password: ${CANARIES.written} }`,
];

/** Overrides that do. */
const SET = [
  `console.auth.tokens=[{label: a, role: admin, token: ${CANARIES.written}}]`,
  `console.auth.tokens[0].token=${CANARIES.written}`,
  `serve.metrics_token=${CANARIES.written}`,
  `serve.metrics_token:${CANARIES.written}`,
  `serve.metrics_token ${CANARIES.written}`,
];

/** Fails if a text has a canary in it. */
function checkSilent(what: string, text: string): void {
  for (const canary of Object.values(CANARIES)) {
    // Half of one is told as well as all of it.
    for (const part of [canary, canary.slice(-10)]) {
      assertEquals(text.includes(part), false, `${what}: ${text}`);
    }
  }
}

Deno.test("S4: no command shows a secret that a town names", async () => {
  using folder = scratch();
  const { path } = folder;
  const town = `${path}/t.yaml`;
  await Deno.writeTextFile(town, goodTown(path));
  await Deno.writeTextFile(`${path}/token`, CANARIES.file, { mode: 0o600 });
  const env = { TOWNLET_CANARY: CANARIES.variable };
  const outputs = [
    ...["--events", `${path}/e.ndjson`, "--report", `${path}/r.json`],
    ...["--snapshot-save", `${path}/s.tsnap`],
  ];
  const said = [
    "--ticks=20",
    "--log-level=debug",
    "--debug",
    "--hash-every=10",
  ];
  const runs: readonly (readonly [string, ...string[]])[] = [
    ["simulate", "--config", town, ...said, ...outputs],
    ["simulate", "--config", town, ...said, "--json"],
    ["simulate", "--config", town, ...said, "--events", "-"],
    ["simulate", "--config", town, ...said, "--snapshot-load", "latest"],
    ["config", "check", town],
    ["config", "show", "--config", town],
    ["config", "show", "--config", town, "--json"],
    ["config", "show", "--config", `${path}/token`, "--debug"],
    ["config", "import", town],
    ["inspect", "town", "--config", town, "--json"],
    ["inspect", "observations", "--config", town],
    ["perms", "simulate", "--config", town],
    ["perms", "simulate", "--config", town, "--json"],
    ["doctor", "--json"],
    ["version", "--json"],
  ];
  for (const [task, ...words] of runs) {
    const { out, err } = await townlet(task, words, { env });
    checkSilent([task, ...words].join(" "), out + err);
  }
  const written = filesBelow(path, "").filter((name) =>
    !name.endsWith("/token")
  );
  assertEquals(written.length >= 4, true, written.join());
  for (const name of written) {
    checkSilent(name, await Deno.readTextFile(name));
  }
});

Deno.test("S1: secrets written into a configuration are refused, and not repeated", async () => {
  using folder = scratch();
  const files = await Promise.all(WRITTEN.map(async (lines, i) => {
    const file = `${folder.path}/${i}.yaml`;
    await Deno.writeTextFile(file, withLines(lines));
    return file;
  }));
  const checked = await townlet("config", ["check", ...files, "--debug"]);
  assertEquals(checked.code, EXIT.usage, checked.err);
  assertEquals(checked.out, "");
  checkSilent("config check", checked.err);
  for (const file of files) assertStringIncludes(checked.err, `${file}:4:`);
  for (const set of SET) {
    const words = ["show", "--set", set, "--debug"];
    const { code, out, err } = await townlet("config", words);
    assertEquals([code, out], [EXIT.usage, ""], `${set}: ${err}`);
    checkSilent(set, err);
  }
});
