/** `townlet inspect`: what a configuration makes. @module */
import { object, or } from "@optique/core/constructs";
import { optional, withDefault } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { closestWord } from "../../src/config/closest.ts";
import type { Town } from "../../src/world/town.ts";
import { findAgent, type World } from "../../src/world/world.ts";
import { Observer } from "../../src/observations/observer.ts";
import { Simulation } from "../../src/simulation.ts";
import { loadTown } from "../../src/app.ts";
import { anyOf, type Command, command, subcommand } from "../command.ts";
import {
  commonFlags,
  configFlag,
  jsonFlag,
  says,
  seedFlag,
  setFlag,
  wholeNumber,
} from "../flags.ts";
import { checkProfile } from "../permissions.ts";
import { jsonLine } from "../print/json.ts";
import { print, showsColours, terminalWidth } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";
import { PROGRAM } from "../program.ts";
import { affordanceData, showAffordances } from "../report/affordances.ts";
import { observationData, showObservation } from "../report/observation.ts";
import { showTown, townData } from "../report/town.ts";

const flags = {
  config: configFlag,
  set: setFlag,
  json: jsonFlag,
  ...commonFlags,
};

/** Columns where there is no terminal. */
const WIDTH = 80;

/** Most ticks that are run before a look. */
const TICKS_MAX = 1_000_000;

const observationFlags = {
  agent: optional(
    option(
      "--agent",
      string({ metavar: "ID" }),
      says("Who observes; without it the first resident"),
    ),
  ),
  ticks: withDefault(
    option(
      "--ticks",
      wholeNumber(0, TICKS_MAX),
      says("Ticks to run before"),
    ),
    0,
  ),
  seed: seedFlag,
};

/** Prints the town a configuration makes, what one can do and sees in it. */
export const inspect: Command = command({
  examples: [
    "inspect town",
    "inspect town --config configs/hamlet.yaml --json",
    "inspect affordances",
    "inspect observations --ticks 500",
    "inspect observations --config configs/hamlet.yaml --agent ada --json",
  ],
  flags: or(
    subcommand(
      "town",
      "Grid, objects, jobs, residents and perturbations",
      object({ part: constant("town"), ...flags }),
    ),
    subcommand(
      "affordances",
      "What residents can do with objects",
      object({ part: constant("affordances"), ...flags }),
    ),
    subcommand(
      "observations",
      "What a resident is told: window, features, actions",
      object({ part: constant("observations"), ...flags, ...observationFlags }),
    ),
    anyOf("town", "affordances", "observations"),
  ),
  needs: ({ config, set }) => ({
    towns: [config],
    set,
    opens: ["manifest", "hooks"],
  }),
  async run(asked) {
    const loaded = await loadTown(asked.config, asked.set);
    const { config, town } = loaded;
    checkProfile(config);
    using hooks = loaded.hooks;
    if (asked.part === "observations") await hooks.start();
    const page = pageOf(town, asked);
    const paint = openPaint(showsColours("stdout"));
    const text = asked.json
      ? jsonLine(page.data())
      : page.lines(paint).join("\n");
    print(text + "\n");
    return EXIT.done;
  },
});

/** What to print, as plain data or as lines for people. */
interface Page {
  readonly data: () => unknown;
  readonly lines: (paint: Paint) => string[];
}

/** What to look at. */
type Asked = { readonly part: "town" } | { readonly part: "affordances" } | {
  readonly part: "observations";
  readonly agent: string | undefined;
  readonly ticks: number;
  readonly seed: number | undefined;
};

function pageOf(town: Town, asked: Asked): Page {
  switch (asked.part) {
    case "town":
      return {
        data: () => townData(town),
        lines: (paint) => showTown(town, paint),
      };
    case "affordances":
      return {
        data: () => affordanceData(town),
        lines: (paint) => showAffordances(town, paint),
      };
    case "observations": {
      const { seed, ticks } = asked;
      // Slots are given and taken back on the way, as in a run that learns.
      const observer = new Observer(town);
      const simulation = new Simulation(town, { seed, observe: observer });
      simulation.runFor(ticks);
      const { world } = simulation;
      const agent = agentNamed(world, asked.agent);
      const batch = observer.peek(world);
      const place = { spec: observer.spec, batch, row: batch.rowOf[agent] };
      return {
        data: () => observationData(town, world, place),
        lines: (paint) =>
          showObservation(town, world, place, paint, pageWidth()),
      };
    }
  }
}

/** Columns of a page. */
function pageWidth(): number {
  return (Deno.stdout.isTerminal() ? terminalWidth() : undefined) ?? WIDTH;
}

/** The row of a resident, by id or the first. */
function agentNamed(world: World, id: string | undefined): number {
  if (world.population[0] === 0) {
    throw new TownletError(`Nobody lives there at tick ${world.tick[0]}`, {
      code: "inspect.nobody",
      hint: "Look at another tick, with --ticks",
    });
  }
  const agent = id === undefined ? world.roster[0] : findAgent(world, id);
  if (agent >= 0) return agent;
  const known = world.records.agentIds.filter((one) => one !== "");
  const closest = closestWord(id ?? "", known);
  throw new TownletError(
    `There is no resident ${id ?? ""} at tick ${world.tick[0]}`,
    {
      code: "inspect.agent",
      hint: closest === null
        ? `${PROGRAM} inspect town lists the residents of the first day`
        : `Did you mean ${closest}?`,
    },
  );
}
