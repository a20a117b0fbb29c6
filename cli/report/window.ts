/** The window of a resident, drawn for people. @module */
import { escapeText } from "../../src/base/text.ts";
import type { ObservationPlace } from "../../src/observations/metadata.ts";
import { insideGrid } from "../../src/world/spatial.ts";
import type { Town } from "../../src/world/town.ts";
import type { World } from "../../src/world/world.ts";
import type { Paint } from "../print/paint.ts";
import { padEnd } from "../print/text.ts";
import { lettersFor } from "./letters.ts";

/** Columns of a tile: it is about as wide as high then. */
const CELL = 2;

/** Tiles on each side of the resident that are drawn at most. */
const SHOWN_MAX = 40;

/** A mark on a tile. */
interface Mark {
  /** The mark. */
  readonly text: string;
  /** Its entry in the legend. */
  readonly legend: string;
  /** Its colour. */
  readonly colour: (text: string) => string;
}

/**
 * The lines of a window as its map tells it, with a legend of the marks that
 * are on it; `room` columns at most.
 */
export function windowLines(
  town: Town,
  world: World,
  place: ObservationPlace,
  paint: Paint,
  room: number,
): string[] {
  const { spec, batch, row } = place;
  const [channels, side] = spec.mapShape;
  if (channels === 0) return [paint.dim("no map: features only")];
  const agent = batch.agents[row];
  const sight = (side - 1) / 2;
  const fitting = Math.floor((room / CELL - 1) / 2);
  const shown = Math.max(1, Math.min(sight, SHOWN_MAX, fitting));
  const marksAt = openMarks(place, paint);
  const centre = (side * side - 1) / 2;
  const legend = new Set(marksAt(centre).map((mark) => mark.legend));
  const lines: string[] = [];
  for (let dy = -shown; dy <= shown; dy++) {
    let line = "";
    for (let dx = -shown; dx <= shown; dx++) {
      const x = world.x[agent] + dx;
      const y = world.y[agent] + dy;
      const marks = insideGrid(town, x, y)
        ? marksAt((dy + sight) * side + dx + sight)
        : [{ text: "░", legend: "░ beyond the edge", colour: paint.dim }];
      for (const mark of marks) legend.add(mark.legend);
      const texts = marks.map(({ text, colour }) => colour(text));
      line += padEnd(texts.join(""), CELL);
    }
    lines.push(line.trimEnd());
  }
  const drawn = 2 * shown + 1;
  const part = shown < sight ? `, the middle ${drawn} × ${drawn} of them` : "";
  return [
    paint.dim(`window of ${side} × ${side} tiles${part}`),
    ...lines,
    paint.dim([...legend].join(", ")),
    paint.dim(`channels: ${escapeText(spec.mapChannels.join(", "))}`),
  ];
}

/** Gives the marks of a cell: who is there, and what, or how to go on. */
function openMarks(
  { spec, batch, row }: ObservationPlace,
  paint: Paint,
): (cell: number) => readonly Mark[] {
  const { map, agentId } = batch.row(row);
  const cells = spec.mapShape[1] * spec.mapShape[2];
  const centre = (cells - 1) / 2;
  const channel = (name: string) => {
    const start = spec.mapChannels.indexOf(name) * cells;
    return (cell: number) => start < 0 ? 0 : map[start + cell];
  };
  const agents = channel("agents");
  const objects = channel("objects");
  const reservations = channel("reservations");
  // The paths of layout v1 lead away from the middle, whatever is there.
  const wayX = channel(spec.layout === "v2" ? "path_dx" : "");
  const wayY = channel(spec.layout === "v2" ? "path_dy" : "");
  const types = spec.compact?.object_channels ?? [];
  const letters = lettersFor(types);
  const counts = types.map((type) => channel(`object:${type}`));
  const self = { text: "@", legend: `@ ${escapeText(agentId)}` };
  const crowd = { text: "&", legend: "& the resident and others" };

  const who = (cell: number): Mark[] => {
    const count = agents(cell);
    if (cell === centre) {
      const alone = spec.compact === undefined || count === 0;
      return [{ ...alone ? self : crowd, colour: paint.bold }];
    }
    if (count === 0) return [];
    const mark = count === 1
      ? { text: "o", legend: "o another" }
      : count < 10
      ? { text: String(count), legend: "digits so many others" }
      : { text: "+", legend: "+ ten others or more" };
    return [{ ...mark, colour: paint.yellow }];
  };
  const what = (cell: number): Mark[] => {
    if (objects(cell) === 0) return [];
    if (reservations(cell) > 0) {
      return [{ text: "■", legend: "■ object in use", colour: paint.red }];
    }
    const type = counts.findIndex((count) => count(cell) > 0);
    const mark = type < 0
      ? { text: "□", legend: "□ object" }
      : { text: letters[type], legend: `${letters[type]} ${types[type]}` };
    return [{
      text: mark.text,
      legend: escapeText(mark.legend),
      colour: paint.green,
    }];
  };
  return (cell) => {
    const marks = [...who(cell), ...what(cell)];
    if (marks.length > 0) return marks;
    const arrow = arrowOf(wayX(cell), wayY(cell));
    return arrow === undefined
      ? [{ text: "·", legend: "· nothing", colour: paint.dim }]
      : [{ text: arrow, legend: "arrows the way to go", colour: paint.dim }];
  };
}

function arrowOf(dx: number, dy: number): string | undefined {
  if (dx !== 0) return dx > 0 ? "→" : "←";
  if (dy !== 0) return dy > 0 ? "↓" : "↑";
  return undefined;
}
