import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FLUSH_BOUNDS_MS, type Health } from "../../src/telemetry/health.ts";
import {
  Metrics,
  type MetricsView,
  TICK_BOUNDS_S,
} from "../../src/telemetry/metrics.ts";
import { prometheusText } from "../../src/telemetry/prometheus.ts";
import type { TownEvent } from "../../src/world/events.ts";
import { readPrometheus } from "../helpers/prometheus_text.ts";

const TRANSPORT: Health["transports"][string] = {
  type: "tcp",
  state: "ready",
  worker_alive: true,
  worker_restarts: 0,
  last_flush_ok_age_ms: 250,
  lag_ticks: 0,
  retries_total: 3,
  send_failures_total: 4,
  failures_in_a_row: 0,
  connects_total: 2,
  queue_frames: 5,
  queue_bytes: 1234,
  queue_bytes_peak: 5000,
  frames_total: 99,
  bytes_total: 45678,
  batches_total: 12,
  dropped: { events: 7 },
  conflated_ticks_total: 0,
  blocked_ms_total: 0,
  flush_ms: {
    le: FLUSH_BOUNDS_MS,
    counts: [0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
    sum: 6015,
    count: 12,
    max: 3000,
  },
  tls: true,
  signed: true,
  plaintext: false,
};

const VIEW: MetricsView = {
  health: {
    loop: {
      tick: 500,
      status: "ok",
      tick_ms: { last: 1, p50: 1, p95: 1, max: 1 },
      ticks_per_s: 1000,
      failures: 0,
    },
    transports: {
      0: TRANSPORT,
      1: {
        ...TRANSPORT,
        type: "file",
        worker_alive: false,
        last_flush_ok_age_ms: undefined,
        dropped: {},
      },
    },
    world: {
      perturbations_pending: 0,
      perturbations_active: 0,
      exit_queue: 0,
      agents: 32,
      objects: 9,
    },
    hooks: { loaded: 1, rejected: 0, calls: 10, faults: 2 },
    encode_nonfinite_total: 0,
    validate_failures_total: 0,
  },
  frames: [{ agents: 40, events: 6 }, {}],
  alerts: { telemetry_transport_failed: true, telemetry_cert_expiring: false },
};

/** A shower that was taken. */
function shower(agent: string): TownEvent {
  return { event: "shower.completed", tick: 1, agent, object: "shower_1" };
}

Deno.test("prometheusText() tells the metrics of a run", () => {
  const metrics = new Metrics();
  metrics.note(0.02, [shower("ann"), shower("bo")]);
  metrics.note(2000, [{
    event: "chat.failed",
    tick: 2,
    speaker: "a",
    listener: "b",
  }]);
  const text = prometheusText(metrics.all(VIEW));
  const read = readPrometheus(text);
  const plain = Object.entries(read).flatMap(([name, { type, values }]) =>
    type === "histogram"
      ? []
      : [[name, type, ...Object.entries(values).map((pair) => pair.join(" "))]]
  );
  assertEquals(plain, [
    ["townlet_ticks_total", "counter", "townlet_ticks_total 2"],
    ["townlet_agents", "gauge", "townlet_agents 32"],
    [
      "townlet_events_total",
      "counter",
      'townlet_events_total{event="shower.completed"} 2',
      'townlet_events_total{event="chat.failed"} 1',
    ],
    [
      "townlet_alerts_active",
      "gauge",
      'townlet_alerts_active{alert="telemetry_transport_failed"} 1',
      'townlet_alerts_active{alert="telemetry_cert_expiring"} 0',
    ],
    [
      "townlet_telemetry_frames_total",
      "counter",
      'townlet_telemetry_frames_total{transport="0:tcp",channel="agents"} 40',
      'townlet_telemetry_frames_total{transport="0:tcp",channel="events"} 6',
    ],
    [
      "townlet_telemetry_bytes_total",
      "counter",
      'townlet_telemetry_bytes_total{transport="0:tcp"} 45678',
      'townlet_telemetry_bytes_total{transport="1:file"} 45678',
    ],
    [
      "townlet_telemetry_dropped_total",
      "counter",
      'townlet_telemetry_dropped_total{transport="0:tcp",channel="events"} 7',
    ],
    [
      "townlet_telemetry_queue_bytes",
      "gauge",
      'townlet_telemetry_queue_bytes{transport="0:tcp"} 1234',
      'townlet_telemetry_queue_bytes{transport="1:file"} 1234',
    ],
    [
      "townlet_telemetry_worker_up",
      "gauge",
      'townlet_telemetry_worker_up{transport="0:tcp"} 1',
      'townlet_telemetry_worker_up{transport="1:file"} 0',
    ],
    [
      "townlet_telemetry_last_flush_age_seconds",
      "gauge",
      'townlet_telemetry_last_flush_age_seconds{transport="0:tcp"} 0.25',
    ],
    [
      "townlet_telemetry_retries_total",
      "counter",
      'townlet_telemetry_retries_total{transport="0:tcp"} 3',
      'townlet_telemetry_retries_total{transport="1:file"} 3',
    ],
    ["townlet_hook_faults_total", "counter", "townlet_hook_faults_total 2"],
  ]);
  const { values } = read.townlet_tick_duration_seconds;
  assertEquals(
    ["0.00001", "0.000025", "1", "+Inf"].map((le) =>
      values[`townlet_tick_duration_seconds_bucket{le="${Number(le) || le}"}`]
    ),
    [0, 1, 1, 2],
  );
  assertEquals(values.townlet_tick_duration_seconds_sum, 2.00002);
  const flush = read.townlet_telemetry_flush_duration_seconds.values;
  const of = (name: string, labels: string) =>
    flush[`townlet_telemetry_flush_duration_seconds_${name}{${labels}}`];
  assertEquals(of("bucket", 'transport="1:file",le="0.001"'), 0);
  assertEquals(of("bucket", 'transport="1:file",le="0.002"'), 10);
  assertEquals(of("bucket", 'transport="1:file",le="2.5"'), 10);
  assertEquals(of("count", 'transport="0:tcp"'), 12);
  assertEquals(of("sum", 'transport="0:tcp"'), 6.015);
});

Deno.test("prometheusText() names every metric before anything happened", () => {
  const { health } = VIEW;
  const text = prometheusText(
    new Metrics().all({
      health: { ...health, transports: {} },
      frames: [],
      alerts: {},
    }),
  );
  const read = readPrometheus(text);
  assertEquals(Object.keys(read).length, 14);
  assertEquals(read.townlet_ticks_total.values, { townlet_ticks_total: 0 });
  assertEquals(read.townlet_events_total.values, {});
});

Deno.test("prometheusText() escapes what labels and helps hold", () => {
  assertEquals(
    prometheusText([{
      name: "odd",
      help: 'a\\b\n"c"',
      type: "gauge",
      values: [
        { labels: { x: 'a\\b\n"c"', y: "é}" }, value: -0.5 },
        { labels: {}, value: Infinity },
        { labels: { z: "" }, value: 1e21 },
      ],
    }]),
    [
      '# HELP townlet_odd a\\\\b\\n"c"',
      "# TYPE townlet_odd gauge",
      'townlet_odd{x="a\\\\b\\n\\"c\\"",y="é}"} -0.5',
      "townlet_odd +Inf",
      'townlet_odd{z=""} 1e+21',
      "",
    ].join("\n"),
  );
});

Deno.test("Metrics counts each tick in the first bucket that is not below it", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0, max: 3, noNaN: true })),
    (seconds) => {
      const metrics = new Metrics();
      for (const one of [...seconds, ...TICK_BOUNDS_S]) {
        metrics.note(1000 * one, []);
      }
      const read = readPrometheus(prometheusText(metrics.all(VIEW)));
      const { values } = read.townlet_tick_duration_seconds;
      const noted = [...seconds, ...TICK_BOUNDS_S].map((s) => 1000 * s / 1000);
      for (const le of TICK_BOUNDS_S) {
        assertEquals(
          values[`townlet_tick_duration_seconds_bucket{le="${le}"}`],
          noted.filter((s) => s <= le).length,
        );
      }
    },
  ));
});

