/**
 * Alerts: `agents.ana.needs.hunger<0.2`, `events.queue.conflict>5`.
 *
 * A path leads from a channel down to a number, places in lists included;
 * `events` counts what happened in the last 100 ticks. What is not there is
 * no alert.
 * @module
 */
import { text } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";
import { CHANNEL_NAMES } from "../../src/config/telemetry_settings.ts";
import type { Frame } from "../../src/telemetry/reader/envelope.ts";
import type { StateView } from "../../src/telemetry/reader/state_view.ts";

/** How two numbers are compared. */
const COMPARE = {
  ">=": (a: number, b: number) => a >= b,
  "<=": (a: number, b: number) => a <= b,
  "==": (a: number, b: number) => a === b,
  "!=": (a: number, b: number) => a !== b,
  ">": (a: number, b: number) => a > b,
  "<": (a: number, b: number) => a < b,
} as const;

type Operator = keyof typeof COMPARE;

/** The operators, longer ones first. */
const OPERATORS = Object.keys(COMPARE) as readonly Operator[];

/** What is watched for. */
export interface Alert {
  /** The whole expression. */
  readonly text: string;
  /** Channel. */
  readonly channel: string;
  /** What follows the channel, by dots. */
  readonly path: string;
  /** How to compare. */
  readonly operator: Operator;
  /** What to compare with. */
  readonly number: number;
}

/** Ticks in which events are counted. */
const WINDOW = 100;

/** `--alert EXPR`. */
export const alertExpression: ValueParser<"sync", Alert> = {
  mode: "sync",
  metavar: "EXPR",
  placeholder: {
    text: "",
    channel: "",
    path: "",
    operator: ">",
    number: 0,
  },
  parse(input) {
    const alert = alertOf(input);
    if (alert !== null && isChannel(alert.channel)) {
      return { success: true, value: alert };
    }
    const fault = alert === null
      ? `is no alert, such as events.queue.conflict>5; operators are ${
        OPERATORS.join(" ")
      }`
      : `begins with no channel: ${CHANNEL_NAMES.join(", ")}`;
    return { success: false, error: [text(`${input} ${fault}`)] };
  },
  format: (alert) => alert.text,
};

/** An alert on what nobody tells would never come true, and nobody know. */
function isChannel(name: string): boolean {
  return CHANNEL_NAMES.some((channel) => channel === name);
}

/** Reads an expression; null for what is none. */
export function alertOf(input: string): Alert | null {
  const at = [...input].findIndex((char) => "<>=!".includes(char));
  const rest = input.slice(at);
  const operator = OPERATORS.find((one) => rest.startsWith(one));
  const left = input.slice(0, at).trim();
  const dot = left.indexOf(".");
  if (at < 0 || operator === undefined || dot < 1) return null;
  const digits = rest.slice(operator.length).trim();
  const number = digits === "" ? NaN : Number(digits);
  const path = left.slice(dot + 1);
  if (!Number.isFinite(number) || path === "") return null;
  return { text: input, channel: left.slice(0, dot), path, operator, number };
}

/** An alert that has come true. */
export interface Fired {
  /** The expression. */
  readonly alert: string;
  /** The number that it found. */
  readonly value: number;
  /** Tick of the frame. */
  readonly tick: number;
}

/** Watches for one alert. */
export class AlertWatch {
  readonly #alert: Alert;
  /** Events of the window: ticks, and how many. */
  #counts: [number, number][] = [];
  #sid = "";
  /** Tick of the first frame. */
  #since = 0;

  /** Watches for an alert from the next frame on. */
  constructor(alert: Alert) {
    this.#alert = alert;
  }

  /** Looks at a frame, after `view` took it; gives the alert if it is true. */
  look(frame: Frame, view: StateView): Fired | null {
    const value = this.#valueOf(frame, view);
    const { text, operator, number } = this.#alert;
    if (value === undefined || !COMPARE[operator](value, number)) return null;
    return { alert: text, value, tick: frame.tick };
  }

  #valueOf(frame: Frame, view: StateView): number | undefined {
    const { channel, path } = this.#alert;
    if (channel === "events") return this.#count(frame);
    if (frame.channel !== channel) return undefined;
    if (frame.kind === "event") {
      const values = frame.payload.map((element) => numberAt(element, path));
      return values.findLast((value) => value !== undefined);
    }
    return numberAt(view.state(channel), path);
  }

  /** Events of that name in the window, or undefined: nobody knows yet. */
  #count(frame: Frame): number | undefined {
    const { path, operator } = this.#alert;
    const { sid, tick } = frame;
    if (sid !== this.#sid) {
      [this.#sid, this.#counts, this.#since] = [sid, [], tick];
    }
    this.#counts = this.#counts.filter(([at]) => at > tick - WINDOW);
    if (frame.channel === "events" && frame.kind === "event") {
      const found = frame.payload.filter(({ e }) => e === path).length;
      if (found > 0) this.#counts.push([tick, found]);
    }
    // That there are few can be told only after a whole window.
    const whole = tick - this.#since >= WINDOW || operator.startsWith(">");
    return whole ? this.#counts.reduce((sum, [, n]) => sum + n, 0) : undefined;
  }
}

/** The number at the end of a path of keys; keys may hold dots themselves. */
function numberAt(value: unknown, path: string): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const own = (key: string): unknown =>
    Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  const found = own(path);
  if (typeof found === "number") return found;
  for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1)) {
    const inner = numberAt(own(path.slice(0, dot)), path.slice(dot + 1));
    if (inner !== undefined) return inner;
  }
  return undefined;
}
