/**
 * A town and its collector, as on a server: verified TLS both ways, signed,
 * challenged, acknowledged; and whatever happens to the collector, it ends up
 * with all of it.
 */
import { assert, assertEquals } from "@std/assert";
import type { Frame } from "../../src/telemetry/reader/envelope.ts";
import { TelemetryReader } from "../../src/telemetry/reader/reader.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";
import { decodeKey } from "../../src/security/signing.ts";
import {
  ended,
  scratch,
  start,
  taskWords,
  townlet,
} from "../helpers/townlet.ts";

/** A port that nobody listens on. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Certificates and a key for signatures, made as people make them. */
async function makeKeys(folder: string): Promise<void> {
  for (
    const words of [
      ["dev-certs", "--out", `${folder}/tls`],
      ["keygen", "--out", `${folder}/tls/telemetry.key`],
    ]
  ) {
    const { code, err } = await townlet("telemetry", words);
    assertEquals([code, err], [0, ""]);
  }
}

/** The town for servers, which sends to a port, and into a file as well. */
function townFor(folder: string, port: number): string {
  const text = Deno.readTextFileSync("configs/production.yaml");
  const lines = text.split("\n");
  const at = lines.indexOf("  transport:");
  const end = lines.findIndex((line, i) => i > at && /^ {2}\w/.test(line));
  const transport = lines.slice(at + 1, end);
  const file = `${folder}/town.yaml`;
  Deno.writeTextFileSync(
    file,
    [
      ...lines.slice(0, at),
      "  retry: { base_ms: 50, max_ms: 200 }",
      "  transports:",
      `    -${transport[0].slice(3)}`,
      ...transport.slice(1).map((line) => `  ${line}`),
      "    - type: file",
      `      file_path: ${folder}/here.ndjson`,
      ...lines.slice(end),
    ].join("\n")
      .replace("localhost:9443", `localhost:${port}`)
      .replaceAll("../out/tls/", "tls/")
      .replace("city.manifest.yaml", "../../configs/city.manifest.yaml")
      .replaceAll(/^ {4}- {2,}type/gm, "    - type"),
  );
  return file;
}

/** Starts a collector that keeps what it gets in a folder. */
function collect(folder: string, port: number): Deno.ChildProcess {
  const words = [
    ...["--listen", `127.0.0.1:${port}`],
    ...["--cert", `${folder}/tls/server.pem`],
    ...["--key", `${folder}/tls/server.key`],
    ...["--client-ca", `${folder}/tls/ca.pem`],
    ...["--verify-key", `k1=${folder}/tls/telemetry.key`],
    ...["--require-signed", "--challenge"],
    ...["--state", `${folder}/collector.state`],
    ...["--out", `${folder}/recordings`],
  ];
  return start("telemetry:collect", words, {
    without: ["--allow-net"],
    flags: [`--allow-net=127.0.0.1:${port}`],
  });
}

