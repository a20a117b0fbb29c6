/** What a resident observes, as plain data and as text for people. @module */
import { escapeText } from "../../src/base/text.ts";
import {
  type ObservationPlace,
  type VaryingMetadata,
  varyingMetadata,
} from "../../src/observations/metadata.ts";
import type { Town } from "../../src/world/town.ts";
import type { World } from "../../src/world/world.ts";
import type { Paint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { number, padEnd, padStart } from "../print/text.ts";
import { widthOf } from "../print/width.ts";
import { clockText } from "./clock.ts";
import { windowLines } from "./window.ts";

/** An observation as plain data. */
export function observationData(
  town: Town,
  world: World,
  place: ObservationPlace,
): unknown {
  const { spec, batch, row } = place;
  const { agentId, map, features, actionMask } = batch.row(row);
  const [channels, height, width] = spec.mapShape;
  const rowAt = (channel: number, y: number) => {
    const start = (channel * height + y) * width;
    return [...map.subarray(start, start + width)];
  };
  const upTo = (length: number) => Array.from({ length }, (_, i) => i);
  return {
    format: "townlet.observation",
    version: 1,
    tick: batch.tick,
    agent: agentId,
    spec,
    metadata: varyingMetadata(town, world, place),
    map: upTo(channels).map((channel) =>
      upTo(height).map((y) => rowAt(channel, y))
    ),
    features: named(spec.featureNames, features),
    action_mask: named(town.actions, actionMask),
  };
}

function named(
  names: readonly string[],
  values: Float32Array | Uint8Array,
): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

/** Features of a social slot: which, and what of it. */
const SLOT = /^social_slot(\d+)_(.+)$/;

/** Features that belong together, by their names; the first that fits. */
const GROUPS: readonly (readonly [heading: string, names: RegExp])[] = [
  ["needs and money", /^(need_|wallet$)/],
  ["work", /^(lateness_|on_shift$|attendance_|wages_|shift_)/],
  ["time and context", /^(time_|episode_|embedding_slot_|ctx_)/],
  ["clashes", /^rivalry_/],
  ["last action", /^last_action_/],
  ["objects", /^(reservation_active|in_queue)$/],
  ["way", /^path_hint_/],
  ["window", /^(neighbor_|reserved_tile_|nearest_agent_)/],
  ["personality", /^personality_/],
  ["friends and rivals", SLOT],
  ["friends and rivals together", /^social_/],
  ["landmarks", /_(dx|dy|dist)$/],
  ["others", /./],
];

/** The lines of an observation; `room` columns at most where that is enough. */
export function showObservation(
  town: Town,
  world: World,
  place: ObservationPlace,
  paint: Paint,
  room: number,
): string[] {
  const { spec, batch, row } = place;
  const { agentId, features, actionMask } = batch.row(row);
  const agent = batch.agents[row];
  const metadata = varyingMetadata(town, world, place);
  const section = (heading: string, entries: readonly Entry[]) =>
    entries.length === 0
      ? []
      : ["", paint.dim(heading), ...columns(entries, room)];
  const values = spec.featureNames.map((
    name,
    i,
  ): Entry => [name, valueText(features[i])]);
  const groups = GROUPS.flatMap(([heading, names], group) => {
    const entries = values.filter(([name]) => groupOf(name) === group);
    return names === SLOT
      ? slotLines(heading, entries, paint)
      : section(heading, entries);
  });
  return [
    `${paint.bold(escapeText(agentId))} at ${world.x[agent]},${
      world.y[agent]
    }, tick ${number(batch.tick)} (${
      clockText(batch.tick, town.ticksPerDay)
    }), variant ${spec.variant}, layout ${spec.layout}`,
    "",
    ...windowLines(town, world, place, paint, room),
    ...groups,
    ...section(
      "actions",
      town.actions.map((name, i): Entry => [
        escapeText(name),
        actionMask[i] === 1 ? paint.green("yes") : "no",
      ]),
    ),
    ...section(
      "summary of the window",
      Object.entries(metadata.local_summary).map((
        [name, value],
      ): Entry => [name, valueText(value)]),
    ),
    ...section("context", contextOf(metadata)),
    "",
    `${paint.dim("spec")} ${spec.specHash}`,
  ];
}

function groupOf(name: string): number {
  return GROUPS.findIndex(([, names]) => names.test(name));
}

/** The social slots side by side: a line for each feature of a slot. */
function slotLines(
  heading: string,
  entries: readonly Entry[],
  paint: Paint,
): string[] {
  if (entries.length === 0) return [];
  const lines = new Map<string, string[]>();
  for (const [name, value] of entries) {
    const part = name.replace(SLOT, "$2");
    lines.set(part, [...lines.get(part) ?? [part], value]);
  }
  const rows = [...lines.values()];
  const slots = rows[0].slice(1).map((_, slot) => ({
    heading: `slot${slot}`,
    right: true,
  }));
  return [
    "",
    ...table([{ heading: `${heading}: social_` }, ...slots], rows, paint),
  ];
}

/** What the observation leaves to metadata, beside the summary. */
function contextOf(metadata: VaryingMetadata): Entry[] {
  const { embedding_slot, social_context, personality } = metadata;
  const entries: Entry[] = [["embedding_slot", number(embedding_slot)]];
  if (social_context) {
    const { configured_slots, filled_slots, relation_source } = social_context;
    entries.push(
      ["filled_slots", `${filled_slots} of ${configured_slots}`],
      ["relation_source", relation_source],
    );
  }
  if (personality) entries.push(["profile", personality.profile]);
  return entries;
}

function valueText(value: number): string {
  return number(value, Number.isInteger(value) ? 0 : 4);
}

/** A name and what it is. */
type Entry = readonly [name: string, value: string];

/** Names and values side by side, in as many columns as there is room for. */
function columns(entries: readonly Entry[], room: number): string[] {
  const gap = "   ";
  const names = Math.max(...entries.map(([name]) => widthOf(name)));
  const values = Math.max(...entries.map(([, value]) => widthOf(value)));
  const width = names + 2 + values + gap.length;
  const count = Math.max(1, Math.floor((room + gap.length) / width));
  const cells = entries.map(([name, value]) =>
    `${padEnd(name, names)}  ${padStart(value, values)}`
  );
  return cells.flatMap((_, i) =>
    i % count === 0 ? [cells.slice(i, i + count).join(gap).trimEnd()] : []
  );
}
