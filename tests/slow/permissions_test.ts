/**
 * Rule R3: each command works with exactly its flags, and fails cleanly without
 * one that it needs. What a use of it does not need is listed, and is no loss.
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMANDS } from "../../cli/commands.ts";
import {
  type Permissions,
  programFlags,
} from "../../src/security/permissions.ts";
import { SHORTEST } from "../helpers/config_text.ts";
import { recording } from "../helpers/recording.ts";
import { inScratch, outside } from "../helpers/scratch.ts";
import { type Ended, ended } from "../helpers/townlet.ts";

/** Folders and files that may be read and written. */
type Grants = Pick<Permissions, "read" | "write">;

/** A permission of a task, such as `read configs`. */
type Grant = `${"read" | "write"} ${string}`;

/** A use of a command: what of its task's grants it needs, the rest being of no use to it. */
interface Use {
  /** The command's name and its flags; FOLDER is one below `out/`. */
  readonly words: string;
  /** What it cannot do without. */
  readonly needs: readonly Grant[];
  /** What it can. */
  readonly idle: readonly Grant[];
  /** Exit code without what it needs; 5 unless the command tells of it all. */
  readonly refused?: number;
}

const NONE: Permissions = { read: [], write: [], net: [], env: [], run: [] };

/** What makes a training as short as it can be. */
const TINY = "--set ppo.total_steps=50 --set ppo.num_worlds=1 " +
  "--set ppo.rollout_length=5 --set training.episode_ticks=10";

const USES: readonly Use[] = [
  {
    words: "simulate --ticks 5",
    needs: ["read configs"],
    idle: ["read out", "read src", "write out"],
  },
  {
    words: "simulate --ticks 5 --config configs/scenarios/tea_house.yaml",
    // A hook that ends the run leaves the state before it below out.
    needs: ["read configs", "read out"],
    idle: ["read src", "write out"],
  },
  {
    words: "simulate --ticks 5 --report FOLDER/report.json",
    needs: ["read configs", "read out", "write out"],
    idle: ["read src"],
  },
  {
    words: "simulate --ticks 5 --events FOLDER/events.ndjson",
    needs: ["read configs", "read out", "write out"],
    idle: ["read src"],
  },
  {
    words: "simulate --ticks 5 --telemetry FOLDER/run.ndjson",
    needs: ["read configs", "read out", "read src", "write out"],
    idle: [],
  },
  {
    words: "simulate --ticks 5 --snapshot-save FOLDER/state.tsnap",
    needs: ["read configs", "read out", "write out"],
    idle: ["read src"],
  },
  {
    words: "simulate --ticks 5 --snapshot-load FOLDER/old.tsnap",
    needs: ["read configs", "read out"],
    idle: ["read src", "write out"],
  },
  {
    words: "config check configs/city.yaml",
    needs: ["read ."],
    idle: ["write out"],
  },
  { words: "config show", needs: ["read ."], idle: ["write out"] },
  { words: "config schema", needs: [], idle: ["read .", "write out"] },
  {
    words: "config import FOLDER/old.yaml --out FOLDER/new.yaml",
    needs: ["read .", "write out"],
    idle: [],
  },
  { words: "inspect town", needs: ["read ."], idle: ["write out"] },
  {
    words: "inspect observations --ticks 5",
    needs: ["read ."],
    idle: ["write out"],
  },
  {
    words: "bench tick --agents 4 --rounds 1",
    needs: [],
    idle: ["read configs", "read src", "write out"],
  },
  {
    words: "bench vector --agents 64 --worlds 2 --rounds 1",
    needs: ["read src"],
    idle: ["read configs", "write out"],
  },
  {
    words: "hooks list --config configs/scenarios/tea_house.yaml",
    needs: ["read ."],
    idle: ["write out"],
  },
  {
    words: "hooks pin configs/hooks/tea_house.js",
    needs: ["read ."],
    idle: ["write out"],
  },
  {
    words: "hooks verify --ticks 5 --config configs/scenarios/tea_house.yaml",
    needs: ["read ."],
    idle: ["write out"],
  },
  {
    words: "telemetry verify FOLDER/town.ndjson --strict",
    needs: ["read out"],
    idle: ["read data", "write out"],
  },
  {
    words: "telemetry watch FOLDER/town.ndjson",
    needs: ["read out"],
    idle: ["read data", "write out"],
  },
  {
    words: "telemetry replay FOLDER/town.ndjson --out FOLDER/again.ndjson",
    needs: ["read out", "write out"],
    idle: ["read data"],
  },
  {
    words: "telemetry convert FOLDER/town.ndjson --to csv --out FOLDER/tables",
    needs: ["read out", "write out"],
    idle: ["read data"],
  },
  {
    words: "telemetry keygen --out FOLDER/k1.key",
    needs: ["read out", "write out"],
    idle: ["read data"],
  },
  {
    words: "telemetry schema --channel agents",
    needs: [],
    idle: ["read data", "read out", "write out"],
  },
  {
    words:
      "train configs/training/commons.yaml --backend ts --eval-episodes 1 " +
      `--out FOLDER/run --quiet ${TINY}`,
    needs: ["read configs", "read out", "write out"],
    idle: ["read data", "read src"],
  },
  {
    words: "evaluate --policy idle --seeds 2 --ticks 5",
    needs: ["read configs"],
    idle: ["read data", "read out", "read src", "write out"],
  },
  {
    words: "capture configs/hamlet.yaml --ticks 5 --out FOLDER/data --quiet",
    needs: ["read configs", "read out", "write out"],
    idle: ["read data", "read src"],
  },
  {
    words: "dataset audit FOLDER/recorded",
    needs: ["read out"],
    idle: ["read configs", "read data", "read src", "write out"],
  },
  {
    words: "plot FOLDER/trained",
    needs: ["read out", "write out"],
    idle: ["read configs", "read data", "read src"],
  },
  {
    words:
      "promote evaluate --input FOLDER/results.json --dry-run --format json",
    needs: ["read out"],
    idle: ["read configs", "read data", "read src", "write out"],
  },
  { words: "perms simulate", needs: ["read ."], idle: ["write out"] },
  { words: "version --sbom", needs: [], idle: [] },
  {
    words: "doctor",
    needs: ["read configs", "read out", "read src", "write out"],
    idle: [],
    refused: 1,
  },
];

