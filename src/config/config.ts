/**
 * A whole configuration: every section, with its defaults filled in.
 *
 * Keys are those of the YAML file, so that what a file says and what the
 * program reads have the same names.
 * @module
 */
import type { z } from "zod";
import { affordances, type AffordanceSettings } from "./affordance_settings.ts";
import { type Behavior, behavior } from "./behavior.ts";
import { type Conflict, conflict } from "./conflict.ts";
import { consoleSection, type ConsoleSettings } from "./console_settings.ts";
import { type Economy, economy } from "./economy.ts";
import {
  type EmbeddingAllocator,
  embeddingAllocator,
} from "./embedding_allocator.ts";
import { type Employment, employment } from "./employment.ts";
import { type Features, features } from "./features.ts";
import { type Jobs, jobs } from "./jobs.ts";
import { type Lifecycle, lifecycle } from "./lifecycle.ts";
import { log, type LogSettings } from "./log_settings.ts";
import {
  type ObservationEntry,
  observations,
  type ObservationSettings,
} from "./observation_settings.ts";
import { type Personalities, personalities } from "./personalities.ts";
import { type Perturbations, perturbations } from "./perturbations.ts";
import { policy, type PolicySettings } from "./policy_settings.ts";
import {
  type Population,
  population,
  type PopulationEntry,
} from "./population.ts";
import { ppo, type PpoSettings } from "./ppo_settings.ts";
import { type QueueFairness, queueFairness } from "./queue_fairness.ts";
import { type Rewards, rewards } from "./rewards.ts";
import { type Scenario, scenario, type ScenarioEntry } from "./scenario.ts";
import { int, oneOf, text } from "./schema.ts";
import { serve, type ServeSettings } from "./serve_settings.ts";
import { snapshot, type SnapshotSettings } from "./snapshot_settings.ts";
import { stability, type StabilitySettings } from "./stability_settings.ts";
import {
  telemetry,
  type TelemetryEntry,
  type TelemetrySettings,
} from "./telemetry_settings.ts";
import { training, type TrainingSettings } from "./training_settings.ts";
import {
  world,
  type WorldEntry,
  type WorldSettings,
} from "./world_settings.ts";

/** How strict a run is about its surroundings. */
export type Profile = "default" | "dev" | "production";

/** A configuration after defaults, frozen all through. */
export interface Config {
  /** Name of the town; part of seeds and snapshots. */
  readonly config_id: string;
  /** Base of all random streams, or null: drawn from the name. */
  readonly seed: number | null;
  /** How strict a run is about its surroundings. */
  readonly profile: Profile;
  /** What a town switches on. */
  readonly features: Features;
  /** What a resident is paid for, each tick. */
  readonly rewards: Rewards;
  /** What things cost and pay. */
  readonly economy: Economy;
  /** Jobs by id, in file order. */
  readonly jobs: Jobs;
  /** Lateness, absence and losing a job. */
  readonly employment: Employment;
  /** When a scripted resident acts. */
  readonly behavior: Behavior;
  /** Coming back after a death. */
  readonly lifecycle: Lifecycle;
  /** The grid and what stands on it. */
  readonly world: WorldSettings;
  /** Whose turn it is at an object. */
  readonly queue_fairness: QueueFairness;
  /** How rivalry grows and fades. */
  readonly conflict: Conflict;
  /** Who is like what. */
  readonly personalities: Personalities;
  /** Numbers that stand for residents in observations. */
  readonly embedding_allocator: EmbeddingAllocator;
  /** Who lives in the town from the start. */
  readonly population: Population;
  /** What objects can be used for. */
  readonly affordances: AffordanceSettings;
  /** Things that happen to a town. */
  readonly perturbations: Perturbations;
  /** Who decides for the residents. */
  readonly policy: PolicySettings;
  /** What a learning resident sees. */
  readonly observations: ObservationSettings;
  /** What raises an alert and what promotes a policy. */
  readonly stability: StabilitySettings;
  /** What a policy learns from. */
  readonly training: TrainingSettings;
  /** Hyper-parameters of reinforcement learning. */
  readonly ppo: PpoSettings;
  /** A story with its own people, things and timeline, or null. */
  readonly scenario: Scenario | null;
  /** What a town tells the outside, and how. */
  readonly telemetry: TelemetrySettings;
  /** Who may command a running town. */
  readonly console: ConsoleSettings;
  /** Saving and loading a running town. */
  readonly snapshot: SnapshotSettings;
  /** The page and the gateway for spectators. */
  readonly serve: ServeSettings;
  /** What goes to standard error. */
  readonly log: LogSettings;
}

/** A {@link Config} as written, before defaults that need other sections. */
export interface ConfigEntry extends
  Omit<
    Config,
    "world" | "population" | "observations" | "scenario" | "telemetry"
  > {
  /** The grid and what stands on it. */
  readonly world: WorldEntry;
  /** Who lives in the town from the start. */
  readonly population: PopulationEntry;
  /** What a learning resident sees. */
  readonly observations: ObservationEntry;
  /** A story with its own people, things and timeline, or null. */
  readonly scenario: ScenarioEntry | null;
  /** What a town tells the outside, and how. */
  readonly telemetry: TelemetryEntry;
}

/** Schemas of all top-level keys, in the order files usually have them. */
export const SECTIONS: {
  readonly [K in keyof ConfigEntry]: z.ZodType<ConfigEntry[K]>;
} = {
  config_id: text(128).refine((value) => value !== "", {
    error: "must not be empty",
  }).describe("Name of the town; part of seeds and snapshots"),
  seed: int(0).nullable().prefault(null).describe(
    "Base of all random streams; without one the name is",
  ),
  profile: oneOf("default", "dev", "production").prefault("default").describe(
    "How strict a run is about its surroundings",
  ),
  features,
  rewards,
  economy: economy.prefault({}),
  jobs,
  employment: employment.prefault({}),
  behavior: behavior.prefault({}),
  lifecycle: lifecycle.prefault({}),
  world: world.prefault({}),
  queue_fairness: queueFairness.prefault({}),
  conflict: conflict.prefault({}),
  personalities: personalities.prefault({}),
  embedding_allocator: embeddingAllocator.prefault({}),
  population: population.prefault({}),
  affordances: affordances.prefault({}),
  perturbations: perturbations.prefault({}),
  policy: policy.prefault({}),
  observations: observations.prefault({}),
  stability: stability.prefault({}),
  training: training.prefault({}),
  ppo: ppo.prefault({}),
  scenario,
  telemetry: telemetry.prefault({}),
  console: consoleSection.prefault({}),
  snapshot: snapshot.prefault({}),
  serve: serve.prefault({}),
  log: log.prefault({}),
};
