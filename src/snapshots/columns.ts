/** Columns and random streams as JSON, and back, bit by bit. @module */
import { Buffer } from "node:buffer";
import { bytesOf, type ColumnArray, type ColumnSpec } from "../base/columns.ts";
import { RANDOM_WORDS } from "../base/random.ts";
import type { Town } from "../world/town.ts";
import {
  catalogueOf,
  type Columns,
  type StreamName,
  STREAMS,
  type World,
} from "../world/world.ts";
import { isMembers } from "./plain.ts";
import { unusable } from "./refusal.ts";

/** One column in a file. */
export interface SavedColumn {
  /** Element type. */
  readonly dtype: string;
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** Its bytes, little-endian, in base64. */
  readonly data: string;
}

/** One stream of random numbers in a file. */
export interface SavedStream {
  /** Name of the generator. */
  readonly algo: "sfc32";
  /** Its four words, 32 hexadecimal digits. */
  readonly state: string;
  /** Numbers drawn so far. */
  readonly draws: number;
}

/** Columns that are written as random streams instead. */
const STREAM_COLUMNS: ReadonlySet<string> = new Set([
  "randomWords",
  "randomDraws",
]);

/** The columns that a file holds, by name. */
export function savedColumns(
  town: Town,
): readonly (readonly [name: keyof Columns, spec: ColumnSpec])[] {
  const entries = Object.entries(catalogueOf(town)) as [
    keyof Columns,
    ColumnSpec,
  ][];
  return entries.filter(([name, spec]) =>
    spec.derived !== true && !STREAM_COLUMNS.has(name)
  );
}

/** Writes every column that cannot be rebuilt. */
export function writeColumns(
  town: Town,
  world: World,
): { readonly [name: string]: SavedColumn } {
  return Object.fromEntries(
    savedColumns(town).map(([name, { dtype, shape }]) => {
      const bytes = bytesOf(world[name]);
      const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        .toString("base64");
      return [name, { dtype, shape, data }];
    }),
  );
}

/**
 * Fills a world's columns from a file.
 *
 * Throws a TownletError (exit code 2) unless the file has exactly the columns
 * of this town, each with its type, shape and number of bytes.
 */
export function readColumns(
  town: Town,
  world: World,
  saved: unknown,
  where: string,
): void {
  const specs = savedColumns(town);
  const members = exactMembers(
    saved,
    specs.map(([name]) => name),
    "columns",
    where,
  );
  for (const [name, { dtype, shape }] of specs) {
    const column = exactMembers(
      members[name],
      ["dtype", "shape", "data"],
      `column ${name}`,
      where,
    );
    const expected = `${dtype} ${JSON.stringify(shape)}`;
    const found = typeof column.dtype === "string"
      ? `${column.dtype} ${JSON.stringify(column.shape)}`
      : "of no type";
    if (found !== expected) {
      throw unusable("columns", `Column ${name} is ${found}, not ${expected}`, {
        where,
        hint: "Load it with the configuration it was saved with",
      });
    }
    fillColumn(world[name], column.data, `column ${name}`, where);
  }
}

/** Writes the random streams. */
export function writeStreams(
  world: World,
): { readonly [name in StreamName]: SavedStream } {
  const streams = STREAMS.map((name, i): [StreamName, SavedStream] => {
    const words = wordsOf(world, i);
    const state = [...words].map((word) => word.toString(16).padStart(8, "0"));
    const draws = world.randomDraws[i];
    return [name, { algo: "sfc32", state: state.join(""), draws }];
  });
  return Object.fromEntries(streams) as Record<StreamName, SavedStream>;
}

/**
 * Fills a world's random streams from a file.
 *
 * Throws a TownletError (exit code 2) when one is missing, unknown or not
 * well-formed: streams are never seeded anew in silence.
 */
export function readStreams(world: World, saved: unknown, where: string): void {
  const members = exactMembers(saved, STREAMS, "random streams", where);
  STREAMS.forEach((name, i) => {
    const stream = exactMembers(
      members[name],
      ["algo", "state", "draws"],
      `random stream ${name}`,
      where,
    );
    const { algo, state, draws } = stream;
    if (
      algo !== "sfc32" || typeof state !== "string" ||
      !/^[0-9a-f]{32}$/.test(state) || typeof draws !== "number" ||
      !Number.isSafeInteger(draws) || draws < 0
    ) {
      throw unusable("random", `Random stream ${name} is not well-formed`, {
        where,
      });
    }
    const words = wordsOf(world, i);
    for (let w = 0; w < RANDOM_WORDS; w++) {
      words[w] = Number.parseInt(state.slice(8 * w, 8 * w + 8), 16);
    }
    world.randomDraws[i] = draws;
  });
}

/** The members of an object that must have exactly these. */
export function exactMembers(
  value: unknown,
  names: readonly string[],
  what: string,
  where: string,
): { readonly [name: string]: unknown } {
  if (!isMembers(value)) {
    throw unusable("state", `The ${what} are not an object`, { where });
  }
  const missing = names.filter((name) => !Object.hasOwn(value, name));
  const unknown = Object.keys(value).filter((name) => !names.includes(name));
  if (missing.length + unknown.length === 0) return value;
  const parts = [
    ...missing.map((name) => `${name} is missing`),
    ...unknown.map((name) => `${name.slice(0, 64)} is unknown`),
  ];
  throw unusable("state", `In the ${what}: ${parts.slice(0, 8).join(", ")}`, {
    where,
    hint: "It was saved by another version of Townlet",
  });
}

function wordsOf(world: World, stream: number): Uint32Array {
  const start = RANDOM_WORDS * stream;
  return world.randomWords.subarray(start, start + RANDOM_WORDS);
}

/** Base64 in its one canonical form, of exactly the column's bytes. */
function fillColumn(
  column: ColumnArray,
  data: unknown,
  what: string,
  where: string,
): void {
  const bytes = typeof data === "string" ? Buffer.from(data, "base64") : null;
  if (
    bytes === null || bytes.length !== column.byteLength ||
    bytes.toString("base64") !== data
  ) {
    throw unusable("columns", `The ${what} is not ${column.byteLength} bytes`, {
      where,
    });
  }
  bytesOf(column).set(bytes);
}
