/**
 * Commands that change a running town: what a timeline schedules and an
 * operator types.
 * @module
 */
import { z } from "zod";
import { ECONOMY_KEYS, type EconomyKey } from "./economy.ts";
import {
  EMPLOYMENT_PARAMETERS,
  type EmploymentParameter,
} from "./employment.ts";
import { type ProfileName, profileName } from "./personalities.ts";
import { spikeTargets } from "./perturbations.ts";
import {
  flag,
  identifier,
  int,
  type Needs,
  needs,
  oneOf,
  positive,
  real,
  text,
  type Tile,
  tile,
} from "./schema.ts";

/** Arguments of every command, by its name. Absent ones are null. */
export interface CommandArgs {
  /** Puts a new resident into the town. */
  readonly spawn: {
    /** Id of the newcomer. */
    readonly agent: string;
    /** Tile it starts on, free of residents and objects. */
    readonly pos: Tile;
    /** Its home, or null: where it starts. */
    readonly home: Tile | null;
    /** Its needs. */
    readonly needs: Needs;
    /** Its money, at least 0. */
    readonly wallet: number;
    /** Its personality, or null: an override or the draw decides. */
    readonly profile: ProfileName | null;
    /** A job's id, `none` for never any, or null: given in turn. */
    readonly job: string | null;
  };
  /** Moves a resident to a tile. */
  readonly teleport: {
    /** Who moves. */
    readonly agent: string;
    /** Where to, a tile free of residents and objects. */
    readonly pos: Tile;
  };
  /** Sets needs of a resident. */
  readonly setneed: {
    /** Whose needs. */
    readonly agent: string;
    /** The needs to set, each 0 to 1. */
    readonly needs: Readonly<Partial<Needs>>;
  };
  /** Sets a price. */
  readonly price: {
    /** Which one. */
    readonly key: EconomyKey;
    /** The price, above 0. */
    readonly value: number;
  };
  /** Makes two residents chat, whatever the distance. */
  readonly force_chat: {
    /** Who speaks. */
    readonly speaker: string;
    /** Who listens. */
    readonly listener: string;
    /** How well it goes, 0 to 1. */
    readonly quality: number;
  };
  /** Sets the tie between two residents, both ways. */
  readonly set_rel: {
    /** One of them. */
    readonly a: string;
    /** The other. */
    readonly b: string;
    /** Trust, clamped to -1 to 1. */
    readonly trust: number;
    /** Familiarity, clamped to -1 to 1. */
    readonly familiarity: number;
    /** Rivalry, clamped to 0 to 1. */
    readonly rivalry: number;
  };
  /** Calls residents together. */
  readonly arrange_meet: {
    /** The meeting's perturbation. */
    readonly spec: string;
    /** Who is called, 1 to 16. */
    readonly agents: readonly string[];
    /** Ticks until it starts. */
    readonly starts_in: number;
    /** Ticks it lasts, or null: as the perturbation says. */
    readonly duration: number | null;
    /** Where, or null: as the perturbation says. */
    readonly location: string | null;
  };
  /** Lets a perturbation happen. */
  readonly perturbation_trigger: {
    /** Which one. */
    readonly spec: string;
    /** Ticks until it starts. */
    readonly starts_in: number;
    /** Ticks it lasts, or null: as the perturbation says. */
    readonly duration: number | null;
    /** Prices a spike changes, or null: as the perturbation says. */
    readonly targets: readonly string[] | null;
    /** Factor of a spike, or null: as the perturbation says. */
    readonly magnitude: number | null;
    /** Where a meeting is, or null: as the perturbation says. */
    readonly location: string | null;
  };
  /** Ends a perturbation early. */
  readonly perturbation_cancel: {
    /** Id of the event, such as `evt_1`. */
    readonly event_id: string;
  };
  /** Removes a resident. */
  readonly kill: {
    /** Who. */
    readonly agent: string;
    /** Why, at most 64 characters, or null. */
    readonly reason: string | null;
  };
  /** Lets hunger kill, or not. */
  readonly toggle_mortality: {
    /** Whether residents can faint. */
    readonly enabled: boolean;
  };
  /** Sets how many residents may be evicted a day. */
  readonly set_exit_cap: {
    /** Exits a day, 0 to 50; 0 for no limit. */
    readonly cap: number;
  };
  /** Sets how long a place stays empty after a removal. */
  readonly set_spawn_delay: {
    /** Ticks, 0 to 100000. */
    readonly ticks: number;
  };
  /** Changes a rule of employment. */
  readonly set_employment_param: {
    /** Which rule. */
    readonly key: EmploymentParameter;
    /** Its value, within the range of the key in the section `employment`. */
    readonly value: number;
  };
  /** Decides about a resident that is to leave. */
  readonly employment_exit: {
    /** Whether it leaves now or stays. */
    readonly action: "approve" | "defer";
    /** Who. */
    readonly agent: string;
  };
}

/** Name of a command. */
export type CommandName = keyof CommandArgs;

/** A command with its arguments, complete. */
export type Command = {
  readonly [N in CommandName]: {
    /** Which command. */
    readonly name: N;
    /** Its arguments. */
    readonly args: CommandArgs[N];
  };
}[CommandName];

