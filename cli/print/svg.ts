/** Line charts as SVG. @module */
import { escapeText } from "../../src/base/text.ts";

/** A line of a chart. */
export interface Series {
  /** What it shows. */
  readonly name: string;
  /** Its points, from left to right: x and y. */
  readonly points: readonly (readonly [number, number])[];
  /**
   * Lower and upper end of what each point stands for, or null where nobody
   * knows; the points are dots then, without a line.
   */
  readonly spread?: readonly (readonly [number, number] | null)[];
}

/** A chart. */
export interface Chart {
  /** What it shows. */
  readonly title: string;
  /** What is from left to right. */
  readonly xLabel: string;
  /** Its lines; colours repeat after twelve. */
  readonly series: readonly Series[];
  /** Least and greatest x to make room for, beside those of the lines. */
  readonly range?: readonly [from: number, to: number];
  /** Names for x = 0, 1, 2 and so on, instead of numbers; long ones are cut. */
  readonly names?: readonly string[];
  /** False where 0 need not be on the y axis (true). */
  readonly zero?: boolean;
}

/** Columns of a picture, and where its charts begin and end. */
const WIDTH = 800;
const LEFT = 70;
const RIGHT = 640;

/** Rows of a chart, and where its lines are. */
const HEIGHT = 280;
const TOP = 40;
const BOTTOM = 230;

/** Rows of a name beside a chart. */
const NAME_HEIGHT = 16;

/** Columns of a character of a label, about. */
const CHARACTER = 7;

/** Steps between the numbers at an axis, about. */
const STEPS = 5;

/** Colours that can be told apart by most people. */
const COLOURS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#7f7f7f",
  "#000000",
  "#8c510a",
  "#882255",
  "#44aa99",
  "#999933",
];

/** Charts below one another, as a picture that stands for itself. */
export function svgOf(charts: readonly Chart[]): string {
  const heights = charts.map(heightOf);
  const height = heights.reduce((sum, one) => sum + one, 0);
  let y = 0;
  const parts = charts.map((chart, i) => {
    const part = `<g transform="translate(0 ${y})">\n${
      chartLines(chart).join("\n")
    }\n</g>`;
    y += heights[i];
    return part;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function heightOf({ series }: Chart): number {
  return Math.max(HEIGHT, TOP + (series.length + 1) * NAME_HEIGHT);
}

function chartLines(chart: Chart): readonly string[] {
  const { title, xLabel, series, names, range = [], zero = true } = chart;
  const points = series.flatMap((one) => one.points);
  const ends = series.flatMap(({ spread = [] }) => spread)
    .filter((one) => one !== null).flat();
  const xs = names === undefined
    ? axis([...points.map(([x]) => x), ...range])
    : { from: -0.5, to: names.length - 0.5, step: 1 };
  const ys = widened(axis([...points.map(([, y]) => y), ...ends], zero));
  const px = (x: number) => place(x, xs, LEFT, RIGHT);
  const py = (y: number) => place(y, ys, BOTTOM, TOP);
  return [
    label(LEFT, 22, title, `font-size="15" font-weight="600"`),
    ...marks(ys).flatMap((y) => [
      `<path d="M${LEFT} ${py(y)}H${RIGHT}" stroke="#dddddd"/>`,
      label(LEFT - 8, py(y) + 4, short(y), `text-anchor="end"`),
    ]),
    ...marks(xs).map((x) =>
      label(
        px(x),
        BOTTOM + 18,
        names === undefined ? short(x) : ending(names[x], names.length),
        `text-anchor="middle"`,
      )
    ),
    label((LEFT + RIGHT) / 2, BOTTOM + 38, xLabel, `text-anchor="middle"`),
    ...series.flatMap((one, i) => {
      const colour = COLOURS[i % COLOURS.length];
      const y = TOP + i * NAME_HEIGHT;
      return [
        one.spread === undefined
          ? lineOf(one, colour, px, py)
          : dotsOf(one, colour, px, py),
        one.spread === undefined
          ? `<path d="M${
            RIGHT + 16
          } ${y}h14" stroke="${colour}" stroke-width="3"/>`
          : dotAt(RIGHT + 23, y, colour),
        label(RIGHT + 36, y + 4, one.name, ""),
      ];
    }),
  ];
}

function lineOf(
  { points }: Series,
  colour: string,
  px: (x: number) => number,
  py: (y: number) => number,
): string {
  if (points.length === 1) {
    const [[x, y]] = points;
    return dotAt(px(x), py(y), colour);
  }
  const d = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${px(x)} ${py(y)}`)
    .join("");
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
}

/** Dots, each with what it stands for. */
function dotsOf(
  { points, spread = [] }: Series,
  colour: string,
  px: (x: number) => number,
  py: (y: number) => number,
): string {
  return points.map(([x, y], i) => {
    const ends = spread[i] ?? null;
    const dot = dotAt(px(x), py(y), colour);
    if (ends === null) return dot;
    const [low, high] = [py(ends[0]), py(ends[1])];
    const left = px(x) - 4;
    const whisker = `M${
      px(x)
    } ${low}V${high}M${left} ${low}h8M${left} ${high}h8`;
    return `${dot}<path d="${whisker}" stroke="${colour}" stroke-width="1.5"/>`;
  }).join("");
}

function dotAt(x: number, y: number, colour: string): string {
  return `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`;
}

/** An axis: its least and greatest value, and what is between two marks. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** An axis that has room for some values, and for zero if it must. */
function axis(values: readonly number[], withZero = false): Axis {
  const fold = (of: (a: number, b: number) => number, start: number) =>
    values.reduce((a, b) => of(a, b), start);
  const least = fold(Math.min, withZero ? 0 : Infinity);
  const greatest = fold(Math.max, withZero ? 0 : -Infinity);
  const span = greatest - least;
  if (!(span > 0) || !Number.isFinite(span)) {
    const middle = Number.isFinite(least) ? least : 0;
    return { from: middle, to: middle + 1, step: 1 };
  }
  const power = 10 ** Math.floor(Math.log10(span / STEPS));
  const step = [1, 2, 5, 10].map((factor) => factor * power)
    .find((one) => one >= span / STEPS) ?? 10 * power;
  return { from: least, to: greatest, step };
}

/** An axis from one of its marks to another. */
function widened({ from, to, step }: Axis): Axis {
  return {
    from: Math.floor(from / step) * step,
    to: Math.ceil(to / step) * step,
    step,
  };
}

function marks({ from, to, step }: Axis): readonly number[] {
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step + 1e-9);
  return Array.from(
    { length: Math.max(1, last - first + 1) },
    (_, i) => (first + i) * step,
  );
}

/** Where a value is between two places, to a tenth of a point. */
function place(
  value: number,
  { from, to }: Axis,
  start: number,
  end: number,
): number {
  const at = start + (end - start) * (value - from) / (to - from);
  return Math.round(at * 10) / 10;
}

function label(x: number, y: number, text: string, more: string): string {
  const rest = more === "" ? "" : ` ${more}`;
  return `<text x="${x}" y="${y}" fill="#333333"${rest}>${markup(text)}</text>`;
}

/** A name as one of so many at an axis: of a long one its end, as of paths. */
function ending(name: string, places: number): string {
  const room = Math.max(2, Math.floor((RIGHT - LEFT) / places / CHARACTER));
  return name.length <= room ? name : `…${name.slice(1 - room)}`;
}

/** A text as it stands in markup, and is nothing but text there. */
function markup(text: string): string {
  return escapeText(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A number with no more digits than needed. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
