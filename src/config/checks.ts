/** Rules that need more than one value: each says which sections it reads. @module */
import { checkManifest } from "./check_manifest.ts";
import { checkScenario } from "./check_scenario.ts";
import type { ConfigEntry } from "./config.ts";
import { isLoopback } from "./endpoint.ts";
import { type Finding, type KeyPath, pathText } from "./fault.ts";
import { DEFAULT_SPECIFIER } from "./hook_source.ts";
import {
  capacityOf,
  countObjects,
  countResidents,
  objectsOf,
  objectTilesOf,
  residentsOf,
  sum,
} from "./inhabitants.ts";
import { CORE_MANIFEST } from "./manifest.ts";
import { MAP_NUMBERS_MAX, SOCIAL_MAX } from "./observation_settings.ts";
import { PROFILE_NAMES } from "./personalities.ts";
import { collectFindings, type Report, reportTile } from "./report.ts";
import { IDENTIFIER } from "./schema.ts";
import { AGENTS_MAX, OBJECTS_MAX } from "./world_settings.ts";

/** A rule and the sections it needs in order. */
interface Check {
  readonly needs: readonly (keyof ConfigEntry)[];
  readonly run: (config: ConfigEntry, report: Report) => void;
}

/**
 * Findings of all rules whose sections are in order.
 *
 * `config` holds the sections that are, so that one faulty section does not
 * hide the faults of others.
 */
export function runChecks(config: Partial<ConfigEntry>): readonly Finding[] {
  return collectFindings((report) => {
    for (const { needs, run } of CHECKS) {
      if (needs.every((section) => Object.hasOwn(config, section))) {
        run(config as ConfigEntry, report);
      }
    }
  });
}

const CHECKS: readonly Check[] = [
  { needs: ["conflict"], run: checkRivalry },
  { needs: ["jobs", "world"], run: checkShifts },
  { needs: ["world"], run: checkDistricts },
  { needs: ["jobs", "world"], run: checkDistrictJobs },
  { needs: ["world", "population", "scenario"], run: checkNumbers },
  { needs: ["world", "population", "scenario"], run: checkResidentIds },
  { needs: ["world", "scenario"], run: checkObjectIds },
  { needs: ["jobs", "world"], run: checkJobTiles },
  {
    needs: ["jobs", "world", "population", "scenario"],
    run: checkResidentJobs,
  },
  { needs: ["world", "scenario"], run: checkObjectTiles },
  { needs: ["world", "population", "scenario"], run: checkResidentTiles },
  { needs: ["features", "observations"], run: checkSocialSnippet },
  {
    needs: ["features", "observations", "world", "population", "scenario"],
    run: checkMaps,
  },
  { needs: ["profile", "affordances"], run: checkHooks },
  { needs: ["profile", "telemetry"], run: checkTelemetry },
  { needs: ["console", "serve"], run: checkOperators },
  { needs: ["training"], run: checkTraining },
  {
    needs: ["world", "population", "scenario", "perturbations", "jobs"],
    run: checkScenario,
  },
  {
    needs: ["world", "jobs", "population", "scenario", "affordances"],
    run: checkCoreManifest,
  },
];

/** Thresholds of rivalry lie within its least and highest score. */
function checkRivalry({ conflict }: ConfigEntry, report: Report): void {
  const { min_value, max_value, ...rest } = conflict.rivalry;
  const path = ["conflict", "rivalry"];
  if (min_value > max_value) {
    report([...path, "min_value"], "must not be above max_value", {
      got: min_value,
      hint: `max_value is ${max_value}`,
    });
    return;
  }
  for (const key of ["avoid_threshold", "eviction_threshold"] as const) {
    if (rest[key] >= min_value && rest[key] <= max_value) continue;
    report([...path, key], "must lie within min_value and max_value", {
      got: rest[key],
      hint: `they are ${min_value} and ${max_value}`,
    });
  }
}

/** Shifts lie within a day. */
function checkShifts({ jobs, world }: ConfigEntry, report: Report): void {
  for (const [id, job] of Object.entries(jobs)) {
    for (const key of ["start_tick", "end_tick"] as const) {
      if (job[key] < world.ticks_per_day) continue;
      if (key === "end_tick" && job.end_tick === job.start_tick) continue;
      report(["jobs", id, key], "must be before the end of the day", {
        got: job[key],
        hint: `world.ticks_per_day is ${world.ticks_per_day}`,
      });
    }
  }
}

