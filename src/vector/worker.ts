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
import type { SavedWorld } from "./saved.ts";

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
  /** The worlds it goes on with, null to begin. */
  readonly saved: readonly SavedWorld[] | null;
}

/** What a worker answers: how its start went, and worlds to be saved. */
export type WorkerAnswer =
  | { readonly fault: string | null }
  | { readonly worlds: readonly SavedWorld[] };

/** The worker's side of a worker; the libraries of pages do not know it. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<WorkerStart>) => void;
  postMessage(answer: WorkerAnswer): void;
  close(): void;
};

scope.onmessage = ({ data }) => {
  const { config, manifest, shape, thread, buffers, saved } = data;
  const town = compileTown(config, manifest);
  const memory = vectorMemory(town, shape, buffers);
  const lane = openLane(() => new Lane(town, memory, shape, thread, saved));
  if (lane !== null) serve(lane, memory, thread);
  scope.close();
};

/** Opens a lane and tells how it went; null when it cannot be opened. */
function openLane(open: () => Lane): Lane | null {
  try {
    const lane = open();
    scope.postMessage({ fault: null });
    return lane;
  } catch (error) {
    scope.postMessage({ fault: messageOf(error) });
    return null;
  }
}

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
      if (what === ORDER.save) scope.postMessage({ worlds: lane.save() });
      else lane.run(what);
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
  const bytes = new TextEncoder().encode(messageOf(error));
  faults.set(bytes.subarray(0, FAULT_BYTES), thread * FAULT_BYTES);
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text || "unknown";
}
