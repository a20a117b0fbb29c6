import { assert, assertEquals } from "@std/assert";
import { readSnapshot } from "../../src/snapshots/files.ts";
import { decodeSnapshot } from "../../src/snapshots/snapshot.ts";
import { busyTown } from "../helpers/busy_town.ts";
import { inScratch } from "../helpers/scratch.ts";

/** Permissions of the processes started here. */
const GRANTS = [
  "--no-prompt",
  "--ignore-env=LOG_TOKENS,LOG_STREAM",
  "--allow-read=out",
  "--allow-write=out",
  // Now and then a background thread of Deno 2.9.6's engine reads wild memory
  // (exit code 139); what is asked here needs no such thread.
  "--v8-flags=--single-threaded",
];

async function hashesOf(...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", ...GRANTS, "tests/helpers/run_busy_town.ts", ...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  // A runtime that crashes writes nothing; its exit code then tells.
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\n");
}

Deno.test("a run saved, loaded by a new process and gone on with has the hashes of one run", () =>
  inScratch(async (folder) => {
    for (const seed of ["1", "2", "3", "4", "5"]) {
      const path = `${folder}/half-${seed}.tsnap.gz`;
      const whole = await hashesOf(
        seed,
        "500",
        "save",
        `${folder}/whole.tsnap`,
      );
      const first = await hashesOf(seed, "250", "save", path);
      const second = await hashesOf(seed, "250", "load", path);
      assertEquals([...first, ...second], whole, `seed ${seed}`);
      assertEquals(new Set(whole).size, 500);
    }
  }));

Deno.test("a process killed while it saves leaves a file that loads", () =>
  inScratch(async (folder) => {
    const path = `${folder}/last.tsnap`;
    const town = busyTown({ movement: "walk", backend: "scripted" });
    let seed = 1;
    let left = 0;
    for (let round = 0; round < 50; round++) {
      const process = new Deno.Command("deno", {
        args: ["run", ...GRANTS, "tests/helpers/save_for_ever.ts", path],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = process.stdout.getReader();
      await reader.read();
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      await new Promise((done) => setTimeout(done, 5 + (seed >>> 16) % 60));
      process.kill("SIGKILL");
      await process.status;
      await reader.cancel();

      for await (const { name } of Deno.readDir(folder)) {
        if (name === "last.tsnap") continue;
        assert(/^\.last\.tsnap\..*\.tmp$/.test(name), name);
        await Deno.remove(`${folder}/${name}`);
        left++;
      }
      const { world } = decodeSnapshot(await readSnapshot(path), town, {
        where: path,
      });
      assert(world.tick[0] > 0);
    }
    // Otherwise no kill came in the middle of a save.
    assert(left > 0, "every save was over before the kill");
  }));