/** Districts lie on the grid and have room for their objects. */
function checkDistricts({ world }: ConfigEntry, report: Report): void {
  const [width, height] = world.grid_size;
  for (const [name, district] of Object.entries(world.districts)) {
    const path = ["world", "districts", name];
    const [x0, y0, x1, y1] = district.area;
    if (x0 > x1 || y0 > y1) {
      report(
        [...path, "area"],
        "must be [x0, y0, x1, y1] from west to east and north to south",
        {
          got: district.area,
        },
      );
    } else if (x1 >= width || y1 >= height) {
      report([...path, "area"], "must lie on the grid", {
        got: district.area,
        hint: `world.grid_size is [${width}, ${height}]`,
      });
    } else if (sum(district.objects) > objectTilesOf(district)) {
      report([...path, "objects"], "must fit into the area", {
        got: sum(district.objects),
        hint: `it has room for ${objectTilesOf(district)} objects`,
      });
    }
    for (const profile of Object.keys(district.residents)) {
      const known = [...PROFILE_NAMES, "any"];
      if (known.includes(profile.toLowerCase())) continue;
      report(
        [...path, "residents", profile],
        `unknown profile; known are ${known.join(", ")}`,
        { at: "key" },
      );
    }
  }
}

/** Districts hand out jobs that exist. */
function checkDistrictJobs({ jobs, world }: ConfigEntry, report: Report): void {
  for (const [name, district] of Object.entries(world.districts)) {
    (district.jobs ?? []).forEach((id, i) => {
      if (Object.hasOwn(jobs, id)) return;
      report(["world", "districts", name, "jobs", i], "no such job", {
        got: id,
        hint: jobHint(jobs),
      });
    });
  }
}

/** There are not too many residents and objects. */
function checkNumbers(config: ConfigEntry, report: Report): void {
  const residents = countResidents(config);
  const { agent_capacity } = config.world;
  if (residents > AGENTS_MAX) {
    report(["population"], `must not have more than ${AGENTS_MAX} residents`, {
      got: residents,
      at: "key",
    });
  } else if (agent_capacity !== null && agent_capacity < residents) {
    report(
      ["world", "agent_capacity"],
      `must be at least the number of residents, which is ${residents}`,
      { got: agent_capacity },
    );
  }
  const objects = countObjects(config);
  if (objects > OBJECTS_MAX) {
    report(["world"], `must not have more than ${OBJECTS_MAX} objects`, {
      got: objects,
      at: "key",
    });
  }
}

/** No two residents share an id. */
function checkResidentIds(config: ConfigEntry, report: Report): void {
  if (countResidents(config) > AGENTS_MAX) return;
  checkIds(residentsOf(config), report);
}

/** No two objects share an id. */
function checkObjectIds(config: ConfigEntry, report: Report): void {
  if (countObjects(config) > OBJECTS_MAX) return;
  checkIds(objectsOf(config), report);
}

/** Ids are names, each used once; one fault for each place in the file. */
function checkIds(
  list: readonly { readonly id: string; readonly path: KeyPath }[],
  report: Report,
): void {
  const owners = new Map<string, KeyPath>();
  const told = new Set<string>();
  for (const { id, path } of list) {
    const isListed = typeof path[path.length - 1] === "number";
    const place = isListed ? [...path, "id"] : path;
    const owner = owners.get(id);
    owners.set(id, owner ?? path);
    const isName = IDENTIFIER.test(id);
    if (owner === undefined && isName || told.has(pathText(place))) continue;
    told.add(pathText(place));
    if (!isName) {
      report(place, "would generate a name that is too long", {
        got: id,
        hint: "shorten the district's name",
      });
    } else {
      report(place, `used twice`, {
        got: id,
        hint: `${pathText(owner ?? path)} has it already`,
      });
    }
  }
}

/** Jobs are on the grid. */
function checkJobTiles({ jobs, world }: ConfigEntry, report: Report): void {
  for (const [id, { location }] of Object.entries(jobs)) {
    if (typeof location === "string") continue;
    reportTile(location, ["jobs", id, "location"], world.grid_size, report);
  }
}

/** What the built-in manifest does not have is named nowhere. */
function checkCoreManifest(config: ConfigEntry, report: Report): void {
  if (config.affordances.manifest !== null) return;
  if (countObjects(config) > OBJECTS_MAX) return;
  checkManifest(config, CORE_MANIFEST, report);
}

