/** What is going on in town, as a table for people. @module */
import { recordText } from "../../src/base/text.ts";
import type { Frame, Members } from "../../src/telemetry/reader/envelope.ts";
import type { StateView } from "../../src/telemetry/reader/state_view.ts";
import { bar } from "../print/bar.ts";
import type { Paint } from "../print/paint.ts";
import { table } from "../print/table.ts";
import { count, number } from "../print/text.ts";
import { type Filter, toldOf, toldText } from "./filter.ts";
import { isMembers } from "./leaves.ts";

/** Events that are kept to be shown. */
const EVENTS_MAX = 8;

/** Bytes of an event's line at most. */
const EVENT_BYTES_MAX = 160;

/** Residents shown where nobody says how much room there is. */
const RESIDENTS_MAX = 24;

/** Characters of a need's bar. */
const BAR = 5;

/** Below it a need is low, and at half of it very low. */
const LOW = 0.4;

/** Channels of events that are shown. */
const TOLD = ["events", "narration", "console"];

/** Follows a recording, and shows where it is. */
export class Board {
  readonly #filter: Filter;
  #frames = 0;
  #bytes = 0;
  #bad = 0;
  #tick = 0;
  #sid = "";
  #signedBy: string | null = null;
  #ended: string | null = null;
  #dropped = 0;
  #lost = 0;
  #alerts: string[] = [];
  #events: string[] = [];

  /** @param filter which events and residents are shown */
  constructor(filter: Filter) {
    this.#filter = filter;
  }

  /** Takes a frame whose line has so many bytes. */
  add(frame: Frame, bytes: number): void {
    this.#frames++;
    this.#bytes += bytes;
    this.#tick = frame.tick;
    this.#sid = frame.sid;
    this.#signedBy = frame.signedBy;
    this.#ended = frame.kind === "bye" ? String(frame.payload.reason) : null;
    if (frame.kind === "hello") this.#lost += frame.lost;
    if (frame.kind === "gap") this.#dropped += Number(frame.payload.dropped);
    if (frame.kind !== "event" || !TOLD.includes(frame.channel)) return;
    this.#events.push(...toldOf(frame, this.#filter).map(toldText));
    this.#events.splice(0, this.#events.length - EVENTS_MAX);
  }

  /** Notes a line that was refused. */
  refuse(): void {
    this.#bad++;
  }

  /** Notes an alert. */
  alert(text: string): void {
    this.#alerts = [...this.#alerts, text].slice(-EVENTS_MAX);
  }

  /** The lines, not wider and, if a height is given, not more than that. */
  lines(
    view: StateView,
    paint: Paint,
    { width, height = Infinity }: {
      readonly width?: number;
      readonly height?: number;
    },
  ): string[] {
    const around = [
      ...this.#headLines(paint),
      "",
    ];
    const below = [
      ...queueLines(view, paint),
      ...this.#events.length === 0 ? [] : ["", paint.bold("Lately")],
      ...this.#events.map((text) =>
        `  ${
          recordText(text, Math.min(EVENT_BYTES_MAX, (width ?? Infinity) - 4))
        }`
      ),
      ...healthLines(view, paint),
      ...this.#alerts.map((text) => paint.red(`alert: ${recordText(text)}`)),
    ];
    const room = height - around.length - below.length - 2;
    const most = Math.max(1, Math.min(RESIDENTS_MAX, room));
    const all = [
      ...around,
      ...residentLines(view, paint, this.#filter.agent, most, width),
      ...below,
    ];
    return all.slice(0, height);
  }

