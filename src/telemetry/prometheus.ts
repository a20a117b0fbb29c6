/**
 * Metrics in the text format of Prometheus, version 0.0.4.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * @module
 */
import type { HistogramCounts, Labels, Metric } from "./metrics.ts";

/** What the name of every metric begins with. */
const PREFIX = "townlet_";

/** The text of metrics: `HELP`, `TYPE` and a line for each value. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map(metricText).join("");
}

function metricText(metric: Metric): string {
  const name = PREFIX + metric.name;
  const lines = metric.type === "histogram"
    ? metric.values.flatMap(({ labels, value }) =>
      histogramLines(name, labels, value)
    )
    : metric.values.map(({ labels, value }) => line(name, labels, value));
  return [
    `# HELP ${name} ${metric.help.replace(/[\\\n]/g, escaped)}`,
    `# TYPE ${name} ${metric.type}`,
    ...lines,
    "",
  ].join("\n");
}

/** Buckets hold what is not above their bound, so that each holds those before. */
function histogramLines(
  name: string,
  labels: Labels,
  { le, counts, sum }: HistogramCounts,
): readonly string[] {
  let count = 0;
  const buckets = counts.map((n, i) => {
    count += n;
    const bound = i < le.length ? numberText(le[i]) : "+Inf";
    return line(`${name}_bucket`, { ...labels, le: bound }, count);
  });
  return [
    ...buckets,
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels)
    .map(([key, text]) => `${key}="${text.replace(/[\\\n"]/g, escaped)}"`);
  const set = pairs.length === 0 ? "" : `{${pairs.join()}}`;
  return `${name}${set} ${numberText(value)}`;
}

function escaped(mark: string): string {
  return mark === "\n" ? "\\n" : `\\${mark}`;
}

function numberText(value: number): string {
  return Math.abs(value) === Infinity
    ? value > 0 ? "+Inf" : "-Inf"
    : String(value);
}
