/** Numbers of a recording as tables, charts and JSON. @module */
import { recordText } from "../../src/base/text.ts";
import { jsonLine } from "../print/json.ts";
import type { Paint } from "../print/paint.ts";
import { type Chart, svgOf } from "../print/svg.ts";
import { type Column, table } from "../print/table.ts";
import { count, number } from "../print/text.ts";
import { type Drift, STATS_FORMAT } from "./drift.ts";
import type { RewardSums, Statistics } from "./statistics.ts";

/** What is told, and how much of it. */
export interface ShowOptions {
  /** What was read. */
  readonly source: string;
  /** Whether rewards are told. */
  readonly rewards: boolean;
  /** Rows of a table that is a choice. */
  readonly top: number;
  /** How far a training went from another, or null: nobody asked. */
  readonly drifts: readonly Drift[] | null;
}

/** A table and its title. */
interface Sheet {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** Lines for a terminal. */
export function statsText(
  statistics: Statistics,
  options: ShowOptions,
  paint: Paint,
): string[] {
  return [
    headline(statistics, options),
    ...sheetsOf(statistics, options).flatMap(({ title, columns, rows }) => [
      "",
      paint.bold(title),
      ...table(columns, rows, paint),
    ]),
  ];
}

/** Lines of Markdown. */
export function statsMarkdown(
  statistics: Statistics,
  options: ShowOptions,
): string[] {
  const row = (cells: readonly string[]) =>
    `| ${
      cells.map((cell) => cell.replace(/[|\\<`*_[\]]/g, "\\$&")).join(" | ")
    } |`;
  return [
    headline(statistics, options),
    ...sheetsOf(statistics, options).flatMap(({ title, columns, rows }) => [
      "",
      `## ${title}`,
      "",
      row(columns.map(({ heading }) => heading)),
      `|${columns.map(({ right }) => right ? " ---: " : " --- ").join("|")}|`,
      ...rows.map(row),
    ]),
  ];
}

/** Charts: bytes a tick by channel, rewards, and the curves of a training. */
export function statsSvg(statistics: Statistics, options: ShowOptions): string {
  const { bytes, rewards, reward, training } = statistics;
  const chosen = ranked(rewards).slice(0, options.top);
  const charts: Chart[] = [
    {
      title: "Bytes per tick",
      xLabel: "tick",
      series: [...bytes].filter(([name]) => name !== "meta")
        .map(([name, bins]) => ({ name, points: bins.rates })),
    },
    ...options.rewards && reward.count > 0
      ? [{
        title: "Reward",
        xLabel: "tick",
        series: [
          { name: "all", points: reward.curve },
          ...chosen.map(([name, { total }]) => ({ name, points: total.curve })),
        ],
      }]
      : [],
    ...[...training].filter(([name]) => !COUNTERS.includes(name))
      .map(([name, summary]) => ({
        title: name,
        xLabel: "tick",
        series: [{ name, points: summary.curve }],
      })),
  ];
  return svgOf(charts);
}

/** Numbers of a training that only say where it is. */
const COUNTERS = ["epoch", "cycle", "steps"];

/** One object of JSON. */
export function statsJson(
  statistics: Statistics,
  { source, rewards, drifts }: ShowOptions,
): string {
  const { tally, training } = statistics;
  const { ticks } = tally;
  return jsonLine({
    format: STATS_FORMAT,
    version: 1,
    source,
    frames: tally.frames,
    bytes: tally.bytes,
    ticks,
    bytes_per_tick: perTick(tally.bytes, ticks),
    channels: Object.fromEntries(
      [...tally.channels].map(([name, channel]) => [name, {
        ...channel,
        bytes_per_tick: perTick(channel.bytes, ticks),
      }]),
    ),
    events: Object.fromEntries(tally.events),
    ...rewards
      ? {
        rewards: Object.fromEntries(
          [...statistics.rewards].map(([agent, { total, parts }]) => [agent, {
            ...total.toJSON(),
            parts: Object.fromEntries(
              [...parts].map(([name, sum]) => [name, sum / total.count]),
            ),
          }]),
        ),
      }
      : {},
    ...training.size > 0 ? { training: Object.fromEntries(training) } : {},
    ...drifts === null ? {} : { drift: drifts },
  }) + "\n";
}

