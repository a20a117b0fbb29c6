/** Section `telemetry`: what a town tells the outside, and how. @module */
import { z } from "zod";
import {
  type Narration,
  narration,
  type PersonalityNarration,
  personalityNarration,
  type RelationshipNarration,
  relationshipNarration,
} from "./narration.ts";
import { isAddress } from "./endpoint.ts";
import { exactlyOne, secretShape, type SecretSource } from "./secret.ts";
import { flag, int, isPlainText, oneOf, real } from "./schema.ts";
import { type Transport, transport, type TransportEntry } from "./transport.ts";

/** A channel. */
export type ChannelName =
  | "agents"
  | "rewards"
  | "town"
  | "social"
  | "ops"
  | "policy"
  | "health"
  | "events"
  | "narration"
  | "console"
  | "training"
  | "trace";

/** Names of the channels, in the order in which a tick sends them. */
export const CHANNEL_NAMES: readonly ChannelName[] = [
  "agents",
  "rewards",
  "town",
  "social",
  "ops",
  "policy",
  "health",
  "events",
  "narration",
  "console",
  "training",
  "trace",
];

/** One channel. */
export interface Channel {
  /** Whether it is sent. */
  readonly enabled: boolean;
  /** Ticks between frames, 1 to 10000. */
  readonly every: number;
}

/** A key that signs frames or checks signatures. */
export interface SigningKey extends SecretSource {
  /** Name of the key in signatures. */
  readonly id: string;
  /** Whether it signs, or checks what others signed. */
  readonly use: "sign" | "verify";
}

/** What a town tells the outside, and how. */
export interface TelemetrySettings {
  /** Whether states are sent as changes or always whole. */
  readonly mode: "diff" | "full";
  /** Ticks between whole states, 1 to 100000. */
  readonly keyframe_ticks: number;
  /** Whether files of the same seed are the same, byte for byte. */
  readonly deterministic: boolean;
  /** Decimals kept in states, 3 to 12. */
  readonly precision: number;
  /** Channels by name. */
  readonly channels:
    & Readonly<Record<Exclude<ChannelName, "policy" | "training">, Channel>>
    & {
      /** What the policy is and does. */
      readonly policy: Channel & {
        /** Whether each resident's choice is told too. */
        readonly detail: boolean;
      };
      /** Records of a training, sent as they come. */
      readonly training: Pick<Channel, "enabled">;
    };
  /** What is left out: channel of states, then a pointer; `*` is any one key. */
  readonly redact: readonly string[];
  /** What happens when an own frame breaks its schema. */
  readonly validate: "off" | "warn" | "drop" | "fail";
  /** Where frames go; none means nowhere. */
  readonly transports: readonly Transport[];
  /** Whether keys that others can read are accepted, with a warning. */
  readonly allow_loose_key_mode: boolean;
  /** Signatures. */
  readonly sign: {
    /** Keys, at most one of which signs. */
    readonly keys: readonly SigningKey[];
    /** Whether frames must be signed. */
    readonly required: boolean;
  };
  /** Frames that wait. */
  readonly buffer: {
    /** Bytes of all waiting frames, 4096 to 67108864. */
    readonly max_bytes: number;
    /** Waiting frames, 16 to 65536. */
    readonly max_frames: number;
    /** Frames of a batch, 1 to 1024. */
    readonly batch_frames: number;
    /** Bytes of a batch, 1024 to 1048576. */
    readonly batch_bytes: number;
    /** Milliseconds until a batch goes out, 1 to 10000. */
    readonly flush_ms: number;
    /** Ticks until a batch goes out, 1 to 10000. */
    readonly flush_ticks: number;
  };
  /** Trying again. */
  readonly retry: {
    /** Milliseconds before the second try, 10 to 60000. */
    readonly base_ms: number;
    /** Milliseconds between tries at most, `base_ms` to 300000. */
    readonly max_ms: number;
    /** Factor from one pause to the next, 1 to 10. */
    readonly multiplier: number;
    /** Share of a pause that is drawn, 0 to 1. */
    readonly jitter: number;
    /** Tries after which a transport gives up, 0 to 10000; 0 for never. */
    readonly give_up_after: number;
  };
  /** What happens when too much waits. */
  readonly backpressure: "conflate" | "drop_oldest" | "block";
  /** Milliseconds a tick waits when blocked, 10 to 5000. */
  readonly block_timeout_ms: number;
  /** Export by the runtime's OpenTelemetry. */
  readonly otel: {
    /** Whether it is wanted. */
    readonly enabled: boolean;
    /** Its address, or null. */
    readonly endpoint: string | null;
  };
  /** Version of the wire format. */
  readonly schema: "1.0";
  /** The worker that writes. */
  readonly worker: {
    /** Restarts after failures, 0 to 100. */
    readonly restart_limit: number;
    /** Milliseconds of silence that count as a stall, 500 to 600000. */
    readonly stall_ms: number;
  };
  /** How often moments are told. */
  readonly narration: Narration;
  /** When friendships and rivalries are told. */
  readonly relationship_narration: RelationshipNarration;
  /** When character is told. */
  readonly personality_narration: PersonalityNarration;
}

