/** What a way of training remembers beside what all of them do. @module */
import type { TrainRun } from "./run.ts";

/** Name of the file in the checkpoint. */
const FILE = "mode.json";

/** The file of a checkpoint that holds it; plain JSON. */
export function modeState(state: object): readonly [string, Uint8Array] {
  return [FILE, new TextEncoder().encode(`${JSON.stringify(state)}\n`)];
}

/** What the mode remembered in the checkpoint to go on from; null for nothing. */
export function rememberedState<State extends object>(
  { resumed }: TrainRun,
): State | null {
  const bytes = resumed?.others.get(FILE);
  // Its digest was checked: nobody but the same mode wrote it.
  return bytes === undefined
    ? null
    : JSON.parse(new TextDecoder().decode(bytes));
}
