/**
 * Snapshots: a World as two lines of text, and back.
 *
 * The first line is the header, the second the state. The header holds the
 * state's digest, so nothing of the state is parsed before it is known to be
 * whole; what the header says beside that is said again in the state, so that
 * it cannot be changed either. Loading makes a fresh World or fails.
 * @module
 */
import { sha256Hex } from "../base/hash.ts";
import { canonicalJson } from "../base/order.ts";
import { keptConfig } from "../config/identity.ts";
import { emptyWorld, hashWorld, type World } from "../world/world.ts";
import type { Town } from "../world/town.ts";
import { rebuildDerived } from "../world/people.ts";
import {
  exactMembers,
  readColumns,
  readStreams,
  writeColumns,
  writeStreams,
} from "./columns.ts";
import { differences, type Identity, identityOf } from "./identity.ts";
import { checkPlain, costFault, isMembers, type Plain } from "./plain.ts";
import { checkRanges } from "./ranges.ts";
import { readRecords } from "./records.ts";
import { checkReferences } from "./references.ts";
import { refused, unusable } from "./refusal.ts";

/** First member of every snapshot; tells the file from others. */
export const SNAPSHOT_FORMAT = "townlet.snapshot";

/** Version of the format that this program writes. */
const SNAPSHOT_VERSION = "1.0";

/** Most bytes of a header. */
export const HEADER_BYTES_MAX = 64 << 10;

/** Most bytes of a state. */
export const STATE_BYTES_MAX = 256 << 20;

/** First line of a snapshot. */
export interface SnapshotHeader {
  /** Always {@link SNAPSHOT_FORMAT}. */
  readonly format: string;
  /** Version of the format, `major.minor`. */
  readonly version: string;
  /** Program that wrote it, such as `townlet 0.1.0`. */
  readonly app: string;
  /** Ticks done. */
  readonly tick: number;
  /** Name given by whoever saved it. */
  readonly label?: string;
  /** Which town it is of. */
  readonly identity: Identity;
  /** Bytes of the second line, without its end. */
  readonly state_bytes: number;
  /** SHA-256 of the second line, without its end. */
  readonly state_sha256: string;
  /** Hash of the World. */
  readonly world_hash: string;
  /** Whether the run up to here can be repeated. */
  readonly reproducible: boolean;
  /** Migrations it went through, in order. */
  readonly migrations: readonly string[];
}

/** What is saved beside the World. */
export interface SaveOptions {
  /** Program that writes it, such as `townlet 0.1.0`. */
  readonly app: string;
  /** Name for people: 1 to 32 of a–z, 0–9 and -. */
  readonly label?: string;
  /**
   * Whether the run up to here can be repeated; true unless given. A World in
   * which a hook was left out never can.
   */
  readonly reproducible?: boolean;
  /** Memory kept outside the World, by name. */
  readonly parts?: { readonly [name: string]: unknown };
}

/** How a snapshot is loaded. */
export interface LoadOptions {
  /** The file it came from, for messages. */
  readonly where: string;
  /** Names of the parts that must be there, exactly; none unless given. */
  readonly parts?: readonly string[];
}

/** A loaded snapshot. */
export interface Loaded {
  /** A World of its own. */
  readonly world: World;
  /** The header it came with. */
  readonly header: SnapshotHeader;
  /**
   * Memory kept outside the World, by name: the parts asked for, and those of
   * {@link STORIES_PART} and {@link BATCH_PART} that were saved.
   */
  readonly parts: { readonly [name: string]: Plain };
  /** Where the configuration differs from the saved one; allowed to by it. */
  readonly drift: readonly string[];
}

/** Members of the state that are not parts. */
const STATE_MEMBERS = ["about", "config", "names", "random", "world"] as const;

/**
 * The part that holds what telemetry remembers of a run. It changes nothing
 * that happens, so a snapshot may do without it.
 */
export const STORIES_PART = "stories";

/**
 * The part that holds what everybody observed last, where somebody observes.
 * Who goes on without it observes the world anew; who does not look at
 * observations needs none.
 */
export const BATCH_PART = "batch";

/** Parts that a snapshot may have or not. */
const OPTIONAL_PARTS = [STORIES_PART, BATCH_PART];

