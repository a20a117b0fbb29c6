/** Tables of a recording: their columns, and their rows. @module */
import {
  CHANNEL_NAMES,
  type ChannelName,
} from "../../src/config/telemetry_settings.ts";
import { isStateChannel } from "../../src/telemetry/channels.ts";
import type { Frame, Members } from "../../src/telemetry/reader/envelope.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";
import { isMembers, leavesOf } from "./leaves.ts";

/** What the values of a column are; text holds all that is anything else. */
export type ColumnKind = "number" | "boolean" | "text";

/** A column: where its values come from, and what they are. */
export interface TableColumn {
  /** Its name: the keys from the top, by dots. */
  readonly name: string;
  /** What its values are. */
  readonly kind: ColumnKind;
}

/** A row: values by column; those that are not there are undefined. */
export type Row = Readonly<Record<string, unknown>>;

/** Channels whose members are residents, a row each. */
const KEYED: readonly string[] = ["agents", "rewards"];

/** Gives the rows of frames, in order. */
export class Rows {
  readonly #view = new StateView();

  /** The channel of a frame and its rows; null for what is no table. */
  take(frame: Frame): readonly [ChannelName, readonly Row[]] | null {
    this.#view.apply(frame);
    const { tick, kind } = frame;
    // Names of files are ours, whatever a recording says.
    const channel = CHANNEL_NAMES.find((name) => name === frame.channel);
    if (channel === undefined) return null;
    switch (kind) {
      case "event":
        return [
          channel,
          frame.payload.map((event) => eventRow(channel, tick, event)),
        ];
      case "key":
      case "patch": {
        const state = this.#view.state(channel);
        if (state === undefined || !isStateChannel(channel)) return null;
        if (!KEYED.includes(channel)) return [channel, [rowOf(tick, state)]];
        const rows = Object.entries(state).flatMap(([id, members]) =>
          isMembers(members) ? [{ ...rowOf(tick, members), id }] : []
        );
        return [channel, rows];
      }
      default:
        return null;
    }
  }
}

/** Learns the columns of a table from its rows. */
export class Columns {
  readonly #kinds = new Map<string, ColumnKind>();

  /** Learns from a row. */
  learn(row: Row): void {
    for (const [name, value] of Object.entries(row)) {
      const kind = kindOf(value);
      const before = this.#kinds.get(name) ?? kind;
      this.#kinds.set(name, kind === before ? kind : "text");
    }
  }

  /** All columns: tick, who or what, then the others as they were met. */
  get all(): readonly TableColumn[] {
    const first = ["t", "id", "e"].filter((name) => this.#kinds.has(name));
    const names = new Set([...first, ...this.#kinds.keys()]);
    return [...names].map((name) => ({
      name,
      kind: this.#kinds.get(name) ?? "text",
    }));
  }
}

/** A value as text: what is no text is JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function rowOf(tick: number, members: Members): Row {
  return { ...Object.fromEntries(leavesOf(members)), t: tick };
}

/** Records of a training have columns; other events are told as they are. */
function eventRow(channel: string, tick: number, event: Members): Row {
  if (channel === "training") return rowOf(tick, event);
  const { e, ...payload } = event;
  return {
    t: tick,
    ...e === undefined ? {} : { e: textOf(e) },
    payload: JSON.stringify(payload),
  };
}

function kindOf(value: unknown): ColumnKind {
  const type = typeof value;
  return type === "number" || type === "boolean" ? type : "text";
}
