/** Random ways to observe random small towns. @module */
import fc from "fast-check";
import type { Town } from "../../src/world/town.ts";
import {
  type Draft,
  drafts,
  type TownDraft,
  townOf,
} from "../laws/random_town.ts";

/** What is observed of a town, and how large the town is. */
export interface View {
  /** Kind of observation. */
  readonly variant: "hybrid" | "full" | "compact";
  /** How numbers are scaled. */
  readonly layout: "v1" | "v2";
  /** Side of the window; 0 leaves the map of the variant compact out. */
  readonly side: number;
  /** Whether landmarks are told. */
  readonly targets: boolean;
  /** Whether traits are told. */
  readonly personality: boolean;
  /** How many friends and rivals are told, where residents have any. */
  readonly tops: readonly [friends: number, rivals: number];
  /** Numbers that stand for an id. */
  readonly embedDim: number;
  /** Whether friends and rivals are summed up. */
  readonly aggregates: boolean;
  /** Object types with a channel of their own. */
  readonly channels: readonly string[];
  /** Whether counts stop at 1. */
  readonly normal: boolean;
  /** Embedding slots, and ticks they rest. */
  readonly slots: readonly [count: number, cooldown: number];
  /** How many times as wide and high the town is as its draft. */
  readonly stretch: number;
}

/** Sides of windows: some as wide as a word of bits, or wider. */
const sides = fc.constantFrom(3, 5, 5, 7, 7, 7, 9, 9, 11, 11, 31, 33, 35);

/** Random ways to observe. */
export const views: fc.Arbitrary<View> = fc.record({
  variant: fc.constantFrom("hybrid", "full", "compact"),
  layout: fc.constantFrom("v1", "v2"),
  side: sides,
  isBlind: fc.nat(4).map((n) => n === 0),
  targets: fc.boolean(),
  personality: fc.boolean(),
  tops: fc.tuple(fc.nat(4), fc.nat(4)),
  embedDim: fc.constantFrom(1, 3, 8, 32),
  aggregates: fc.boolean(),
  channels: fc.subarray([" Stove", "fridge", "BED", "sink ", "cafe", "ghost"]),
  normal: fc.boolean(),
  slots: fc.tuple(
    fc.constantFrom(1, 2, 3, 5, 64),
    fc.constantFrom(0, 3, 20, 2000),
  ),
  stretch: fc.constantFrom(1, 1, 2, 4, 7),
}).map(({ isBlind, ...view }) => ({
  ...view,
  side: isBlind && view.variant === "compact" ? 0 : view.side,
}));

/** A random town, seen in a random way. */
export interface SeenDraft extends Draft {
  /** The way. */
  readonly view: View;
}

/** Random towns, seen in random ways. */
export const seenDrafts: fc.Arbitrary<SeenDraft> = fc.record({
  draft: drafts,
  view: views,
}).map(({ draft, view }) => ({ ...draft, view }));

/** Compiles the town of a draft, seen in a way. */
export function seenTownOf({ town, view }: SeenDraft): Town {
  return townOf(withView(stretched(town, view.stretch), view));
}

type Section = Readonly<Record<string, unknown>>;

/** A configuration with what is to be observed. */
function withView(draft: TownDraft, view: View): TownDraft {
  const features = draft.features as Readonly<Record<string, Section>>;
  const isOff = features.stages.relationships === "OFF";
  const [top_friends, top_rivals] = isOff ? [0, 0] : view.tops;
  const [max_slots, cooldown_ticks] = view.slots;
  const local_window = view.side || 11;
  const include_targets = view.targets;
  return {
    ...draft,
    features: {
      ...features,
      systems: { ...features.systems, observations: view.variant },
      observations: { personality_channels: view.personality },
    },
    observations: {
      layout: view.layout,
      hybrid: { local_window, include_targets },
      compact: {
        map_window: view.side,
        include_targets,
        object_channels: view.channels,
        normalize_counts: view.normal,
      },
      social_snippet: {
        top_friends,
        top_rivals,
        embed_dim: view.embedDim,
        include_aggregates: view.aggregates,
      },
    },
    embedding_allocator: { max_slots, cooldown_ticks },
  };
}

type Tile = readonly [x: number, y: number];

interface Placed {
  readonly position?: Tile | null;
  readonly home?: Tile;
  readonly location?: Tile | null;
}

/** The same town with everything so many times as far apart. */
function stretched(draft: TownDraft, factor: number): TownDraft {
  const world = draft.world as Section & {
    readonly grid_size: Tile;
    readonly objects: readonly Placed[];
    readonly districts: Readonly<Record<string, Section>>;
  };
  const population = draft.population as {
    readonly residents: readonly Placed[];
  };
  const scenario = draft.scenario as Section & {
    readonly agents: readonly Placed[];
  };
  const grid = times(world.grid_size, factor);
  const area = [0, 0, grid[0] - 1, grid[1] - 1];
  const place = (one: Placed) => spread(one, factor);
  return {
    ...draft,
    world: {
      ...world,
      grid_size: grid,
      objects: world.objects.map(place),
      districts: Object.fromEntries(
        Object.entries(world.districts).map((
          [name, district],
        ) => [name, { ...district, area }]),
      ),
    },
    population: { residents: population.residents.map(place) },
    scenario: { ...scenario, agents: scenario.agents.map(place) },
    jobs: Object.fromEntries(
      Object.entries(draft.jobs as Readonly<Record<string, Placed>>)
        .map(([id, job]) => [id, place(job)]),
    ),
  };
}

/** The same thing with every tile it names so many times as far away. */
function spread(placed: Placed, factor: number): Placed {
  const moved: Record<string, unknown> = { ...placed };
  for (const key of ["position", "home", "location"] as const) {
    const tile = placed[key];
    if (tile) moved[key] = times(tile, factor);
  }
  return moved;
}

function times([x, y]: Tile, factor: number): Tile {
  return [x * factor, y * factor];
}