/** Starts the program with some flags of the runtime, and waits. */
async function start(
  flags: readonly string[],
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return ended(
    await new Deno.Command("deno", {
      args: ["run", "--no-check", ...flags, "cli/main.ts", ...words],
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
    }).output(),
  );
}

/** Runs words with some permissions, and the common flags. */
async function run(
  words: readonly string[],
  permissions: Grants,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const out = words.indexOf("--out") + 1;
  // What is imported replaces nothing, nor does a key.
  if (out > 0 && await exists(words[out])) {
    await Deno.remove(words[out], { recursive: true });
  }
  return await start(programFlags({ ...NONE, ...permissions }), words, env);
}

/** Permissions without one of them. */
function without(grants: Grants, grant: Grant): Grants {
  const rest = (kind: "read" | "write") =>
    grants[kind].filter((path) => grant !== `${kind} ${path}`);
  return { read: rest("read"), write: rest("write") };
}

/** Fails unless a process said in two lines what it was not allowed. */
function assertRefused({ code, out, err }: Ended, what: string): void {
  assertEquals([code, out], [5, ""], `${what}: ${err}`);
  assertMatch(err, /^error: [^\n]+\n {2}hint: [^\n]+\n$/, what);
}

Deno.test("every command is tried", () => {
  assertEquals(
    [...new Set(USES.map(({ words }) => words.split(" ")[0]))].sort(),
    Object.keys(COMMANDS).sort(),
  );
});

