import { assert, assertEquals } from "@std/assert";
import { measureBytes } from "../../../cli/bench/telemetry.ts";

/** Bytes a tick that a town may take, by residents. */
const MOST = new Map([[10, 2600], [32, 7000]]);

Deno.test("the shipped town takes few bytes a tick, and much fewer than whole states do", async () => {
  const rows = await measureBytes();
  assertEquals(rows.map(({ town, agents }) => `${town} ${agents}`), [
    "town 10",
    "town 32",
    "one shower 3",
  ]);
  for (const row of rows) {
    const { agents, bytes_per_tick, share_of_full, channels } = row;
    assert(bytes_per_tick <= (MOST.get(agents) ?? Infinity), `${agents}`);
    assert(share_of_full <= 0.45, `${agents}: ${share_of_full}`);
    const sum = Object.values(channels).reduce((a, b) => a + b, 0);
    assertEquals(Math.round(sum), Math.round(bytes_per_tick));
    for (const name of ["agents", "rewards", "town", "social", "events"]) {
      assert(channels[name] > 0, name);
    }
  }
});
