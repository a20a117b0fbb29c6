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
  type Loaded,
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
  #stuck = false;

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
    try {
      const loaded = await load(worker, {
        memory,
        host: hostAddress(),
        source: addressOf(source),
      });
      if ("rule" in loaded) throw new HookFault(loaded.rule, loaded.reason);
      return new Sandbox(worker, memory, JSON.parse(loaded.names));
    } catch (error) {
      end(worker, new Int32Array(memory, 0, 4));
      throw error;
    }
  }

  /**
   * Whether the hook was asked and never answered. The runtime cannot stop its
   * thread then: it goes on until the process ends.
   */
  get stuck(): boolean {
    return this.#stuck;
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
        this.#stuck = true;
        this[Symbol.dispose]();
        throw new HookFault("H10", `it gave no answer in ${timeoutMs} ms`);
      }
    }
    const length = Math.min(
      MESSAGE_BYTES_MAX,
      Math.max(0, Atomics.load(control, CONTROL.length)),
    );
    const said = new TextDecoder().decode(this.#bytes.slice(0, length));
    switch (Atomics.load(control, CONTROL.reply)) {
      case REPLY.done:
        return said;
      case REPLY.tooLong:
        throw new HookFault(
          "H11",
          `its answer has more than ${MESSAGE_BYTES_MAX} bytes`,
        );
      default:
        if (Atomics.load(control, CONTROL.end) === END.gone) {
          this[Symbol.dispose]();
          throw new HookFault("H9", "its thread ended");
        }
        throw new HookFault("H9", `it threw: ${escapeText(said)}`);
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
 * Ends both threads of a sandbox. The outer one can be told to; the inner one
 * waits for requests, and leaves when it is asked to.
 */
function end(worker: Worker, control: Int32Array): void {
  Atomics.store(control, CONTROL.end, END.leave);
  Atomics.add(control, CONTROL.request, 1);
  Atomics.notify(control, CONTROL.request);
  worker.terminate();
}

/** Resolves with what the sandbox says of loading, in time or not. */
function load(worker: Worker, data: BootData): Promise<Loaded> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ rule: "H8", reason: `it did not load in ${LOAD_MS} ms` });
    }, LOAD_MS);
    const end = (loaded: Loaded) => {
      clearTimeout(timer);
      resolve(loaded);
    };
    worker.onmessage = ({ data }: MessageEvent<Loaded>) => end(data);
    // Unhandled, it would end this process; it may come long after.
    worker.onerror = (event) => {
      event.preventDefault();
      end({ rule: "H9", reason: event.message });
    };
    worker.postMessage(data);
  });
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
