/**
 * What residents observe, worked out slowly and plainly: one resident after the
 * other, tile by tile, with nothing kept from one tick to the next. Tests hold
 * the observations of a town against it.
 * @module
 */
import { createHash } from "node:crypto";
import { actionMask } from "../../src/world/choices.ts";
import { DIRECTIONS } from "../../src/world/paths.ts";
import type { Town } from "../../src/world/town.ts";
import { KINDS } from "../../src/world/turn.ts";
import {
  NEED_COUNT,
  NEEDS,
  SHIFT_STATES,
  type World,
} from "../../src/world/world.ts";
import { living } from "../laws/laws.ts";

/** What one resident has to observe. */
export interface Expected {
  /** Names of the map's channels. */
  readonly channels: readonly string[];
  /** The map, channel after channel, row after row. */
  readonly map: readonly number[];
  /** Names and values of the features, in order. */
  readonly features: ReadonlyMap<string, number>;
  /** What is around, summed up. */
  readonly summary: readonly number[];
  /** Which actions make sense. */
  readonly mask: Uint8Array;
  /** How many friends and rivals are told of. */
  readonly filled: number;
}

/** What an observation tells beside what the resident sees. */
export interface Told {
  /** Embedding slot. */
  readonly slot: number;
  /** Whether the context is a new one. */
  readonly isReset: boolean;
}

/** A tile of a window. */
interface Spot {
  readonly dx: number;
  readonly dy: number;
  readonly x: number;
  readonly y: number;
  readonly isInside: boolean;
  readonly isCentre: boolean;
  /** How many others stand there. */
  readonly others: number;
  /** Objects there. */
  readonly objects: readonly number[];
  readonly isReserved: boolean;
}

type Named = readonly [name: string, value: number];

/** What an agent has to observe of a world. */
export function expectedOf(
  town: Town,
  world: World,
  agent: number,
  told: Told,
): Expected {
  const { side, radius } = windowOf(town);
  const spots = look(town, world, agent, radius);
  const channels = side === 0 ? [] : drawMap(town, world, agent, spots);
  const summary = sumUp(town, spots, radius);
  const mask = new Uint8Array(town.actions.length);
  actionMask(town, world, agent, mask);
  const features = [
    ...whoOneIs(town, world, agent, told),
    ...whatOneDoes(town, world, agent),
    ...whatIsAround(summary),
    ...landmarks(town, world, agent),
    ...traits(town, world, agent),
    ...company(town, world, agent),
  ];
  return {
    channels: channels.map(([name]) => name),
    map: channels.flatMap(([, values]) => values.map(Math.fround)),
    features: new Map(
      features.map(([name, value]) => [name, Math.fround(value)]),
    ),
    summary: summary.map(([, value]) => Math.fround(value)),
    mask,
    filled: chooseOthers(town, world, agent).filter((other) => other !== null)
      .length,
  };
}

/** Side of the map, 0 for none, and radius of what features cover. */
function windowOf({ config }: Town) {
  const { hybrid, compact } = config.observations;
  const side = config.features.systems.observations === "compact"
    ? compact.map_window
    : hybrid.local_window;
  return { side, radius: side === 0 ? 3 : (side - 1) / 2 };
}

function isV2({ config }: Town): boolean {
  return config.observations.layout === "v2";
}

/** Every tile around an agent, from the north-west on, row by row. */
function look(
  town: Town,
  world: World,
  agent: number,
  radius: number,
): Spot[] {
  const agents = living(world);
  const objects = [...town.objectIds.keys()];
  const spots: Spot[] = [];
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const x = world.x[agent] + dx;
      const y = world.y[agent] + dy;
      const isInside = x >= 0 && y >= 0 && x < town.width && y < town.height;
      const here = isInside
        ? objects.filter((object) =>
          town.objectX[object] === x && town.objectY[object] === y
        )
        : [];
      spots.push({
        dx,
        dy,
        x,
        y,
        isInside,
        isCentre: dx === 0 && dy === 0,
        others: agents.filter((other) =>
          other !== agent && world.x[other] === x && world.y[other] === y
        ).length,
        objects: here,
        isReserved: here.some((object) =>
          world.holder[object] >= 0
        ),
      });
    }
  }
  return spots;
}

