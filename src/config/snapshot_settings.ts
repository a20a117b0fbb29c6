/** Section `snapshot`: saving and loading a running town. @module */
import { z } from "zod";
import type { Config } from "./config.ts";
import { isHookFile } from "./hook_source.ts";
import { flag, int, path } from "./schema.ts";

/** Saving and loading a running town. */
export interface SnapshotSettings {
  /** Folder of the snapshots. */
  readonly root: string;
  /** Saving by itself. */
  readonly autosave: {
    /** Ticks between saves, at least 100; null for never. */
    readonly every_ticks: number | null;
    /** Saves that are kept, 1 to 1000. */
    readonly retain: number;
  };
  /** Whether a run that fails leaves a snapshot. */
  readonly on_failure: boolean;
  /** Whether a save that fails ends the run. */
  readonly required: boolean;
  /** Whether unsigned snapshots are refused. */
  readonly require_signed: boolean;
  /** Whether a snapshot of a changed configuration loads. */
  readonly allow_config_drift: boolean;
  /** Whether a snapshot of a newer minor version loads. */
  readonly allow_newer_minor: boolean;
  /** Bringing old snapshots up to date. */
  readonly migrations: {
    /** Whether it happens while loading. */
    readonly auto_apply: boolean;
  };
}

/** Schema of the section `snapshot`. */
export const snapshot: z.ZodType<SnapshotSettings> = z.strictObject({
  root: path().prefault("out/snapshots").describe("Folder of the snapshots"),
  autosave: z.strictObject({
    every_ticks: int(100).nullable().prefault(null).describe(
      "Ticks between saves",
    ),
    retain: int(1, 1000).prefault(3).describe("Saves that are kept"),
  }).prefault({}).describe("Saving by itself"),
  on_failure: flag().prefault(false).describe(
    "Whether a run that fails leaves a snapshot",
  ),
  required: flag().prefault(false).describe(
    "Whether a save that fails ends the run",
  ),
  require_signed: flag().prefault(false).describe(
    "Whether unsigned snapshots are refused",
  ),
  allow_config_drift: flag().prefault(false).describe(
    "Whether a snapshot of a changed configuration loads",
  ),
  allow_newer_minor: flag().prefault(false).describe(
    "Whether a snapshot of a newer minor version loads",
  ),
  migrations: z.strictObject({
    auto_apply: flag().prefault(false).describe(
      "Whether it happens while loading",
    ),
  }).prefault({}).describe("Bringing old snapshots up to date"),
}).describe("Saving and loading a running town");

/**
 * Whether a run may write a snapshot without being told to: when a tick fails,
 * or when a hook that is a file ends the run.
 */
export function savesByItself({ snapshot, affordances }: Config): boolean {
  const { allow, on_fault } = affordances.hooks;
  return snapshot.on_failure || on_fault === "halt" && allow.some(isHookFile);
}
