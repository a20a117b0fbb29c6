/** Entries of a schedule: what an agent of a scenario does, tick by tick. @module */
import { z } from "zod";
import { flag, identifier, int, real, type Tile, tile } from "./schema.ts";

/** What a schedule can make an agent do. */
export type ScheduledKind =
  | "wait"
  | "move"
  | "request"
  | "start"
  | "release"
  | "chat"
  | "blocked";

/** One entry of a schedule. Keys its kind does not have are null. */
export interface ScheduledAction {
  /** What the agent does. */
  readonly kind: ScheduledKind;
  /** Tile a move leads to. */
  readonly position: Tile | null;
  /** Object of a request, start, release or blocked. */
  readonly object: string | null;
  /** Affordance of a start. */
  readonly affordance: string | null;
  /** Listener of a chat. */
  readonly target: string | null;
  /** Quality of a chat, 0 to 1. */
  readonly quality: number | null;
  /** Whether a release counts as a success. */
  readonly success: boolean | null;
  /** Reason a release gives. */
  readonly reason: string | null;
  /** Whether a refused request counts as a blocked tick. */
  readonly blocked: boolean | null;
  /** Duration that is recorded with the action, at least 1. */
  readonly duration: number;
  /** Ticks on which the entry is played, at least 1. */
  readonly repeat: number;
}

const common = {
  duration: int(1).prefault(1).describe(
    "Duration that is recorded with the action",
  ),
  repeat: int(1).prefault(1).describe("Ticks on which the entry is played"),
} as const;

const object = identifier().describe("Object it is about");

const entry = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal(["wait", "noop"]).describe("Nothing"),
    ...common,
  }),
  z.strictObject({
    kind: z.literal("move").describe("Going to a tile"),
    position: tile().describe("Tile the move leads to"),
    ...common,
  }),
  z.strictObject({
    kind: z.literal("request").describe("Asking for an object"),
    object,
    blocked: flag().prefault(false).describe(
      "Whether a refusal counts as a blocked tick",
    ),
    ...common,
  }),
  z.strictObject({
    kind: z.literal("start").describe("Using an object that is held"),
    object,
    affordance: identifier().describe("What to use it for"),
    ...common,
  }),
  z.strictObject({
    kind: z.literal("release").describe("Giving an object or a place back"),
    object,
    success: flag().prefault(true).describe("Whether it counts as a success"),
    reason: identifier().optional().describe("Reason that is recorded"),
    ...common,
  }),
  z.strictObject({
    kind: z.literal("chat").describe("Talking to somebody near"),
    target: identifier().optional().describe("Listener"),
    listener: identifier().optional().describe("The same as target"),
    quality: real(0, 1).prefault(0.5).describe("Quality of the chat"),
    ...common,
  }).check((context) => {
    const { target, listener } = context.value;
    if ((target === undefined) !== (listener === undefined)) return;
    context.issues.push({
      code: "custom",
      message: target === undefined
        ? "required key is missing"
        : "means the same as target; give one of the two",
      input: context.value,
      path: [target === undefined ? "target" : "listener"],
    });
  }).transform(({ listener, target, ...chat }) => ({
    ...chat,
    target: target ?? listener ?? null,
  })),
  z.strictObject({
    kind: z.literal("blocked").describe("Standing in front of an object"),
    object,
    ...common,
  }),
]).transform((action) => {
  const { kind, ...rest } = action;
  return { ...NOTHING, ...rest, kind: kind === "noop" ? "wait" : kind };
});

/** Every key a schedule's entry can have, with nothing in it. */
const NOTHING: Omit<ScheduledAction, "kind" | "duration" | "repeat"> = {
  position: null,
  object: null,
  affordance: null,
  target: null,
  quality: null,
  success: null,
  reason: null,
  blocked: null,
};

/** Schema of one entry; keys that are null count as absent. */
export const scheduledAction: z.ZodType<ScheduledAction> = z.preprocess(
  (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return value;
    }
    return Object.fromEntries(
      Object.entries(value).filter(([, member]) => member !== null),
    );
  },
  entry,
);