type Channel = readonly [name: string, values: readonly number[]];

function drawMap(
  town: Town,
  world: World,
  agent: number,
  spots: readonly Spot[],
): Channel[] {
  const variant = town.config.features.systems.observations;
  if (variant === "compact") return drawCounts(town, spots);
  const channel = (name: string, of: (spot: Spot) => boolean): Channel => [
    name,
    spots.map((spot) => of(spot) ? 1 : 0),
  ];
  const flags = [
    channel("self", ({ isCentre }) => isCentre),
    channel("agents", ({ isCentre, others }) => isCentre || others > 0),
    channel("objects", ({ objects }) => objects.length > 0),
    channel("reservations", ({ isReserved }) => isReserved),
  ];
  if (variant === "hybrid") return flags;
  const target = isV2(town) ? targetOf(town, world, agent) : null;
  const ways = spots.map((spot) =>
    isV2(town)
      ? spot.isInside ? stepFrom(town, spot.x, spot.y, target) : [0, 0]
      : unit(spot.dx, spot.dy)
  );
  return [
    ...flags,
    ["path_dx", ways.map(([dx]) => dx)],
    ["path_dy", ways.map(([, dy]) => dy)],
  ];
}

function drawCounts(town: Town, spots: readonly Spot[]): Channel[] {
  const { object_channels, normalize_counts } =
    town.config.observations.compact;
  const channel = (name: string, of: (spot: Spot) => number): Channel => [
    name,
    spots.map(of),
  ];
  const count = (n: number) => normalize_counts ? Math.min(1, n) : n;
  const typeOf = (object: number) =>
    town.typeIds[town.objectType[object]].trim().toLowerCase();
  return [
    channel("self", ({ isCentre }) => isCentre ? 1 : 0),
    channel("agents", ({ others }) => count(others)),
    channel("objects", ({ objects }) => count(objects.length)),
    channel("reservations", ({ isReserved }) => isReserved ? 1 : 0),
    ...object_channels.map((type) =>
      channel(
        `object:${type}`,
        ({ objects }) =>
          count(objects.filter((object) => typeOf(object) === type).length),
      )
    ),
    channel("walkable", (spot) => isFree(town, spot) ? 1 : 0),
  ];
}

function isFree(town: Town, spot: Spot): boolean {
  if (isV2(town) && !spot.isInside) return false;
  return !spot.isCentre && spot.others === 0 && spot.objects.length === 0 &&
    !spot.isReserved;
}

/** What is around, summed up. */
function sumUp(
  town: Town,
  spots: readonly Spot[],
  radius: number,
): Named[] {
  const tiles = spots.length;
  const agents = spots.reduce((sum, { others }) => sum + others, 0);
  const objects = spots.reduce((sum, spot) => sum + spot.objects.length, 0);
  const reserved = spots.filter(({ isReserved }) => isReserved).length;
  const distances = spots
    .filter(({ others, isCentre }) => others > 0 && !isCentre)
    .map(({ dx, dy }) => Math.sqrt(dx * dx + dy * dy));
  const nearest = distances.length === 0 ? 0 : Math.min(...distances);
  // Somebody on one's own tile is no distance away; nobody is far in v2.
  const isFar = agents === 0 && isV2(town);
  return [
    ["agent_count", agents],
    ["object_count", objects],
    ["reserved_tiles", reserved],
    ["radius", radius],
    ["agent_ratio", Math.min(1, agents / (tiles - 1))],
    ["object_ratio", Math.min(1, objects / tiles)],
    ["reserved_ratio", Math.min(1, reserved / tiles)],
    ["nearest_agent_distance", nearest],
    [
      "nearest_agent_distance_norm",
      isFar ? 1 : Math.min(1, nearest / radius),
    ],
  ];
}

