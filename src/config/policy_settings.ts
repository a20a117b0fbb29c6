/** Section `policy`: who decides for the residents. @module */
import { z } from "zod";
import { FILE_NAME, flag, int, path, real } from "./schema.ts";

/** Who decides for the residents. */
export interface PolicySettings {
  /** `scripted`, `idle`, `random`, or `onnx:NAME` of a checkpoint. */
  readonly backend: string;
  /** Folder of the checkpoints. */
  readonly root: string;
  /** Ticks a choice stays made, 0 to 100000; 0 decides every tick anew. */
  readonly option_commit_ticks: number;
  /** Sharing decisions between the learned and the scripted policy. */
  readonly blend: {
    /** Whether decisions are shared. */
    readonly enabled: boolean;
    /** Share of the learned policy, 0 to 1. */
    readonly ratio: number;
  };
  /** Whether a network's likeliest action is taken instead of a draw. */
  readonly greedy: boolean;
}

/** Policies that need no checkpoint. */
const BUILT_IN = ["scripted", "idle", "random"];

const backend: z.ZodType<string> = z.string().refine(
  (value) =>
    BUILT_IN.includes(value) ||
    value.startsWith("onnx:") && FILE_NAME.test(value.slice("onnx:".length)),
  { error: "must be scripted, idle, random, or onnx: and a checkpoint's name" },
);

/** Schema of the section `policy`. */
export const policy: z.ZodType<PolicySettings> = z.strictObject({
  backend: backend.prefault("scripted").describe(
    "`scripted`, `idle`, `random`, or `onnx:NAME` of a checkpoint",
  ),
  root: path().prefault("out/checkpoints").describe(
    "Folder of the checkpoints",
  ),
  option_commit_ticks: int(0, 100_000).prefault(15).describe(
    "Ticks a choice stays made",
  ),
  blend: z.strictObject({
    enabled: flag().prefault(false).describe("Whether decisions are shared"),
    ratio: real(0, 1).prefault(0).describe("Share of the learned policy"),
  }).prefault({}).describe(
    "Sharing decisions between the learned and the scripted policy",
  ),
  greedy: flag().prefault(false).describe(
    "Whether a network's likeliest action is taken instead of a draw",
  ),
}).describe("Who decides for the residents");
