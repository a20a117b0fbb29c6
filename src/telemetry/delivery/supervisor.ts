/**
 * Supervisor: the worker that writes, and another one when it fails.
 *
 * A worker that shows no sign of life is left to itself: the runtime cannot
 * stop a thread that does not listen. It has been told to write nothing more,
 * and its status is read by nobody.
 * @module
 */
import { escapeText } from "../../base/text.ts";
import { EXIT, TownletError } from "../../base/error.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";
import {
  newStatus,
  readText,
  setWord,
  type Status,
  succeed,
  WORD,
  word,
} from "./status.ts";

/** How workers are started, and how long they are borne with. */
export interface SupervisorOptions {
  /** Starts a thread. */
  readonly openWorker: () => Worker;
  /** What a new one is told, but for its memory. */
  readonly start: () => Omit<WorkerStart, "status" | "isFirst">;
  /** Workers after the first. */
  readonly restartLimit: number;
  /** Milliseconds without a sign of life that count as a stall. */
  readonly stallMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

/** What a worker said when it was ready. */
export type Ready = Extract<FromWorker, { readonly kind: "ready" }>;

/** Milliseconds a worker has to say that it is ready. */
const READY_MS = 30_000;

/** Milliseconds a worker has for its first sign of life. */
const START_MS = 10_000;

/** Milliseconds a silent worker is given before it is called stalled. */
const LAST_CHANCE_MS = 500;

/** Characters of an error that are kept. */
const ERROR_LENGTH_MAX = 200;

/** A worker, and the ones after it. */
export class Supervisor {
  /** Workers after the first. */
  restarts = 0;
  /** Why the last one failed, or "". */
  error = "";
  /** Whether no worker is left. */
  failed = false;
  readonly #options: SupervisorOptions;
  #worker: Worker | null = null;
  #status: Status = newStatus();
  /** The heartbeat that was seen last, and when. */
  #beat = 0;
  #beatAt = 0;
  /** What the thread threw outside of everything. */
  #crash = "";

  /** Nothing is started yet. */
  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** What the worker says of itself. */
  get status(): Status {
    return this.#status;
  }

  /**
   * Starts the first worker, and waits until it is ready.
   *
   * @throws {TownletError} when it cannot start
   */
  async start(): Promise<Ready> {
    const { promise, resolve } = Promise.withResolvers<FromWorker>();
    const worker = this.#open(true);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => resolve(data);
    const onCrash = (message: string) =>
      resolve({
        kind: "refused",
        message: `The worker of telemetry cannot start: ${message}`,
        code: "telemetry.worker",
        hint: "Grant read permission for this package's files",
        exit: EXIT.failed,
      });
    worker.onerror = (event) => {
      event.preventDefault();
      onCrash(event.message);
    };
    const timer = setTimeout(() => onCrash("it takes too long"), READY_MS);
    const answer = await promise;
    clearTimeout(timer);
    if (answer.kind === "ready") {
      this.#listen(worker);
      return answer;
    }
    this.end();
    const { message, ...rest } = answer;
    throw new TownletError(message, rest);
  }

  /** Tells the worker something. */
  post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  /** Whether the worker shows signs of life. */
  get isAlive(): boolean {
    return !this.failed && this.#crash === "" &&
      word(this.#status, "ended") === 0 && !this.#isSilent;
  }

  /** What is wrong with the worker, or null; takes note of its heartbeat. */
  fault(): string | null {
    if (this.failed) return null;
    if (this.#crash !== "") return this.#crash;
    if (word(this.#status, "ended") !== 0) {
      return readText(this.#status, "error") || "it ended";
    }
    this.#note();
    if (!this.#isSilent) return null;
    // Where everything stood still, this thread may be the first to go on.
    Atomics.wait(
      this.#status.words,
      WORD.heartbeat,
      this.#beat,
      LAST_CHANCE_MS,
    );
    this.#note();
    return this.#isSilent
      ? `no sign of life for ${this.#options.stallMs} ms`
      : null;
  }

  /** Gives the worker up, and starts another one if there may be one. */
  replace(fault: string): void {
    this.error = escapeText(fault).slice(0, ERROR_LENGTH_MAX);
    setWord(this.#status, "leave", 1);
    this.#worker?.terminate();
    this.#worker = null;
    if (this.restarts >= this.#options.restartLimit) {
      this.failed = true;
      return;
    }
    this.restarts++;
    this.#status = succeed(this.#status);
    this.#listen(this.#open(false));
  }

  /** Ends the thread at once. */
  end(): void {
    setWord(this.#status, "leave", 1);
    this.#worker?.terminate();
    this.#worker = null;
  }

  #open(isFirst: boolean): Worker {
    const { openWorker, start, clock } = this.#options;
    const worker = openWorker();
    this.#worker = worker;
    this.#crash = "";
    this.#beat = 0;
    this.#beatAt = clock();
    worker.postMessage({
      ...start(),
      status: this.#status.buffer,
      isFirst,
    });
    return worker;
  }

  /** Takes note of what a thread throws outside of everything. */
  #listen(worker: Worker): void {
    worker.onmessage = null;
    // Unhandled, it would end this process.
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#crash = event.message || "it ended";
    };
  }

  #note(): void {
    const beat = word(this.#status, "heartbeat");
    if (beat === this.#beat) return;
    this.#beat = beat;
    this.#beatAt = this.#options.clock();
  }

  get #isSilent(): boolean {
    const { clock, stallMs } = this.#options;
    const patience = this.#beat === 0 ? Math.max(START_MS, stallMs) : stallMs;
    return clock() - this.#beatAt > patience;
  }
}
