/** Section `scenario`: a story with its own people, things and timeline. @module */
import { z } from "zod";
import { type ScheduledAction, scheduledAction } from "./action.ts";
import { type AffordanceEntry, affordanceEntry } from "./affordance_entry.ts";
import {
  type Command,
  COMMAND_ARGS,
  COMMAND_NAMES,
  type CommandArgs,
  type CommandName,
} from "./commands.ts";
import {
  type Resident,
  type ResidentEntry,
  residentShape,
} from "./population.ts";
import { flag, int, text } from "./schema.ts";
import { type ObjectEntry, objectEntry } from "./world_settings.ts";

/** An agent of a scenario. */
export interface ScenarioAgent extends Resident {
  /** What it does tick by tick from tick 1, or null: as the policy decides. */
  readonly schedule: readonly ScheduledAction[] | null;
  /** Whether the schedule starts over at its end; else the agent then waits. */
  readonly loop: boolean;
}

/** One entry of a timeline: a command at the start of a tick. */
export type TimelineEntry = {
  readonly [N in CommandName]: {
    /** Tick at whose start the command runs. */
    readonly tick: number;
    /** Which command. */
    readonly command: N;
    /** Its arguments. */
    readonly args: CommandArgs[N];
  };
}[CommandName];

/** A story with its own people, things and timeline. */
export interface Scenario {
  /** What it shows, for people; may be empty. */
  readonly description: string;
  /** Ticks it takes, or null. */
  readonly ticks: number | null;
  /** Its objects, after those of the world. */
  readonly objects: readonly ObjectEntry[];
  /** Its agents, after the residents of the town. */
  readonly agents: readonly ScenarioAgent[];
  /** Its affordances, beside those of the manifest. */
  readonly affordances: readonly AffordanceEntry[];
  /** Commands, in order of their ticks. */
  readonly timeline: readonly TimelineEntry[];
}

/** A {@link ScenarioAgent} as written. */
export interface ScenarioAgentEntry extends ResidentEntry {
  /** Its schedule, if written. */
  readonly schedule: readonly ScheduledAction[] | null;
  /** Whether the schedule starts over. */
  readonly loop: boolean;
}

/** A {@link Scenario} as written. */
export interface ScenarioEntry extends Omit<Scenario, "agents"> {
  /** Its agents. */
  readonly agents: readonly ScenarioAgentEntry[];
}

/** The command of a timeline's entry. */
export function commandOf(entry: TimelineEntry): Command {
  return { name: entry.command, args: entry.args } as Command;
}

const agent: z.ZodType<ScenarioAgentEntry> = z.strictObject({
  ...residentShape,
  schedule: z.array(scheduledAction).nullable().prefault(null).describe(
    "What it does tick by tick from tick 1; without one the policy decides",
  ),
  loop: flag().prefault(true).describe(
    "Whether the schedule starts over at its end; else the agent then waits",
  ),
});

/** A schema for a timeline's entry with the command `name`. */
function timelineEntry(name: CommandName) {
  return z.strictObject({
    tick: int(0).describe("Tick at whose start the command runs"),
    command: z.literal(name).describe("The command"),
    args: COMMAND_ARGS[name].describe("Its arguments"),
  }).describe(COMMAND_ARGS[name].description ?? name);
}

/** Made when a file has a scenario: most have none, and it takes its time. */
function story(): z.ZodType<ScenarioEntry> {
  const [first, ...others] = COMMAND_NAMES.map(timelineEntry);
  // Each schema pairs a name with its own arguments; mapping over the names
  // makes the compiler forget which belongs to which.
  const timeline = z.array(
    z.discriminatedUnion("command", [first, ...others]),
  ) as unknown as z.ZodType<readonly TimelineEntry[]>;
  return z.strictObject({
    description: text().prefault("").describe(
      "What it shows, for people",
    ),
    ticks: int(1).nullable().prefault(null).describe(
      "Ticks it takes when the command line names none",
    ),
    objects: z.array(objectEntry).prefault([]).describe(
      "Its objects, after those of the world",
    ),
    agents: z.array(agent).prefault([]).describe(
      "Its agents, after the residents of the town",
    ),
    affordances: z.array(affordanceEntry).prefault([]).describe(
      "Its affordances, beside those of the manifest",
    ),
    timeline: timeline.prefault([]).describe(
      "Commands, in order of their ticks",
    ),
  });
}

/** Schema of the section `scenario`. */
export const scenario: z.ZodType<ScenarioEntry | null> = z.lazy(story)
  .nullable().prefault(null).describe(
    "A story with its own people, things and timeline",
  );
