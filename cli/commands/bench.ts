/** `townlet bench`: how fast ticks and observations are. @module */
import { object, or } from "@optique/core/constructs";
import { withDefault } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import type { MapFormat } from "../../src/observations/spec.ts";
import { CODE_FOLDER, type Needs } from "../../src/security/permissions.ts";
import {
  checkCollector,
  COLLECTOR,
  type CollectorRow,
  measureCollector,
} from "../bench/collector.ts";
import { type HooksRow, measureHooks } from "../bench/hooks.ts";
import { measure, type Part, type Row } from "../bench/measure.ts";
import { showBytes, showCollected, showCost } from "../bench/show_telemetry.ts";
import { measureBytes, measureCost } from "../bench/telemetry.ts";
import { measureVector } from "../bench/vector.ts";
import { anyOf, type Command, command, subcommand } from "../command.ts";
import { commonFlags, jsonFlag, says, wholeNumber } from "../flags.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";
import { openProgress } from "../print/progress.ts";
import { table } from "../print/table.ts";
import { count, number, padEnd } from "../print/text.ts";

/** Residents measured when nobody says how many. */
const AGENTS = "8,32,128,512,2048,4096";

/** Most residents that can be measured. */
const AGENTS_MAX = 8192;

const sizesFlag = withDefault(
  option(
    "--agents",
    string({ metavar: "N,N,…" }),
    says("Numbers of residents"),
  ),
  AGENTS,
);
const roundsFlag = withDefault(
  option(
    "--rounds",
    wholeNumber(1, 100),
    says("Rounds of which the best counts"),
  ),
  5,
);
const mapFlag = withDefault(
  option(
    "--map",
    choice(["f32", "u8"]),
    says("Number format of the maps"),
  ),
  "f32",
);
const profileFlag = option(
  "--profile",
  says("Tell the share of each system, in a run of its own"),
);

