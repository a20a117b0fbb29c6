/**
 * A run as OpenTelemetry sees it: a span for it, one for every hundred ticks,
 * and the metrics. The runtime's own exporter sends them.
 * @module
 */
import type {
  Context,
  Counter,
  Gauge,
  Histogram,
  Meter,
  Span,
  Tracer,
} from "@opentelemetry/api";
import type { HistogramCounts, Labels, Metric } from "./metrics.ts";

/** Ticks of a span. */
const BLOCK_TICKS = 100;

/** What spans are named. */
const RUN = "simulate";
const BLOCK = "ticks";

/** A run between two ticks. */
export interface ExportedState {
  /** Ticks done since the town began. */
  readonly tick: number;
  /** Residents. */
  readonly agents: number;
  /** Frames lost so far. */
  readonly dropped: number;
  /** All metrics. */
  readonly metrics: readonly Metric[];
}

/** Tells the runtime's exporter of a run. */
export class RunExport {
  readonly #api: typeof import("@opentelemetry/api");
  readonly #tracer: Tracer;
  readonly #run: Span;
  readonly #inRun: Context;
  readonly #instruments: Instruments;
  #block: { readonly span: Span; readonly start: ExportedState };

  private constructor(
    api: typeof import("@opentelemetry/api"),
    version: string,
    start: ExportedState,
  ) {
    this.#api = api;
    this.#tracer = api.trace.getTracer("townlet", version);
    this.#run = this.#tracer.startSpan(RUN);
    this.#inRun = api.trace.setSpan(api.ROOT_CONTEXT, this.#run);
    this.#instruments = new Instruments(
      api.metrics.getMeter("townlet", version),
    );
    this.#block = this.#begin(start);
  }

  /** Begins to tell of a run, of a version of the program. */
  static async open(version: string, start: ExportedState): Promise<RunExport> {
    return new RunExport(await import("@opentelemetry/api"), version, start);
  }

  /** Looks whether a hundred ticks are over; then it tells of them. */
  tick(tick: number, state: () => ExportedState): void {
    if (tick - this.#block.start.tick < BLOCK_TICKS) return;
    const now = state();
    this.#end(now);
    this.#block = this.#begin(now);
  }

  /** Tells of the rest of the run; `failure` is why it ended early, if it did. */
  close(state: ExportedState, failure?: string): void {
    this.#end(state);
    if (failure !== undefined) {
      const code = this.#api.SpanStatusCode.ERROR;
      this.#run.setStatus({ code, message: failure });
    }
    this.#run.end();
  }

  #begin(start: ExportedState) {
    return { span: this.#tracer.startSpan(BLOCK, {}, this.#inRun), start };
  }

  #end({ tick, agents, dropped, metrics }: ExportedState): void {
    const { span, start } = this.#block;
    span.setAttributes({ tick, agents, dropped: dropped - start.dropped });
    span.end();
    this.#instruments.record(metrics);
  }
}

/** The metrics of a meter: what has changed is told since the last time. */
class Instruments {
  readonly #meter: Meter;
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #totals = new Map<string, number>();
  readonly #counts = new Map<string, HistogramCounts>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  record(metrics: readonly Metric[]): void {
    for (const metric of metrics) {
      if (metric.type === "histogram") this.#recordHistogram(metric);
      else this.#recordValues(metric);
    }
  }

  #recordValues(metric: Exclude<Metric, { readonly type: "histogram" }>): void {
    const name = dotted(metric.name);
    const { help: description } = metric;
    for (const { labels, value } of metric.values) {
      if (metric.type === "gauge") {
        found(
          this.#gauges,
          name,
          () => this.#meter.createGauge(name, { description }),
        ).record(value, labels);
        continue;
      }
      const key = keyOf(name, labels);
      const more = value - (this.#totals.get(key) ?? 0);
      this.#totals.set(key, value);
      found(
        this.#counters,
        name,
        () => this.#meter.createCounter(name, { description }),
      ).add(more, labels);
    }
  }

  #recordHistogram(
    metric: Extract<Metric, { readonly type: "histogram" }>,
  ): void {
    const name = dotted(metric.name);
    for (const { labels, value } of metric.values) {
      const key = keyOf(name, labels);
      const before = this.#counts.get(key);
      this.#counts.set(key, value);
      // The bounds that exporters have without this are for milliseconds.
      const histogram = found(
        this.#histograms,
        name,
        () =>
          this.#meter.createHistogram(name, {
            description: metric.help,
            unit: "s",
            advice: { explicitBucketBoundaries: [...value.le] },
          }),
      );
      for (const one of valuesOf(since(before, value))) {
        histogram.record(one, labels);
      }
    }
  }
}

/** Values that were counted after `before`. */
function since(
  before: HistogramCounts | undefined,
  { le, counts, sum }: HistogramCounts,
): HistogramCounts {
  return {
    le,
    counts: counts.map((n, i) => n - (before?.counts[i] ?? 0)),
    sum: sum - (before?.sum ?? 0),
  };
}

/**
 * Values that lie where those counted do, and have the same sum: what was
 * measured is known that far. All values of a bucket are equal, and all buckets
 * are filled to the same share.
 */
export function valuesOf({ le, counts, sum }: HistogramCounts): number[] {
  const lower = counts.map((_, i) => i === 0 ? 0 : le[i - 1]);
  // The last bucket has no bound; no value in it is above the sum.
  const upper = counts.map((_, i) => Math.max(le[i] ?? sum, lower[i]));
  const least = dot(counts, lower);
  const most = dot(counts, upper);
  const share = most > least ? (sum - least) / (most - least) : 1;
  // A value at the lower bound would lie in the bucket below.
  const inside = Math.min(1, Math.max(1e-6, share));
  return counts.flatMap((n, i) => {
    const value = lower[i] + inside * (upper[i] - lower[i]);
    return new Array<number>(n).fill(Math.min(value, upper[i]));
  });
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** The name of a metric in the way of OpenTelemetry. */
function dotted(name: string): string {
  return `townlet.${name.replaceAll("_", ".")}`;
}

function keyOf(name: string, labels: Labels): string {
  return JSON.stringify([name, ...Object.entries(labels)]);
}

function found<T>(map: Map<string, T>, name: string, make: () => T): T {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
}