/** Starts the town with exactly what `perms` says it needs. */
async function simulate(
  file: string,
  ...words: readonly string[]
): Promise<Deno.ChildProcess> {
  const perms = await townlet("perms", ["simulate", "--config", file]);
  assertEquals([perms.code, perms.err], [0, ""]);
  const [run, , ...rest] = taskWords("simulate", []);
  const program = rest.slice(rest.indexOf("cli/main.ts"));
  return new Deno.Command("deno", {
    args: [
      run,
      "--no-check",
      ...perms.out.trim().split(" "),
      ...program,
      ...["--config", file, "--quiet", ...words],
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** The frames of a recording, all of them checked. */
async function framesOf(folder: string, path: string): Promise<Frame[]> {
  const key = `${folder}/tls/telemetry.key`;
  const keys = new Map([["k1", decodeKey(Deno.readFileSync(key), key)]]);
  return await Array.fromAsync(
    new TelemetryReader(path, {
      keys,
      requireSigned: true,
      onFault: ({ verdict }) =>
        // A collector that was killed may have left a piece of a line.
        assertEquals(verdict.kind, "truncated", JSON.stringify(verdict)),
    }),
  );
}

/** The states frames add up to, health left out: each has its own. */
function statesOf(frames: readonly Frame[]): Record<string, unknown> {
  const view = new StateView();
  for (const frame of frames) view.apply(frame);
  return Object.fromEntries(
    view.channels.filter((name) => name !== "health").sort()
      .map((name) => [name, view.state(name)]),
  );
}

/** All events frames tell, in order. */
function eventsOf(frames: readonly Frame[]): readonly unknown[] {
  return frames.flatMap((frame) =>
    frame.kind === "event"
      ? frame.payload.map((event) => [frame.channel, frame.tick, event])
      : []
  );
}

/** Waits until something is so, for 20 s at most. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not in time: ${what}`);
}

/** Bytes of all files of a folder; 0 where there is none. */
function bytesIn(folder: string): number {
  try {
    return [...Deno.readDirSync(folder)].reduce(
      (sum, { name }) => sum + Deno.statSync(`${folder}/${name}`).size,
      0,
    );
  } catch {
    return 0;
  }
}

Deno.test("what a collector keeps is what the town told, however often it is killed", async () => {
  using folder = scratch();
  const path = folder.path.slice(folder.path.lastIndexOf("out/"));
  const port = freePort();
  await makeKeys(path);
  const file = townFor(path, port);
  const recordings = `${path}/recordings`;
  let collector = collect(path, port);
  const town = await simulate(file, "--ticks", "2400", "--realtime", "300");
  const over = town.output();
  let seed = 12;
  const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;
  for (let round = 0; round < 4; round++) {
    const before = bytesIn(recordings);
    await until(() => bytesIn(recordings) > before, "frames arrive");
    await new Promise((resolve) => setTimeout(resolve, 600 * random()));
    // At first it only stops for a while; later it is killed.
    if (round === 0) {
      collector.kill("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 700));
      collector.kill("SIGCONT");
      continue;
    }
    collector.kill("SIGKILL");
    await collector.output();
    await new Promise((resolve) => setTimeout(resolve, 500 * random()));
    collector = collect(path, port);
  }
  const { code, err } = ended(await over);
  assertEquals(code, 0, err);
  collector.kill("SIGINT");
  const last = ended(await collector.output());
  assertEquals(last.code, 130, last.err);

  const here = await framesOf(path, `${path}/here.ndjson`);
  const there = await framesOf(path, recordings);
  assertEquals(statesOf(there), statesOf(here));
  assertEquals(eventsOf(there), eventsOf(here));
  assert(eventsOf(here).length > 100);
  assert(there.filter(({ kind }) => kind === "hello").length >= 4);
  assertEquals(there.at(-1)?.kind, "bye");
  const verified = await townlet("telemetry", [
    ...["verify", recordings, "--require-signed"],
    ...["--verify-key", `k1=${path}/tls/telemetry.key`],
  ]);
  assertEquals(verified.code, 0, verified.out + verified.err);
});

Deno.test("a town that nobody listens to runs on, and says what was not delivered", async () => {
  using folder = scratch();
  const path = folder.path.slice(folder.path.lastIndexOf("out/"));
  await makeKeys(path);
  const file = townFor(path, freePort());
  const words = ["--ticks", "200", "--report", `${path}/report.json`];
  const lenient = ended(await (await simulate(file, ...words)).output());
  assertEquals(lenient.code, 0, lenient.err);
  const report = JSON.parse(Deno.readTextFileSync(`${path}/report.json`));
  assert(report.telemetry.undelivered > 0);
  const [tcp, here] = Object.values(report.telemetry.health.transports) as {
    readonly state: string;
    readonly last_error?: string;
    readonly queue_frames: number;
  }[];
  assertEquals(here.queue_frames, 0);
  assert(tcp.last_error?.startsWith("refused"), tcp.last_error);

  const strict = await simulate(file, ...words, "--telemetry-strict");
  const { code, err } = ended(await strict.output());
  assertEquals(code, 3, err);
  assert(err.includes("Telemetry was not delivered"), err);
});
