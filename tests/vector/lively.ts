/** A town for vectors, actions for it, and all that a vector shows. @module */
import type { Config } from "../../src/config/config.ts";
import type { VectorTown } from "../../src/vector/vector.ts";
import { tinyConfig } from "../helpers/tiny_town.ts";

/** A town in which people walk, die and come back; one row stays free. */
export const config: Config = tinyConfig({
  agents: [
    { id: "ann", at: [1, 1], needs: [0.08, 0.5, 0.5] },
    { id: "bob", at: [4, 4], needs: [0.9, 0.5, 0.5] },
    { id: "cy", at: [6, 2], needs: [0.12, 0.5, 0.5] },
  ],
  objects: [
    { id: "fridge", type: "fridge", at: [3, 3] },
    { id: "bed", type: "bed", at: [5, 5] },
  ],
  decay: 0.002,
  walk: true,
  config: {
    features: {
      stages: { relationships: "B" },
      systems: { lifecycle: "on" },
    },
    lifecycle: { respawn_delay_ticks: 5 },
    policy: { backend: "random" },
    world: { grid_size: [8, 8], agent_capacity: 4 },
  },
});
/** The actions of a tick: something else for each row and tick. */
export function someActions(vector: VectorTown, tick: number): Int32Array {
  return new Int32Array(vector.rows).map((_, row) =>
    (row * 7 + tick * 3) % (vector.town.actions.length + 1) - 1
  );
}

/** Everything a vector shows, as text. */
export function showAll(vector: VectorTown): string {
  const { batch, reward, terminated, truncated, autoreset } = vector;
  const arrays = [
    ...[batch.agents, batch.map, batch.features, batch.actionMask],
    ...[batch.summary, batch.slots, reward, terminated, truncated, autoreset],
    ...[vector.ticks, vector.episodes, vector.seeds, vector.invalidChoices],
    ...[vector.external, vector.profiles, vector.ends, vector.tallies],
  ];
  const ids = Array.from(
    { length: vector.rows },
    (_, row) => vector.agentId(row),
  );
  return [...arrays.map((array) => array.join()), ids.join()].join("\n");
}
