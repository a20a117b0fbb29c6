/** Section `perturbations`: things that happen to a town. @module */
import { z } from "zod";
import { ECONOMY_KEYS } from "./economy.ts";
import { identifier, int, named, type Range, range, real } from "./schema.ts";

/** What every perturbation has. */
export interface PerturbationBase {
  /** How often it happens a day, on average. */
  readonly prob_per_day: number;
  /** Ticks after its end before it can happen again. */
  readonly cooldown_ticks: number;
  /** Ticks it lasts. */
  readonly duration: Range;
}

/** Prices go up or down. */
export interface PriceSpike extends PerturbationBase {
  /** Says that it is a price spike. */
  readonly kind: "price_spike";
  /** Factor of the prices, at least 0. */
  readonly magnitude: Range;
  /** Prices, `market` or `global`; none means the market. */
  readonly targets: readonly string[];
}

/** The power fails. */
export interface Blackout extends PerturbationBase {
  /** Says that it is a blackout. */
  readonly kind: "blackout";
  /** The utility that fails. */
  readonly utility: "power";
}

/** The water fails. */
export interface Outage extends PerturbationBase {
  /** Says that it is an outage. */
  readonly kind: "outage";
  /** The utility that fails. */
  readonly utility: "water";
}

/** Residents are called together. */
export interface ArrangedMeet extends PerturbationBase {
  /** Says that it is a meeting. */
  readonly kind: "arranged_meet";
  /** Whom it calls: the pair with the highest rivalry first. */
  readonly target: "top_rivals";
  /** Where: an object's id, else the type of one. */
  readonly location: string;
  /** Residents called at most, at least 2. */
  readonly max_participants: number;
}

/** Something that can happen to a town. */
export type PerturbationSpec = PriceSpike | Blackout | Outage | ArrangedMeet;

/** How often things happen, and which. */
export interface Perturbations {
  /** Perturbations at the same time, at least 1. */
  readonly max_concurrent_events: number;
  /** Ticks added to every perturbation's own pause. */
  readonly global_cooldown_ticks: number;
  /** Ticks before a resident can be called again. */
  readonly per_agent_cooldown_ticks: number;
  /** Length of the window in which starts are counted, in ticks. */
  readonly window_ticks: number;
  /** Starts of the same perturbation within the window; 0 for no limit. */
  readonly max_events_per_window: number;
  /** Perturbations by name, in file order. */
  readonly events: Readonly<Record<string, PerturbationSpec>>;
}

/** What a price spike may name beside a single price. */
export const SPIKE_TARGETS = [...ECONOMY_KEYS, "market", "global"] as const;

/** A schema for lists of what a price spike changes. */
export function spikeTargets(): z.ZodType<readonly string[]> {
  return z.array(z.enum(SPIKE_TARGETS));
}

const common = {
  prob_per_day: real(0).prefault(0).describe(
    "How often it happens a day, on average",
  ),
  cooldown_ticks: int(0).prefault(0).describe(
    "Ticks after its end before it can happen again",
  ),
  duration: range(0, { whole: true }).prefault(0).describe("Ticks it lasts"),
} as const;

const spec: z.ZodType<PerturbationSpec> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("price_spike").describe("Prices go up or down"),
    ...common,
    magnitude: range(0, { whole: false }).prefault(1).describe(
      "Factor of the prices",
    ),
    targets: spikeTargets().prefault([]).describe(
      "Prices, `market` or `global`; none means the market",
    ),
  }),
  z.strictObject({
    kind: z.literal("blackout").describe("The power fails"),
    ...common,
    utility: z.literal("power").prefault("power").describe(
      "The utility that fails",
    ),
  }),
  z.strictObject({
    kind: z.literal("outage").describe("The water fails"),
    ...common,
    utility: z.literal("water").prefault("water").describe(
      "The utility that fails",
    ),
  }),
  z.strictObject({
    kind: z.literal("arranged_meet").describe("Residents are called together"),
    ...common,
    target: z.literal("top_rivals").prefault("top_rivals").describe(
      "Whom it calls: the pair with the highest rivalry first",
    ),
    location: identifier().prefault("cafe").describe(
      "Where: an object's id, else the type of one",
    ),
    max_participants: int(2).prefault(2).describe("Residents called at most"),
  }),
]);

/** Largest number of perturbations. */
const EVENTS_MAX = 256;

/** Schema of the section `perturbations`. */
export const perturbations: z.ZodType<Perturbations> = z.strictObject({
  max_concurrent_events: int(1).prefault(1).describe(
    "Perturbations at the same time",
  ),
  global_cooldown_ticks: int(0).prefault(0).describe(
    "Ticks added to every perturbation's own pause",
  ),
  per_agent_cooldown_ticks: int(0).prefault(0).describe(
    "Ticks before a resident can be called again",
  ),
  window_ticks: int(1).prefault(1440).describe(
    "Length of the window in which starts are counted, in ticks",
  ),
  max_events_per_window: int(0).prefault(1).describe(
    "Starts of the same perturbation within the window; 0 for no limit",
  ),
  events: named(spec).check((context) => {
    if (Object.keys(context.value).length <= EVENTS_MAX) return;
    context.issues.push({
      code: "custom",
      message: `must not hold more than ${EVENTS_MAX} perturbations`,
      input: context.value,
    });
  }).prefault({}).describe("Perturbations by name, in file order"),
}).describe("Things that happen to a town");
