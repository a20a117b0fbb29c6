/** `townlet simulate`, as a process with the permissions of its task. @module */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { scratch, start, townlet } from "../helpers/townlet.ts";

const TOWN = ["--config", "configs/hamlet.yaml"];

/** Runs the hamlet. */
const run = (...words: string[]) => townlet("simulate", [...TOWN, ...words]);

/** Runs the hamlet and gives its report. */
async function report(...words: string[]) {
  const { code, out, err } = await run("--json", ...words);
  assertEquals([code, err], [0, ""]);
  return JSON.parse(out);
}

Deno.test("simulate executes exactly the ticks asked for, and they have effects", async () => {
  const start = await report("--ticks", "0");
  const later = await report("--ticks", "200");
  assertEquals([start.ticks, start.tick], [0, 0]);
  assertEquals([later.ticks, later.tick], [200, 200]);
  assertNotEquals(later.state_hash, start.state_hash);
  assert(later.events["affordance.finished"] > 0, "somebody used something");
  const [id] = Object.keys(later.residents);
  assertNotEquals(later.residents[id].needs, start.residents[id].needs);
});

Deno.test("simulate without --ticks runs the default of 1000", async () => {
  assertEquals((await report()).ticks, 1000);
});

Deno.test("simulate of a scenario runs the scenario's ticks", async () => {
  const { code, out } = await townlet("simulate", [
    "--config",
    "configs/scenarios/kitchen_breakfast.yaml",
    "--json",
  ]);
  assertEquals([code, JSON.parse(out).ticks], [0, 45]);
});

Deno.test("simulate --json prints one object with all that a program needs", async () => {
  const { code, out, err } = await run(
    "--ticks",
    "300",
    "--json",
    "--seed",
    "7",
  );
  assertEquals([code, err], [0, ""]);
  assertEquals(out.trimEnd().split("\n").length, 1);
  assertMatch(out, /^\{"format":"townlet.report","version":1,/);
  const found = JSON.parse(out);
  assertEquals(found.config_id, "hamlet");
  assertEquals(found.seed, 7);
  assertEquals(found.policy, "scripted");
  assertEquals(found.interrupted, null);
  assertEquals(found.agents, Object.keys(found.residents).length);
  assertEquals([found.deaths, found.respawns], [0, 0]);
  assert(found.ticks_per_second > 0);
  assertMatch(found.state_hash, /^[0-9a-f]{64}$/);
  for (
    const resident of Object.values<Record<string, unknown>>(found.residents)
  ) {
    for (
      const key of ["wallet", "meals", "showers", "sleeps", "shifts", "chats"]
    ) assertEquals(typeof resident[key], "number", key);
    assertEquals(Object.keys(resident.needs as object), [
      "hunger",
      "hygiene",
      "energy",
    ]);
    assert("job" in resident);
  }
  const shares = Object.values<number>(found.systems);
  assert(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-9);
});

Deno.test("two runs are equal, and another seed is another history", async () => {
  const hash = async (...words: string[]) =>
    (await report("--ticks", "600", ...words)).state_hash;
  assertEquals(await hash("--seed", "3"), await hash("--seed", "3"));
  assertNotEquals(await hash("--seed", "3"), await hash("--seed", "4"));
});

Deno.test("the report is plain text when piped", async () => {
  const { code, out, err } = await run("--ticks", "200");
  assertEquals([code, err], [0, ""]);
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u0009\u000b-\u001f\u007f]/.test(out));
  assertMatch(
    out,
    /^hamlet: 3 residents, scripted, seed 1\n200 ticks, day 1 00:00 to/,
  );
  assertStringIncludes(out, "resident  hunger");
  assertMatch(out, /state [0-9a-f]{64}\n$/);
});

Deno.test("--quiet prints nothing and still does what was asked for", async () => {
  using folder = scratch();
  const file = `${folder.path}/report.json`;
  const { code, out, err } = await run(
    "--ticks",
    "5",
    "--quiet",
    "--report",
    file,
  );
  assertEquals([code, out, err], [0, "", ""]);
  assertEquals(JSON.parse(Deno.readTextFileSync(file)).ticks, 5);
});

