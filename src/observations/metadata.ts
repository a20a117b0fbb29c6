/**
 * Metadata: an observation described by names, for tools and for programs
 * outside. Networks never need it.
 *
 * @module
 */
import type { ObservationVariant } from "../config/features.ts";
import { PROFILES } from "../world/profiles.ts";
import type { Town } from "../world/town.ts";
import { NEEDS, type World } from "../world/world.ts";
import type { ObservationBatch } from "./batch.ts";
import { type ObservationSpec, SUMMARY } from "./spec.ts";

/** Which observation is described. */
export interface ObservationPlace {
  /** What the observations of the town look like. */
  readonly spec: ObservationSpec;
  /** A batch of them, of the tick that the world is at. */
  readonly batch: ObservationBatch;
  /** The row. */
  readonly row: number;
}

/** What is the same for every resident and tick of a town. */
export interface ConstantMetadata {
  /** Kind of observation. */
  readonly variant: ObservationVariant;
  /** Channels, rows and columns of a map. */
  readonly map_shape: readonly [number, number, number];
  /** Names of the channels. */
  readonly map_channels: readonly string[];
  /** Names of the features. */
  readonly feature_names: readonly string[];
  /** Features of each landmark, [start, stop); only with landmarks. */
  readonly landmark_slices?: Readonly<
    Record<string, readonly [start: number, stop: number]>
  >;
  /** Settings of the variant compact; only there. */
  readonly compact?: NonNullable<ObservationSpec["compact"]>;
}

/** What the features tell of friends and rivals. */
export interface SocialContext {
  /** Slots there are. */
  readonly configured_slots: number;
  /** Features of each. */
  readonly slot_dim: number;
  /** Names of the features that sum the slots up. */
  readonly aggregates: readonly string[];
  /** Slots with somebody in them. */
  readonly filled_slots: number;
  /** Where those come from. */
  readonly relation_source: "relationships" | "rivalry_fallback" | "empty";
  /** True when some slot is filled. */
  readonly has_data: boolean;
}

/** What somebody is like. */
export interface PersonalityContext {
  /** Name of the profile. */
  readonly profile: string;
  /** Traits, −1 to 1. */
  readonly traits: {
    /** Outgoing or reserved. */
    readonly extroversion: number;
    /** Quick to forgive or resentful. */
    readonly forgiveness: number;
    /** Ambitious or easy-going. */
    readonly ambition: number;
  };
  /** Factors of the profile, 1 where it changes nothing. */
  readonly multipliers: {
    /** On the decay of needs. */
    readonly needs: Readonly<Record<string, number>>;
    /** On parts of the reward. */
    readonly rewards: Readonly<Record<string, number>>;
    /** On scripted behaviour. */
    readonly behaviour: Readonly<Record<string, number>>;
  };
}

/** What differs from resident to resident and from tick to tick. */
export interface VaryingMetadata {
  /** Embedding slot. */
  readonly embedding_slot: number;
  /** The window summed up. */
  readonly local_summary: Readonly<Record<typeof SUMMARY[number], number>>;
  /**
   * Friends and rivals; only where features tell of them, null for those who
   * have left since.
   */
  readonly social_context?: SocialContext | null;
  /** Personality; only where features tell of it, null for those who left. */
  readonly personality?: PersonalityContext | null;
}

/** An observation described by names. */
export type ObservationMetadata = ConstantMetadata & VaryingMetadata;

/**
 * The whole description of an observation.
 *
 * @throws {RangeError} for a row nobody has, or a batch of another tick than
 * the world's
 */
export function observationMetadata(
  town: Town,
  world: World,
  place: ObservationPlace,
): ObservationMetadata {
  return {
    ...constantMetadata(place.spec),
    ...varyingMetadata(town, world, place),
  };
}

/** What is the same for every resident and tick of a town. */
export function constantMetadata(spec: ObservationSpec): ConstantMetadata {
  const { landmarkSlices, compact } = spec;
  return {
    variant: spec.variant,
    map_shape: spec.mapShape,
    map_channels: spec.mapChannels,
    feature_names: spec.featureNames,
    ...landmarkSlices === undefined ? {} : { landmark_slices: landmarkSlices },
    ...compact === undefined ? {} : { compact },
  };
}

/**
 * What differs from resident to resident and from tick to tick.
 *
 * @throws {RangeError} for a row nobody has, or a batch of another tick than
 * the world's
 */
export function varyingMetadata(
  town: Town,
  world: World,
  { spec, batch, row }: ObservationPlace,
): VaryingMetadata {
  const { agent, isHere } = whoHas(world, batch, row);
  const { personality_channels } = town.config.features.observations;
  return {
    embedding_slot: batch.slots[row],
    local_summary: Object.fromEntries(
      SUMMARY.map((name, i) => [name, batch.summary[row * SUMMARY.length + i]]),
    ) as VaryingMetadata["local_summary"],
    ...spec.social === undefined ? {} : {
      social_context: isHere
        ? socialContext(
          town,
          world,
          agent,
          spec.social,
          batch.filledSlots[row],
        )
        : null,
    },
    ...personality_channels
      ? { personality: isHere ? personalityOf(world, agent) : null }
      : {},
  };
}

/**
 * Who has a row of a batch, and whether the world still knows them: those
 * whose life ended in the tick are observed for the last time and then leave.
 *
 * @throws {RangeError} for a row nobody has, or a batch of another tick than
 * the world's
 */
export function whoHas(
  world: World,
  batch: ObservationBatch,
  row: number,
): {
  readonly agent: number;
  readonly agentId: string;
  readonly isHere: boolean;
} {
  const { agentId } = batch.row(row);
  if (agentId === "") throw new RangeError(`nobody has row ${row}`);
  if (batch.tick !== world.tick[0]) {
    throw new RangeError(
      `the batch is of tick ${batch.tick}, the world at tick ${world.tick[0]}`,
    );
  }
  const agent = batch.agents[row];
  return { agent, agentId, isHere: world.records.agentIds[agent] === agentId };
}

/** What an agent is like, by its profile and traits. */
export function personalityOf(
  world: World,
  agent: number,
): PersonalityContext {
  const { id, needs, rewards, behaviour } = PROFILES[world.profile[agent]];
  return {
    profile: id,
    traits: {
      extroversion: world.extroversion[agent],
      forgiveness: world.forgiveness[agent],
      ambition: world.ambition[agent],
    },
    multipliers: {
      needs: Object.fromEntries(NEEDS.map((need, k) => [need, needs[k]])),
      rewards,
      behaviour,
    },
  };
}

function socialContext(
  town: Town,
  world: World,
  agent: number,
  social: NonNullable<ObservationSpec["social"]>,
  filled: number,
): SocialContext {
  const { slots, slotSize, aggregates } = social;
  const { top_rivals } = town.config.observations.social_snippet;
  return {
    configured_slots: slots,
    slot_dim: slotSize,
    aggregates,
    filled_slots: filled,
    relation_source: world.ties[agent] > 0
      ? "relationships"
      : world.rivals[agent] > 0 && top_rivals > 0
      ? "rivalry_fallback"
      : "empty",
    has_data: filled > 0,
  };
}