/** Measures ticks and observations beside a bare loop. */
export const bench: Command = command({
  examples: [
    "bench tick",
    "bench tick --agents 128 --profile",
    "bench step --agents 8,512 --map u8 --json",
    "bench vector --worlds 16 --agents 8 --workers 2",
    "bench hooks --agents 32",
    "bench telemetry --json",
  ],
  flags: or(
    subcommand(
      "tick",
      "World, scripted decisions and rewards; no observations",
      object({
        part: constant("tick"),
        agents: sizesFlag,
        map: constant("f32"),
        rounds: roundsFlag,
        profile: profileFlag,
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    subcommand(
      "observe",
      "Observations and action masks alone",
      object({
        part: constant("observe"),
        agents: sizesFlag,
        map: mapFlag,
        rounds: roundsFlag,
        profile: constant(false),
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    subcommand(
      "step",
      "Ticks, and the observations and action masks after them",
      object({
        part: constant("step"),
        agents: sizesFlag,
        map: mapFlag,
        rounds: roundsFlag,
        profile: profileFlag,
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    subcommand(
      "vector",
      "Steps of many worlds, by one thread and by several",
      object({
        part: constant("vector"),
        agents: withDefault(
          option(
            "--agents",
            wholeNumber(1, AGENTS_MAX),
            says("Residents of each world"),
          ),
          32,
        ),
        worlds: withDefault(
          option("--worlds", wholeNumber(1, 1024), says("Worlds")),
          16,
        ),
        workers: withDefault(
          option(
            "--workers",
            wholeNumber(1, 64),
            says("Threads to compare with one"),
          ),
          2,
        ),
        map: mapFlag,
        rounds: roundsFlag,
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    subcommand(
      "hooks",
      "Ticks with a hook in a sandbox, and without",
      object({
        part: constant("hooks"),
        agents: withDefault(
          option(
            "--agents",
            string({ metavar: "N,N,…" }),
            says("Numbers of residents"),
          ),
          "32,128",
        ),
        rounds: roundsFlag,
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    subcommand(
      "telemetry",
      "What telling of a town costs, and how many bytes it takes",
      object({
        part: constant("telemetry"),
        agents: withDefault(
          option(
            "--agents",
            string({ metavar: "N,N,…" }),
            says("Numbers of residents"),
          ),
          "32,128",
        ),
        collector: option(
          "--collector",
          says("Also measure with a collector at 127.0.0.1:9443, over TLS"),
        ),
        rounds: roundsFlag,
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    anyOf("tick", "observe", "step", "vector", "hooks", "telemetry"),
  ),
  needs(flags) {
    if (flags.part === "telemetry") return telemetryNeeds(flags.collector);
    return { reads: flags.part === "vector" ? [CODE_FOLDER] : [] };
  },
  async run(flags) {
    const paint = openPaint(showsColours("stdout"));
    const lines = flags.part === "vector"
      ? await benchVector(flags, paint)
      : flags.part === "hooks"
      ? await benchHooks(flags, paint)
      : flags.part === "telemetry"
      ? await benchTelemetry(flags, paint)
      : benchSizes(flags, paint);
    print(lines.join("\n") + "\n");
    return EXIT.done;
  },
});

/** Measures one number of residents after the other. */
function benchSizes(
  { part, agents, map, rounds, profile, json }: {
    readonly part: Part;
    readonly agents: string;
    readonly map: MapFormat;
    readonly rounds: number;
    readonly profile: boolean;
    readonly json: boolean;
  },
  paint: Paint,
): string[] {
  const sizes = readSizes(agents);
  const progress = openProgress(!json);
  const rows = sizes.map((size, i) => {
    progress.show(i / sizes.length, () => `${size} residents`);
    return measure(size, { part, mapFormat: map, rounds, profile });
  });
  progress.clear();
  return json
    ? [JSON.stringify({ format: "townlet.bench", version: 1, part, map, rows })]
    : showRows(rows, paint);
}

/** Measures many worlds. */
async function benchVector(
  { agents, worlds, workers, map, rounds, json }: {
    readonly agents: number;
    readonly worlds: number;
    readonly workers: number;
    readonly map: MapFormat;
    readonly rounds: number;
    readonly json: boolean;
  },
  paint: Paint,
): Promise<string[]> {
  if (workers > worlds) {
    throw new TownletError(
      `--workers: ${workers} threads are more than ${count(worlds, "world")}`,
      { code: "usage", hint: "Each thread steps one world at least" },
    );
  }
  const size = { agents, worlds, workers, mapFormat: map, rounds };
  const rows = await measureVector(size);
  if (json) {
    const part = "vector";
    return [JSON.stringify({
      ...{ format: "townlet.bench", version: 1, part, map, agents, worlds },
      rows,
    })];
  }
  return [
    `${count(worlds, "world")} of ${count(agents, "resident")}`,
    "",
    ...table(
      [
        { heading: "threads", right: true },
        { heading: "steps/s", right: true },
        { heading: "spread", right: true },
        { heading: "of one", right: true },
        { heading: "same worlds" },
      ],
      rows.map((row) => [
        number(row.workers),
        number(row.agent_steps_per_second),
        `${number(row.spread * 100)} %`,
        number(row.times_one_worker, 2),
        row.same ? "yes" : "no",
      ]),
      paint,
    ),
  ];
}

/** Measures what a hook costs. */
async function benchHooks(
  { agents, rounds, json }: {
    readonly agents: string;
    readonly rounds: number;
    readonly json: boolean;
  },
  paint: Paint,
): Promise<string[]> {
  const rows: HooksRow[] = [];
  for (const size of readSizes(agents)) {
    rows.push(await measureHooks(size, rounds));
  }
  if (json) {
    const part = "hooks";
    return [
      JSON.stringify({ format: "townlet.bench", version: 1, part, rows }),
    ];
  }
  return table(
    [
      { heading: "residents", right: true },
      { heading: "calls/tick", right: true },
      { heading: "µs/call", right: true },
      { heading: "µs/tick without", right: true },
      { heading: "with", right: true },
      { heading: "added", right: true },
      { heading: "same worlds" },
    ],
    rows.map((row) => [
      number(row.agents),
      number(row.calls_per_tick, 2),
      number(row.us_per_call, 1),
      number(row.us_per_tick_without, 1),
      number(row.us_per_tick_with, 1),
      number(row.added_us_per_tick, 1),
      row.same ? "yes" : "no",
    ]),
    paint,
  );
}

/** The town whose bytes are counted, and what a collector takes. */
function telemetryNeeds(collector: boolean): Partial<Needs> {
  const reads = ["configs/town.yaml", "configs/town.manifest.yaml"];
  if (!collector) return { reads };
  const { host, port } = COLLECTOR;
  return {
    reads: [...reads, CODE_FOLDER],
    writes: ["out"],
    net: [`${host}:${port}`],
  };
}

/** Measures what telemetry costs, and counts its bytes. */
async function benchTelemetry(
  { agents, collector, rounds, json }: {
    readonly agents: string;
    readonly collector: boolean;
    readonly rounds: number;
    readonly json: boolean;
  },
  paint: Paint,
): Promise<string[]> {
  if (collector) checkCollector();
  const cost = readSizes(agents).map((size) => measureCost(size, rounds));
  const bytes = await measureBytes();
  const collected: CollectorRow[] = [];
  for (const size of collector ? readSizes(agents) : []) {
    collected.push(await measureCollector(size, rounds));
  }
  if (json) {
    const head = { format: "townlet.bench", version: 1, part: "telemetry" };
    return [JSON.stringify({ ...head, cost, bytes, collected })];
  }
  return [
    ...showCost(cost, paint),
    "",
    ...showBytes(bytes, paint),
    ...collected.length > 0 ? ["", ...showCollected(collected, paint)] : [],
  ];
}

/** The numbers of a list like `8,32`. */
function readSizes(list: string): number[] {
  return list.split(",").map((item) => {
    const size = Number(item);
    if (
      /^\d+$/.test(item.trim()) && size >= 1 && size <= AGENTS_MAX
    ) return size;
    throw new TownletError(
      `--agents: ${JSON.stringify(item)} is no number of residents`,
      {
        code: "usage",
        hint: `Numbers from 1 to ${AGENTS_MAX}, with commas between them`,
      },
    );
  });
}

function showRows(rows: readonly Row[], paint: Paint): string[] {
  const bytes = (value: number | null) =>
    value === null ? "–" : number(value, 1);
  return [
    ...table(
      [
        { heading: "residents", right: true },
        { heading: "steps/s", right: true },
        { heading: "ns/step", right: true },
        { heading: "spread", right: true },
        { heading: "of bare f32", right: true },
        { heading: "of bare u8", right: true },
        { heading: "heap B/tick", right: true },
        { heading: "buffers B/tick", right: true },
      ],
      rows.map((row) => [
        number(row.agents),
        number(row.agent_steps_per_second),
        number(row.ns_per_agent_step, 1),
        `${number(row.spread * 100)} %`,
        number(row.ratio_to_bare_loop, 2),
        number(row.ratio_to_bare_loop_u8, 2),
        bytes(row.heap_bytes_per_tick),
        bytes(row.external_bytes_per_tick),
      ]),
      paint,
    ),
    "",
    paint.dim("what residents did"),
    ...rows.map((row) => {
      const mix = Object.entries(row.actions).sort(([, a], [, b]) => b - a)
        .map(([kind, share]) =>
          `${kind} ${share < 0.005 ? "<1" : number(share * 100)} %`
        );
      return `${padEnd(number(row.agents), 6)} ${mix.join(", ")}; ${
        count(row.deaths, "death")
      } a day, ${number(row.ties / row.agents, 1)} ties each`;
    }),
    ...rows.flatMap((row) => systemLines(row, paint)),
  ];
}

function systemLines({ agents, systems }: Row, paint: Paint): string[] {
  const shares = Object.entries(systems).sort(([, a], [, b]) => b - a);
  if (shares.length === 0) return [];
  return [
    "",
    paint.dim(`time by system, ${number(agents)} residents`),
    ...shares.map(([name, share]) =>
      `${padEnd(name, 18)} ${number(share * 100, 1).padStart(5)} %`
    ),
  ];
}
