/** The curves of a training: which there are, and how they are drawn. @module */
import { type Chart, type Series, svgOf } from "../print/svg.ts";

/** A record of a log. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** What a run has left. */
export interface RunLogs {
  /** Name of the run. */
  readonly name: string;
  /** What each update told. */
  readonly metrics: readonly LogRecord[];
  /** What was earned when the policy was tried out. */
  readonly evaluations: readonly LogRecord[];
}

/** A chart: its title and the numbers that it draws. */
interface Plan {
  readonly title: string;
  /** Names of the lines by what the records call them. */
  readonly lines: Readonly<Record<string, string>>;
  /** Whether evaluations belong to it. */
  readonly evaluated?: boolean;
}

/** The charts, from the top. */
const PLANS: readonly Plan[] = [
  { title: "Return of an episode", lines: {}, evaluated: true },
  {
    title: "Return of lives in training",
    lines: { episode_return_mean: "those that ended" },
  },
  { title: "Loss of the policy", lines: { loss_policy: "mean" } },
  { title: "Loss of the values", lines: { loss_value: "mean" } },
  {
    title: "Cross-entropy of demonstrations",
    lines: { loss: "learned from", val_loss: "held out" },
  },
  {
    title: "Agreement with demonstrations",
    lines: { accuracy: "learned from", val_accuracy: "held out" },
  },
  { title: "Entropy", lines: { loss_entropy: "mean, nats" } },
  {
    title: "KL divergence",
    lines: { kl_divergence: "mean", kl_approx: "low variance" },
  },
  {
    title: "Clip fraction",
    lines: { clip_fraction: "mean", clip_fraction_max: "largest" },
  },
  { title: "Explained variance", lines: { explained_variance: "value" } },
  {
    title: "Norm of the gradient",
    lines: { grad_norm: "mean", grad_norm_max: "largest" },
  },
  {
    title: "Senseless choices",
    lines: { invalid_action_rate: "share" },
  },
  { title: "Step size", lines: { lr: "Adam" } },
];

/** What the x axis counts. */
const STEPS = "steps";

/** The points of a run: x and y of every number that is drawn. */
export interface Curves {
  /** What x is. */
  readonly x: string;
  /** By name in the records: x and y, update by update. */
  readonly metrics: Readonly<Record<string, readonly Point[]>>;
  /** Return when it was tried out: x, mean, and the interval's ends. */
  readonly evaluations: readonly EvaluationPoint[];
}

/** A point of a curve. */
export type Point = readonly [x: number, y: number];

/** What a policy earned when it was tried out. */
export interface EvaluationPoint {
  /** Agent-steps until then. */
  readonly x: number;
  /** Mean return. */
  readonly mean: number;
  /** Ends of the interval of 95 %, or null. */
  readonly interval: readonly [number, number] | null;
}

/** The numbers of a run that are drawn; what is no number is left out. */
export function curvesOf({ metrics, evaluations }: RunLogs): Curves {
  const counted = metrics.some((record) => isNumber(record[STEPS]));
  const xOf = (record: LogRecord, i: number) => counted ? record[STEPS] : i + 1;
  const keys = PLANS.flatMap(({ lines }) => Object.keys(lines));
  return {
    x: counted ? "agent-steps" : "record",
    metrics: Object.fromEntries(
      keys.map((key) =>
        [
          key,
          metrics.flatMap((record, i): Point[] => {
            const [x, y] = [xOf(record, i), record[key]];
            return isNumber(x) && isNumber(y) ? [[x, y]] : [];
          }),
        ] as const
      ).filter(([, points]) => points.length > 0),
    ),
    evaluations: evaluations.flatMap((record): EvaluationPoint[] => {
      const { steps: x, return_mean: mean, return_ci95: ends } = record;
      if (!isNumber(x) || !isNumber(mean)) return [];
      const [low, high] = Array.isArray(ends) ? ends : [];
      const known = isNumber(low) && isNumber(high);
      return [{ x, mean, interval: known ? [low, high] : null }];
    }),
  };
}

/** The curves as a picture: a chart for each kind that the run has. */
export function curvesSvg(name: string, curves: Curves): string {
  const { x, metrics, evaluations } = curves;
  const xs = [
    ...Object.values(metrics).flat().map(([x]) => x),
    ...evaluations.map(({ x }) => x),
  ];
  const range = [Math.min(...xs), Math.max(...xs)] as const;
  const [unit, prefix] = unitOf(range[1]);
  const charts = PLANS.flatMap(({ title, lines, evaluated }): Chart[] => {
    const series: Series[] = Object.entries(lines)
      .filter(([key]) => metrics[key] !== undefined)
      .map(([key, line]) => ({
        name: line,
        points: metrics[key].map(([x, y]) => [x / unit, y]),
      }));
    if (evaluated && evaluations.length > 0) {
      series.push({
        name: "mean and 95 %",
        points: evaluations.map(({ x, mean }) => [x / unit, mean]),
        spread: evaluations.map(({ interval }) => interval),
      });
    }
    return series.length === 0 ? [] : [{
      title,
      xLabel: prefix + x,
      series,
      range: [range[0] / unit, range[1] / unit],
    }];
  });
  const [first, ...rest] = charts;
  return svgOf(
    first === undefined
      ? []
      : [{ ...first, title: `${name}: ${lowered(first.title)}` }, ...rest],
  );
}

/** What is counted at the x axis: ones, thousands or millions. */
function unitOf(greatest: number): readonly [unit: number, prefix: string] {
  if (greatest >= 1e6) return [1e6, "million "];
  return greatest >= 1e4 ? [1e3, "thousand "] : [1, ""];
}

function lowered(title: string): string {
  return title.charAt(0).toLowerCase() + title.slice(1);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
