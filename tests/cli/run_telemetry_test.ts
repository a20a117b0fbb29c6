import { assertEquals, assertThrows } from "@std/assert";
import {
  checkStandardOutput,
  healthLine,
  plaintextBanner,
  transportsOf,
} from "../../cli/run_telemetry.ts";
import { openPaint } from "../../cli/print/paint.ts";
import { TownletError } from "../../src/base/error.ts";
import { configFrom } from "../../src/config/load.ts";
import { FLUSH_BOUNDS_MS, type Health } from "../../src/telemetry/health.ts";

const NOTHING = { json: false, events: undefined, telemetry: undefined };

function configWith(transport: unknown) {
  return configFrom({
    config_id: "told",
    features: { stages: {}, systems: {} },
    rewards: { needs_weights: { hunger: 1, hygiene: 1, energy: 1 } },
    telemetry: { transport },
  });
}

Deno.test("transportsOf() reads what --telemetry asks for", () => {
  assertEquals(transportsOf({ telemetry: undefined }), null);
  assertEquals(transportsOf({ telemetry: "none" }), []);
  assertEquals(transportsOf({ telemetry: "stdout" }), [{ type: "stdout" }]);
  assertEquals(transportsOf({ telemetry: "out/run.ndjson" }), [{
    type: "file",
    file_path: "out/run.ndjson",
    file: { max_bytes: 0, keep: 10, gzip: false },
  }]);
});

Deno.test("checkStandardOutput() lets one of three have it", () => {
  const none = configWith({ type: "none" });
  checkStandardOutput(NOTHING, none);
  checkStandardOutput({ ...NOTHING, json: true }, none);
  checkStandardOutput({ ...NOTHING, events: "-" }, none);
  checkStandardOutput({ ...NOTHING, json: true, events: "out/e.ndjson" }, none);
  checkStandardOutput(NOTHING, configWith({ type: "stdout" }));
});

for (
  const [flags, transport, message] of [
    [{ json: true, events: "-" }, "none", "--json and --events -"],
    [
      { json: true, telemetry: "stdout" },
      "stdout",
      "--json and --telemetry stdout",
    ],
    [{ json: true }, "stdout", "--json and telemetry.transport"],
    [
      { events: "-", telemetry: "stdout" },
      "stdout",
      "--events - and --telemetry stdout",
    ],
  ] as const
) {
  Deno.test(`checkStandardOutput() refuses ${message}`, () => {
    const error = assertThrows(
      () =>
        checkStandardOutput(
          { ...NOTHING, ...flags },
          configWith({ type: transport }),
        ),
      TownletError,
      `${message} both want the standard output`,
    );
    assertEquals(error.exit, 2);
  });
}

Deno.test("healthLine() says on one line how everything does", () => {
  const health: Health = {
    loop: {
      tick: 1200,
      status: "ok",
      tick_ms: { last: 0.1, p50: 0.1, p95: 0.25, max: 1 },
      ticks_per_s: 4200.4,
      failures: 0,
    },
    transports: {
      0: {
        type: "tcp",
        state: "backoff",
        worker_alive: true,
        worker_restarts: 0,
        lag_ticks: 3,
        retries_total: 1,
        send_failures_total: 1,
        failures_in_a_row: 1,
        connects_total: 0,
        last_error: "timeout: nobody answers",
        queue_frames: 12,
        queue_bytes: 3000,
        queue_bytes_peak: 3000,
        frames_total: 1500,
        bytes_total: 90_000,
        batches_total: 30,
        dropped: { events: 2, trace: 3 },
        conflated_ticks_total: 0,
        blocked_ms_total: 0,
        flush_ms: {
          le: FLUSH_BOUNDS_MS,
          counts: new Array(12).fill(0),
          sum: 0,
          count: 0,
          max: 0,
        },
        tls: true,
        signed: true,
        plaintext: false,
      },
    },
    world: {
      perturbations_pending: 0,
      perturbations_active: 0,
      exit_queue: 0,
      agents: 3,
      objects: 8,
    },
    hooks: { loaded: 0, rejected: 0, calls: 0, faults: 0 },
    encode_nonfinite_total: 0,
    validate_failures_total: 0,
  };
  assertEquals(
    healthLine(health),
    "health: tick 1,200, 4,200 ticks/s; 0.25 ms in 19 of 20 ticks; " +
      "transport 0 (tcp) backoff, 1,500 frames, 90,000 bytes, 12 waiting, " +
      "5 lost, timeout: nobody answers",
  );
});

Deno.test("plaintextBanner() says which connections anybody can read (rule N6)", () => {
  const plain = openPaint(false);
  assertEquals(plaintextBanner(configWith({ type: "stdout" }), plain), "");
  const tcp = { type: "tcp", endpoint: "127.0.0.1:9443" };
  assertEquals(plaintextBanner(configWith(tcp), plain), "");
  const open = {
    ...tcp,
    tls: { enabled: false },
    allow_plaintext: true,
    i_accept_plaintext_risk: true,
  };
  assertEquals(
    plaintextBanner(configWith(open), plain),
    [
      "==========================================",
      "TELEMETRY IS NOT ENCRYPTED: 127.0.0.1:9443",
      "==========================================",
      "",
    ].join("\n"),
  );
});
