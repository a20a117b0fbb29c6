/** One affordance as a manifest or a scenario writes it. @module */
import { z } from "zod";
import { parseCondition } from "./condition.ts";
import { TownletError } from "../base/error.ts";
import { identifier, int } from "./schema.ts";

/** Something an affordance can change. */
export type EffectName =
  | "hunger"
  | "hygiene"
  | "energy"
  | "money";

/** Something that can be done with objects of a type. */
export interface AffordanceEntry {
  /** Name of the affordance, unlike any other's. */
  readonly id: string;
  /** Type of object it needs. */
  readonly object_type: string;
  /** Ticks it takes, 1 to 1000000. */
  readonly duration: number;
  /** What it adds: to needs, which stay within 0 and 1, and to the wallet. */
  readonly effects: Readonly<Partial<Record<EffectName, number>>>;
  /** Conditions, all of which must hold at the start. */
  readonly preconds: readonly string[];
  /** Names of the hooks that act at its start, end and failure. */
  readonly hooks: {
    /** Hooks that act at the start and may prevent it. */
    readonly before: readonly string[];
    /** Hooks that act at the end. */
    readonly after: readonly string[];
    /** Hooks that act when it fails. */
    readonly fail: readonly string[];
  };
}

/** A schema for one text or a list of texts, read as a list. */
function oneOrMore(
  item: z.ZodType<string>,
): z.ZodType<readonly string[]> {
  return z.unknown().transform((value, context) => {
    const list = Array.isArray(value) ? value : [value];
    list.forEach((entry, index) => {
      const path = Array.isArray(value) ? [index] : [];
      for (const issue of item.safeParse(entry).error?.issues ?? []) {
        context.issues.push({
          code: "custom",
          message: typeof entry === "string" ? issue.message : "must be text",
          input: entry,
          path,
        });
      }
    });
    return list;
  }).meta({
    anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }],
  });
}

const precondition = z.string().check((context) => {
  try {
    if (context.value.trim() !== "") parseCondition(context.value);
  } catch (error) {
    if (!(error instanceof TownletError)) throw error;
    context.issues.push({
      code: "custom",
      message: error.message,
      input: context.value,
    });
  }
});

const hookNames = oneOrMore(identifier());

/** Schema of one affordance. */
export const affordanceEntry: z.ZodType<AffordanceEntry> = z.strictObject({
  id: identifier().describe("Name of the affordance, unlike any other's"),
  object_type: identifier().describe("Type of object it needs"),
  duration: int(1, 1_000_000).describe("Ticks it takes"),
  effects: z.strictObject({
    hunger: z.number().optional().describe("Added to hunger"),
    hygiene: z.number().optional().describe("Added to hygiene"),
    energy: z.number().optional().describe("Added to energy"),
    money: z.number().optional().describe("Added to the wallet"),
  }).describe(
    "What it adds: to needs, which stay within 0 and 1, and to the wallet",
  ),
  preconds: oneOrMore(precondition).transform((sources) =>
    sources.filter((source) => source.trim() !== "")
  ).prefault([]).describe("Conditions, all of which must hold at the start"),
  hooks: z.strictObject({
    before: hookNames.prefault([]).describe(
      "Hooks that act at the start and may prevent it",
    ),
    after: hookNames.prefault([]).describe("Hooks that act at the end"),
    fail: hookNames.prefault([]).describe("Hooks that act when it fails"),
  }).prefault({}).describe(
    "Names of the hooks that act at its start, end and failure",
  ),
});