  #headLines(paint: Paint): readonly string[] {
    const signed = this.#signedBy === null
      ? paint.yellow("signatures not looked at")
      : `signed by ${this.#signedBy}`;
    const ended = this.#ended === null
      ? []
      : [`ended: ${recordText(this.#ended)}`];
    const bad = [
      ...this.#bad === 0 ? [] : [`${count(this.#bad, "line")} refused`],
      ...this.#lost === 0 ? [] : [`${count(this.#lost, "frame")} missing`],
      ...this.#dropped === 0
        ? []
        : [`${count(this.#dropped, "event")} left out`],
    ].map((text) => paint.red(text));
    return [
      `${paint.bold(`Tick ${number(this.#tick)}`)}  ${
        [
          `stream ${this.#sid.slice(0, 8)}`,
          signed,
          `${count(this.#frames, "frame")}, ${number(this.#bytes)} bytes`,
          ...ended,
          ...bad,
        ].join("  ")
      }`,
    ];
  }
}

function residentLines(
  view: StateView,
  paint: Paint,
  agent: string | undefined,
  most: number,
  width: number | undefined,
): string[] {
  const all = Object.entries(view.state("agents") ?? {}).filter(([id]) =>
    agent === undefined || id === agent
  );
  if (all.length === 0) return [paint.dim("No resident is known")];
  const rows = all.slice(0, most).flatMap(([id, one]) =>
    isMembers(one) ? [residentRow(id, one, paint)] : []
  );
  const lines = table(
    [
      { heading: "resident" },
      { heading: "hunger" },
      { heading: "hygiene" },
      { heading: "energy" },
      { heading: "wallet", right: true, spare: 2 },
      { heading: "shift", spare: 1 },
      { heading: "doing", spare: 3 },
    ],
    rows,
    paint,
    width,
  );
  const more = all.length - rows.length;
  return more === 0 ? lines : [...lines, paint.dim(`and ${number(more)} more`)];
}

function residentRow(id: string, one: Members, paint: Paint): string[] {
  const needs = isMembers(one.needs) ? one.needs : {};
  const doing = isMembers(one.doing) ? one.doing : null;
  const last = isMembers(one.last) ? one.last : null;
  return [
    recordText(id),
    ...["hunger", "hygiene", "energy"].map((need) =>
      needCell(needs[need], paint)
    ),
    typeof one.wallet === "number" ? number(one.wallet, 2) : "–",
    textCell(one.shift),
    doing !== null
      ? `${textCell(doing.aff)} at ${textCell(doing.obj)}`
      : last === null
      ? "–"
      : paint.dim(textCell(last.kind)),
  ];
}

function needCell(value: unknown, paint: Paint): string {
  if (typeof value !== "number") return "–";
  const colour = value >= LOW
    ? paint.green
    : value >= LOW / 2
    ? paint.yellow
    : paint.red;
  return `${colour(bar(value, BAR))} ${value.toFixed(2)}`;
}

function textCell(value: unknown): string {
  return typeof value === "string" ? recordText(value) : "–";
}

/** Who waits for what. */
function queueLines(view: StateView, paint: Paint): string[] {
  const { objects } = Object(view.state("town"));
  const waiting = Object.entries(Object(objects)).flatMap(([id, object]) => {
    const { by, waiting }: Members = Object(object);
    if (!Array.isArray(waiting) || waiting.length === 0) return [];
    const holder = typeof by === "string" ? `${by} ← ` : "";
    return [`  ${recordText(`${id}: ${holder}${waiting.join(", ")}`)}`];
  });
  return waiting.length === 0 ? [] : ["", paint.bold("Queues"), ...waiting];
}

/** How the run and its transports are doing. */
function healthLines(view: StateView, paint: Paint): string[] {
  const health = view.state("health");
  if (health === undefined) return [];
  const { tick_ms, ticks_per_s, status }: Members = Object(health.loop);
  const { p95 }: Members = Object(tick_ms);
  const transports = Object.entries(Object(health.transports)).map(
    ([i, one]) => {
      const { type, state, lag_ticks, worker_alive }: Members = Object(one);
      const alive = worker_alive === false ? ", worker gone" : "";
      return `transport ${i} ${type} ${state}, ${lag_ticks} ticks behind${alive}`;
    },
  );
  const rate = typeof ticks_per_s === "number"
    ? [`${number(Math.round(ticks_per_s))} ticks/s`]
    : [];
  const slow = typeof p95 === "number" ? [`p95 ${number(p95, 2)} ms`] : [];
  const text = [`loop ${status}`, ...rate, ...slow, ...transports].join("  ");
  return ["", `${paint.bold("Health")}  ${recordText(text)}`];
}
