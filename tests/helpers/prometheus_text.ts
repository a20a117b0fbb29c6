/**
 * A strict reader of the text format of Prometheus, version 0.0.4: it takes
 * what the format allows and throws for everything else, so that a text it
 * takes is one that monitors take.
 * @module
 */

/** A metric of a text. */
export interface ReadMetric {
  /** What it says. */
  readonly help: string;
  /** What it is. */
  readonly type: string;
  /** Values by name and labels, as `name{a="b"}`, labels in their order. */
  readonly values: Readonly<Record<string, number>>;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(
  `^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|[+-]Inf|NaN)$`,
);

/** Metrics of a text, by name. */
export function readPrometheus(text: string): Record<string, ReadMetric> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const metrics: Record<string, ReadMetric> = {};
  let help: RegExpExecArray | null = null;
  let current: { name: string; values: Record<string, number> } | null = null;
  for (const line of text.slice(0, -1).split("\n")) {
    if (help !== null) {
      const type = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`)
        .exec(line);
      if (type?.[1] !== help[1]) throw new Error(`no type after ${help[0]}`);
      if (Object.hasOwn(metrics, help[1])) throw new Error(`twice: ${line}`);
      current = { name: help[1], values: {} };
      metrics[help[1]] = {
        help: help[2],
        type: type[2],
        values: current.values,
      };
      help = null;
      continue;
    }
    help = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\[\\\\n])+)$`).exec(
      line,
    );
    if (help !== null) continue;
    const sample = SAMPLE.exec(line);
    if (sample === null || current === null) throw new Error(`line: ${line}`);
    const [, name, labels = "", number] = sample;
    const { type } = metrics[current.name];
    const names = type === "histogram"
      ? ["_bucket", "_sum", "_count"].map((end) => current?.name + end)
      : [current.name];
    if (!names.includes(name)) {
      throw new Error(`not of ${current.name}: ${name}`);
    }
    const key = name + labels;
    if (Object.hasOwn(current.values, key)) throw new Error(`twice: ${key}`);
    const value = Number(number.replace("Inf", "Infinity"));
    if (type === "counter" && !(value >= 0)) {
      throw new Error(`below 0: ${line}`);
    }
    current.values[key] = value;
  }
  if (help !== null) throw new Error("a help without a type at the end");
  for (const [name, metric] of Object.entries(metrics)) {
    if (metric.type === "histogram") checkHistogram(name, metric);
  }
  return metrics;
}

/** Bounds ascend to +Inf, buckets never fall, and the last one is the count. */
function checkHistogram(name: string, { values }: ReadMetric): void {
  const series = new Map<string, { le: number; value: number }[]>();
  for (const [key, value] of Object.entries(values)) {
    const bucket = new RegExp(`^${name}_bucket\\{(?:(.*),)?le="([^"]*)"\\}$`)
      .exec(key);
    if (bucket === null) continue;
    const labels = bucket[1] === undefined ? "" : `{${bucket[1]}}`;
    const le = Number(bucket[2].replace("Inf", "Infinity"));
    series.set(labels, [...series.get(labels) ?? [], { le, value }]);
  }
  const counted = Object.keys(values).filter((key) =>
    key.startsWith(`${name}_count`)
  );
  if (counted.length !== series.size) throw new Error(`${name}: counts`);
  for (const [labels, buckets] of series) {
    const rises = buckets.every(({ le, value }, i) =>
      i === 0 || le > buckets[i - 1].le && value >= buckets[i - 1].value
    );
    const last = buckets[buckets.length - 1];
    if (
      !rises || last.le !== Infinity ||
      values[`${name}_count${labels}`] !== last.value ||
      values[`${name}_sum${labels}`] === undefined
    ) throw new Error(`${name}${labels} is no histogram`);
  }
}
