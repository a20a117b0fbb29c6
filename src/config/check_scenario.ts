/** Rules about a scenario's schedules and timeline. @module */
import type { ConfigEntry } from "./config.ts";
import type { KeyPath } from "./fault.ts";
import { countResidents, residentsOf } from "./inhabitants.ts";
import { type Report, reportTile } from "./report.ts";
import type { TimelineEntry } from "./scenario.ts";
import { AGENTS_MAX } from "./world_settings.ts";

/** Sections the rules read. */
export type ScenarioSections = Pick<
  ConfigEntry,
  "world" | "population" | "scenario" | "perturbations" | "jobs"
>;

/** Schedules and timeline name tiles, agents, jobs and perturbations that exist. */
export function checkScenario(config: ScenarioSections, report: Report): void {
  const { scenario, world } = config;
  if (scenario === null || countResidents(config) > AGENTS_MAX) return;
  const agents = new Set(residentsOf(config).map(({ id }) => id));
  for (const { command, args } of scenario.timeline) {
    if (command === "spawn") agents.add(args.agent);
  }
  // Who comes back has a new id, its old one with # and a number.
  const isKnown = (id: string) => agents.has(id.replace(/#\d+$/, ""));
  scenario.agents.forEach(({ schedule }, i) => {
    schedule?.forEach(({ position, target }, n) => {
      const path = ["scenario", "agents", i, "schedule", n];
      reportTile(position, [...path, "position"], world.grid_size, report);
      if (target === null || isKnown(target)) return;
      report([...path, "target"], "no such agent", { got: target });
    });
  });
  scenario.timeline.forEach((entry, i) => {
    const path = ["scenario", "timeline", i, "args"];
    checkAgents(entry, path, isKnown, report);
    checkPlaces(entry, path, config, report);
    checkSpec(entry, path, config, report);
  });
}

/** Arguments that name one agent. */
const AGENT_ARGS = ["agent", "speaker", "listener", "a", "b"];

function checkAgents(
  { command, args }: TimelineEntry,
  path: KeyPath,
  isKnown: (id: string) => boolean,
  report: Report,
): void {
  const named = command === "arrange_meet"
    ? args.agents.map((id, i): [KeyPath, unknown] => [["agents", i], id])
    : Object.entries(args).filter(([key]) => AGENT_ARGS.includes(key))
      .map(([key, id]): [KeyPath, unknown] => [[key], id]);
  for (const [keys, id] of named) {
    if (typeof id !== "string" || isKnown(id)) continue;
    report([...path, ...keys], "no such agent", { got: id });
  }
}

function checkPlaces(
  { command, args }: TimelineEntry,
  path: KeyPath,
  { jobs, world }: ScenarioSections,
  report: Report,
): void {
  if (command !== "spawn" && command !== "teleport") return;
  reportTile(args.pos, [...path, "pos"], world.grid_size, report);
  if (command !== "spawn") return;
  reportTile(args.home, [...path, "home"], world.grid_size, report);
  const { job } = args;
  if (job === null || job === "none" || Object.hasOwn(jobs, job)) return;
  report([...path, "job"], "no such job", { got: job });
}

function checkSpec(
  { command, args }: TimelineEntry,
  path: KeyPath,
  { perturbations }: ScenarioSections,
  report: Report,
): void {
  if (command !== "arrange_meet" && command !== "perturbation_trigger") return;
  const { events } = perturbations;
  const spec = Object.hasOwn(events, args.spec) ? events[args.spec] : null;
  if (spec === null) {
    const names = Object.keys(events);
    report([...path, "spec"], "no such perturbation", {
      got: args.spec,
      hint: names.length === 0
        ? "perturbations.events is empty"
        : `perturbations are ${names.join(", ")}`,
    });
  } else if (command === "arrange_meet" && spec.kind !== "arranged_meet") {
    report([...path, "spec"], "must be a meeting", {
      got: args.spec,
      hint: `it is a ${spec.kind}`,
    });
  } else if (command === "perturbation_trigger") {
    for (
      const [key, kind] of [
        ["targets", "a price_spike"],
        ["magnitude", "a price_spike"],
        ["location", "an arranged_meet"],
      ] as const
    ) {
      if (args[key] === null || kind.endsWith(spec.kind)) continue;
      report([...path, key], `belongs to ${kind}, which this is not`, {
        at: "key",
      });
    }
  }
}
