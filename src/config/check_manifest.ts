/** Rules about a configuration and the manifest it uses. @module */
import type { Config, ConfigEntry } from "./config.ts";
import { ConfigError, faultAt, inOrder, type KeyPath } from "./fault.ts";
import { countObjects, objectsOf, residentsOf } from "./inhabitants.ts";
import { locate } from "./locate.ts";
import { AFFORDANCES_MAX, type Manifest } from "./manifest.ts";
import { collectFindings, type Report } from "./report.ts";
import { OBJECTS_MAX } from "./world_settings.ts";

/** Sections the rules read. */
export type ManifestSections = Pick<
  ConfigEntry,
  "world" | "jobs" | "population" | "scenario"
>;

/** Where a configuration came from, for faults with line and column. */
export interface ConfigSource {
  /** Name of the file. */
  readonly file: string;
  /** Its text. */
  readonly text: string;
}

/**
 * Looks whether a configuration and the manifest it names fit together.
 *
 * `loadConfig` has done so itself where the manifest is the built-in one. For
 * another, call this once it is read. Rejects with one {@link ConfigError}
 * that has every fault, in document order.
 */
export async function requireFit(
  config: Config,
  manifest: Manifest,
  { file, text }: ConfigSource,
): Promise<void> {
  const findings = collectFindings((report) =>
    checkManifest(config, manifest, report)
  );
  if (findings.length === 0) return;
  const places = await locate(text, findings);
  throw new ConfigError(inOrder(
    findings.map((finding, i) =>
      faultAt(finding, { file, position: places[i] })
    ),
  ));
}

/** Configuration and manifest agree about ids, tiles and affordances. */
export function checkManifest(
  config: ManifestSections,
  manifest: Manifest,
  report: Report,
): void {
  if (countObjects(config) + manifest.objects.length > OBJECTS_MAX) {
    report(
      ["world"],
      `must not have more than ${OBJECTS_MAX} objects with its manifest`,
      { at: "key" },
    );
    return;
  }
  checkStocks(config, manifest, report);
  const given = new Set(manifest.objects.map(({ id }) => id));
  const placed = objectsOf(config);
  for (const { id, path, generated } of placed) {
    if (!given.has(id)) continue;
    report(generated ? path : [...path, "id"], "used twice", {
      got: id,
      hint: `${manifest.file} has it already`,
    });
  }
  const objects = new Set([...given, ...placed.map(({ id }) => id)]);
  checkSites(config, objects, report);
  checkGivenTiles(config, manifest, report);
  checkSchedules(config, manifest, objects, report);
}

/** Most kinds of stock: every object has room for each. */
const STOCK_KEYS_MAX = 256;

/** There are not too many kinds of stock. */
function checkStocks(
  { world, scenario }: ManifestSections,
  manifest: Manifest,
  report: Report,
): void {
  const objects = [
    ...manifest.objects,
    ...world.objects,
    ...scenario?.objects ?? [],
  ];
  const keys = new Set(objects.flatMap(({ stock }) => Object.keys(stock)));
  if (keys.size <= STOCK_KEYS_MAX) return;
  report(
    ["world"],
    `must not have more than ${STOCK_KEYS_MAX} kinds of stock`,
    {
      got: keys.size,
      at: "key",
    },
  );
}

function checkSites(
  { jobs }: ManifestSections,
  objects: ReadonlySet<string>,
  report: Report,
): void {
  for (const [id, { location }] of Object.entries(jobs)) {
    if (typeof location !== "string" || objects.has(location)) continue;
    report(["jobs", id, "location"], "no such object", { got: location });
  }
}

/** The manifest's objects stand on the grid and not on anybody. */
function checkGivenTiles(
  config: ManifestSections,
  manifest: Manifest,
  report: Report,
): void {
  const { grid_size, movement } = config.world;
  const owners = new Map<string, string>();
  for (const { id, position } of manifest.objects) {
    if (position === null) continue;
    owners.set(position.join(), id);
    if (position[0] < grid_size[0] && position[1] < grid_size[1]) continue;
    report(["world", "grid_size"], "must hold the objects of the manifest", {
      got: grid_size,
      hint: `${id} stands at [${position.join(", ")}]`,
    });
  }
  if (movement !== "walk" || owners.size === 0) return;
  for (const { entry, path } of residentsOf(config)) {
    const [home, start] = [entry?.home?.join(), entry?.position?.join()];
    for (const key of ["home", "position"] as const) {
      // By default one is the other; that is one fault.
      if (key === "position" && start === home) continue;
      const tile = entry?.[key] ?? null;
      const owner = tile === null ? undefined : owners.get(tile.join());
      if (owner === undefined) continue;
      report([...path, key], "must be free to walk on", {
        got: tile,
        hint: `${owner} stands there`,
      });
    }
  }
}

/** Schedules name objects and affordances that exist. */
function checkSchedules(
  { scenario }: ManifestSections,
  manifest: Manifest,
  objects: ReadonlySet<string>,
  report: Report,
): void {
  if (scenario === null) return;
  const total = manifest.affordances.length + scenario.affordances.length;
  if (total > AFFORDANCES_MAX) {
    report(
      ["scenario", "affordances"],
      `must not have more than ${AFFORDANCES_MAX} affordances with the manifest`,
      { at: "key" },
    );
    return;
  }
  const affordances = new Set(manifest.affordances.map(({ id }) => id));
  scenario.affordances.forEach(({ id }, i) => {
    if (affordances.has(id)) {
      report(["scenario", "affordances", i, "id"], "used twice", { got: id });
    }
    affordances.add(id);
  });
  scenario.agents.forEach(({ schedule }, i) => {
    schedule?.forEach(({ object, affordance }, n) => {
      const path: KeyPath = ["scenario", "agents", i, "schedule", n];
      if (object !== null && !objects.has(object)) {
        report([...path, "object"], "no such object", { got: object });
      }
      if (affordance === null || affordances.has(affordance)) return;
      report([...path, "affordance"], "not declared", {
        got: affordance,
        hint: "declare it in scenario.affordances or in the manifest",
      });
    });
  });
}
