/** Health of a transport, from what its worker says of itself. @module */
import { FLUSH_BOUNDS_MS, type TransportHealth } from "../health.ts";
import type { DeliveryParts } from "./frame_delivery.ts";
import { signingKey } from "./permissions.ts";
import { counter, flushCounts, readText, stateOf } from "./status.ts";

/** The part of health that is not about what waits. */
export type WorkerHealth = Omit<
  TransportHealth,
  | "lag_ticks"
  | "queue_frames"
  | "queue_bytes"
  | "queue_bytes_peak"
  | "dropped"
  | "conflated_ticks_total"
  | "blocked_ms_total"
>;

/** What the worker says of itself. */
export function workerHealth(
  { supervisor, transport, settings }: DeliveryParts,
): WorkerHealth {
  const { status, failed, isAlive, restarts, error } = supervisor;
  const now = Date.now();
  const flushedMs = counter(status, "lastFlushMs");
  const expiresMs = counter(status, "certExpiresMs");
  const lastError = readText(status, "error");
  const counts = flushCounts(status);
  const isTcp = transport.type === "tcp";
  return {
    type: transport.type,
    state: failed ? "failed" : stateOf(status),
    worker_alive: isAlive,
    worker_restarts: restarts,
    ...error === "" ? {} : { worker_error: error },
    ...flushedMs === 0 ? {} : {
      last_flush_ok_age_ms: Math.max(0, now - flushedMs),
      last_flush_tick: counter(status, "lastFlushTick"),
    },
    retries_total: counter(status, "retries"),
    send_failures_total: counter(status, "sendFailures"),
    failures_in_a_row: counter(status, "failuresInARow"),
    connects_total: counter(status, "connects"),
    ...lastError === "" ? {} : { last_error: lastError },
    frames_total: counter(status, "frames"),
    bytes_total: counter(status, "bytes"),
    batches_total: counter(status, "batches"),
    flush_ms: {
      le: FLUSH_BOUNDS_MS,
      counts,
      sum: counter(status, "flushUs") / 1000,
      count: counts.reduce((sum, n) => sum + n, 0),
      max: counter(status, "flushUsMax") / 1000,
    },
    tls: transport.type === "http" || isTcp && transport.tls.enabled,
    signed: transport.type !== "prometheus" && signingKey(settings) !== null,
    plaintext: isTcp && !transport.tls.enabled,
    ...expiresMs === 0
      ? {}
      : { cert_expires_in_s: Math.floor((expiresMs - now) / 1000) },
  };
}