/** The share of the summary that networks see. */
function whatIsAround(summary: readonly Named[]): Named[] {
  const sums = new Map(summary);
  const of = (name: string) => sums.get(name) ?? NaN;
  return [
    ["neighbor_agent_ratio", of("agent_ratio")],
    ["neighbor_object_ratio", of("object_ratio")],
    ["reserved_tile_ratio", of("reserved_ratio")],
    ["nearest_agent_distance", of("nearest_agent_distance_norm")],
  ];
}

/** Shift states as networks see them; the others are `pre`. */
const SHIFTS: Readonly<Record<string, string>> = {
  on_time: "on_time",
  late: "late",
  absent: "absent",
  post_shift: "post",
};

function whoOneIs(
  town: Town,
  world: World,
  agent: number,
  { slot, isReset }: Told,
): Named[] {
  const v2 = isV2(town);
  const day = town.config.world.ticks_per_day;
  const wallet = world.wallet[agent];
  const late = world.lateness[agent];
  const withheld = world.wagesWithheld[agent];
  const angle = 2 * Math.PI * ((world.tick[0] % day) / day);
  const shift = SHIFTS[SHIFT_STATES[world.shiftState[agent]]] ?? "pre";
  const { max_edges, avoid_threshold } = town.config.conflict.rivalry;
  const scores = ledgerOf(town, world, agent).map(({ rivalry }) => rivalry)
    .sort((a, b) => b - a);
  const avoided = scores.slice(0, max_edges)
    .filter((score) => score >= avoid_threshold).length;
  return [
    ...NEEDS.map((need, k): Named => [
      `need_${need}`,
      world.need[agent * NEED_COUNT + k],
    ]),
    ["wallet", v2 ? wallet / (10 + Math.abs(wallet)) : wallet],
    ["lateness_counter", v2 ? late / (late + 3) : late],
    ["on_shift", world.onShift[agent]],
    ["time_sin", Math.sin(angle)],
    ["time_cos", Math.cos(angle)],
    ["attendance_ratio", world.attendance[agent]],
    ["wages_withheld", v2 ? withheld / (withheld + 1) : withheld],
    ...["pre", "on_time", "late", "absent", "post"].map((name): Named => [
      `shift_${name}`,
      shift === name ? 1 : 0,
    ]),
    [
      "embedding_slot_norm",
      slot / town.config.embedding_allocator.max_slots,
    ],
    ["ctx_reset_flag", isReset ? 1 : 0],
    [
      "episode_progress",
      Math.min(1, Math.max(0, world.episodeTick[agent] / day)),
    ],
    ["rivalry_max", Math.max(0, ...scores)],
    ["rivalry_avoid_count", v2 ? avoided / max_edges : avoided],
  ];
}

function whatOneDoes(town: Town, world: World, agent: number): Named[] {
  const v2 = isV2(town);
  const last = KINDS[world.lastKind[agent]];
  const duration = world.lastDuration[agent];
  const kinds = [
    "move",
    "request",
    "start",
    "release",
    "chat",
    "blocked",
    "wait",
    "none",
  ];
  const hash = last === "none" ? 0 : wordOf(last) / 2 ** 32;
  const [north, south, east, west] = hintsOf(town, world, agent);
  return [
    ...v2
      ? kinds.map((kind): Named => [
        `last_action_${kind}`,
        kind === last ? 1 : 0,
      ])
      : [["last_action_id_hash", hash] as const],
    ["last_action_success", world.lastSuccess[agent]],
    ["last_action_duration", v2 ? Math.min(1, duration / 60) : duration],
    ["reservation_active", world.holder.includes(agent) ? 1 : 0],
    ["in_queue", waits(world, agent) ? 1 : 0],
    ["path_hint_north", north],
    ["path_hint_south", south],
    ["path_hint_east", east],
    ["path_hint_west", west],
  ];
}