/** {@link TelemetrySettings} as written. */
export interface TelemetryEntry
  extends Omit<TelemetrySettings, "transports" | "sign"> {
  /** The one transport, if written so. */
  readonly transport: TransportEntry | null;
  /** All transports, if written so. */
  readonly transports: readonly TransportEntry[] | null;
  /** Signatures. */
  readonly sign: {
    /** Keys, at most one of which signs. */
    readonly keys: readonly SigningKey[];
    /** Whether frames must be signed, if written. */
    readonly required: boolean | null;
  };
}

/** A schema for a channel that is sent every `ticks` ticks unless said otherwise. */
function channel(ticks: number, enabled = true): z.ZodType<Channel> {
  return z.strictObject(channelShape(ticks, enabled)).prefault({});
}

/** Keys of a channel. */
function channelShape(ticks: number, enabled: boolean) {
  return {
    enabled: flag().prefault(enabled).describe("Whether it is sent"),
    every: int(1, 10_000).prefault(ticks).describe("Ticks between frames"),
  } as const;
}

const channels: z.ZodType<TelemetrySettings["channels"]> = z.strictObject({
  agents: channel(1).describe("Body, needs, work and belongings"),
  rewards: channel(10).describe("Parts of the last reward"),
  town: channel(1).describe("Queues, objects, prices, perturbations"),
  social: channel(5).describe("Ties"),
  ops: channel(10).describe("Employment, stability, promotion"),
  policy: z.strictObject({
    ...channelShape(10, true),
    detail: flag().prefault(false).describe(
      "Whether each resident's choice is told too",
    ),
  }).prefault({}).describe("What the policy is and does"),
  health: channel(50).describe("State of the pipeline"),
  events: channel(1).describe("What happened"),
  narration: channel(1).describe("Moments worth telling"),
  console: channel(1).describe("Commands and their results"),
  training: z.strictObject({
    enabled: flag().prefault(true).describe("Whether it is sent"),
  }).prefault({}).describe("Records of a training, sent as they come"),
  trace: channel(1, false).describe("Every action"),
});

/** Events are told as they are: only states have parts that are left out. */
const REDACTION =
  /^(agents|rewards|town|social|ops|policy|health)(\/([^~/]|~[01])*)+$/;

const key: z.ZodType<SigningKey> = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, {
    error: "must be 1 to 32 letters, digits, _ or -",
  }).describe("Name of the key in signatures"),
  ...secretShape,
  use: oneOf("sign", "verify").describe(
    "Whether it signs, or checks what others signed",
  ),
}).check(exactlyOne("env", "file"));

const keys: z.ZodType<readonly SigningKey[]> = z.array(key).check((context) => {
  const signing = context.value.filter(({ use }) => use === "sign");
  const ids = context.value.map(({ id }) => id);
  context.value.forEach(({ id, use }, index) => {
    const message = ids.indexOf(id) < index
      ? "is used twice"
      : use === "sign" && signing.length > 1 &&
          index !== context.value.indexOf(signing[0])
      ? "belongs to a second key that signs; only one may"
      : null;
    if (message === null) return;
    context.issues.push({
      code: "custom",
      message,
      input: id,
      path: [index, "id"],
    });
  });
});

