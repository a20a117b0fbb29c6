/** Checks that try the parts a run is made of. @module */
import { TownletError } from "../../src/base/error.ts";
import { locate } from "../../src/config/locate.ts";
import { loadTown } from "../../src/app.ts";
import type { FileTransport } from "../../src/config/transport.ts";
import { Sandbox } from "../../src/security/hook_sandbox.ts";
import { checkOutput } from "../../src/security/paths.ts";
import { Simulation } from "../../src/simulation.ts";
import { Telemetry } from "../../src/telemetry/telemetry.ts";
import { COMMANDS } from "../commands.ts";
import { count } from "../print/text.ts";
import { DEFAULT_TOWN } from "../town_file.ts";
import { type Finding, fine, missing } from "./finding.ts";

/** The least a hook can be. */
const HOOK = 'export default { names: ["on_doctor"], call() { return []; } };';

/** Whether every command loads, and what is loaded only when needed. */
export async function checkModules(): Promise<Finding> {
  const entries = Object.values(COMMANDS);
  return await tried("modules", async () => {
    for (const entry of entries) await entry.load();
    const [place] = await locate("a: 1", [{ path: ["a"], at: "value" }]);
    if (place === null) throw new Error("the package yaml does not run");
    return `All ${count(entries.length, "command")} load`;
  }, "Use the task: it fetches what the lock names, and has the flags");
}

/** Whether the default town loads. */
export async function checkTown(): Promise<Finding> {
  return await tried("town", async () => {
    const { config, town } = await loadTown(DEFAULT_TOWN.path);
    const people = count(town.residents.length, "resident");
    return `${DEFAULT_TOWN.name} loads: ${config.config_id}, ${people}`;
  }, "Start it where configs/ is");
}

/** Whether files can be written below `out`. */
export async function checkOut(): Promise<Finding> {
  return await tried("output", async () => {
    const path = `out/doctor-${crypto.randomUUID()}`;
    await checkOutput(path, { what: "trial file", isKind: null });
    return "Files can be written to out";
  }, "Give out to the user who runs this, with room on its disk");
}

/** Whether a hook loads where it can do nothing, and no text becomes code. */
export async function checkSandbox(): Promise<Finding> {
  return await tried("hooks", async () => {
    using _sandbox = await Sandbox.open(HOOK);
    return "They run without permissions, and no text becomes code";
  }, "Use the task: it has the flags, and deno.json the worker options");
}

/** Whether a thread can write telemetry into a file. */
export async function checkTelemetry(): Promise<Finding> {
  return await tried("writer", async () => {
    const transport: FileTransport = {
      type: "file",
      file_path: `out/doctor-${crypto.randomUUID()}.ndjson`,
      file: { max_bytes: 0, keep: 1, gzip: false },
    };
    const { town } = await loadTown(DEFAULT_TOWN.path, [], [transport]);
    try {
      const simulation = new Simulation(town);
      const telemetry = await Telemetry.open(simulation, {
        file: DEFAULT_TOWN.path,
        app: "doctor",
      });
      telemetry.begin();
      const { undelivered } = await telemetry.close("complete");
      if (undelivered > 0) throw new Error("What it was given is not written");
    } finally {
      await Deno.remove(transport.file_path).catch(() => {});
    }
    return "A thread of its own writes telemetry";
  }, "Use the task: it may read src, where the thread's code is");
}

/** Tries something that says how it went; what it throws is missing. */
async function tried(
  name: string,
  act: () => Promise<string>,
  remedy: string,
): Promise<Finding> {
  try {
    return fine(name, await act());
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    const hint = error instanceof TownletError ? error.hint : undefined;
    return missing(name, says.split("\n")[0], hint ?? remedy);
  }
}
