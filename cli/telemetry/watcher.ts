/** Looks at what is read, line by line, and tells what is asked for. @module */
import { recordText } from "../../src/base/text.ts";
import type { Frame } from "../../src/telemetry/reader/envelope.ts";
import { lineError, placeOf } from "../../src/telemetry/reader/reader.ts";
import type { Read } from "../../src/telemetry/reader/recording.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";
import { jsonLine } from "../print/json.ts";
import { openLog } from "../print/log.ts";
import { openLinePrinter } from "../print/output.ts";
import { type Alert, AlertWatch } from "./alert.ts";
import { Board } from "./board.ts";
import { type Filter, toldOf, toldText } from "./filter.ts";

/** A place in a stream. */
export interface Since {
  /** Name of the stream. */
  readonly sid: string;
  /** Number of the last frame that was seen. */
  readonly seq: number;
}

/** What to look for, and how to tell it. */
export interface WatcherOptions extends Filter {
  /** What to watch for. */
  readonly alert: readonly Alert[];
  /** What was seen before. */
  readonly since: Since | undefined;
  /** What is printed as it comes, if anything. */
  readonly tells: "json" | "text" | null;
  /** Whether a line that is wrong is told, and not the end. */
  readonly goesOn: boolean;
  /** Whether the board is on a screen, where nothing else may be printed. */
  readonly onScreen: boolean;
}

/** Follows what is read. */
export class Watcher {
  /** What there is to show. */
  readonly board: Board;
  /** The states as they are. */
  readonly view = new StateView();
  readonly #options: WatcherOptions;
  readonly #alerts: readonly AlertWatch[];
  readonly #fired = new Set<string>();
  readonly #printer = openLinePrinter();
  readonly #log = openLog("warn");

  /** Begins before the first line. */
  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#alerts = options.alert.map((alert) => new AlertWatch(alert));
    this.board = new Board(options);
  }

  /** Whether an alert has come true. */
  get fired(): boolean {
    return this.#fired.size > 0;
  }

  /** Takes what was read; throws a TownletError for the end it may be. */
  take(read: Read): void {
    const { verdict, line } = read;
    switch (verdict.kind) {
      case "fault":
        // What follows a line that is wrong is wrong, too.
        return this.#refuse(
          read,
          verdict.message,
          verdict.fault !== "after_fault",
        );
      case "misfit":
        return this.#refuse(read, verdict.message, true);
      case "truncated":
        return this.#log.warn(`${placeOf(read)}: This line is cut off`);
      case "frame":
        return this.#show(verdict.frame, line.bytes.length + 1);
    }
  }

  /** Prints what is left. */
  flush(): void {
    this.#printer.flush();
  }

  #refuse(read: Read, message: string, isNew: boolean): void {
    const { goesOn, onScreen } = this.#options;
    if (!goesOn) throw lineError(read, message);
    this.board.refuse();
    if (!isNew || onScreen) return;
    this.#log.error(`${placeOf(read)}: This line ${message}`);
  }

  #show(frame: Frame, bytes: number): void {
    this.view.apply(frame);
    this.board.add(frame, bytes);
    if (isSeen(frame, this.#options.since)) return;
    this.#tell(frame);
    for (const alert of this.#alerts) this.#watch(alert, frame);
    if (this.#options.goesOn) this.flush();
  }

  #tell(frame: Frame): void {
    const { tells } = this.#options;
    if (tells === null) return;
    for (const told of toldOf(frame, this.#options)) {
      this.#printer.write(
        tells === "json" ? jsonLine(told) : recordText(toldText(told)),
      );
    }
  }

  /** Tells of an alert the first time it is true. */
  #watch(watch: AlertWatch, frame: Frame): void {
    const fired = watch.look(frame, this.view);
    if (fired === null || this.#fired.has(fired.alert)) return;
    const { alert, value, tick } = fired;
    this.#fired.add(alert);
    const text = `${alert} at tick ${tick}: it is ${value}`;
    this.board.alert(text);
    const { tells, onScreen } = this.#options;
    if (tells === "json") {
      this.#printer.write(jsonLine({ t: tick, alert, value }));
    } else if (!onScreen) this.#log.error(`alert: ${text}`);
  }
}

function isSeen(frame: Frame, since: Since | undefined): boolean {
  return since !== undefined && frame.sid === since.sid &&
    (frame.kind === "hello" || frame.seq <= since.seq);
}