/** Residents have jobs that exist. */
function checkResidentJobs(config: ConfigEntry, report: Report): void {
  const { jobs } = config;
  if (countResidents(config) > AGENTS_MAX) return;
  for (const { entry, path } of residentsOf(config)) {
    const job = entry?.job ?? null;
    if (job === null || job === "none" || Object.hasOwn(jobs, job)) continue;
    report([...path, "job"], "no such job", { got: job, hint: jobHint(jobs) });
  }
}

function jobHint(jobs: ConfigEntry["jobs"]): string {
  const ids = Object.keys(jobs);
  const shown = ids.length > 12 ? [...ids.slice(0, 12), "…"] : ids;
  return shown.length === 0 ? "there are none" : `jobs are ${shown.join(", ")}`;
}

/** Objects stand on the grid. */
function checkObjectTiles(config: ConfigEntry, report: Report): void {
  if (countObjects(config) > OBJECTS_MAX) return;
  for (const { position, path } of objectsOf(config)) {
    reportTile(
      position,
      [...path, "position"],
      config.world.grid_size,
      report,
    );
  }
}

/** Homes and starts lie on the grid and, where residents walk, are free. */
function checkResidentTiles(config: ConfigEntry, report: Report): void {
  const { grid_size, movement } = config.world;
  const tooMany = countObjects(config) > OBJECTS_MAX ||
    countResidents(config) > AGENTS_MAX;
  if (tooMany) return;
  const objects = new Map<string, string>();
  for (const { id, position } of movement === "walk" ? objectsOf(config) : []) {
    if (position !== null) objects.set(position.join(), id);
  }
  for (const { entry, path } of residentsOf(config)) {
    if (entry === null) continue;
    for (const key of ["home", "position"] as const) {
      const tile = entry[key];
      reportTile(tile, [...path, key], grid_size, report);
      const under = tile === null ? undefined : objects.get(tile.join());
      if (under === undefined) continue;
      report([...path, key], `must be free to walk on`, {
        got: tile,
        hint: `${under} stands there`,
      });
    }
    const corner = objects.get("0,0");
    if (entry.home !== null || entry.position !== null) continue;
    if (corner === undefined) continue;
    report(path, `starts at [0, 0], where ${corner} stands`, {
      hint: "give it a home or a position",
    });
  }
}

/** What is told of friends and rivals fits, and there are any. */
function checkSocialSnippet(
  { features, observations }: ConfigEntry,
  report: Report,
): void {
  const { top_friends, top_rivals } = observations.social_snippet;
  const path = ["observations", "social_snippet"];
  const isOff = features.stages.relationships === "OFF";
  const friends = top_friends ?? (isOff ? 0 : 2);
  const rivals = top_rivals ?? (isOff ? 0 : 2);
  if (friends + rivals > SOCIAL_MAX) {
    report(
      path,
      `must not tell of more than ${SOCIAL_MAX} friends and rivals`,
      {
        got: friends + rivals,
        at: "key",
      },
    );
  }
  if (!isOff) return;
  for (
    const [key, n] of [["top_friends", friends], [
      "top_rivals",
      rivals,
    ]] as const
  ) {
    if (n === 0) continue;
    report(
      [...path, key],
      "must be 0 while features.stages.relationships is OFF",
      {
        got: n,
      },
    );
  }
}

/** Channels of a map, those of object types left out. */
const MAP_CHANNELS = { hybrid: 4, full: 6, compact: 5 } as const;

/** The maps of all residents are not too large together. */
function checkMaps(config: ConfigEntry, report: Report): void {
  const variant = config.features.systems.observations;
  const { hybrid, compact } = config.observations;
  const isCompact = variant === "compact";
  const side = isCompact ? compact.map_window : hybrid.local_window;
  const channels = MAP_CHANNELS[variant] +
    (isCompact ? compact.object_channels.length : 0);
  const capacity = capacityOf(config);
  if (side * side * channels * capacity <= MAP_NUMBERS_MAX) return;
  report(
    [
      "observations",
      ...(isCompact ? ["compact", "map_window"] : ["hybrid", "local_window"]),
    ],
    "would make maps too large for memory",
    {
      got: side,
      hint: `there is room for ${capacity} residents with ${channels} channels`,
    },
  );
}