Deno.test("--events writes every event of the run, in order", async () => {
  using folder = scratch();
  const file = `${folder.path}/events.jsonl`;
  const { code, out } = await run("--ticks", "400", "--json", "--events", file);
  assertEquals(code, 0);
  const events = Deno.readTextFileSync(file).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  const counts: Record<string, number> = {};
  for (const { e } of events) counts[e] = (counts[e] ?? 0) + 1;
  assertEquals(counts, JSON.parse(out).events);
  const ticks = events.map(({ t }) => t);
  assertEquals(ticks, ticks.toSorted((a, b) => a - b));
  assertEquals((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
  const stdout = await run("--ticks", "400", "--events", "-");
  assertEquals(stdout.code, 0);
  assertEquals(stdout.out, Deno.readTextFileSync(file));
  assertStringIncludes(stdout.err, "resident  hunger");
});

Deno.test("--hash-every tells the hashes, the last one being the report's", async () => {
  const { hashes, state_hash } = await report(
    "--ticks",
    "100",
    "--hash-every",
    "25",
  );
  assertEquals(hashes.map(({ tick }: { tick: number }) => tick), [
    25,
    50,
    75,
    100,
  ]);
  assertEquals(hashes[3].hash, state_hash);
  const { err } = await run("--ticks", "100", "--hash-every", "25");
  assertEquals(
    err,
    hashes.map(({ tick, hash }: { tick: number; hash: string }) =>
      `tick ${tick} ${hash}\n`
    ).join(""),
  );
});

Deno.test("a run that was saved goes on as if it had never stopped", async () => {
  using folder = scratch();
  for (const name of ["noon.tsnap", "noon.tsnap.gz"]) {
    const file = `${folder.path}/${name}`;
    const whole = await report("--ticks", "500", "--seed", "5");
    const first = await run(
      ...["--ticks", "250", "--seed", "5", "--json"],
      ...["--snapshot-save", file],
    );
    assertEquals(first.code, 0);
    const second = await run(
      "--ticks",
      "250",
      "--json",
      "--snapshot-load",
      file,
    );
    assertEquals(second.code, 0);
    const found = JSON.parse(second.out);
    assertEquals([found.ticks, found.tick, found.seed], [250, 500, 5]);
    assertEquals(found.state_hash, whole.state_hash);
    assertEquals(found.residents, whole.residents);
    const { counts } = JSON.parse(first.out);
    assert(counts.meals > 0, "both halves count what they saw");
    for (const deed of Object.keys(whole.counts)) {
      assertEquals(counts[deed] + found.counts[deed], whole.counts[deed], deed);
    }
  }
});

Deno.test("--snapshot-load latest takes the newest below snapshot.root", async () => {
  using folder = scratch();
  const root = ["--set", `snapshot.root=${folder.path}`];
  const none = await run("--snapshot-load", "latest", ...root);
  assertEquals(none.code, 2);
  for (const ticks of [30, 10]) {
    const { code } = await run(
      ...["--ticks", `${ticks}`, "--quiet", ...root],
      ...["--snapshot-save", `${folder.path}/snap-${ticks}0000000.tsnap`],
    );
    assertEquals(code, 0);
  }
  const { code, out, err } = await run(
    ...["--ticks", "1", "--json", "--snapshot-load", "latest", ...root],
  );
  assertEquals(code, 0, err);
  assertEquals(JSON.parse(out).tick, 11);
  assertStringIncludes(err, "going on from");
});

Deno.test("a run of 200 ticks touches the town's files and what it was asked for, no more", async () => {
  using folder = scratch();
  const [audit, file] = [`${folder.path}/audit.jsonl`, `${folder.path}/r.json`];
  const { code, err } = await townlet(
    "simulate",
    ["--ticks", "200", "--quiet", "--report", file],
    { env: { DENO_AUDIT_PERMISSIONS: audit } },
  );
  assertEquals([code, err], [0, ""]);
  const root = `${Deno.cwd()}/`;
  const used = Deno.readTextFileSync(audit).trimEnd().split("\n")
    .map((line) => JSON.parse(line))
    .map(({ permission, value }) => `${permission} ${value}`.replace(root, ""));
  const own = new RegExp(`^(?:read|write) ${folder.path}(?:/|$)`);
  assertEquals([...new Set(used)].filter((use) => !own.test(use)).sort(), [
    "read configs/town.manifest.yaml",
    "read configs/town.yaml",
  ]);
});

Deno.test("--policy decides who decides", async () => {
  const idle = await report("--ticks", "300", "--policy", "idle");
  assertEquals(idle.policy, "idle");
  assertEquals(idle.events["affordance.started"], undefined);
  assertEquals(
    (await report("--ticks", "50", "--policy", "random")).policy,
    "random",
  );
  const { code, err } = await run("--policy", "scriptd");
  assertEquals(code, 2);
  assertStringIncludes(err, "scripted");
});

Deno.test("--realtime keeps the pace", async () => {
  const found = await report("--ticks", "6", "--realtime", "20");
  assertEquals(found.ticks, 6);
  assert(found.seconds >= 0.24, `${found.seconds} s`);
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} finishes the tick, writes what was asked for, and exits ${code}`, async () => {
    using folder = scratch();
    const [file, saved] = [`${folder.path}/r.json`, `${folder.path}/s.tsnap`];
    const process = start("simulate", [
      ...TOWN,
      ...["--ticks", "1000000000", "--hash-every", "100", "--report", file],
      ...["--snapshot-save", saved],
    ]);
    // The first hash tells that the run has begun.
    const said = process.stderr.pipeThrough(new TextDecoderStream());
    const reader = said.getReader();
    assertMatch((await reader.read()).value ?? "", /^tick 100 /);
    process.kill(signal);
    while (!(await reader.read()).done) continue;
    const out = await new Response(process.stdout).text();
    assertEquals((await process.status).code, code);
    assertStringIncludes(out, `(ended by ${signal})`);
    const found = JSON.parse(Deno.readTextFileSync(file));
    assertEquals(found.interrupted, signal);
    assert(found.ticks >= 100 && found.ticks < 1e9);
    const header = JSON.parse(Deno.readTextFileSync(saved).split("\n")[0]);
    assertEquals(header.tick, found.tick);
    assertEquals(header.world_hash, found.state_hash);
  });
}

Deno.test("a reader that goes away ends the run quietly, with exit 0", async () => {
  using folder = scratch();
  const file = `${folder.path}/r.json`;
  const process = start("simulate", [
    ...TOWN,
    ...["--ticks", "1000000000", "--events", "-", "--report", file, "--quiet"],
  ]);
  const reader = process.stdout.getReader();
  const { value } = await reader.read();
  assertStringIncludes(new TextDecoder().decode(value), '{"t":');
  await reader.cancel();
  const err = await new Response(process.stderr).text();
  const { code } = await process.status;
  assertEquals([code, err], [0, ""]);
  const { ticks } = JSON.parse(Deno.readTextFileSync(file));
  assert(ticks > 0 && ticks < 1e9);
});

Deno.test("an output that is refused leaves the others as they were", async () => {
  using folder = scratch();
  const [events, report] = [`${folder.path}/e.jsonl`, `${folder.path}/r.json`];
  Deno.writeTextFileSync(events, '{"t":1}\n');
  Deno.writeTextFileSync(report, "precious");
  const { code, err } = await run(
    ...["--ticks", "400", "--events", events, "--report", report],
  );
  assertEquals(code, 5, err);
  assertEquals(Deno.readTextFileSync(events), '{"t":1}\n');
  assertEquals(Deno.readTextFileSync(report), "precious");
  assertEquals([...Deno.readDirSync(folder.path)].length, 2);
});

Deno.test("outputs that fail after the run cost nothing but themselves", async () => {
  using folder = scratch();
  const [saved, file] = [`${folder.path}/s.tsnap`, `${folder.path}/r.json`];
  const events = `${folder.path}/e.jsonl`;
  const process = start("simulate", [
    ...TOWN,
    ...["--ticks", "1000000000", "--hash-every", "100", "--events", events],
    ...["--snapshot-save", saved, "--report", file],
  ]);
  const said = process.stderr.pipeThrough(new TextDecoderStream());
  const reader = said.getReader();
  assertMatch((await reader.read()).value ?? "", /^tick 100 /);
  // Something comes into the way while the town runs.
  Deno.writeTextFileSync(saved, "precious");
  process.kill("SIGINT");
  let err = "";
  for (let piece = await reader.read(); !piece.done;) {
    err += piece.value;
    piece = await reader.read();
  }
  const out = await new Response(process.stdout).text();
  assertEquals((await process.status).code, 5, err);
  assertStringIncludes(err, `error: ${saved}: A file that is no snapshot`);
  assertEquals(Deno.readTextFileSync(saved), "precious");
  assertStringIncludes(out, "(ended by SIGINT)");
  const found = JSON.parse(Deno.readTextFileSync(file));
  assertStringIncludes(out, `state ${found.state_hash}`);
  assertMatch(Deno.readTextFileSync(events), /\}\n$/);
});

/** What is wrong, the exit code, and what the standard error says. */
const REFUSALS: readonly (readonly [
  what: string,
  words: readonly string[],
  code: number,
  says: RegExp,
])[] = [
  ["a file that is not there", ["--config", "configs/nope.yaml"], 2, /nope/],
  ["a file out of reach", ["--config", "/etc/passwd"], 5, /--allow-read/],
  ["a folder", ["--config", "configs"], 2, /folder/],
  ["too few ticks", ["--ticks", "-1"], 2, /--ticks/],
  ["half a tick", ["--ticks", "1.5"], 2, /--ticks/],
  ["no number", ["--ticks", "many"], 2, /--ticks/],
  ["a seed below 0", ["--seed", "-1"], 2, /--seed/],
  ["no pace", ["--realtime", "0"], 2, /--realtime/],
  ["two owners of the output", ["--json", "--events", "-"], 2, /--json/],
  [
    "a seed for a snapshot",
    ["--seed", "1", "--snapshot-load", "out/x.tsnap"],
    2,
    /--seed/,
  ],
  [
    "a snapshot that is not there",
    ["--snapshot-load", "out/nope.tsnap"],
    2,
    /nope/,
  ],
  [
    "a snapshot that is none",
    ["--snapshot-load", "configs/hamlet.yaml"],
    2,
    /snapshot/,
  ],
  [
    "a report over a configuration, before the first tick",
    ["--hash-every", "1", "--report", "configs/hamlet.yaml"],
    5,
    /configs\/hamlet.yaml/,
  ],
  [
    "a snapshot over a configuration, before the first tick",
    ["--hash-every", "1", "--snapshot-save", "configs/hamlet.yaml"],
    5,
    /configs\/hamlet.yaml/,
  ],
  [
    "a report out of reach, before the first tick",
    ["--hash-every", "1", "--report", "docs/report.json"],
    5,
    /--allow-write/,
  ],
  [
    "a folder for a snapshot, before the first tick",
    ["--hash-every", "1", "--snapshot-save", "out/none/"],
    2,
    /folder/,
  ],
  [
    "one file for two outputs",
    ["--report", "out/both.json", "--events", "./out/none/../both.json"],
    2,
    /--events and --report/,
  ],
  [
    "events out of reach",
    ["--ticks", "1", "--events", "docs/events.jsonl"],
    5,
    /--allow-/,
  ],
];

for (const [what, words, code, says] of REFUSALS) {
  Deno.test(`simulate refuses ${what} in one line with exit ${code}`, async () => {
    const first = words[0] === "--config" ? [] : TOWN;
    const end = await townlet("simulate", [...first, ...words]);
    assertEquals([end.code, end.out], [code, ""], end.err);
    assertMatch(end.err, says);
    const lines = end.err.trimEnd().split("\n");
    assert(lines.length <= 2, end.err);
    assertMatch(lines[0], /^error: /);
    if (lines.length === 2) assertMatch(lines[1], /^ {2}hint: /);
  });
}

Deno.test("faults of a configuration come all at once, with line and column", async () => {
  using folder = scratch();
  const file = `${folder.path}/bad.yaml`;
  Deno.writeTextFileSync(
    file,
    Deno.readTextFileSync("configs/hamlet.yaml")
      .replace(/^config_id:.*$/m, "config_id: [1]\nwrld: 3"),
  );
  const { code, out, err } = await townlet("simulate", ["--config", file]);
  assertEquals([code, out], [2, ""]);
  const lines = err.trimEnd().split("\n");
  assertEquals(lines.length, 2, err);
  for (const line of lines) assert(line.startsWith(`${file}:`), line);
  const set = await run("--set", "world.grid_siz=3");
  assertEquals(set.code, 2);
  assertMatch(set.err, /^--set world\.grid_siz: .*grid_size/);
});

Deno.test("--debug shows the stack of an error, and only then", async () => {
  const words = ["--config", "configs/nope.yaml"];
  const plain = await townlet("simulate", words);
  assert(!plain.err.includes("    at "));
  const debug = await townlet("simulate", [...words, "--debug"]);
  assertEquals(debug.code, 2);
  assertStringIncludes(debug.err, "    at ");
});

for (const flag of ["--allow-read", "--allow-write"]) {
  Deno.test(`simulate without ${flag} says what is missing, with exit 5`, async () => {
    using folder = scratch();
    const { code, out, err } = await townlet(
      "simulate",
      [...TOWN, "--ticks", "1", "--report", `${folder.path}/r.json`],
      { without: [flag] },
    );
    assertEquals([code, out], [5, ""], err);
    assertStringIncludes(err, flag);
    assert(!err.includes("    at "), err);
  });
}