/** Whether an agent waits for any object. */
function waits(world: World, agent: number): boolean {
  for (let first of world.queueHead) {
    for (; first >= 0; first = world.waitNext[first]) {
      if (first === agent) return true;
    }
  }
  return false;
}

/** Which way to go: north, south, east, west. */
function hintsOf(town: Town, world: World, agent: number): number[] {
  if (isV2(town)) {
    const target = targetOf(town, world, agent);
    const [dx, dy] = stepFrom(town, world.x[agent], world.y[agent], target);
    return [dy < 0, dy > 0, dx > 0, dx < 0].map(Number);
  }
  const stove = nearestOf(town, world, agent, (type) => type === "stove");
  if (stove === null) return [0, 0, 0, 0];
  const dx = stove[0] - world.x[agent];
  const dy = stove[1] - world.y[agent];
  const steps = Math.abs(dx) + Math.abs(dy);
  if (steps === 0) return [0, 0, 0, 0];
  return [-dy, dy, dx, -dx].map((way) => Math.max(0, way) / steps);
}

type Tile = readonly [x: number, y: number];

/** Tile of the nearest object of some types; the first one wins ties. */
function nearestOf(
  town: Town,
  world: World,
  agent: number,
  isOne: (type: string) => boolean,
): Tile | null {
  let nearest: Tile | null = null;
  let least = Infinity;
  for (const [object, type] of town.objectType.entries()) {
    if (town.objectX[object] < 0 || !isOne(town.typeIds[type])) continue;
    const dx = town.objectX[object] - world.x[agent];
    const dy = town.objectY[object] - world.y[agent];
    if (dx * dx + dy * dy >= least) continue;
    least = dx * dx + dy * dy;
    nearest = [town.objectX[object], town.objectY[object]];
  }
  return nearest;
}

/** Where an agent is going, as far as anybody can tell; null: nowhere. */
function targetOf(town: Town, world: World, agent: number): Tile | null {
  const now = world.tick[0] + 1;
  if (world.destinationUntil[agent] > now) {
    return [world.destinationX[agent], world.destinationY[agent]];
  }
  const object = world.optionObject[agent];
  if (object >= 0) {
    // An object without a place is in reach wherever one is.
    return town.objectX[object] < 0
      ? null
      : [town.objectX[object], town.objectY[object]];
  }
  const job = town.jobs[world.job[agent]];
  if (job !== undefined && job.x >= 0 && isWorkTime(town, world, agent)) {
    return [job.x, job.y];
  }
  const needs = NEEDS.map((_, k) => world.need[agent * NEED_COUNT + k]);
  const lowest = needs.indexOf(Math.min(...needs));
  const helpers = new Set(
    town.affordances.filter((use) => use.needs[lowest] > 0)
      .map((use) => town.typeIds[use.type]),
  );
  return nearestOf(town, world, agent, (type) => helpers.has(type));
}

/** Whether it is time to leave for work, or to be there. */
function isWorkTime(town: Town, world: World, agent: number): boolean {
  const { start, end, x, y } = town.jobs[world.job[agent]];
  const t = (world.tick[0] + 1) % town.config.world.ticks_per_day;
  const steps = town.walk
    ? town.paths.steps(world.x[agent], world.y[agent], x, y)
    : 0;
  const buffer = town.arrivalBuffer[world.profile[agent]];
  return t >= start - buffer - Math.max(0, steps) && t <= end;
}

/** The first step from a tile to a target; none from under an object. */
function stepFrom(town: Town, x: number, y: number, to: Tile | null): Tile {
  if (to === null || town.blocked[y * town.width + x] === 1) return [0, 0];
  return DIRECTIONS[town.paths.next(x, y, to[0], to[1])] ?? [0, 0];
}

/** A way as long as one tile; none when it leads nowhere. */
function unit(dx: number, dy: number): Tile {
  const distance = Math.sqrt(dx * dx + dy * dy);
  return distance === 0 ? [0, 0] : [dx / distance, dy / distance];
}