function headline({ tally }: Statistics, { source }: ShowOptions): string {
  const { frames, bytes, ticks, streams } = tally;
  const name = source === "-" ? "standard input" : recordText(source);
  const many = streams.size === 1 ? "" : `, ${count(streams.size, "stream")}`;
  return `${name}: ${count(frames, "frame")}, ${count(bytes, "byte")}, ${
    count(ticks, "tick")
  }, ${number(perTick(bytes, ticks))} bytes a tick${many}`;
}

function perTick(bytes: number, ticks: number): number {
  return ticks === 0 ? 0 : Math.round(bytes / ticks * 100) / 100;
}

function sheetsOf(
  statistics: Statistics,
  { rewards, top, drifts }: ShowOptions,
): readonly Sheet[] {
  return [
    channelSheet(statistics),
    ...statistics.tally.events.size > 0 ? [eventSheet(statistics, top)] : [],
    ...rewards ? [rewardSheet(statistics, top)] : [],
    ...statistics.training.size > 0 ? [trainingSheet(statistics)] : [],
    ...drifts === null ? [] : [driftSheet(drifts)],
  ];
}

function channelSheet({ tally }: Statistics): Sheet {
  const { channels, bytes: all, ticks } = tally;
  const sorted = [...channels].toSorted(([, a], [, b]) => b.bytes - a.bytes);
  return {
    title: "Channels",
    columns: [
      { heading: "channel" },
      { heading: "frames", right: true },
      { heading: "whole", right: true },
      { heading: "changes", right: true },
      { heading: "events", right: true },
      { heading: "bytes", right: true },
      { heading: "bytes/tick", right: true },
      { heading: "share", right: true },
    ],
    rows: sorted.map(([name, { frames, keys, patches, events, bytes }]) => [
      recordText(name),
      ...[frames, keys, patches, events, bytes].map((value) => number(value)),
      number(perTick(bytes, ticks), 1),
      `${number(100 * bytes / all, 1)} %`,
    ]),
  };
}

function eventSheet({ tally }: Statistics, top: number): Sheet {
  const sorted = [...tally.events].toSorted(([, a], [, b]) => b - a);
  const rest = sorted.slice(top).reduce((sum, [, n]) => sum + n, 0);
  return {
    title: "Events",
    columns: [{ heading: "event" }, { heading: "count", right: true }],
    rows: [
      ...sorted.slice(0, top).map(([name, n]) => [recordText(name), number(n)]),
      ...rest === 0 ? [] : [[`${sorted.length - top} others`, number(rest)]],
    ],
  };
}

/** Residents with the highest rewards first. */
function ranked(
  rewards: ReadonlyMap<string, RewardSums>,
): readonly (readonly [string, RewardSums])[] {
  return [...rewards].toSorted(([, a], [, b]) => b.total.mean - a.total.mean);
}

function rewardSheet({ rewards }: Statistics, top: number): Sheet {
  const shown = ranked(rewards).slice(0, top);
  const parts = [
    ...new Set(shown.flatMap(([, { parts }]) => [...parts.keys()])),
  ];
  return {
    title: "Rewards",
    columns: [
      { heading: "resident" },
      ...[
        "told",
        "mean",
        "least",
        "most",
        "last",
        ...parts.map((name) => recordText(name)),
      ]
        .map((heading) => ({ heading, right: true })),
    ],
    rows: shown.map(([agent, { total, parts: sums }]) => [
      recordText(agent),
      number(total.count),
      ...[
        total.mean,
        total.min,
        total.max,
        total.last,
        ...parts.map((name) => (sums.get(name) ?? 0) / total.count),
      ].map((value) => number(value, 4)),
    ]),
  };
}

function trainingSheet({ training }: Statistics): Sheet {
  return {
    title: "Training",
    columns: [
      { heading: "number" },
      ...["told", "mean", "least", "most", "last"]
        .map((heading) => ({ heading, right: true })),
    ],
    rows: [...training].map(([name, { count, mean, min, max, last }]) => [
      recordText(name),
      number(count),
      ...[mean, min, max, last].map((value) => number(value, 4)),
    ]),
  };
}

function driftSheet(drifts: readonly Drift[]): Sheet {
  return {
    title: "Drift",
    columns: [
      { heading: "number" },
      ...["baseline", "now", "drift", "percent"]
        .map((heading) => ({ heading, right: true })),
      { heading: "" },
    ],
    rows: drifts.map((
      { metric, baseline, value, drift, percent, exceeded },
    ) => [
      recordText(metric),
      ...[baseline, value, drift].map((one) => number(one, 4)),
      percent === null ? "–" : `${number(percent, 1)} %`,
      exceeded ? "too far" : "",
    ]),
  };
}