const delay = int(0).prefault(0).describe("Ticks until it starts");
const length = int(0).nullable().prefault(null).describe(
  "Ticks it lasts; by default as the perturbation says",
);
const place = identifier().nullable().prefault(null).describe(
  "Where; by default as the perturbation says",
);

/** Schemas of all commands' arguments. */
export const COMMAND_ARGS: {
  readonly [N in CommandName]: z.ZodType<CommandArgs[N]>;
} = {
  spawn: z.strictObject({
    agent: identifier().describe("Id of the newcomer"),
    pos: tile().describe("Tile it starts on"),
    home: tile().nullable().prefault(null).describe(
      "Its home; by default where it starts",
    ),
    needs: needs(0.5).prefault({}).describe("Its needs"),
    wallet: real(0).prefault(0).describe("Its money"),
    profile: profileName().nullable().prefault(null).describe(
      "Its personality",
    ),
    job: identifier().nullable().prefault(null).describe(
      "A job's id, or `none` for never any",
    ),
  }).describe("Puts a new resident into the town"),
  teleport: z.strictObject({
    agent: identifier().describe("Who moves"),
    pos: tile().describe("Where to"),
  }).describe("Moves a resident to a tile"),
  setneed: z.strictObject({
    agent: identifier().describe("Whose needs"),
    needs: z.strictObject({
      hunger: real(0, 1).optional().describe("Food"),
      hygiene: real(0, 1).optional().describe("Cleanliness"),
      energy: real(0, 1).optional().describe("Rest"),
    }).describe("The needs to set"),
  }).describe("Sets needs of a resident"),
  price: z.strictObject({
    key: oneOf(...ECONOMY_KEYS).describe("Which price"),
    value: positive().describe("The price"),
  }).describe("Sets a price"),
  force_chat: z.strictObject({
    speaker: identifier().describe("Who speaks"),
    listener: identifier().describe("Who listens"),
    quality: real(0, 1).prefault(1).describe("How well it goes"),
  }).check((context) => {
    const { speaker, listener } = context.value;
    if (speaker !== listener) return;
    context.issues.push({
      code: "custom",
      message: "must not be the speaker",
      input: listener,
      path: ["listener"],
    });
  }).describe("Makes two residents chat, whatever the distance"),
  set_rel: z.strictObject({
    a: identifier().describe("One of them"),
    b: identifier().describe("The other"),
    trust: z.number().describe("Trust, clamped to -1 to 1"),
    familiarity: z.number().prefault(0).describe(
      "Familiarity, clamped to -1 to 1",
    ),
    rivalry: z.number().prefault(0).describe("Rivalry, clamped to 0 to 1"),
  }).check((context) => {
    const { a, b } = context.value;
    if (a !== b) return;
    context.issues.push({
      code: "custom",
      message: "must not be the same resident",
      input: b,
      path: ["b"],
    });
  }).describe("Sets the tie between two residents, both ways"),
  arrange_meet: z.strictObject({
    spec: identifier().describe("The meeting's perturbation"),
    agents: z.array(identifier()).min(1).max(16).describe("Who is called"),
    starts_in: delay,
    duration: length,
    location: place,
  }).describe("Calls residents together"),
  perturbation_trigger: z.strictObject({
    spec: identifier().describe("Which perturbation"),
    starts_in: delay,
    duration: length,
    targets: spikeTargets().nullable().prefault(null).describe(
      "Prices a spike changes; by default as the perturbation says",
    ),
    magnitude: real(0).nullable().prefault(null).describe(
      "Factor of a spike; by default as the perturbation says",
    ),
    location: place,
  }).describe("Lets a perturbation happen"),
  perturbation_cancel: z.strictObject({
    event_id: identifier().describe("Id of the event, such as `evt_1`"),
  }).describe("Ends a perturbation early"),
  kill: z.strictObject({
    agent: identifier().describe("Who"),
    reason: text(64).nullable().prefault(null).describe("Why"),
  }).describe("Removes a resident"),
  toggle_mortality: z.strictObject({
    enabled: flag().describe("Whether residents can faint"),
  }).describe("Lets hunger kill, or not"),
  set_exit_cap: z.strictObject({
    cap: int(0, 50).describe("Exits a day; 0 for no limit"),
  }).describe("Sets how many residents may be evicted a day"),
  set_spawn_delay: z.strictObject({
    ticks: int(0, 100_000).describe("Ticks"),
  }).describe("Sets how long a place stays empty after a removal"),
  set_employment_param: z.discriminatedUnion("key", [
    employmentParameter("grace_ticks"),
    employmentParameter("absent_cutoff"),
    employmentParameter("absence_slack"),
    employmentParameter("late_tick_penalty"),
    employmentParameter("absence_penalty"),
    employmentParameter("max_absent_shifts"),
  ]).describe("Changes a rule of employment"),
  employment_exit: z.strictObject({
    action: oneOf("approve", "defer").describe(
      "Whether it leaves now or stays",
    ),
    agent: identifier().describe("Who"),
  }).describe("Decides about a resident that is to leave"),
};

/** Names of all commands. */
export const COMMAND_NAMES = Object.keys(
  COMMAND_ARGS,
) as readonly CommandName[];

/** Arguments that change one rule of employment. */
function employmentParameter<K extends EmploymentParameter>(key: K) {
  return z.strictObject({
    key: z.literal(key).describe("Which rule"),
    value: EMPLOYMENT_PARAMETERS[key].describe("Its value"),
  });
}