/** Rule of labels. */
const LABEL = /^[a-z0-9-]{1,32}$/;

/**
 * Writes a World as the text of a snapshot: two lines, each with its end.
 *
 * What is written can be loaded. Throws a TownletError (exit code 2) for a
 * World that could not be or takes too much room, a RangeError for labels that
 * break their rule and for parts that nest deeper than a snapshot may, and a
 * TypeError for what JSON cannot keep.
 */
export function encodeSnapshot(
  town: Town,
  world: World,
  options: SaveOptions,
): string {
  const { app, label, parts = {} } = options;
  // Whether a hook failed in time or not is up to the machine.
  const reproducible = (options.reproducible ?? true) &&
    world.records.disabledHooks.length === 0;
  if (label !== undefined && !LABEL.test(label)) {
    throw new RangeError("a label is 1 to 32 of a-z, 0-9 and -");
  }
  for (const [name, part] of Object.entries(parts)) {
    if ((STATE_MEMBERS as readonly string[]).includes(name)) {
      throw new RangeError(`a part cannot be named ${name}`);
    }
    checkPlain(part, name);
  }
  checkPlain(world.records, "records");
  const where = "the world to be saved";
  readRecords(town, world.records, where);
  checkRanges(town, world, where);
  checkReferences(town, world, where);
  const about = {
    app,
    ...(label === undefined ? {} : { label }),
    reproducible,
    migrations: [],
  };
  const members = {
    about,
    config: keptConfig(town.config),
    names: namesOf(town),
    random: writeStreams(world),
    world: { columns: writeColumns(town, world), records: world.records },
    ...parts,
  };
  const state = JSON.stringify(members);
  const cost = costFault(state);
  if (cost !== null) throw new RangeError(`the state ${cost}`);
  const bytes = new TextEncoder().encode(state);
  if (bytes.length > STATE_BYTES_MAX) {
    throw unusable("size", `The state takes ${bytes.length} bytes`, {
      where,
      hint: `A snapshot has room for ${STATE_BYTES_MAX >> 20} MiB`,
    });
  }
  const header: SnapshotHeader = {
    format: SNAPSHOT_FORMAT,
    version: SNAPSHOT_VERSION,
    app,
    tick: world.tick[0],
    ...(label === undefined ? {} : { label }),
    identity: identityOf(town, world.records.seed),
    state_bytes: bytes.length,
    state_sha256: sha256Hex(bytes),
    world_hash: hashWorld(world),
    reproducible,
    migrations: [],
  };
  const line = JSON.stringify(header);
  if (byteLength(line) > HEADER_BYTES_MAX) {
    throw new RangeError(`the header takes ${byteLength(line)} bytes`);
  }
  return `${line}\n${state}\n`;
}

/**
 * Makes a World of the text of a snapshot, for the town it was saved in.
 *
 * What may differ is said by the configuration's section `snapshot`. Throws a
 * TownletError: exit code 5 for a wrong digest, a missing signature and other
 * hooks, 2 for everything else that makes the snapshot unusable.
 */
export function decodeSnapshot(
  text: string,
  town: Town,
  options: LoadOptions,
): Loaded {
  const { where, parts: wanted = [] } = options;
  const [headerLine, stateLine] = splitLines(text, where);
  const header = readHeader(headerLine, town, where);
  if (town.config.snapshot.require_signed) {
    throw refused("unsigned", "The snapshot is not signed", {
      where,
      hint: "Set snapshot.require_signed to false to load it all the same",
    });
  }
  checkDigest(header, stateLine, where);
  const parsed = parseJson(stateLine, "state", where);
  const partNames = [
    ...wanted,
    ...OPTIONAL_PARTS.filter((name) =>
      isMembers(parsed) && Object.hasOwn(parsed, name) && !wanted.includes(name)
    ),
  ];
  const state = exactMembers(
    parsed,
    [...STATE_MEMBERS, ...partNames],
    "state",
    where,
  );
  checkAbout(header, state.about, where);
  const drift = checkIdentity(header, state.config, town, where);
  checkNames(town, state.names, where);
  const world = readWorld(town, header, state, where);
  const parts: Record<string, Plain> = {};
  for (const name of partNames) {
    parts[name] = plainPart(state[name], name, where);
  }
  return { world, header, parts, drift };
}

