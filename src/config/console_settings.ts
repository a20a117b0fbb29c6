/** Section `console`: who may command a running town. @module */
import { z } from "zod";
import { exactlyOne, secretShape, type SecretSource } from "./secret.ts";
import { flag, int, oneOf, path, text } from "./schema.ts";

/** Somebody who may use the console. */
export interface ConsoleToken extends SecretSource {
  /** Name of the holder in records. */
  readonly label: string;
  /** What the holder may do. */
  readonly role: "viewer" | "admin";
  /** SHA-256 of the token in hexadecimal, or null. */
  readonly sha256: string | null;
}

/** Who may command a running town. */
export interface ConsoleSettings {
  /** Who may use it. */
  readonly auth: {
    /** Whether tokens are asked for. */
    readonly enabled: boolean;
    /** Whether looking needs a token too. */
    readonly require_for_viewer: boolean;
    /** Tokens, by reference. */
    readonly tokens: readonly ConsoleToken[];
  };
  /** The record of all commands. */
  readonly audit: {
    /** File of the record. */
    readonly path: string;
    /** Whether commands are refused when they cannot be recorded. */
    readonly required: boolean;
  };
  /** Commands waiting at most, 1 to 1024. */
  readonly max_pending: number;
}

const token: z.ZodType<ConsoleToken> = z.strictObject({
  label: text(64).describe("Name of the holder in records"),
  role: oneOf("viewer", "admin").describe("What the holder may do"),
  ...secretShape,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, {
    error: "must be 64 hexadecimal digits in lower case",
  }).nullable().prefault(null).describe("SHA-256 of the token in hexadecimal"),
}).check(exactlyOne("env", "file", "sha256"));

/** Schema of the section `console`. */
export const consoleSection: z.ZodType<ConsoleSettings> = z.strictObject({
  auth: z.strictObject({
    enabled: flag().prefault(false).describe("Whether tokens are asked for"),
    require_for_viewer: flag().prefault(true).describe(
      "Whether looking needs a token too",
    ),
    tokens: z.array(token).prefault([]).describe("Tokens, by reference"),
  }).prefault({}).describe("Who may use it"),
  audit: z.strictObject({
    path: path().prefault("out/audit/console.ndjson").describe(
      "File of the record",
    ),
    required: flag().prefault(true).describe(
      "Whether commands are refused when they cannot be recorded",
    ),
  }).prefault({}).describe("The record of all commands"),
  max_pending: int(1, 1024).prefault(64).describe("Commands waiting at most"),
}).describe("Who may command a running town");
