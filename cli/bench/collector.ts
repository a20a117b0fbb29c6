/** Measures telemetry over TLS to a collector on this machine. @module */
import { join } from "node:path";
import { TownletError } from "../../src/base/error.ts";
import { configFrom } from "../../src/config/load.ts";
import type { Connection } from "../../src/security/connection.ts";
import { checkNet } from "../../src/security/plain.ts";
import { listenTls } from "../../src/security/tls_server.ts";
import { Simulation } from "../../src/simulation.ts";
import { Telemetry } from "../../src/telemetry/telemetry.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import { drive } from "../drive.ts";
import { writeDevCerts } from "../telemetry/dev_certs.ts";
import { benchConfig } from "./town.ts";

/** Where the collector listens. */
export const COLLECTOR = { host: "127.0.0.1", port: 9443 } as const;

/** What was measured with a collector. */
export interface CollectorRow {
  /** Residents at the start. */
  readonly agents: number;
  /** Ticks a second without telemetry, the best of all rounds. */
  readonly ticks_per_second_without: number;
  /** The same while a collector is connected that never reads. */
  readonly ticks_per_second_unread: number;
  /** Share of the second in the first. */
  readonly share_unread: number;
  /** Most bytes that waited for that collector. */
  readonly queue_bytes_peak: number;
  /** Frames a second that a collector received which reads all. */
  readonly frames_per_second: number;
  /** Bytes of them a second. */
  readonly bytes_per_second: number;
}

/** Residents × ticks of a round. */
const ROUND = 400_000;
/** Ticks before anything is measured: a day, and the queue is full. */
const WARM_UP_TICKS = 1440;
/** Milliseconds the connection may take. */
const CONNECT_MS = 10_000;
const DAY_MS = 86_400_000;

/** Refuses, before anything is measured, where it may not listen. */
export function checkCollector(): void {
  checkNet("listen", COLLECTOR.host, COLLECTOR.port);
}

/** Measures a town of so many residents. */
export async function measureCollector(
  agents: number,
  rounds: number,
): Promise<CollectorRow> {
  Deno.mkdirSync("out", { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: "out", prefix: "bench-" });
  try {
    const until = new Date(Date.now() + DAY_MS);
    await writeDevCerts(folder, [COLLECTOR.host], until);
    const unread = await measureUnread(agents, rounds, folder);
    return { agents, ...unread, ...await measureRead(agents, folder) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The rate of ticks with a collector that never reads, and without any. */
async function measureUnread(agents: number, rounds: number, folder: string) {
  // Whoever does not listen to a connection reads nothing of it.
  await using server = await openCollector(folder, () => {});
  const plain = openSimulation(agents, null);
  const told = openSimulation(agents, folder);
  await using telemetry = await openTelemetry(told, folder);
  await server.connected;
  const ticks = Math.ceil(ROUND / agents);
  const tellTick = () => tick(told, telemetry);
  await run(() => void plain.step(), WARM_UP_TICKS);
  await run(tellTick, WARM_UP_TICKS);
  const rates = { plain: [] as number[], told: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    rates.plain.push(await run(() => void plain.step(), ticks));
    rates.told.push(await run(tellTick, ticks));
  }
  const without = Math.max(...rates.plain);
  const unread = Math.max(...rates.told);
  const [transport] = Object.values(telemetry.health().transports);
  return {
    ticks_per_second_without: without,
    ticks_per_second_unread: unread,
    share_unread: unread / without,
    queue_bytes_peak: transport.queue_bytes_peak,
  };
}

/** Frames and bytes a second that a collector receives. */
async function measureRead(agents: number, folder: string) {
  let frames = 0;
  let bytes = 0;
  await using server = await openCollector(folder, (connection) => {
    connection.listen((piece) => {
      bytes += piece.length;
      for (let i = 0; i < piece.length; i++) if (piece[i] === 0x0a) frames++;
    });
  });
  const simulation = openSimulation(agents, folder);
  await using telemetry = await openTelemetry(simulation, folder);
  await server.connected;
  const start = performance.now();
  await run(
    () => tick(simulation, telemetry),
    Math.ceil(ROUND / agents),
  );
  await telemetry.close("complete");
  const seconds = (performance.now() - start) / 1000;
  return {
    frames_per_second: frames / seconds,
    bytes_per_second: bytes / seconds,
  };
}

function tick(simulation: Simulation, telemetry: Telemetry): void {
  simulation.step();
  telemetry.tick(0);
}

/** Runs ticks as `simulate` does; gives how many a second. */
async function run(step: () => void, ticks: number): Promise<number> {
  const start = performance.now();
  const { signal } = new AbortController();
  await drive(step, { ticks, realtime: null, asked: signal, pause: () => {} });
  return ticks / (performance.now() - start) * 1000;
}

/** A town that tells nobody, or the collector whose authority is in `folder`. */
function openSimulation(agents: number, folder: string | null): Simulation {
  const endpoint = `${COLLECTOR.host}:${COLLECTOR.port}`;
  const tls = { ca_file: "ca.pem" };
  const telemetry = folder === null
    ? {}
    : { transport: { type: "tcp", endpoint, tls } };
  const config = { ...Object(benchConfig(agents)), telemetry };
  return new Simulation(compileTown(configFrom(config, "benchmark")), {
    seed: 1,
  });
}

async function openTelemetry(
  simulation: Simulation,
  folder: string,
): Promise<Telemetry> {
  const telemetry = await Telemetry.open(simulation, {
    file: join(folder, "benchmark.yaml"),
    app: "benchmark",
  });
  telemetry.begin();
  return telemetry;
}

/** A collector; `connected` is settled when somebody came in. */
async function openCollector(
  folder: string,
  onConnection: (connection: Connection) => void,
): Promise<AsyncDisposable & { readonly connected: Promise<void> }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => {
    reject(
      new TownletError("Nobody connected to the collector", {
        code: "bench.collector",
        hint: `Is ${COLLECTOR.host}:${COLLECTOR.port} free?`,
      }),
    );
  }, CONNECT_MS);
  const server = await listenTls({
    ...COLLECTOR,
    cert: Deno.readTextFileSync(join(folder, "server.pem")),
    key: Deno.readTextFileSync(join(folder, "server.key")),
    clientCa: undefined,
    handshakeTimeoutMs: CONNECT_MS,
    connectionsMax: 4,
  }, {
    onConnection(connection) {
      clearTimeout(late);
      onConnection(connection);
      resolve();
    },
    onRefused: () => {},
  });
  return {
    connected: promise,
    async [Symbol.asyncDispose]() {
      clearTimeout(late);
      await server.close();
    },
  };
}
