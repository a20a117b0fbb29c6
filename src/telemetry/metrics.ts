/** Metrics: what a run and its telemetry did, as numbers for monitors. @module */
import type { TownEvent } from "../world/events.ts";
import type { Health, TransportHealth } from "./health.ts";

/** What a metric is about: name and value, such as a transport. */
export type Labels = Readonly<Record<string, string>>;

/** How many measured values lie where. */
export interface HistogramCounts {
  /** Upper bounds, ascending. */
  readonly le: readonly number[];
  /** Values by bound, each counted once, and those above all. */
  readonly counts: readonly number[];
  /** Sum of the values. */
  readonly sum: number;
}

/** A metric: what it is, and its values by labels. */
export type Metric =
  & {
    /** Its name, without the program's. */
    readonly name: string;
    /** What it says. */
    readonly help: string;
  }
  & (
    | {
      /** Something that only grows, or something that comes and goes. */
      readonly type: "counter" | "gauge";
      /** Values. */
      readonly values: readonly {
        readonly labels: Labels;
        readonly value: number;
      }[];
    }
    | {
      /** Measured values. */
      readonly type: "histogram";
      /** Values. */
      readonly values: readonly {
        readonly labels: Labels;
        readonly value: HistogramCounts;
      }[];
    }
  );

/** What is not counted here. */
export interface MetricsView {
  /** How everything does. */
  readonly health: Health;
  /** Frames handed to each transport so far, by channel. */
  readonly frames: readonly Readonly<Record<string, number>>[];
  /** Whether each alert is raised. */
  readonly alerts: Readonly<Record<string, boolean>>;
}

/** Upper bounds of the times of ticks, in seconds. */
export const TICK_BOUNDS_S: readonly number[] = [
  0.00001,
  0.000025,
  0.00005,
  0.0001,
  0.00025,
  0.0005,
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  1,
];

/** Names that hooks may give to events; more are counted together. */
const HOOK_EVENTS_MAX = 200;

/** Name under which those are counted. */
const OTHER_HOOK_EVENTS = "hook.other";

/** Counts what happens, and tells it as metrics. */
export class Metrics {
  #ticks = 0;
  #seconds = 0;
  readonly #times = new Float64Array(TICK_BOUNDS_S.length + 1);
  readonly #events = new Map<string, number>();
  #hookEvents = 0;

  /** Notes a tick: how long it took, in milliseconds, and its events. */
  note(ms: number, events: readonly TownEvent[]): void {
    const seconds = ms / 1000;
    let bucket = 0;
    while (seconds > TICK_BOUNDS_S[bucket]) bucket++;
    this.#times[bucket]++;
    this.#seconds += seconds;
    this.#ticks++;
    for (const { event } of events) {
      const name = this.#nameOf(event);
      this.#events.set(name, (this.#events.get(name) ?? 0) + 1);
    }
  }

  /** All metrics that somebody feeds, in a fixed order. */
  all({ health, frames, alerts }: MetricsView): readonly Metric[] {
    const transports = Object.entries(health.transports)
      .map(([i, one]) => ({ name: `${i}:${one.type}`, one, i: Number(i) }));
    const each = (of: (one: TransportHealth) => number | undefined) =>
      transports.flatMap(({ name: transport, one }) => {
        const value = of(one);
        return value === undefined ? [] : [{ labels: { transport }, value }];
      });
    const byChannel = (
      of: (one: TransportHealth, i: number) => Readonly<Record<string, number>>,
    ) =>
      transports.flatMap(({ name: transport, one, i }) =>
        Object.entries(of(one, i)).map(([channel, value]) => ({
          labels: { transport, channel },
          value,
        }))
      );
    return [
      counter("ticks_total", "Ticks done", [plain(this.#ticks)]),
      {
        name: "tick_duration_seconds",
        help: "Time of a tick",
        type: "histogram",
        values: [{
          labels: {},
          value: {
            le: TICK_BOUNDS_S,
            counts: [...this.#times],
            sum: this.#seconds,
          },
        }],
      },
      gauge("agents", "Residents", [plain(health.world.agents)]),
      counter(
        "events_total",
        "Events by name",
        [...this.#events].map(([event, value]) => ({
          labels: { event },
          value,
        })),
      ),
      gauge(
        "alerts_active",
        "1 while an alert is raised",
        Object.entries(alerts).map(([alert, raised]) => ({
          labels: { alert },
          value: Number(raised),
        })),
      ),
      counter(
        "telemetry_frames_total",
        "Frames handed to a transport",
        byChannel((_, i) => frames[i] ?? {}),
      ),
      counter(
        "telemetry_bytes_total",
        "Bytes written",
        each((one) => one.bytes_total),
      ),
      counter(
        "telemetry_dropped_total",
        "Frames lost",
        byChannel((one) => one.dropped),
      ),
      gauge(
        "telemetry_queue_bytes",
        "Bytes that wait",
        each((one) => one.queue_bytes),
      ),
      gauge(
        "telemetry_worker_up",
        "1 while the worker shows signs of life",
        each((one) => Number(one.worker_alive)),
      ),
      gauge(
        "telemetry_last_flush_age_seconds",
        "Time since the last write that went well",
        each(({ last_flush_ok_age_ms: ms }) =>
          ms === undefined ? undefined : ms / 1000
        ),
      ),
      counter(
        "telemetry_retries_total",
        "Attempts after a failure",
        each((one) => one.retries_total),
      ),
      {
        name: "telemetry_flush_duration_seconds",
        help: "Time of a write",
        type: "histogram",
        values: transports.map(({ name: transport, one }) => ({
          labels: { transport },
          value: inSeconds(one.flush_ms),
        })),
      },
      counter("hook_faults_total", "Calls of hooks that failed", [
        plain(health.hooks.faults),
      ]),
    ];
  }

  /** Name under which an event is counted: hooks can make up any number. */
  #nameOf(event: string): string {
    const isOfHook = event.startsWith("hook.") && event.indexOf(".", 5) > 0;
    if (!isOfHook || this.#events.has(event)) return event;
    if (this.#hookEvents === HOOK_EVENTS_MAX) return OTHER_HOOK_EVENTS;
    this.#hookEvents++;
    return event;
  }
}

type Values = Extract<Metric, { readonly type: "gauge" | "counter" }>["values"];

function counter(name: string, help: string, values: Values): Metric {
  return { name, help, type: "counter", values };
}

function gauge(name: string, help: string, values: Values): Metric {
  return { name, help, type: "gauge", values };
}

/** A value of the whole run. */
function plain(value: number): Values[number] {
  return { labels: {}, value };
}

/** Measured milliseconds as seconds. */
function inSeconds(
  { le, counts, sum }: TransportHealth["flush_ms"],
): HistogramCounts {
  return { le: le.map((ms) => ms / 1000), counts, sum: sum / 1000 };
}
