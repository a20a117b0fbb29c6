import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import {
  type Needs,
  NEEDS_NOTHING,
  type Permissions,
  programFlags,
} from "../../src/security/permissions.ts";
import type { Reading } from "../../cli/command.ts";
import { COMMANDS } from "../../cli/commands.ts";
import { perms } from "../../cli/commands/perms.ts";
import { SHORTEST } from "../helpers/config_text.ts";
import { inScratch } from "../helpers/scratch.ts";
import { townlet } from "../helpers/townlet.ts";

const NOTHING: Permissions = { read: [], write: [], net: [], env: [], run: [] };

const PAGE = { summary: "", colours: false, width: 80 };

/** Reads a command line as the program does. */
async function read(line: string): Promise<Reading> {
  const [name, ...words] = line.split(" ");
  return (await COMMANDS[name].load()).read(words, { ...PAGE, name });
}

/** What a command line touches. */
async function needsOf(line: string): Promise<Needs> {
  const reading = await read(line);
  if (reading.help !== undefined) throw new Error(reading.help);
  return await reading.needs();
}

/** What `perms` says against the words after it. */
async function refusal(words: readonly string[]): Promise<TownletError> {
  return await assertRejects(async () => {
    const reading = perms.read(words, { ...PAGE, name: "perms" });
    if (reading.help === undefined) await reading.run();
  }, TownletError);
}

Deno.test("perms prints one line of flags, the common ones included", async () => {
  const { code, out, err } = await townlet("perms", ["simulate"]);
  assertEquals([code, err], [0, ""]);
  const flags = programFlags({
    ...NOTHING,
    read: ["configs/town.yaml", "configs/town.manifest.yaml", "out"],
    write: ["out"],
  });
  assertEquals(out, `${flags.join(" ")}\n`);
});

Deno.test("perms --json gives the lists, with all that the town and the flags name", () =>
  inScratch(async (folder) => {
    const config = `${folder}/town.yaml`;
    await Deno.writeTextFile(
      config,
      `${SHORTEST}telemetry:
  transport:
    type: tcp
    endpoint: "collector.example:9443"
    tls: { ca_file: ca.pem }
  sign: { keys: [{ id: a, env: TOWNLET_KEY, use: sign }] }
`,
    );
    const flags = ["--config", config, "--report", "data/r.json"];
    const { code, out, err } = await townlet(
      "perms",
      ["simulate", "--json", ...flags, "--snapshot-load", "old/a.tsnap"],
    );
    assertEquals([code, err], [0, ""]);
    // The town and its certificates lie below out.
    const permissions = {
      read: ["src", "old/a.tsnap", "out", "data"],
      write: ["out", "data"],
      net: ["collector.example:9443"],
      env: ["TOWNLET_KEY"],
      run: [],
    };
    assertEquals(JSON.parse(out), {
      format: "townlet.perms",
      version: 1,
      command: "simulate",
      ...permissions,
      flags: programFlags(permissions),
    });
  }));

Deno.test("commands say what their flags touch, and nothing more", async () => {
  const town = "configs/town.yaml";
  const load = { towns: [town], opens: ["manifest", "hooks"] };
  const files = ["manifest", "hooks", "saves", "telemetry"];
  const run = { towns: [town], opens: [...files, "policy"] };
  const cases: Readonly<Record<string, object>> = {
    "simulate": { ...run, writes: ["out"] },
    "simulate --ticks 5 --seed 2 --json": { ...run, writes: ["out"] },
    "simulate --events - --report a/r.json --snapshot-save s.tsnap": {
      ...run,
      writes: ["out", "a", "."],
    },
    "simulate --policy idle": { ...run, opens: files, writes: ["out"] },
    "simulate --policy onnx:a/b": {
      ...run,
      opens: files,
      reads: ["a/b"],
      writes: ["out"],
    },
    "simulate --events a/e.ndjson": { ...run, writes: ["out", "a"] },
    "simulate --snapshot-load latest": {
      ...run,
      opens: [...files, "snapshots", "policy"],
      writes: ["out"],
    },
    "simulate --snapshot-load a.tsnap --set seed=2": {
      ...run,
      set: ["seed=2"],
      reads: ["a.tsnap"],
      writes: ["out"],
    },
    "config check a.yaml b.yaml": { ...load, towns: ["a.yaml", "b.yaml"] },
    "config show --set seed=2": { towns: [town], set: ["seed=2"] },
    "config schema": {},
    "config docs": {},
    "config import a.yaml": { reads: ["a.yaml"] },
    "config import a.yaml --out b/c.yaml": {
      reads: ["a.yaml"],
      writes: ["b"],
    },
    "inspect town": load,
    "inspect affordances --config a.yaml": { ...load, towns: ["a.yaml"] },
    "bench tick": {},
    "bench vector": { reads: ["src"] },
    "train a.yaml --init b --data c --out d/run": {
      towns: ["a.yaml"],
      opens: ["manifest", "telemetry"],
      reads: ["b", "c"],
      writes: ["out", "d"],
    },
    "train --resume d/run --workers 2": {
      towns: ["d/run/config.yaml"],
      opens: ["manifest", "telemetry", "datasets"],
      reads: ["src"],
      writes: ["out", "d"],
    },
    "evaluate --policy idle onnx:a/b --svg c/d.svg": {
      ...load,
      reads: ["a/b"],
      writes: ["c"],
    },
    "capture a.yaml --policy onnx:b --out c/d": {
      ...load,
      towns: ["a.yaml"],
      reads: ["b"],
      writes: ["out", "c"],
    },
    "dataset audit a b": { reads: ["a", "b"] },
    "dataset curate a --out b/c": { reads: ["a"], writes: ["out", "b"] },
    "plot a": { reads: ["a"], writes: ["a"] },
    "version": {},
    "perms simulate --config /etc/a.yaml --ticks 5": {
      reads: ["/etc/a.yaml"],
    },
    "perms bench vector": {},
  };
  for (const [line, needs] of Object.entries(cases)) {
    assertEquals(
      await needsOf(line),
      { ...NEEDS_NOTHING, ...needs },
      line,
    );
  }
});

Deno.test("perms refuses paths that flags cannot carry", () =>
  inScratch(async (folder) => {
    for (const name of ["my town.yaml", "a,b.yaml", "a*.yaml"]) {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, SHORTEST);
      const { code, where, exit } = await refusal([
        ...["inspect", "town", "--config", path],
      ]);
      assertEquals([code, where, exit], ["perms.path", path, 2]);
    }
  }));

Deno.test("perms refuses to grant the program to itself", async () => {
  const wide = await refusal(["simulate", "--report", "r.json"]);
  assertEquals([wide.code, wide.where, wide.exit], ["perms.wide", ".", 5]);
});

Deno.test("perms reads the flags of the other command as that does", async () => {
  const typo = await refusal(["simulate", "--tick", "5"]);
  assertEquals([typo.message, typo.hint], [
    "Unexpected option or argument: --tick",
    "Did you mean --ticks?",
  ]);
  const part = await refusal(["inspect"]);
  assertEquals(
    part.message,
    "Say what to do: town, affordances or observations",
  );
});

Deno.test("perms wants a command that there is", async () => {
  const none = await refusal([]);
  assertEquals([none.message, none.exit], ["Name a command", 2]);
  const other = await refusal(["simulat", "--ticks", "5"]);
  assertEquals(
    other.message,
    `COMMAND: simulat is none of ${Object.keys(COMMANDS).join(", ")}`,
  );
  assertThrows(
    () => perms.read(["--ticks", "5"], { ...PAGE, name: "perms" }),
    TownletError,
    "--ticks",
  );
});
