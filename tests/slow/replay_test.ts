/** Saving, leaving and coming back changes nothing, from the command line. */
import { assertEquals } from "@std/assert";
import { scratch, townlet } from "../helpers/townlet.ts";

const HALF = 250;

/** A digest of the world, as the report tells it. */
interface HashAt {
  /** Tick of it. */
  readonly tick: number;
  /** 64 hex digits. */
  readonly hash: string;
}

/** Runs the program for so many ticks; gives the hash of every tick. */
async function hashesOf(
  ticks: number,
  ...words: readonly string[]
): Promise<readonly HashAt[]> {
  const { code, out, err } = await townlet("simulate", [
    "--json",
    "--hash-every",
    "1",
    "--ticks",
    String(ticks),
    ...words,
  ]);
  assertEquals(code, 0, err);
  return JSON.parse(out).hashes;
}

for (const policy of ["scripted", "random"]) {
  for (const seed of ["1", "2", "3", "4", "5"]) {
    Deno.test(`500 ticks are 250, a file and 250 more: ${policy}, seed ${seed}`, async () => {
      using folder = scratch();
      const file = `${folder.path}/half.tsnap`;
      const town = ["--config", "configs/town.yaml", "--policy", policy];
      const whole = await hashesOf(2 * HALF, ...town, "--seed", seed);
      const words = [...town, "--seed", seed, "--snapshot-save", file];
      const first = await hashesOf(HALF, ...words);
      const second = await hashesOf(HALF, ...town, "--snapshot-load", file);
      assertEquals(
        whole.map(({ tick }) => tick),
        Array.from({ length: 2 * HALF }, (_, i) => i + 1),
      );
      assertEquals(new Set(whole.map(({ hash }) => hash)).size, 2 * HALF);
      assertEquals([...first, ...second], whole);
    });
  }
}
