/** A worker that is ready, and throws when it gets its first batch. @module */
import type { ToWorker } from "../../../../src/telemetry/delivery/messages.ts";

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(answer: object): void;
};

scope.onmessage = ({ data }) => {
  if (data.kind === "batch" || "batches" in data && data.batches.length > 0) {
    throw new Error("out of order");
  }
  scope.postMessage({ kind: "ready", bytes: 0, notes: [] });
};
