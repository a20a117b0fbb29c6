/** What `health` looks like. @module */
import {
  byId,
  count,
  flag,
  list,
  members,
  real,
  type Shape,
  text,
  word,
} from "./shape.ts";

const ms = (what: string) => real(`${what}, milliseconds`, 0);

const transport = members("A transport; counts are since the run began", {
  type: word("What it is", "stdout", "file", "tcp", "http", "prometheus"),
  state: word(
    "What it is at",
    "idle",
    "connecting",
    "ready",
    "backoff",
    "failed",
    "stopped",
  ),
  worker_alive: flag("Whether its thread has shown signs of life lately"),
  worker_restarts: count("Times the thread was started again"),
  "worker_error?": text("How the thread last failed"),
  "last_flush_ok_age_ms?": ms("Time since the last write that went well"),
  "last_flush_tick?": count("Tick of the last frame in it"),
  lag_ticks: count("Ticks done since the last one that was delivered"),
  retries_total: count("Attempts after a failure"),
  send_failures_total: count("Writes that failed"),
  failures_in_a_row: count("Failures since something last went well"),
  connects_total: count("Connections made, or files opened"),
  "last_error?": text("What went wrong last"),
  queue_frames: count("Frames that wait"),
  queue_bytes: count("Bytes of them"),
  queue_bytes_peak: count("The most bytes that ever waited"),
  frames_total: count("Frames written"),
  bytes_total: count("Bytes written"),
  batches_total: count("Writes that went well"),
  dropped: byId("Frames lost, by channel", count("Frames")),
  conflated_ticks_total: count("Ticks told later, together with those after"),
  blocked_ms_total: ms("Time the town was made to wait"),
  flush_ms: members("Times of writes", {
    le: list("Upper bounds, milliseconds", real("Bound", 0)),
    counts: list("Writes by bound, and those above all", count("Writes")),
    sum: ms("Time of all writes"),
    count: count("Writes"),
    max: ms("Time of the longest one"),
  }),
  tls: flag("Whether the connection is encrypted"),
  signed: flag("Whether frames are signed"),
  plaintext: flag("Whether a network sees them as they are"),
  "cert_expires_in_s?": real(
    "Seconds until the receiver's certificate expires",
  ),
});

/** The channel `health`. */
export const HEALTH: Shape = members("How the run and its telemetry do", {
  loop: members("The loop of ticks", {
    tick: count("Ticks done since the town began"),
    status: word("Whether the last tick could be done", "ok", "error"),
    tick_ms: members("Times of the last 500 ticks at most", {
      last: ms("The last one"),
      p50: ms("The longest of half of them"),
      p95: ms("The longest of 19 of 20"),
      max: ms("The longest of all"),
    }),
    ticks_per_s: real("Ticks a second, waiting included", 0),
    failures: count("Ticks that failed"),
  }),
  transports: byId("Transports by their place in the configuration", transport),
  world: members("The town", {
    perturbations_pending: count("Perturbations to come"),
    perturbations_active: count("Perturbations going on"),
    exit_queue: count("Residents queued for leaving"),
    agents: count("Residents"),
    objects: count("Objects"),
  }),
  "console?": members("Who may give commands", {
    auth_enabled: flag("Whether they must say who they are"),
    pending: count("Commands that wait"),
    rejected_total: count("Commands that were refused"),
  }),
  hooks: members("Hooks that are files", {
    loaded: count("Hooks that run"),
    rejected: count("Hooks that were refused"),
    calls: count("Calls"),
    faults: count("Calls that failed"),
    "call_us_p95?": real("The longest of 19 of 20 calls, microseconds", 0),
  }),
  encode_nonfinite_total: count("Numbers that JSON cannot write"),
  validate_failures_total: count("Frames that broke their schema"),
});