Deno.test("Metrics counts names that hooks make up together after 200 of them", () => {
  const metrics = new Metrics();
  const told = (i: number): TownEvent => ({
    event: `hook.spa.event_${i}`,
    tick: 1,
    payload: {},
  });
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 300; i++) metrics.note(0, [told(i)]);
  }
  const faulted: TownEvent = {
    event: "hook.faulted",
    tick: 1,
    specifier: "./hooks/spa.js",
    rule: "H10",
    reason: "slow",
  };
  metrics.note(0, [shower("ann"), faulted]);
  const read = readPrometheus(prometheusText(metrics.all(VIEW)));
  const { values } = read.townlet_events_total;
  assertEquals(Object.keys(values).length, 203);
  assertEquals(values['townlet_events_total{event="hook.spa.event_199"}'], 2);
  assertEquals(values['townlet_events_total{event="hook.other"}'], 200);
  assertEquals(values['townlet_events_total{event="hook.faulted"}'], 1);
});

Deno.test("Metrics names no resident, whatever happens to them", () => {
  const metrics = new Metrics();
  metrics.note(1, [shower("resident_of_note")]);
  const text = prometheusText(metrics.all(VIEW));
  assert(!text.includes("resident_of_note"));
  const labels = new Set(
    [...text.matchAll(/([a-z_]+)="/g)].map(([, label]) => label),
  );
  assertEquals([...labels].sort(), [
    "alert",
    "channel",
    "event",
    "le",
    "transport",
  ]);
});

Deno.test("readPrometheus() takes nothing that is not the format", () => {
  const good = "# HELP a b\n# TYPE a counter\na 1\n";
  assertEquals(readPrometheus(good).a.values, { a: 1 });
  for (
    const wrong of [
      good.slice(0, -1),
      "a 1\n",
      "# HELP a b\na 1\n",
      "# HELP a b\n# TYPE b counter\nb 1\n",
      "# HELP a b\n",
      good + good,
      `${good}a 2\n`,
      `${good}b 2\n`,
      good.replace("a 1", "a -1"),
      good.replace("a 1", "a  1"),
      good.replace("a 1", 'a{x="y"z"} 1'),
      good.replace("a 1", 'a{x="y",} 1'),
      good.replace("counter", "histogram"),
      good.replace("counter\na 1", 'histogram\na_bucket{le="+Inf"} 1\na_sum 1'),
      good.replace(
        "counter\na 1",
        'histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1',
      ),
    ]
  ) assertThrows(() => readPrometheus(wrong), Error, undefined, wrong);
});