/** Tables whose indices columns hold: they must be the town's own. */
function namesOf(town: Town): { readonly [table: string]: readonly string[] } {
  return {
    objects: town.objectIds,
    affordances: town.affordances.map(({ id }) => id),
    stock: town.stockKeys,
    jobs: town.jobs.map(({ id }) => id),
    perturbations: town.specs.map(({ id }) => id),
  };
}

function splitLines(
  text: string,
  where: string,
): readonly [header: string, state: string] {
  const first = text.indexOf("\n");
  const second = text.indexOf("\n", first + 1);
  if (first < 0 || second < 0 || second !== text.length - 1) {
    throw unusable("lines", "A snapshot has two lines, each with its end", {
      where,
      hint: "The file was cut short, or is no snapshot",
    });
  }
  return [text.slice(0, first), text.slice(first + 1, second)];
}

/** The header, if it is the very text that its own value would be written as. */
function readHeader(line: string, town: Town, where: string): SnapshotHeader {
  if (byteLength(line) > HEADER_BYTES_MAX) {
    throw unusable("header", "The header is larger than 64 KiB", { where });
  }
  const header = parseJson(line, "header", where);
  if (!isMembers(header) || header.format !== SNAPSHOT_FORMAT) {
    throw unusable("format", "The file is no snapshot", { where });
  }
  checkVersion(header.version, town, where);
  if (JSON.stringify(header) !== line || !isHeader(header)) {
    throw unusable("header", "The header is not as it was written", { where });
  }
  return header;
}

function checkVersion(version: unknown, town: Town, where: string): void {
  const numbers = typeof version === "string"
    ? /^([0-9]{1,4})\.([0-9]{1,4})$/.exec(version)
    : null;
  const [major, minor] = SNAPSHOT_VERSION.split(".").map(Number);
  const isOther = numbers === null || Number(numbers[1]) !== major;
  const isNewer = numbers !== null && Number(numbers[2]) > minor;
  if (!isOther && (!isNewer || town.config.snapshot.allow_newer_minor)) return;
  throw unusable(
    "version",
    `The snapshot has format ${show(version)}, not ${SNAPSHOT_VERSION}`,
    {
      where,
      hint: isOther
        ? "Load it with the version of Townlet that wrote it"
        : "Set snapshot.allow_newer_minor to try it all the same",
    },
  );
}

/** Whether a parsed header has every member, of its kind, and no other. */
function isHeader(
  header: { readonly [name: string]: unknown },
): header is { readonly [name: string]: unknown } & SnapshotHeader {
  const known = [
    "format",
    "version",
    "app",
    "tick",
    ...(header.label === undefined ? [] : ["label"]),
    "identity",
    "state_bytes",
    "state_sha256",
    "world_hash",
    "reproducible",
    "migrations",
  ];
  const { app, tick, label, identity, migrations, reproducible } = header;
  const { state_bytes, state_sha256, world_hash } = header;
  return Object.keys(header).join() === known.join() &&
    typeof app === "string" &&
    Number.isSafeInteger(tick) && Number.isSafeInteger(state_bytes) &&
    typeof state_sha256 === "string" && typeof world_hash === "string" &&
    typeof reproducible === "boolean" &&
    (label === undefined || typeof label === "string" && LABEL.test(label)) &&
    Array.isArray(migrations) &&
    migrations.every((applied) => typeof applied === "string") &&
    isMembers(identity);
}

function checkDigest(
  header: SnapshotHeader,
  stateLine: string,
  where: string,
): void {
  const bytes = new TextEncoder().encode(stateLine);
  if (bytes.length > STATE_BYTES_MAX) {
    throw unusable("size", "The state is larger than 256 MiB", { where });
  }
  if (bytes.length !== header.state_bytes) {
    throw unusable(
      "size",
      `The state has ${bytes.length} bytes, not ${header.state_bytes}`,
      { where, hint: "The file was cut short or changed" },
    );
  }
  if (sha256Hex(bytes) === header.state_sha256) return;
  throw refused("digest", "The state does not have the digest of its header", {
    where,
    hint: "The file was changed after it was saved",
  });
}

