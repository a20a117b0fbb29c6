/** `townlet bench`: how fast ticks are. @module */
import { object } from "@optique/core/constructs";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { measure, type Row } from "../bench/measure.ts";
import { type Command, command, subcommand } from "../command.ts";
import { debugFlag, jsonFlag, says, wholeNumber } from "../flags.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";
import { openProgress } from "../print/progress.ts";
import { table } from "../print/table.ts";
import { count, number, padEnd } from "../print/text.ts";

/** Residents measured when nobody says how many. */
const AGENTS = "8,32,128,512,2048,4096";

/** Most residents that can be measured. */
const AGENTS_MAX = 8192;

/** Measures ticks beside a bare loop. */
export const bench: Command = command({
  examples: [
    "bench tick",
    "bench tick --agents 128 --profile",
    "bench tick --agents 8,512 --json",
  ],
  flags: subcommand(
    "tick",
    "World, scripted decisions and rewards; no observations",
    object({
      agents: withDefault(
        option(
          "--agents",
          string({ metavar: "N,N,…" }),
          says("Numbers of residents"),
        ),
        AGENTS,
      ),
      rounds: withDefault(
        option(
          "--rounds",
          wholeNumber(1, 100),
          says("Rounds of which the best counts"),
        ),
        5,
      ),
      profile: option(
        "--profile",
        says("Tell the share of each system, in a run of its own"),
      ),
      json: jsonFlag,
      debug: debugFlag,
    }),
  ),
  run({ agents, rounds, profile, json }) {
    const sizes = readSizes(agents);
    const progress = openProgress(!json);
    const rows = sizes.map((size, i) => {
      progress.show(i / sizes.length, () => `${size} residents`);
      return measure(size, { rounds, profile });
    });
    progress.clear();
    const paint = openPaint(showsColours("stdout"));
    print(
      json
        ? JSON.stringify({ format: "townlet.bench", version: 1, rows }) + "\n"
        : showRows(rows, paint).join("\n") + "\n",
    );
    return EXIT.done;
  },
});

/** The numbers of a list like `8,32`. */
function readSizes(list: string): number[] {
  return list.split(",").map((item) => {
    const size = Number(item);
    if (
      /^\d+$/.test(item.trim()) && size >= 1 && size <= AGENTS_MAX
    ) return size;
    throw new TownletError(`--agents: ${JSON.stringify(item)} is no number`, {
      code: "usage",
      hint: `Numbers from 1 to ${AGENTS_MAX}, with commas between them`,
    });
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
