/** A worker that is ready, and hangs for a while with its first batch. @module */
import type { ToWorker } from "../../../../src/telemetry/delivery/messages.ts";
import { statusOver, WORD } from "../../../../src/telemetry/delivery/status.ts";

/** How long it hangs, in milliseconds. */
const HANGS_MS = 3000;

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(answer: object): void;
};

scope.onmessage = ({ data }) => {
  if (data.kind === "start") {
    const { words } = statusOver(data.status);
    Atomics.add(words, WORD.heartbeat, 1);
    scope.postMessage({ kind: "ready", bytes: 0, notes: [] });
  } else if (data.kind === "batch") {
    for (const end = performance.now() + HANGS_MS; performance.now() < end;);
  }
};
