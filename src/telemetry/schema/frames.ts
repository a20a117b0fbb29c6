/** What a frame looks like around its payload, and frames about the stream. @module */
import {
  anything,
  byId,
  count,
  mark,
  members,
  type Shape,
  text,
  word,
} from "./shape.ts";

/** A line, whatever its payload. */
export const FRAME: Shape = members("A frame; members stand in this order", {
  v: count("Version of the envelope", 1, 1),
  "sid?": text("Name of the stream, of hello only", "^[0-9a-f]{32}$"),
  "conn?": count("Number of the connection or file, of hello only"),
  "next?": count("seq of the next frame, of hello only"),
  "seq?": count("Number within the stream, from 0; of all but hello"),
  ch: text("Channel; meta for frames about the stream"),
  "n?": count("Number within the channel, from 0; of all but meta"),
  k: word(
    "What it is",
    "hello",
    "key",
    "patch",
    "event",
    "beat",
    "gap",
    "bye",
  ),
  t: count("Tick after which it holds"),
  "base?": count("n of the state frame before, of patch only"),
  "ts?": count("Unix time, milliseconds; of hello, beat, bye and health"),
  "d?": anything("Payload; of all but beat"),
  "sig?": text(
    "Signature, always last",
    "^[A-Za-z0-9_-]{1,32}\\.[A-Za-z0-9_-]{43}$",
  ),
});

/** What a hello tells. */
export const HELLO: Shape = members("The first frame of a connection or file", {
  schema: text("Version of the format", "^\\d+\\.\\d+$"),
  app: text("Version of the program"),
  deno: text("Version of the runtime"),
  config_id: text("Name of the configuration"),
  config_sha256: text("Its digest", "^[0-9a-f]{64}$"),
  "seed?": count("Seed of the run"),
  mode: word("Whether states come as changes or always whole", "diff", "full"),
  channels: byId(
    "Channels that are sent",
    members("A channel", {
      schema: text("Version of its payload", "^\\d+\\.\\d+$"),
      "every?": count("Ticks between frames", 1),
      kind: word("What it tells", "state", "event"),
    }),
  ),
  "signed?": text("Name of the key that signs; absent for none"),
  "resumed?": mark("When frames follow that were sent before"),
  "nonce?": text("What the receiver wanted repeated", "^[0-9a-f]{32}$"),
  "plaintext?": mark("When a network sees the frames as they are"),
});

/** What a gap tells. */
export const GAP: Shape = members("Events were lost", {
  ch: text("Channel"),
  dropped: count("Events", 1),
  bytes: count("Bytes of their frames"),
  from_t: count("Tick of the first"),
  to_t: count("Tick of the last"),
  reason: word(
    "Why",
    "overflow",
    "send_failed",
    "worker_restart",
    "encode_error",
    "oversize",
  ),
});

/** What a bye tells. */
export const BYE: Shape = members("The last frame of a run", {
  reason: word("How the run ended", "complete", "signal", "error"),
  last_seq: count("seq of the frame before, -1 for none", -1),
  frames: count("Frames before it"),
  bytes: count("Bytes of them"),
  dropped: count("Frames that were lost"),
});