for (const { words, needs, idle, refused } of USES) {
  const [name] = words.split(" ");
  const { grants } = COMMANDS[name];

  Deno.test(`R3: ${words} works with its task's flags, and needs of them what it says`, () =>
    inScratch(async (folder) => {
      const line = await prepare(folder, words);
      const all = [
        ...grants.read.map((path) => `read ${path}`),
        ...grants.write.map((path) => `write ${path}`),
      ];
      assertEquals([...needs, ...idle].sort(), all.sort());
      const whole = await run(line, grants);
      assertEquals(whole.code, 0, whole.err);
      if (idle.length > 0) {
        const fewer = idle.reduce(without, grants);
        const ended = await run(line, fewer);
        assertEquals(ended.code, 0, ended.err);
      }
      for (const grant of needs) {
        const ended = await run(line, without(grants, grant));
        if (refused === undefined) assertRefused(ended, grant);
        else assertEquals([ended.code, ended.err], [refused, ""], grant);
      }
    }));

  Deno.test(`R3: ${words} works with what perms prints, and with nothing less`, () =>
    inScratch(async (folder) => {
      const line = await prepare(folder, words);
      const asked = await run(["perms", ...line, "--json"], {
        read: ["."],
        write: [],
      });
      assertEquals(asked.code, 0, asked.err);
      const printed: Permissions = JSON.parse(asked.out);
      assertEquals([printed.net, printed.env, printed.run], [[], [], []]);
      const whole = await run(line, printed);
      assertEquals(whole.code, 0, whole.err);
      for (const kind of ["read", "write"] as const) {
        for (const path of printed[kind]) {
          // A run may always leave files there, whether it is asked to or not.
          const spare = path === "out" &&
            !needs.includes(`${kind} ${path}` as Grant);
          if (spare) continue;
          const ended = await run(line, without(printed, `${kind} ${path}`));
          if (refused === undefined) assertRefused(ended, `${kind} ${path}`);
          else assertEquals([ended.code, ended.err], [refused, ""], path);
        }
      }
    }));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** The words of a use, with the files it starts from in its folder. */
async function prepare(folder: string, words: string): Promise<string[]> {
  if (words.includes("old.yaml")) {
    await Deno.writeTextFile(`${folder}/old.yaml`, SHORTEST);
  }
  if (words.includes("old.tsnap")) {
    const save = ["simulate", "--ticks", "1", "--snapshot-save"];
    const { code, err } = await run(
      [...save, `${folder}/old.tsnap`],
      COMMANDS.simulate.grants,
    );
    assertEquals(code, 0, err);
  }
  if (words.includes("recorded")) {
    const { code, err } = await run(
      [
        ..."capture configs/hamlet.yaml --ticks 5 --quiet --out".split(" "),
        `${folder}/recorded`,
      ],
      COMMANDS.capture.grants,
    );
    assertEquals(code, 0, err);
  }
  if (words.includes("trained")) {
    const train = "train configs/training/commons.yaml --backend ts --quiet";
    const { code, err } = await run(
      [...`${train} ${TINY}`.split(" "), "--out", `${folder}/trained`],
      COMMANDS.train.grants,
    );
    assertEquals(code, 0, err);
  }
  if (words.includes("results.json")) {
    const results = { results: [], promotion: { candidate_ready: false } };
    const stage = { mode: "bc", cycle: 0, passed: true };
    await Deno.writeTextFile(
      `${folder}/results.json`,
      JSON.stringify({ ...results, results: [stage] }),
    );
  }
  if (words.includes("town.ndjson")) {
    const text = recording().text();
    await Deno.writeTextFile(`${folder}/town.ndjson`, text);
  }
  assert(folder.startsWith("out/"));
  return words.replaceAll("FOLDER", folder).split(" ");
}

/** Each file that a process asked for, as `permission path`, once, sorted. */
async function audited(words: string): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir({ dir: "out", prefix: "test-" });
  try {
    const line = words.replaceAll("FOLDER", folder).split(" ");
    const log = `${folder}/audit.jsonl`;
    const { code, err } = await run(line, COMMANDS.simulate.grants, {
      DENO_AUDIT_PERMISSIONS: log,
    });
    assertEquals(code, 0, err);
    const asked = (await Deno.readTextFile(log)).trim().split("\n")
      .map((line): { permission: string; value: string } => JSON.parse(line))
      .map(({ permission, value }) =>
        `${permission} ${value}`.replace(`${Deno.cwd()}/`, "")
          .replace(folder, "FOLDER")
          .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, "UUID")
      );
    return [...new Set(asked)].sort();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a run asks for its files, and for nothing else", async () => {
  const files = "--report FOLDER/r.json --events FOLDER/e.ndjson";
  assertEquals(await audited(`simulate --ticks 200 --quiet ${files}`), [
    "read FOLDER",
    "read FOLDER/.r.json.UUID.tmp",
    "read FOLDER/e.ndjson",
    "read FOLDER/r.json",
    "read configs/town.manifest.yaml",
    "read configs/town.yaml",
    "write FOLDER/.r.json.UUID.tmp",
    "write FOLDER/e.ndjson",
    "write FOLDER/r.json",
  ]);
});

Deno.test("a run with a hook that is a file asks for that file, too", async () => {
  const config = "configs/scenarios/tea_house.yaml";
  assertEquals(await audited(`simulate --quiet --config ${config}`), [
    "read configs/hooks",
    "read configs/hooks/tea_house.js",
    `read ${config}`,
    // Where the state goes if the hook ends the run.
    "read out",
    "read out/snapshots",
  ]);
});

/** Runs a line in the shell of tasks. */
async function shell(
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return ended(
    await new Deno.Command("deno", {
      args: ["task", "--quiet", "--eval", line],
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
    }).output(),
  );
}

/** A town of its own in a folder outside `configs/`. */
async function writeTown(folder: string, more = ""): Promise<string> {
  const path = `${folder}/town.yaml`;
  await Deno.writeTextFile(path, SHORTEST + more);
  return path;
}

