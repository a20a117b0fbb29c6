/** All payloads by channel, as schemas and as checks. @module */
import type { JsonSchema } from "../../config/json_schema.ts";
import {
  CHANNEL_NAMES,
  type ChannelName,
} from "../../config/telemetry_settings.ts";
import { SCHEMA_VERSION } from "../channels.ts";
import { AGENTS, REWARDS } from "./agents.ts";
import { type CheckOptions, misfit } from "./check.ts";
import { EVENTS, HOOK_EVENT, HOOK_NAME } from "./events.ts";
import { BYE, FRAME, GAP, HELLO } from "./frames.ts";
import { HEALTH } from "./health.ts";
import { OPS } from "./ops.ts";
import { POLICY } from "./policy.ts";
import { CONSOLE, NARRATION, TRAINING } from "./records.ts";
import { list, type Shape, text } from "./shape.ts";
import { SOCIAL } from "./social.ts";
import { TOWN } from "./town.ts";

/** What has a schema: a channel, or a frame and what it tells of its stream. */
export type SchemaName = ChannelName | "frame" | "hello" | "gap" | "bye";

/** Names of all schemas, in the order of the reference. */
export const SCHEMA_NAMES: readonly SchemaName[] = [
  "frame",
  "hello",
  "gap",
  "bye",
  ...CHANNEL_NAMES,
];

/** Elements of events by name, the name among their members. */
const ELEMENTS: ReadonlyMap<string, Shape> = new Map(
  Object.entries(EVENTS).map(([name, shape]) => [name, {
    ...shape,
    properties: { e: { const: name }, ...shape.properties },
    required: ["e", ...shape.required ?? []],
  }]),
);
const HOOK_ELEMENT: Shape = {
  ...HOOK_EVENT,
  properties: { e: text("hook.<file>.<event>", HOOK_NAME.source) },
  required: ["e"],
};

const isTrace = (name: string) => name.startsWith("action.");

function elements(wanted: (name: string) => boolean): readonly Shape[] {
  return [...ELEMENTS].filter(([name]) => wanted(name)).map(([, one]) => one);
}

const SHAPES: Readonly<Record<SchemaName, Shape>> = {
  frame: FRAME,
  hello: HELLO,
  gap: GAP,
  bye: BYE,
  agents: AGENTS,
  rewards: REWARDS,
  town: TOWN,
  social: SOCIAL,
  ops: OPS,
  policy: POLICY,
  health: HEALTH,
  events: list("What happened in a tick, in order", {
    anyOf: [...elements((name) => !isTrace(name)), HOOK_ELEMENT],
  }),
  narration: list("Moments of a tick, in order", NARRATION),
  console: list("Commands of a tick, in order", CONSOLE),
  training: list("Records of a training", TRAINING),
  trace: list("Actions of a tick, in order", { anyOf: elements(isTrace) }),
};

/**
 * The published schema of whole payloads, JSON Schema (draft 2020-12).
 *
 * A patch has any of the members, or null in their place. Later minor versions
 * may have more members, and events with other names.
 */
export function jsonSchemaOf(name: SchemaName): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `townlet/telemetry/${name}/${SCHEMA_VERSION}`,
    title: `Townlet telemetry: ${name}`,
    ...SHAPES[name],
  };
}

/** What is wrong with the payload of a frame, or null. */
export function checkPayload(
  channel: string,
  kind: string,
  payload: unknown,
  options: CheckOptions,
): string | null {
  if (channel === "meta") {
    return kind === "hello" || kind === "gap" || kind === "bye"
      ? misfit(SHAPES[kind], payload, options, false)
      : null;
  }
  const name = CHANNEL_NAMES.find((one) => one === channel);
  if (name === undefined) {
    return options.strict ? `there is no channel ${channel}` : null;
  }
  if (name !== "events" && name !== "trace") {
    return misfit(SHAPES[name], payload, options, kind === "patch");
  }
  if (!Array.isArray(payload)) return "it is not a list";
  for (const [i, element] of payload.entries()) {
    const wrong = checkEvent(element, options);
    if (wrong !== null) return `[${i}]: ${wrong}`;
  }
  return null;
}

/** What is wrong with an event, or null. */
function checkEvent(element: unknown, options: CheckOptions): string | null {
  const { e }: { readonly e?: unknown } = Object(element);
  if (typeof e !== "string") return "it has no name";
  const shape = ELEMENTS.get(e);
  if (shape !== undefined) {
    const wrong = misfit(shape, element, options, false);
    return wrong === null ? null : `${e}: ${wrong}`;
  }
  return HOOK_NAME.test(e) || !options.strict ? null : `nobody knows ${e}`;
}
