/**
 * From a configuration to a Town: where its tables come together.
 *
 * @module
 */
import { TownletError } from "../../base/error.ts";
import type { Config } from "../../config/config.ts";
import { CORE_MANIFEST, type Manifest } from "../../config/manifest.ts";
import type { ObjectEntry } from "../../config/world_settings.ts";
import { layOutDistricts } from "./districts.ts";
import type { OutsideHook } from "../hooks.ts";
import { Nearest } from "../nearest.ts";
import { Paths } from "../paths.ts";
import {
  findPlace,
  type Schedule,
  type Town,
  type TownJob,
  type TownResident,
  type TownSpec,
} from "../town.ts";
import { compileAffordances } from "./affordances.ts";
import { compileObjects } from "./objects.ts";
import { compileProfiles } from "./profiles.ts";
import { compileSchedule, timelineOf } from "./schedules.ts";

/** Side of the window that features cover where there is no map. */
const WINDOW_WITHOUT_MAP = 7;

/**
 * Compiles a configuration.
 *
 * @param manifest affordances and objects that come with the town
 * @param outside hooks of files, for the specifiers that are allowed
 * @throws {TownletError} when the parts do not fit together
 */
export function compileTown(
  config: Config,
  manifest: Manifest = CORE_MANIFEST,
  outside: readonly OutsideHook[] = [],
): Town {
  const [width, height] = config.world.grid_size;
  const { scenario } = config;
  const byHand: readonly ObjectEntry[] = [
    ...manifest.objects,
    ...config.world.objects,
  ];
  const last = scenario?.objects ?? [];
  const taken = new Set(
    [...byHand, ...last].flatMap(({ position }) =>
      position === null ? [] : [position[1] * width + position[0]]
    ),
  );
  const districts = layOutDistricts(config, taken);
  const objects = [...byHand, ...districts.objects, ...last];
  const entries = [...manifest.affordances, ...(scenario?.affordances ?? [])];
  refuseTwins("object", objects.map(({ id }) => id));
  refuseTwins("affordance", entries.map(({ id }) => id));

  const tables = compileObjects(width, height, objects, entries);
  const uses = compileAffordances(config, entries, tables.typeIds, outside);
  const { affordances } = uses;
  const jobs = compileJobs(config, objects);
  const specs = Object.entries(config.perturbations.events).map(
    ([id, spec]): TownSpec => ({
      id,
      config: spec,
      probability: Math.min(1, spec.prob_per_day / config.world.ticks_per_day),
      place: spec.kind === "arranged_meet"
        ? findPlace(objects, spec.location)
        : -1,
    }),
  );

  const schedules: Schedule[] = [];
  const residents: TownResident[] = [
    ...config.population.residents.map((r) => ({ ...r, schedule: -1 })),
    ...districts.residents.map((r) => ({ ...r, schedule: -1 })),
  ];
  for (const { schedule, loop, ...resident } of scenario?.agents ?? []) {
    residents.push({
      ...resident,
      schedule: schedule === null ? -1 : schedules.push(
        compileSchedule(schedule, loop, objects, affordances),
      ) - 1,
    });
  }
  refuseTwins("resident", residents.map(({ id }) => id));
  if (residents.length > config.world.agent_capacity) {
    throw new TownletError(
      `The town has ${residents.length} residents and room for ${config.world.agent_capacity}`,
      {
        code: "config.capacity",
        where: "world.agent_capacity",
        hint: `Raise it to at least ${residents.length}`,
      },
    );
  }

  const sight = sightOf(config);
  const reachAny = config.world.reach === "any";
  return {
    config,
    manifestSha256: manifest.sha256,
    capacity: config.world.agent_capacity,
    width,
    height,
    ticksPerDay: config.world.ticks_per_day,
    walk: config.world.movement === "walk",
    reachAny,
    tieSlots: config.conflict.rivalry.max_edges,
    outcomeHistory: config.affordances.outcome_history,
    attendanceWindow: config.employment.attendance_window,
    ...tables,
    ...uses,
    jobs,
    specs,
    residents,
    schedules,
    timeline: timelineOf(scenario?.timeline ?? []),
    ...compileProfiles(config),
    relationshipsOn: config.features.stages.relationships !== "OFF",
    tieModifiers: config.features.relationship_modifiers,
    rivalry: config.conflict.rivalry,
    cooldownTicks: config.queue_fairness.cooldown_ticks,
    ghostStepAfter: config.queue_fairness.ghost_step_after,
    agePriorityWeight: config.queue_fairness.age_priority_weight,
    longWaitTicks: config.queue_fairness.long_wait_ticks,
    preemptRunning: config.queue_fairness.preempt_running,
    sight,
    bitWords: Math.ceil((width + 2 * sight) / 32) + 1,
    embeddingSlots: config.embedding_allocator.max_slots,
    slotCooldownTicks: config.embedding_allocator.cooldown_ticks,
    optionCommitTicks: config.policy.option_commit_ticks,
    paths: new Paths(width, height, tables.blocked, reachAny ? 0 : 1),
    nearest: new Nearest(
      width,
      height,
      tables.objectsOfType,
      tables.objectX,
      tables.objectY,
    ),
  };
}

/** Tiles on each side of a resident that its kind of observation covers. */
function sightOf({ features, observations }: Config): number {
  const { hybrid, compact } = observations;
  const side = features.systems.observations === "compact"
    ? compact.map_window || WINDOW_WITHOUT_MAP
    : hybrid.local_window;
  return (side - 1) / 2;
}

/** Jobs with their places made into tiles. */
function compileJobs(
  config: Config,
  objects: readonly ObjectEntry[],
): TownJob[] {
  return Object.entries(config.jobs).map(([id, job]): TownJob => {
    const place = typeof job.location === "string"
      ? objects.find((object) => object.id === job.location)
      : undefined;
    if (typeof job.location === "string" && place === undefined) {
      throw new TownletError(`Job ${id} is at ${job.location}, which is not`, {
        code: "config.job",
        where: `jobs.${id}.location`,
        hint: "Name an object of the town, or a tile [x, y]",
      });
    }
    const tile = typeof job.location === "string"
      ? place?.position ?? null
      : job.location;
    return {
      id,
      start: job.start_tick,
      end: job.end_tick,
      wage: job.wage_rate,
      lateness: job.lateness_penalty,
      x: tile?.[0] ?? -1,
      y: tile?.[1] ?? -1,
    };
  });
}

function refuseTwins(what: string, ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) {
      throw new TownletError(`There are two things named ${id}`, {
        code: "config.twins",
        where: `${what} ${id}`,
        hint: "Rename one of them",
      });
    }
    seen.add(id);
  }
}