Deno.test("simulate:granted runs a town outside configs/, with its permissions and no more", () =>
  inScratch(async (folder) => {
    const env = { TOWNLET_CONFIG: await writeTown(folder) };
    const task = "deno task -q simulate:granted --ticks 3";
    const inside = await shell(`${task} --json`, env);
    assertEquals([inside.code, inside.err], [0, ""]);
    assertEquals(JSON.parse(inside.out).ticks, 3);
    const below = await shell(`${task} --quiet --report ${folder}/r.json`, env);
    assertEquals([below.code, below.err], [0, ""]);
    const manifest = "affordances.manifest=../../configs/town.manifest.yaml";
    assertRefused(await shell(`${task} --set ${manifest}`, env), "read");
    assertRefused(await shell(`${task} --report data/r.json`, env), "write");
  }));

Deno.test("simulate:granted does not start when nobody can tell what a town needs", () =>
  inScratch(async (folder) => {
    const task = "deno task -q simulate:granted --ticks 3";
    const broken = await writeTown(folder, "no_such_key: 1\n");
    const faulty = await shell(task, { TOWNLET_CONFIG: broken });
    assertEquals([faulty.code, faulty.out], [2, ""]);
    assertMatch(faulty.err, /^\S+town\.yaml:4:1 no_such_key: [^\n]+\n$/);
    const unset = await shell(task, { TOWNLET_CONFIG: "" });
    assertEquals([unset.code, unset.out], [2, ""]);
    assertMatch(unset.err, /^error: --config requires FILE\n/);
  }));

Deno.test("the hint of a refusal is a line that works", () =>
  inScratch(async (folder) => {
    const report = `${folder}/reports/r.json`;
    const words = ["simulate", "--ticks", "3", "--quiet", "--report", report];
    const refused = await run(words, { read: ["configs"], write: [] });
    assertRefused(refused, "write");
    const [, line] = /: (deno run .*)\n$/.exec(refused.err) ?? [];
    const { code, err } = await shell(line);
    assertEquals([code, err], [0, ""]);
    assert(await exists(report));
  }));

Deno.test("the hint of a refusal outside the working folder is a line that works", async () => {
  const path = `/tmp/townlet-${crypto.randomUUID()}.yaml`;
  const text = JSON.stringify(SHORTEST);
  await outside(`Deno.writeTextFileSync("${path}", ${text})`);
  try {
    const words = ["simulate", "--ticks", "3", "--quiet", "--config", path];
    const refused = await run(words, { read: ["configs"], write: [] });
    assertRefused(refused, "read");
    const [, line] = /: (deno run .*)\n$/.exec(refused.err) ?? [];
    const { code, err } = await shell(line);
    assertEquals([code, err], [0, ""]);
  } finally {
    await outside(`Deno.removeSync("${path}")`);
  }
});

Deno.test("R1: each kind of permission without a list is refused when strict", async () => {
  const kinds = ["read", "write", "net", "env", "run", "ffi", "sys"];
  for (const kind of kinds) {
    const flags = [...programFlags(NONE), `--allow-${kind}`];
    assertRefused(
      await start(flags, ["version", "--strict-permissions"]),
      kind,
    );
  }
  const lists = programFlags({
    read: ["."],
    write: ["out"],
    net: ["127.0.0.1"],
    env: ["HOME"],
    run: ["deno"],
  });
  const { code, err } = await start(lists, ["version", "--strict-permissions"]);
  assertEquals([code, err], [0, ""]);
});

Deno.test("R1: each command refuses a permission without a list when strict", async () => {
  const flags = [...programFlags(NONE), "--allow-sys"];
  for (
    const words of new Map(
      USES.map(({ words }) => [words.split(" ")[0], words]),
    ).values()
  ) {
    const line = words.replaceAll("FOLDER", "out").split(" ");
    const ended = await start(flags, [...line, "--strict-permissions"]);
    assertRefused(ended, words);
  }
});

Deno.test("--cached-only makes import look granted, so import alone tells nothing", async () => {
  const state = async (...flags: readonly string[]) =>
    ended(
      await new Deno.Command("deno", {
        args: [
          ...["run", "--no-prompt", "--no-lock", "--no-config", ...flags],
          `data:text/javascript,console.log(Deno.permissions.querySync({name:"import"}).state)`,
        ],
      }).output(),
    ).out.trim();
  for (const remote of [[], ["--no-remote"]]) {
    assertEquals(await state(...remote), "prompt");
    assertEquals(await state("--cached-only", ...remote), "granted");
    assertEquals(await state("--allow-import", ...remote), "granted");
    assertEquals(
      await state("--allow-import=a.example", "--cached-only", ...remote),
      "prompt",
    );
    assertEquals(
      await state("--deny-import", "--cached-only", ...remote),
      "denied",
    );
  }
});
