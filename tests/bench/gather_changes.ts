/**
 * The gather of observations: it finds what changed, and draws only there. With
 * the maps come the counts and distances of what is around.
 *
 * @module
 */
import { bytesFor } from "../../src/base/columns.ts";
import { batchArrays, batchCatalogue } from "../../src/observations/batch.ts";
import { openCanvas } from "../../src/observations/canvas.ts";
import { noteChanges, openChanges } from "../../src/observations/changes.ts";
import type { MapFormat } from "../../src/observations/spec.ts";
import type { ObservationTables } from "../../src/observations/tables.ts";
import { drawWindows } from "../../src/observations/windows.ts";
import type { Stage } from "./film.ts";
import { type Gather, planar, sizes } from "./gather.ts";

/** What an observer does. */
export function openChanged(stage: Stage, format: MapFormat): Gather {
  return open(stage, format, stage.film.tables.mapSize);
}

/** The same without the maps, which stay empty. */
export function openCounts(stage: Stage): Gather {
  return open(stage, "f32", 0);
}

function open(stage: Stage, format: MapFormat, mapSize: number): Gather {
  const { agents } = sizes(stage);
  const tables: ObservationTables = { ...stage.film.tables, mapSize };
  const { town, spec } = tables;
  const catalogue = batchCatalogue(spec, town.actions.length, agents, format);
  const canvas = () => {
    const buffer = new ArrayBuffer(bytesFor(catalogue));
    const opened = openCanvas(tables, format, batchArrays(catalogue, buffer));
    opened.batch.count = agents;
    for (let agent = 0; agent < agents; agent++) {
      opened.batch.agents[agent] = agent;
    }
    return opened;
  };
  const both = [canvas(), canvas()];
  const changes = openChanges(tables);
  let turn = 0;
  return {
    indexOf: planar,
    draw() {
      turn = 1 - turn;
      noteChanges(tables, stage.world, changes);
      drawWindows(tables, stage.world, both[turn], changes);
      return both[turn].batch.map;
    },
  };
}