/** Schema of the section `telemetry`. */
export const telemetry: z.ZodType<TelemetryEntry> = z.strictObject({
  mode: oneOf("diff", "full").prefault("diff").describe(
    "Whether states are sent as changes or always whole",
  ),
  keyframe_ticks: int(1, 100_000).prefault(500).describe(
    "Ticks between whole states",
  ),
  deterministic: flag().prefault(false).describe(
    "Whether files of the same seed are the same, byte for byte",
  ),
  precision: int(3, 12).prefault(4).describe("Decimals kept in states"),
  channels: channels.prefault({}).describe("Channels by name"),
  redact: z.array(
    z.string().regex(REDACTION, {
      error:
        "must be a channel of states, then /key once or more; * is any one key; events are left out by channel, with enabled: false",
    }).refine(isPlainText, { error: "must not contain control characters" }),
  ).prefault(["policy/identity"]).describe(
    "What is left out: channel of states, then a pointer; `*` is any one key",
  ),
  validate: oneOf("off", "warn", "drop", "fail").prefault("warn").describe(
    "What happens when an own frame breaks its schema",
  ),
  transport: transport.nullable().prefault(null).describe(
    "Where frames go, if to one place; by default nowhere",
  ),
  transports: z.array(transport).nullable().prefault(null).describe(
    "Where frames go, if to several places; each is like transport",
  ),
  allow_loose_key_mode: flag().prefault(false).describe(
    "Whether keys that others can read are accepted, with a warning",
  ),
  sign: z.strictObject({
    keys: keys.prefault([]).describe("Keys, at most one of which signs"),
    required: flag().nullable().prefault(null).describe(
      "Whether frames must be signed; by default those sent over a network in production",
    ),
  }).prefault({}).describe("Signatures"),
  buffer: z.strictObject({
    max_bytes: int(4096, 67_108_864).prefault(1_048_576).describe(
      "Bytes of all waiting frames",
    ),
    max_frames: int(16, 65_536).prefault(4096).describe("Waiting frames"),
    batch_frames: int(1, 1024).prefault(64).describe("Frames of a batch"),
    batch_bytes: int(1024, 1_048_576).prefault(65_536).describe(
      "Bytes of a batch",
    ),
    flush_ms: int(1, 10_000).prefault(200).describe(
      "Milliseconds until a batch goes out",
    ),
    flush_ticks: int(1, 10_000).prefault(100).describe(
      "Ticks until a batch goes out",
    ),
  }).prefault({}).describe("Frames that wait"),
  retry: z.strictObject({
    base_ms: int(10, 60_000).prefault(250).describe(
      "Milliseconds before the second try",
    ),
    max_ms: int(10, 300_000).prefault(30_000).describe(
      "Milliseconds between tries at most",
    ),
    multiplier: real(1, 10).prefault(2).describe(
      "Factor from one pause to the next",
    ),
    jitter: real(0, 1).prefault(0.2).describe("Share of a pause that is drawn"),
    give_up_after: int(0, 10_000).prefault(0).describe(
      "Tries after which a transport gives up; 0 for never",
    ),
  }).check((context) => {
    const { base_ms, max_ms } = context.value;
    if (max_ms >= base_ms) return;
    context.issues.push({
      code: "custom",
      message: `must be at least base_ms, which is ${base_ms}`,
      input: max_ms,
      path: ["max_ms"],
    });
  }).prefault({}).describe("Trying again"),
  backpressure: oneOf("conflate", "drop_oldest", "block").prefault("conflate")
    .describe("What happens when too much waits"),
  block_timeout_ms: int(10, 5000).prefault(500).describe(
    "Milliseconds a tick waits when blocked",
  ),
  otel: z.strictObject({
    enabled: flag().prefault(false).describe("Whether it is wanted"),
    endpoint: z.string().refine(
      (value) => isAddress(value, "http:", "https:"),
      { error: "must be an http or https address without a name or password" },
    ).nullable().prefault(null).describe("Its address"),
  }).prefault({}).describe("Export by the runtime's OpenTelemetry"),
  schema: oneOf("1.0").prefault("1.0").describe("Version of the wire format"),
  worker: z.strictObject({
    restart_limit: int(0, 100).prefault(3).describe("Restarts after failures"),
    stall_ms: int(500, 600_000).prefault(10_000).describe(
      "Milliseconds of silence that count as a stall",
    ),
  }).prefault({}).describe("The worker that writes"),
  narration: narration.prefault({}).describe("How often moments are told"),
  relationship_narration: relationshipNarration.prefault({}).describe(
    "When friendships and rivalries are told",
  ),
  personality_narration: personalityNarration.prefault({}).describe(
    "When character is told",
  ),
}).describe("What a town tells the outside, and how");
