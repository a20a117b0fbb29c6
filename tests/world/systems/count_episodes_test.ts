import { assertEquals } from "@std/assert";
import { countEpisodes } from "../../../src/world/systems/count_episodes.ts";
import { tinyTown } from "../../helpers/tiny_town.ts";

Deno.test("countEpisodes() counts every living agent's ticks and starts over with the day", () => {
  const { town, world, turn } = tinyTown({
    agents: 2,
    config: { world: { ticks_per_day: 3 } },
  });
  world.episodeTick[1] = 1;
  const seen = Array.from({ length: 4 }, () => {
    countEpisodes(town, world, turn);
    return [...world.episodeTick.subarray(0, 3)];
  });
  assertEquals(seen, [[1, 2, 0], [2, 0, 0], [0, 1, 0], [1, 2, 0]]);
});
