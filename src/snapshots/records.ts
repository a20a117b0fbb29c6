/** The irregular part of a world, checked when it comes from a file. @module */
import { z } from "zod";
import { IDENTIFIER } from "../config/schema.ts";
import { FORBIDDEN_KEYS } from "../config/yaml_text.ts";
import { PROFILES } from "../world/profiles.ts";
import { REASON_LENGTH_MAX, REASONS_MAX } from "../world/reasons.ts";
import type { Town } from "../world/town.ts";
import {
  type ActiveEvent,
  COUNTERS,
  type Lineage,
  type PendingEvent,
  type PendingExit,
  type Records,
  type Termination,
  type Ticket,
} from "../world/world.ts";
import { checkPlain } from "./plain.ts";
import { unusable } from "./refusal.ts";

/** Rule of lives' ids: a name, and the number of a respawn after it. */
const LIFE = /^[A-Za-z0-9_][A-Za-z0-9_.#-]{0,79}$/;

/**
 * Checks the records of a file for a town.
 *
 * Throws a TownletError (exit code 2) that names the first fault: a record
 * that is missing or unknown, of the wrong kind, or that refers to nothing.
 */
export function readRecords(
  town: Town,
  saved: unknown,
  where: string,
): Records {
  checkPlainFile(saved, where);
  const result = schemaFor(town).safeParse(saved);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = ["records", ...issue.path].join(".");
  throw unusable("records", `In ${path}: ${issue.message}`, { where });
}

/** The values of a file are JSON already; what is left are −0 and bad keys. */
function checkPlainFile(saved: unknown, where: string): void {
  try {
    checkPlain(saved, "records");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unusable("records", error.message, { where });
  }
}

function schemaFor(town: Town): z.ZodType<Records> {
  const count = z.int().min(0);
  const real = z.number();
  const isPlain = (name: string) => !FORBIDDEN_KEYS.has(name);
  const id = z.string().regex(IDENTIFIER).refine(isPlain);
  const life = z.string().regex(LIFE).refine(isPlain);
  const nowhereOrId = z.union([z.literal(""), id]);
  const column = z.int().min(0).max(town.width - 1);
  const row = z.int().min(0).max(town.height - 1);
  const agent = z.int().min(0).max(town.capacity - 1);
  const spec = z.int().min(0).max(town.specs.length - 1);
  const trait = z.number().min(-1).max(1);
  const idsByRow = z.array(z.union([z.literal(""), life])).length(
    town.capacity,
  );

  const lineage: z.ZodType<Lineage> = z.strictObject({
    origin: id,
    lives: count,
    respawns: count,
    past: z.array(count).length(COUNTERS.length),
  });
  const ticket: z.ZodType<Ticket> = z.strictObject({
    lineage: count,
    dueTick: count,
    x: column,
    y: row,
    homeX: column,
    homeY: row,
    job: z.int().min(-1).max(town.jobs.length - 1),
    jobless: z.boolean(),
    profile: z.int().min(0).max(PROFILES.length - 1),
    traits: z.tuple([trait, trait, trait]),
  });
  const active: z.ZodType<ActiveEvent> = z.strictObject({
    id,
    spec,
    startedTick: count,
    endsTick: count,
    targets: z.array(life),
    magnitude: real.min(0),
    location: nowhereOrId,
  });
  const pending: z.ZodType<PendingEvent> = z.strictObject({
    id,
    spec,
    startsTick: count,
    duration: count.nullable(),
    targets: z.array(life).nullable(),
    magnitude: real.min(0).nullable(),
    location: nowhereOrId.nullable(),
  });
  const exit: z.ZodType<PendingExit> = z.strictObject({
    agent,
    sinceTick: count,
  });
  const termination: z.ZodType<Termination> = z.strictObject({
    id: life,
    tick: count,
  });
  return z.strictObject({
    seed: count.nullable(),
    agentIds: idsByRow,
    lineages: z.array(lineage),
    terminations: z.array(termination),
    tickets: z.array(ticket),
    activeEvents: z.array(active),
    pendingEvents: z.array(pending),
    eventStarts: z.array(z.array(count)).length(town.specs.length),
    exitQueue: z.array(exit),
    exitRequests: z.array(agent),
    reasons: z.array(z.string().max(REASON_LENGTH_MAX)).max(REASONS_MAX),
    disabledHooks: z.array(z.enum(town.hooks.map(({ specifier }) => specifier)))
      .max(town.hooks.length),
  });
}
