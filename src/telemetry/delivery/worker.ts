/**
 * What a worker that writes runs: it reads its key and its certificates, says
 * whether it can start, and then writes what it is handed.
 *
 * @module
 */
import { TownletError } from "../../base/error.ts";
import { pathFrom } from "../../security/paths.ts";
import { readKey } from "../../security/key_files.ts";
import { deriveSessionKey } from "../../security/signing.ts";
import { Flusher } from "./flusher.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";
import { MetricsWriter } from "./metrics_writer.ts";
import { ownCheck } from "./own_check.ts";
import { signingKey } from "./permissions.ts";
import { checkMetrics, writeMetrics } from "./sinks/metrics_sink.ts";
import { openSink } from "./sinks/open_sink.ts";
import { setFault, setWord, type Status, statusOver, WORD } from "./status.ts";

/** Milliseconds between signs of life. */
const HEARTBEAT_MS = 100;

/** Milliseconds without a frame after which a beat is written. */
const BEAT_MS = 5000;

/** Milliseconds between two acknowledgements at most, as receivers promise. */
const ACK_MS = 1000;

/** The worker's side of a worker; the libraries of pages do not know it. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<ToWorker>) => void;
  onerror: (event: ErrorEvent) => void;
  onunhandledrejection: (event: PromiseRejectionEvent) => void;
  postMessage(answer: FromWorker): void;
  close(): void;
};

/** What writes, once it could start; null when it could not. */
let writer: Promise<Flusher | MetricsWriter | null>;

scope.onmessage = async ({ data }) => {
  if (data.kind === "start") {
    writer = start(data);
    return;
  }
  const one = await writer;
  if (data.kind === "stop") one?.stop(data.end);
  else if (data.kind === "batch" && one instanceof Flusher) {
    one.accept(data.batch);
  } else if (data.kind === "metrics" && one instanceof MetricsWriter) {
    one.accept(data.id, data.text);
  }
};

/** Starts to write, and says so; or says why not. */
async function start(
  start: WorkerStart,
): Promise<Flusher | MetricsWriter | null> {
  const status = statusOver(start.status);
  const end = (error: unknown) => {
    setFault(status, error);
    setWord(status, "ended", 1);
    scope.close();
  };
  scope.onerror = (event) => {
    event.preventDefault();
    end(event.error);
  };
  scope.onunhandledrejection = (event) => {
    event.preventDefault();
    end(event.reason);
  };
  // It tells that the event loop turns, whatever is being waited for.
  beat(status);
  setInterval(() => beat(status), HEARTBEAT_MS);
  try {
    const { opened, bytes, notes } = await open(start, status);
    scope.postMessage({ kind: "ready", bytes, notes });
    opened.run().then(() => scope.close(), end);
    return opened;
  } catch (error) {
    scope.postMessage(refusal(error));
    end(error);
    return null;
  }
}

function beat({ words }: Status): void {
  Atomics.add(words, WORD.heartbeat, 1);
  Atomics.notify(words, WORD.heartbeat);
}

/** What is told of why a worker could not start. */
function refusal(error: unknown): FromWorker {
  const told = error instanceof TownletError
    ? error
    : new TownletError(`Telemetry cannot start: ${error}`, {
      code: "telemetry.worker",
    });
  const { message, code, where, hint, exit } = told;
  return { kind: "refused", message, code, where, hint, exit };
}

async function open(
  start: WorkerStart,
  status: Status,
): Promise<{
  readonly opened: Flusher | MetricsWriter;
  readonly bytes: number;
  readonly notes: readonly string[];
}> {
  const { transport, settings, file, isFirst } = start;
  const notes: string[] = [];
  if (transport.type === "prometheus") {
    const { file_path } = transport;
    await checkMetrics(file_path);
    const write = (text: string) => writeMetrics(file_path, text);
    return { opened: new MetricsWriter(status, write), bytes: 0, notes };
  }
  const { deterministic, retry } = settings;
  const onNote = (text: string) => notes.push(text);
  const { sink, bytes } = await openSink(transport, {
    file,
    anew: deterministic && isFirst,
    // A worker before this one may not have let go of it yet.
    alone: isFirst,
    allowLoose: settings.allow_loose_key_mode,
    onNote,
  });
  const sendMs = "send_timeout_ms" in transport ? transport.send_timeout_ms : 0;
  const opened = new Flusher(sink, status, {
    sid: start.sid,
    about: start.about,
    plaintext: transport.type === "tcp" && !transport.tls.enabled,
    startTick: start.startTick,
    deterministic,
    // A file that was not written at once is not the same any more.
    retry: deterministic ? { ...retry, give_up_after: 1 } : retry,
    checked: ownCheck(settings, status),
    signer: await signerOf(start, onNote),
    ackMs: ACK_MS + 2 * sendMs,
    beatMs: BEAT_MS,
  }, start.batches);
  return { opened, bytes, notes };
}

/** The key of the stream; the key behind it is overwritten. */
async function signerOf(
  { settings, sid, file, key }: WorkerStart,
  onNote: (text: string) => void,
): Promise<{ readonly session: Uint8Array; readonly kid: string } | null> {
  const signing = signingKey(settings);
  if (signing === null) return null;
  const bytes = key ?? await readKey(pathFrom(file, signing.file ?? ""), {
    what: `key ${signing.id}`,
    allowLoose: settings.allow_loose_key_mode,
    onLoose: () => onNote(`the key ${signing.id} is open to others (rule S2)`),
  });
  const session = deriveSessionKey(bytes, sid);
  bytes.fill(0);
  return { session, kid: signing.id };
}
