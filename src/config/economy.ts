/** Section `economy`: what things cost and pay. @module */
import { z } from "zod";
import { real } from "./schema.ts";

/** Prices, wages and deliveries; each at least 0. */
export interface Economy {
  /** Price of a meal, paid when eating starts. */
  readonly meal_cost: number;
  /** Energy's share in the price of a basket. */
  readonly cook_energy_cost: number;
  /** Hygiene's share in the price of a basket. */
  readonly cook_hygiene_cost: number;
  /** Wage a tick of jobs that name none. */
  readonly wage_income: number;
  /** Price of the ingredients of one meal, paid when cooking starts. */
  readonly ingredients_cost: number;
  /** Ingredients each stove gets at a delivery, rounded down. */
  readonly stove_stock_replenish: number;
}

/** Schema of the section `economy`. */
export const economy: z.ZodType<Economy> = z.strictObject({
  meal_cost: real(0).prefault(0.4).describe(
    "Price of a meal, paid when eating starts",
  ),
  cook_energy_cost: real(0).prefault(0.05).describe(
    "Energy's share in the price of a basket",
  ),
  cook_hygiene_cost: real(0).prefault(0.02).describe(
    "Hygiene's share in the price of a basket",
  ),
  wage_income: real(0).prefault(0.02).describe(
    "Wage a tick of jobs that name none",
  ),
  ingredients_cost: real(0).prefault(0.15).describe(
    "Price of the ingredients of one meal, paid when cooking starts",
  ),
  stove_stock_replenish: real(0).prefault(2).describe(
    "Ingredients each stove gets at a delivery, rounded down",
  ),
}).describe("What things cost and pay");

/** Name of a price or amount. */
export type EconomyKey = keyof Economy;

/** Names of all prices and amounts, in the order of the section. */
export const ECONOMY_KEYS: readonly EconomyKey[] = [
  "meal_cost",
  "cook_energy_cost",
  "cook_hygiene_cost",
  "wage_income",
  "ingredients_cost",
  "stove_stock_replenish",
];