/** The state repeats what the header says without a digest of its own. */
function checkAbout(
  { app, label, reproducible, migrations }: SnapshotHeader,
  about: unknown,
  where: string,
): void {
  const said = {
    app,
    ...(label === undefined ? {} : { label }),
    reproducible,
    migrations,
  };
  if (JSON.stringify(said) === JSON.stringify(about)) return;
  throw refused("header", "The header was changed after it was saved", {
    where,
  });
}

/**
 * Compares who the snapshot is of with the town it is loaded into.
 *
 * Gives the paths at which the configurations differ, where that is allowed.
 */
function checkIdentity(
  header: SnapshotHeader,
  config: unknown,
  town: Town,
  where: string,
): readonly string[] {
  const saved = header.identity;
  const here = identityOf(town, saved.seed);
  if (saved.config_id !== here.config_id) {
    throw unusable(
      "identity",
      `The snapshot is of ${show(saved.config_id)}, not of ${
        show(here.config_id)
      }`,
      { where, hint: "Load it with the configuration it was saved with" },
    );
  }
  const hooks = differences(saved.hooks, here.hooks, "hooks");
  if (hooks.length > 0) {
    throw refused(
      "hooks",
      `The snapshot was saved with other hooks (${list(hooks)})`,
      { where, hint: "Load it with the hooks it was saved with" },
    );
  }
  const others = differences(saved, here)
    .filter((path) => path !== "config_sha256");
  if (others.length > 0) {
    throw unusable(
      "identity",
      `The snapshot differs from this town in ${list(others)}`,
      { where, hint: "Load it with the configuration it was saved with" },
    );
  }
  if (sha256Hex(canonicalJson(config)) !== saved.config_sha256) {
    throw refused(
      "identity",
      "The snapshot's configuration does not have the digest of its header",
      { where },
    );
  }
  const kept = plainPart(config, "config", where);
  const drift = differences(kept, keptConfig(town.config));
  if (drift.length === 0 || town.config.snapshot.allow_config_drift) {
    return drift;
  }
  throw unusable(
    "identity",
    `The configuration differs from the saved one in ${list(drift)}`,
    {
      where,
      hint: "Undo the change, or set snapshot.allow_config_drift",
    },
  );
}

/** Even where the configuration may differ, indices must mean the same. */
function checkNames(town: Town, saved: unknown, where: string): void {
  const changed = differences(saved, namesOf(town));
  if (changed.length === 0) return;
  throw unusable(
    "names",
    `The town has other things than the saved one (${list(changed)})`,
    { where, hint: "Load it with the configuration it was saved with" },
  );
}

function readWorld(
  town: Town,
  header: SnapshotHeader,
  state: { readonly [name: string]: unknown },
  where: string,
): World {
  const saved = exactMembers(
    state.world,
    ["columns", "records"],
    "world",
    where,
  );
  const world = emptyWorld(town);
  readColumns(town, world, saved.columns, where);
  readStreams(world, state.random, where);
  world.records = readRecords(town, saved.records, where);
  if (
    world.tick[0] !== header.tick ||
    world.records.seed !== header.identity.seed
  ) {
    throw refused("header", "The header was changed after it was saved", {
      where,
    });
  }
  checkRanges(town, world, where);
  checkReferences(town, world, where);
  if (hashWorld(world) !== header.world_hash) {
    throw refused("hash", "The World does not have the hash of its header", {
      where,
      hint: "The file was changed after it was saved",
    });
  }
  rebuildDerived(town, world);
  return world;
}

function plainPart(value: unknown, name: string, where: string): Plain {
  try {
    checkPlain(value, name);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unusable("state", error.message, { where });
  }
  return value;
}

/** Parses one line; what would take all memory is refused before. */
function parseJson(line: string, what: string, where: string): unknown {
  const cost = costFault(line);
  if (cost !== null) throw unusable("json", `The ${what} ${cost}`, { where });
  try {
    return JSON.parse(line);
  } catch {
    throw unusable("json", `The ${what} is not JSON`, { where });
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The first few of a list of paths. */
function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(", ");
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}

function show(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 128) : "something else";
}