/** Hook files are pinned, except in profile dev by choice. */
function checkHooks(
  { profile, affordances }: ConfigEntry,
  report: Report,
): void {
  const { allow, allow_unpinned } = affordances.hooks;
  const path = ["affordances", "hooks"];
  if (allow_unpinned && profile !== "dev") {
    report([...path, "allow_unpinned"], "needs profile: dev (rule H4)", {
      got: true,
    });
  }
  if (allow_unpinned) return;
  allow.forEach(({ specifier, sha256 }, i) => {
    if (specifier === DEFAULT_SPECIFIER || sha256 !== null) return;
    report(
      [...path, "allow", i, "sha256"],
      "is not pinned by a digest (rule H4)",
      {
        at: "parent",
        hint: "hooks pin FILE prints the entry",
      },
    );
  });
}

/** Telemetry goes one way or several, signed and secured where it must be. */
function checkTelemetry(
  { profile, telemetry }: ConfigEntry,
  report: Report,
): void {
  const { transport, transports, deterministic, sign } = telemetry;
  const path = ["telemetry"];
  if (transport !== null && transports !== null) {
    report([...path, "transports"], "needs transport to be left out", {
      at: "key",
      hint: "put all of them into transports",
    });
  }
  const all = transports ?? (transport === null ? [] : [transport]);
  const overNetwork = all.some(({ type }) => type === "tcp" || type === "http");
  all.forEach((one, i) => {
    const place = [
      ...path,
      ...(transports === null ? ["transport"] : ["transports", i]),
    ];
    if (deterministic && !["none", "stdout", "file"].includes(one.type)) {
      report(
        [...place, "type"],
        "must be stdout or file while telemetry.deterministic is true",
        {
          got: one.type,
        },
      );
    }
    if (profile === "production" && one.type === "tcp" && !one.tls.enabled) {
      report(
        [...place, "tls", "enabled"],
        "must be true in profile production (rule N6)",
        {
          got: false,
        },
      );
    }
  });
  if (profile === "production" && telemetry.validate === "off") {
    report([...path, "validate"], "must not be off in profile production", {
      got: "off",
    });
  }
  const signs = sign.keys.some(({ use }) => use === "sign");
  const required = sign.required ?? (profile === "production" && overNetwork);
  if (required && !signs) {
    report([...path, "sign", "keys"], "must have a key that signs", {
      hint: sign.required === null
        ? "in profile production what is sent over a network is signed"
        : "telemetry.sign.required is true",
    });
  }
  if (profile === "production" && overNetwork && sign.required === false) {
    report([...path, "sign", "required"], "must be true in profile production");
  }
  checkNarration({ telemetry }, report);
  checkOtel({ telemetry }, report);
}

/** Higher thresholds of narration are not below lower ones. */
function checkNarration(
  { telemetry }: Pick<ConfigEntry, "telemetry">,
  report: Report,
): void {
  const thresholds = telemetry.relationship_narration;
  const path = ["telemetry", "relationship_narration"];
  for (
    const [low, high] of [
      ["friendship_trust_threshold", "friendship_priority_threshold"],
      ["rivalry_avoid_threshold", "rivalry_escalation_threshold"],
    ] as const
  ) {
    if (thresholds[high] >= thresholds[low]) continue;
    report([...path, high], `must not be below ${low}`, {
      got: thresholds[high],
      hint: `that is ${thresholds[low]}`,
    });
  }
}

/** What the runtime exports goes to a known place, encrypted on a network. */
function checkOtel(
  { telemetry }: Pick<ConfigEntry, "telemetry">,
  report: Report,
): void {
  const { enabled, endpoint } = telemetry.otel;
  const path = ["telemetry", "otel", "endpoint"];
  if (enabled && endpoint === null) {
    report(path, "must be set while telemetry.otel.enabled is true");
  }
  const url = endpoint === null ? null : URL.parse(endpoint);
  if (url === null || url.protocol === "https:") return;
  // The host of an address keeps the brackets of IPv6.
  if (isLoopback(url.hostname.replace(/^\[|\]$/g, ""))) return;
  report(path, "must be an https address beyond this machine (rule N4)", {
    got: endpoint,
  });
}

/** Operators need tokens. */
function checkOperators(config: ConfigEntry, report: Report): void {
  if (!config.serve.operator || config.console.auth.enabled) return;
  report(["serve", "operator"], "needs console.auth.enabled: true", {
    got: true,
  });
}

/** An annealed training has stages. */
function checkTraining({ training }: ConfigEntry, report: Report): void {
  const { source, anneal_schedule } = training;
  if (source !== "anneal" || anneal_schedule.length > 0) return;
  report(
    ["training", "anneal_schedule"],
    "must have stages while training.source is anneal",
  );
}