function landmarks(town: Town, world: World, agent: number): Named[] {
  const { width, height, config } = town;
  const { hybrid, compact } = config.observations;
  const isTold = config.features.systems.observations === "compact"
    ? compact.include_targets
    : hybrid.include_targets;
  if (!isTold) return [];
  return ["fridge", "stove", "bed", "shower"].flatMap((landmark): Named[] => {
    const to = nearestOf(town, world, agent, (type) => type === landmark);
    const dx = to === null ? 0 : to[0] - world.x[agent];
    const dy = to === null ? 0 : to[1] - world.y[agent];
    const distance = Math.sqrt(dx * dx + dy * dy);
    const far = Math.sqrt(width * width + height * height);
    return [
      [`${landmark}_dx`, unit(dx, dy)[0]],
      [`${landmark}_dy`, unit(dx, dy)[1]],
      [
        `${landmark}_dist`,
        isV2(town) ? (to === null ? 1 : distance / far) : distance,
      ],
    ];
  });
}

function traits(town: Town, world: World, agent: number): Named[] {
  if (!town.config.features.observations.personality_channels) return [];
  return [
    ["personality_extroversion", world.extroversion[agent]],
    ["personality_forgiveness", world.forgiveness[agent]],
    ["personality_ambition", world.ambition[agent]],
  ];
}

/** Somebody an agent knows. */
interface Other {
  readonly id: string;
  readonly trust: number;
  readonly familiarity: number;
  readonly rivalry: number;
}

/** The ties of an agent, in order. */
function tiesOf(town: Town, world: World, agent: number): Other[] {
  const first = agent * town.tieSlots;
  return Array.from({ length: world.ties[agent] }, (_, i) => ({
    id: world.records.agentIds[world.tieOther[first + i]],
    trust: world.tieTrust[first + i],
    familiarity: world.tieFamiliarity[first + i],
    rivalry: world.tieRivalry[first + i],
  }));
}

/** The rivalry ledger of an agent, in order. */
function ledgerOf(town: Town, world: World, agent: number): Other[] {
  const first = agent * town.tieSlots;
  return Array.from({ length: world.rivals[agent] }, (_, i) => ({
    id: world.records.agentIds[world.rivalOther[first + i]],
    trust: 0,
    familiarity: 0,
    rivalry: world.rivalScore[first + i],
  }));
}

/** Friends, rivals, and what they come to in all. */
function company(town: Town, world: World, agent: number): Named[] {
  const { top_friends, top_rivals, embed_dim, include_aggregates } =
    town.config.observations.social_snippet;
  const places = top_friends + top_rivals;
  if (places === 0) return [];
  const slots = chooseOthers(town, world, agent);
  const named = Array.from({ length: places }, (_, i): Named[] => {
    const other = slots[i] ?? null;
    const bytes = other === null ? [] : digestOf(other.id);
    return [
      ...Array.from({ length: embed_dim }, (_, d): Named => [
        `social_slot${i}_d${d}`,
        other === null ? 0 : bytes[d] / 255,
      ]),
      [`social_slot${i}_trust`, other?.trust ?? 0],
      [`social_slot${i}_familiarity`, other?.familiarity ?? 0],
      [`social_slot${i}_rivalry`, other?.rivalry ?? 0],
    ];
  }).flat();
  if (!include_aggregates) return named;
  const filled = slots.filter((other) => other !== null);
  const mean = (of: readonly number[]) =>
    of.length === 0 ? 0 : of.reduce((sum, value) => sum + value, 0) / of.length;
  const most = (of: readonly number[]) => of.length === 0 ? 0 : Math.max(...of);
  const trust = filled.map((other) => other.trust);
  const rivalry = filled.map((other) => other.rivalry);
  return [
    ...named,
    ["social_trust_mean", mean(trust)],
    ["social_trust_max", most(trust)],
    ["social_rivalry_mean", mean(rivalry)],
    ["social_rivalry_max", most(rivalry)],
  ];
}

