/**
 * A sandbox: a hook in a thread of its own, without permissions, asked and
 * answered through shared memory.
 *
 * @module
 */
import { escapeText } from "../base/text.ts";
import { HookFault } from "../world/hooks.ts";
import {
  addressOf,
  bootAddress,
  type BootData,
  CONTROL,
  END,
  HEAD_BYTES,
  hostAddress,
  MESSAGE_BYTES_MAX,
  REPLY,
} from "./hook_boot.ts";

/** How long a hook may take to load, in milliseconds. */
const LOAD_MS = 5000;

/** A hook that is loaded, until it is closed. */
export class Sandbox implements Disposable {
  /** Names the hook says it has, as it gave them. */
  readonly names: unknown;
  readonly #worker: Worker;
  readonly #control: Int32Array;
  readonly #bytes: Uint8Array;
  #closed = false;
  #late = false;

  private constructor(
    worker: Worker,
    memory: SharedArrayBuffer,
    names: unknown,
  ) {
    this.#worker = worker;
    this.#control = new Int32Array(memory, 0, 4);
    this.#bytes = new Uint8Array(memory, HEAD_BYTES, MESSAGE_BYTES_MAX);
    this.names = names;
  }

  /**
   * Loads a hook from its source.
   *
   * @throws {HookFault} when it cannot be loaded, or not in time
   */
  static async open(source: string): Promise<Sandbox> {
    const memory = new SharedArrayBuffer(HEAD_BYTES + MESSAGE_BYTES_MAX);
    const worker = new Worker(bootAddress(), {
      type: "module",
      name: "townlet-hook",
      deno: { permissions: "none" },
    });
    const control = new Int32Array(memory, 0, 4);
    try {
      const data = { memory, host: hostAddress(), source: addressOf(source) };
      const names = await load(worker, control, data);
      return new Sandbox(worker, memory, names);
    } catch (error) {
      end(worker, control);
      throw error;
    }
  }

  /**
   * Whether the hook was asked and has not answered yet. The runtime cannot
   * stop its thread then: it goes on until it answers, or the process ends.
   */
  get stuck(): boolean {
    const reply = Atomics.load(this.#control, CONTROL.reply);
    return this.#late && reply === REPLY.none;
  }

  /**
   * Asks the hook and waits for its answer, both JSON.
   *
   * @param timeoutMs how long to wait; after that it is not asked any more
   * @throws {HookFault} when it does not answer, throws, or says too much
   */
  ask(request: string, timeoutMs: number): string {
    if (this.#closed) throw new HookFault("H10", "it was ended before");
    const bytes = new TextEncoder().encode(request);
    if (bytes.length > MESSAGE_BYTES_MAX) {
      throw new HookFault(
        "H11",
        `it would be told ${bytes.length} bytes; ${MESSAGE_BYTES_MAX} is the most`,
      );
    }
    const control = this.#control;
    this.#bytes.set(bytes);
    Atomics.store(control, CONTROL.length, bytes.length);
    Atomics.store(control, CONTROL.reply, REPLY.none);
    if (Atomics.load(control, CONTROL.end) === END.none) {
      Atomics.add(control, CONTROL.request, 1);
      Atomics.notify(control, CONTROL.request);
      if (!waitForReply(control, timeoutMs)) {
        this.#late = true;
        this[Symbol.dispose]();
        throw new HookFault("H10", `it gave no answer in ${timeoutMs} ms`);
      }
    }
    try {
      return replyOf(control, this.#bytes);
    } catch (error) {
      if (!(error instanceof HookFault)) throw error;
      // What it threw may have any text.
      throw new HookFault(error.rule, escapeText(error.message));
    } finally {
      if (Atomics.load(control, CONTROL.end) === END.gone) {
        this[Symbol.dispose]();
      }
    }
  }

  /** Ends the thread, unless it is {@link Sandbox.stuck}. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    end(this.#worker, this.#control);
  }
}

/**
 * Ends both threads of a sandbox: the inner one waits for requests and leaves
 * when it is asked to, and the outer one follows it. Where the inner one does
 * not listen, the outer one is ended alone.
 */
function end(worker: Worker, control: Int32Array): void {
  const listens = Atomics.load(control, CONTROL.reply) !== REPLY.none &&
    Atomics.load(control, CONTROL.end) === END.none;
  Atomics.store(control, CONTROL.end, END.leave);
  Atomics.add(control, CONTROL.request, 1);
  Atomics.notify(control, CONTROL.request);
  if (!listens) worker.terminate();
}

/**
 * Loads the hook and gives its names, as it gave them.
 *
 * @throws {HookFault} when it cannot be loaded, or not in time
 */
async function load(
  worker: Worker,
  control: Int32Array,
  data: BootData,
): Promise<unknown> {
  // Unhandled, it would end this process; it may come long after.
  worker.onerror = (event) => {
    event.preventDefault();
    Atomics.store(control, CONTROL.end, END.gone);
    Atomics.compareExchange(
      control,
      CONTROL.reply,
      REPLY.none,
      REPLY.fault,
    );
    Atomics.notify(control, CONTROL.reply);
  };
  worker.postMessage(data);
  const reply = Atomics.waitAsync(control, CONTROL.reply, REPLY.none, LOAD_MS);
  if (await reply.value === "timed-out") {
    throw new HookFault("H8", `it did not load in ${LOAD_MS} ms`);
  }
  const bytes = new Uint8Array(data.memory, HEAD_BYTES, MESSAGE_BYTES_MAX);
  const names = replyOf(control, bytes);
  try {
    return JSON.parse(names);
  } catch {
    throw new HookFault("H8", "its names are no list of plain names");
  }
}

/**
 * What was replied.
 *
 * @throws {HookFault} for a fault, and for what is too long
 */
function replyOf(control: Int32Array, bytes: Uint8Array): string {
  const length = Atomics.load(control, CONTROL.length);
  const room = Math.min(MESSAGE_BYTES_MAX, Math.max(0, length));
  const said = new TextDecoder().decode(bytes.slice(0, room));
  switch (Atomics.load(control, CONTROL.reply)) {
    case REPLY.done:
      return said;
    case REPLY.tooLong:
      throw new HookFault(
        "H11",
        `its answer has more than ${MESSAGE_BYTES_MAX} bytes`,
      );
    default: {
      const [, rule, reason] = /^(H\d{1,2}) ([^]*)$/.exec(said) ??
        ["", "H9", "its thread ended"];
      throw new HookFault(rule, reason);
    }
  }
}

/** Waits for a reply; false when the time is over before. */
function waitForReply(control: Int32Array, timeoutMs: number): boolean {
  const end = performance.now() + timeoutMs;
  while (Atomics.load(control, CONTROL.reply) === REPLY.none) {
    const left = end - performance.now();
    if (left <= 0) return false;
    Atomics.wait(control, CONTROL.reply, REPLY.none, left);
  }
  return true;
}
