/**
 * What a worker of a vector runs: it opens its lane, and then waits for orders
 * in shared memory until it is told to end.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { Manifest } from "../config/manifest.ts";
import { compileTown } from "../world/compile/town.ts";
import { Lane } from "./lane.ts";
import {
  CONTROL,
  FAULT_BYTES,
  ORDER,
  type VectorBuffers,
  type VectorMemory,
  vectorMemory,
  type VectorShape,
  waitWhile,
} from "./memory.ts";

/** What a worker is told at its start. */
export interface WorkerStart {
  /** Configuration of the town. */
  readonly config: Config;
  /** Its affordances. */
  readonly manifest: Manifest;
  /** What the vector is like. */
  readonly shape: VectorShape;
  /** Which of its threads this is. */
  readonly thread: number;
  /** Its memory. */
  readonly buffers: VectorBuffers;
}

/** The worker's side of a worker; the libraries of pages do not know it. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<WorkerStart>) => void;
  postMessage(answer: "ready"): void;
  close(): void;
};

scope.onmessage = ({ data }) => {
  const { config, manifest, shape, thread, buffers } = data;
  const town = compileTown(config, manifest);
  const memory = vectorMemory(town, shape, buffers);
  const lane = new Lane(town, memory, shape, thread);
  scope.postMessage("ready");
  serve(lane, memory, thread);
  scope.close();
};

/** Does one order after the other, until the last. */
function serve(lane: Lane, memory: VectorMemory, thread: number): void {
  const { control } = memory;
  for (let seen = 0;; seen = (seen + 1) | 0) {
    // Somebody may be woken by what was meant for the order before.
    while (Atomics.load(control, CONTROL.order) === seen) {
      waitWhile(control, CONTROL.order, seen);
    }
    const what = Atomics.load(control, CONTROL.what);
    if (what === ORDER.close) return;
    try {
      lane.run(what);
    } catch (error) {
      writeFault(memory, thread, error);
    }
    Atomics.add(control, CONTROL.done, 1);
    Atomics.notify(control, CONTROL.done);
  }
}

function writeFault(
  { faults }: VectorMemory,
  thread: number,
  error: unknown,
): void {
  const text = error instanceof Error ? error.message : String(error);
  const bytes = new TextEncoder().encode(text || "unknown");
  faults.set(bytes.subarray(0, FAULT_BYTES), thread * FAULT_BYTES);
}