/** Who is told of, place by place. */
function chooseOthers(
  town: Town,
  world: World,
  agent: number,
): (Other | null)[] {
  const v2 = isV2(town);
  const { top_friends, top_rivals } = town.config.observations.social_snippet;
  const byRivalry = (a: Other, b: Other) => b.rivalry - a.rivalry;
  const liking = ({ trust, familiarity }: Other) => trust + familiarity;
  const ties = tiesOf(town, world, agent);
  const others = ties.length > 0
    ? ties
    : ledgerOf(town, world, agent).sort(byRivalry).slice(0, top_rivals);
  const friends = others.toSorted((a, b) => liking(b) - liking(a))
    .filter((other) => !v2 || liking(other) > 0)
    .slice(0, top_friends);
  const rivals = others.toSorted(byRivalry)
    .filter((other) => !friends.includes(other))
    .filter((other) => !v2 || other.rivalry > 0)
    .slice(0, top_rivals);
  const gap = v2 ? top_friends - friends.length : 0;
  return [...friends, ...new Array<null>(gap).fill(null), ...rivals];
}

function digestOf(text: string): Uint8Array {
  return createHash("blake2s256").update(text).digest();
}

/** The first four bytes of a digest, the lowest first. */
function wordOf(text: string): number {
  const { buffer, byteOffset } = digestOf(text);
  return new DataView(buffer, byteOffset).getUint32(0, true);
}

/** The columns of the slots, and what they are after a build. */
export interface ExpectedSlots {
  /** Slot of every agent in the batch, by agent. */
  readonly told: ReadonlyMap<number, number>;
  /** Column after the build. */
  readonly embeddingSlot: readonly number[];
  /** Column after the build. */
  readonly slotShared: readonly number[];
  /** Column after the build. */
  readonly slotReleased: readonly number[];
  /** Column after the build. */
  readonly slotTotals: readonly number[];
}

/**
 * Who has which slot in a build, and how the slots are after it.
 *
 * @param leaves who leaves the town in this tick
 */
export function expectedSlots(
  town: Town,
  world: World,
  leaves: (agent: number) => boolean,
): ExpectedSlots {
  const { max_slots, cooldown_ticks } = town.config.embedding_allocator;
  const tick = world.tick[0];
  const embeddingSlot = [...world.embeddingSlot];
  const slotShared = [...world.slotShared];
  const slotReleased = [...world.slotReleased];
  const slotTotals = [...world.slotTotals];
  const told = new Map<number, number>();
  for (const agent of living(world)) {
    if (embeddingSlot[agent] < 0) give(agent);
    told.set(agent, embeddingSlot[agent]);
    if (leaves(agent)) takeBack(agent);
  }
  return { told, embeddingSlot, slotShared, slotReleased, slotTotals };

  function give(agent: number): void {
    slotTotals[0]++;
    const taken = new Set(
      embeddingSlot.filter((_, other) => slotShared[other] === 0),
    );
    const free = Array.from({ length: max_slots }, (_, slot) => slot)
      .filter((slot) => !taken.has(slot));
    if (free.length === 0) {
      slotTotals[2]++;
      slotShared[agent] = 1;
      embeddingSlot[agent] = wordOf(world.records.agentIds[agent]) % max_slots;
      return;
    }
    const isNew = (slot: number) => slotReleased[slot] < 0;
    const isRested = (slot: number) =>
      tick - slotReleased[slot] >= cooldown_ticks;
    const earliest = free.toSorted((a, b) => slotReleased[a] - slotReleased[b]);
    const slot = free.find(isNew) ?? earliest.find(isRested);
    if (slot === undefined) slotTotals[1]++;
    embeddingSlot[agent] = slot ?? earliest[0];
  }

  function takeBack(agent: number): void {
    if (slotShared[agent] === 0) slotReleased[embeddingSlot[agent]] = tick;
    slotShared[agent] = 0;
    embeddingSlot[agent] = -1;
  }
}
