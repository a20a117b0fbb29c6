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
import { drawWindows } from "../../src/observations/windows.ts";
import type { Stage } from "./film.ts";
import { type Gather, planar, sizes } from "./gather.ts";

/** What an observer does. */
export function openChanged(stage: Stage, format: MapFormat): Gather {
  const { agents } = sizes(stage);
  const { film: { tables }, world } = stage;
  const { town, spec } = tables;
  const catalogue = batchCatalogue(spec, town.actions.length, agents, format);
  const open = () => {
    const buffer = new ArrayBuffer(bytesFor(catalogue));
    const canvas = openCanvas(tables, format, batchArrays(catalogue, buffer));
    canvas.batch.count = agents;
    for (let agent = 0; agent < agents; agent++) {
      canvas.batch.agents[agent] = agent;
    }
    return canvas;
  };
  const both = [open(), open()];
  const changes = openChanges(tables);
  let turn = 0;
  return {
    indexOf: planar,
    counts: () => both[turn].batch,
    draw() {
      turn = 1 - turn;
      noteChanges(tables, world, changes);
      drawWindows(tables, world, both[turn], changes);
      return both[turn].batch.map;
    },
  };
}
