/** Workers made of text, which have just the permissions given. @module */

/** What a worker made by {@link inWorker} says: a value, or the error's name. */
export type Said =
  | { readonly value: unknown }
  | { readonly error: string; readonly message: string };

/**
 * Runs the body of an async function in a web worker with these permissions,
 * and gives what it returns.
 */
export async function inWorker(
  permissions: "none" | Deno.PermissionOptionsObject,
  body: string,
): Promise<Said> {
  const worker = startWorker(
    permissions,
    `try {
      self.postMessage({ value: await (async () => { ${body} })() });
    } catch (error) {
      self.postMessage({ error: error.name, message: error.message });
    }`,
  );
  try {
    return await reply<Said>(worker);
  } finally {
    worker.terminate();
  }
}

/** Starts a web worker of this source, with these permissions. */
export function startWorker(
  permissions: "none" | Deno.PermissionOptionsObject,
  source: string,
): Worker {
  return new Worker(addressOf(source), {
    type: "module",
    deno: { permissions },
  });
}

/**
 * Starts a web worker without permissions that starts a worker of
 * `node:worker_threads` with limits to its memory. That one has `memory`, an
 * Int32Array over the buffer, and `say`, which posts here.
 */
export function startNested(
  source: string,
  buffer: SharedArrayBuffer,
  limits: Readonly<Record<string, number>> = {
    maxOldGenerationSizeMb: 64,
    maxYoungGenerationSizeMb: 16,
  },
): Worker {
  const inner = `import { parentPort, workerData } from "node:worker_threads";
    const memory = new Int32Array(workerData);
    const say = (what) => parentPort.postMessage(what);
    ${source}`;
  const worker = startWorker(
    "none",
    `import { Worker } from "node:worker_threads";
    self.onmessage = ({ data: { address, buffer, limits } }) => {
      const inner = new Worker(new URL(address), {
        workerData: buffer,
        env: {},
        resourceLimits: limits,
      });
      inner.on("message", (value) => self.postMessage(value));
      inner.on("error", ({ code }) => self.postMessage({ error: code }));
      inner.on("exit", (exit) => self.postMessage({ exit }));
    };`,
  );
  worker.postMessage({ address: addressOf(inner), buffer, limits });
  return worker;
}

/** The next message of a worker. Throws when it fails instead. */
export function reply<Value>(worker: Worker): Promise<Value> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  });
}

function addressOf(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
