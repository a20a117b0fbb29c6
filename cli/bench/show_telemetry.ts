/** What was measured of telemetry, for people. @module */
import type { Paint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { number, padEnd } from "../print/text.ts";
import type { CollectorRow } from "./collector.ts";
import type { BytesRow, CostRow } from "./telemetry.ts";

/** Tables of what telling costs. */
export function showCost(rows: readonly CostRow[], paint: Paint): string[] {
  return table(
    [
      { heading: "residents", right: true },
      { heading: "ns/step", right: true },
      { heading: "spread", right: true },
      { heading: "of bare f32", right: true },
      { heading: "heap B/tick", right: true },
    ],
    rows.map((row) => [
      number(row.agents),
      number(row.ns_per_agent_step, 1),
      `${number(row.spread * 100)} %`,
      number(row.ratio_to_bare_loop, 2),
      row.heap_bytes_per_tick === null
        ? "–"
        : number(row.heap_bytes_per_tick, 1),
    ]),
    paint,
  );
}

/** Tables of bytes. */
export function showBytes(rows: readonly BytesRow[], paint: Paint): string[] {
  return [
    ...table(
      [
        { heading: "town" },
        { heading: "residents", right: true },
        { heading: "B/tick", right: true },
        { heading: "in full", right: true },
        { heading: "share", right: true },
      ],
      rows.map((row) => [
        row.town,
        number(row.agents),
        number(row.bytes_per_tick),
        number(row.full_bytes_per_tick),
        `${number(row.share_of_full * 100, 1)} %`,
      ]),
      paint,
    ),
    "",
    paint.dim("bytes per tick by channel"),
    ...rows.map(({ town, agents, channels }) => {
      const shares = Object.entries(channels)
        .map(([name, bytes]) => `${name} ${number(bytes)}`);
      return `${padEnd(`${town}, ${agents}`, 14)} ${shares.join(", ")}`;
    }),
  ];
}

/** Tables of what a collector does to a town, and receives of it. */
export function showCollected(
  rows: readonly CollectorRow[],
  paint: Paint,
): string[] {
  return table(
    [
      { heading: "residents", right: true },
      { heading: "ticks/s without", right: true },
      { heading: "never read", right: true },
      { heading: "share", right: true },
      { heading: "waiting B", right: true },
      { heading: "frames/s read", right: true },
      { heading: "MB/s", right: true },
    ],
    rows.map((row) => [
      number(row.agents),
      number(row.ticks_per_second_without),
      number(row.ticks_per_second_unread),
      `${number(row.share_unread * 100, 1)} %`,
      number(row.queue_bytes_peak),
      number(row.frames_per_second),
      number(row.bytes_per_second / 1e6, 1),
    ]),
    paint,
  );
}
