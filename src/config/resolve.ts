/** Defaults that need other sections, filled in. @module */
import type { Config, ConfigEntry } from "./config.ts";
import { capacityOf } from "./inhabitants.ts";
import type { ObservationSettings } from "./observation_settings.ts";
import type { Population, Resident, ResidentEntry } from "./population.ts";
import type { Scenario } from "./scenario.ts";
import type { TelemetrySettings } from "./telemetry_settings.ts";
import type { Transport } from "./transport.ts";
import type { WorldSettings } from "./world_settings.ts";

/** The configuration a town is built from; the result is frozen all through. */
export function resolveConfig(entry: ConfigEntry): Config {
  return freeze({
    ...entry,
    world: resolveWorld(entry),
    population: resolvePopulation(entry),
    observations: resolveObservations(entry),
    scenario: resolveScenario(entry),
    telemetry: resolveTelemetry(entry),
  });
}

function resolveWorld(entry: ConfigEntry): WorldSettings {
  const { world, jobs } = entry;
  const allJobs = Object.keys(jobs);
  return {
    ...world,
    agent_capacity: capacityOf(entry),
    districts: Object.fromEntries(
      Object.entries(world.districts).map(([name, district]) => [name, {
        ...district,
        residents: lowerCaseKeys(district.residents),
        jobs: district.jobs ?? allJobs,
      }]),
    ),
  };
}

function lowerCaseKeys(
  counts: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(counts).map(([name, n]) => [name.toLowerCase(), n]),
  );
}

function resolvePopulation({ population }: ConfigEntry): Population {
  return {
    ...population,
    residents: population.residents.map((resident) =>
      resolveResident(resident, population)
    ),
  };
}

function resolveResident(
  resident: ResidentEntry,
  { needs, wallet }: Pick<Population, "needs" | "wallet">,
): Resident {
  const position = resident.position ?? resident.home ?? [0, 0];
  return {
    ...resident,
    home: resident.home ?? position,
    position,
    needs: { ...needs, ...resident.needs },
    wallet: resident.wallet ?? wallet,
  };
}

function resolveScenario(
  { scenario, population }: ConfigEntry,
): Scenario | null {
  if (scenario === null) return null;
  return {
    ...scenario,
    agents: scenario.agents.map((agent) => ({
      ...resolveResident(agent, population),
      schedule: agent.schedule,
      loop: agent.loop,
    })),
    timeline: scenario.timeline.toSorted((a, b) => a.tick - b.tick),
  };
}

function resolveObservations(
  { features, observations }: ConfigEntry,
): ObservationSettings {
  const { social_snippet } = observations;
  const told = features.stages.relationships === "OFF" ? 0 : 2;
  const top_friends = social_snippet.top_friends ?? told;
  const top_rivals = social_snippet.top_rivals ?? told;
  return {
    ...observations,
    social_snippet: {
      ...social_snippet,
      top_friends,
      top_rivals,
      include_aggregates: social_snippet.include_aggregates &&
        top_friends + top_rivals > 0,
    },
  };
}

function resolveTelemetry(
  { telemetry, profile }: ConfigEntry,
): TelemetrySettings {
  const { transport, transports, ...rest } = telemetry;
  const written = transports ?? (transport === null ? [] : [transport]);
  const kept = written.filter((one): one is Transport => one.type !== "none");
  const overNetwork = kept.some(({ type }) =>
    type === "tcp" || type === "http"
  );
  return {
    ...rest,
    transports: kept,
    sign: {
      ...rest.sign,
      required: rest.sign.required ??
        (profile === "production" && overNetwork),
    },
  };
}

/** Freezes `value` all through; a negative zero becomes zero on the way. */
function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    if (Object.is(members[key], -0)) members[key] = 0;
    else freeze(members[key]);
  }
  return Object.freeze(value);
}
