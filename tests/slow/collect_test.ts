/** The collector as a process, and a client of another make. @module */
import { assert, assertEquals } from "@std/assert";
import { writeDevCerts } from "../../cli/telemetry/dev_certs.ts";
import { KEY, SID, Writer } from "../helpers/recording.ts";
import { inScratch } from "../helpers/scratch.ts";
import { start, taskWords } from "../helpers/townlet.ts";

/** A port that nobody listens on just now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A process and what it prints. */
interface Running {
  readonly child: Deno.ChildProcess;
  /** Waits until it has printed something to either stream. */
  until(text: string): Promise<void>;
  /** Everything it printed to its standard output. */
  out(): string;
  /** Everything it printed to its standard error. */
  err(): string;
  /** Waits for its end, and gives the exit code. */
  ended(): Promise<number>;
}

function watch(child: Deno.ChildProcess): Running {
  const texts = { stdout: "", stderr: "" };
  const read = async (name: "stdout" | "stderr") => {
    const decoder = new TextDecoder();
    for await (const piece of child[name]) texts[name] += decoder.decode(piece);
  };
  const reading = Promise.all([read("stdout"), read("stderr")]);
  return {
    child,
    async until(text) {
      const said = () => `${texts.stdout}${texts.stderr}`;
      for (let i = 0; !said().includes(text); i++) {
        assert(i < 2000, `it does not say ${text}, but ${said()}`);
        await new Promise((done) => setTimeout(done, 10));
      }
    },
    out: () => texts.stdout,
    err: () => texts.stderr,
    async ended() {
      await reading;
      return (await child.status).code;
    },
  };
}

/** Starts a program whose files have a mebibyte at most. */
function startWithSmallFiles(words: readonly string[]): Deno.ChildProcess {
  const limit = `import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
os.execvp("deno", sys.argv[1:])`;
  return new Deno.Command("python3", {
    args: ["-c", limit, "deno", ...words],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Starts a collector in a folder, and waits until it listens. */
async function startCollector(
  folder: string,
  port: number,
  words: readonly string[] = [],
  hasSmallFiles = false,
): Promise<Running> {
  const until = new Date(Date.now() + 86_400_000);
  await writeDevCerts(`${folder}/tls`, ["127.0.0.1"], until);
  await Deno.writeFile(`${folder}/town.key`, KEY.bytes, { mode: 0o600 });
  const all = [
    ...["--listen", `127.0.0.1:${port}`, "--out", `${folder}/kept`],
    ...["--cert", `${folder}/tls/server.pem`],
    ...["--key", `${folder}/tls/server.key`],
    ...["--verify-key", `${KEY.id}=${folder}/town.key`],
    ...words,
  ];
  const granted = {
    without: ["--allow-net"],
    flags: [`--allow-net=127.0.0.1:${port}`],
  };
  const collector = watch(
    hasSmallFiles
      ? startWithSmallFiles(taskWords("telemetry:collect", all, granted))
      : start("telemetry:collect", all, granted),
  );
  await collector.until("listening on");
  return collector;
}

/** Starts a client by openssl. */
function startClient(folder: string, port: number): Running {
  return watch(
    new Deno.Command("openssl", {
      args: [
        ...["s_client", "-quiet", "-connect", `127.0.0.1:${port}`],
        ...["-CAfile", `${folder}/tls/ca.pem`, "-verify_return_error"],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

Deno.test("collect keeps what a client by openssl sends, and ends on Ctrl-C with a summary", async () => {
  await inScratch(async (folder) => {
    const port = freePort();
    const collector = await startCollector(folder, port, ["--json"]);
    const client = startClient(folder, port);
    const made = new Writer();
    made.hello(0, { ts: Date.now() });
    made.events("events", [{ e: "test" }], 1);
    made.meta("bye", { t: 9, ts: Date.now(), d: { reason: "complete" } });
    const stdin = client.child.stdin.getWriter();
    await stdin.write(new TextEncoder().encode(made.text()));
    await client.until('{"v":1,"ack":1}');
    collector.child.kill("SIGINT");
    assertEquals(await collector.ended(), 130);
    await stdin.abort().catch(() => {});
    await client.ended();
    assertEquals(
      await Deno.readTextFile(`${folder}/kept/${SID}.0.ndjson`),
      made.text(),
    );
    assertEquals(JSON.parse(collector.out()), {
      format: "townlet.collect",
      version: 1,
      folder: `${folder}/kept`,
      connections: 1,
      frames: 3,
      duplicates: 0,
      bytes: made.text().length,
      refused: {},
    });
    assert(collector.err().includes("bye: complete"), collector.err());
  });
});

Deno.test("collect says what cannot be kept, and acknowledges none of it", async () => {
  await inScratch(async (folder) => {
    const port = freePort();
    const collector = await startCollector(folder, port, ["--json"], true);
    const client = startClient(folder, port);
    const made = new Writer();
    made.hello(0, { ts: Date.now() });
    made.events("events", [{ e: "test" }], 1);
    const stdin = client.child.stdin.getWriter();
    await stdin.write(new TextEncoder().encode(made.text()));
    await client.until('{"v":1,"ack":0}');
    const before = made.text().length;
    const fill = "x".repeat(700_000);
    made.events("events", [{ e: "test", fill }], 2);
    made.events("events", [{ e: "test", fill }], 3);
    const more = made.text().slice(before);
    await stdin.write(new TextEncoder().encode(more)).catch(() => {});
    await collector.until("cannot be kept: File too large");
    await stdin.abort().catch(() => {});
    await client.ended();
    assert(!client.out().includes('"ack":2'), client.out());
    collector.child.kill("SIGINT");
    await collector.ended();
    const { refused, frames } = JSON.parse(collector.out());
    assertEquals(refused, { file: 1 });
    assert(frames < 4, `${frames} frames`);
  });
});

Deno.test("N5: collect gives up who says nothing, and goes on; SIGTERM ends it", async () => {
  await inScratch(async (folder) => {
    const port = freePort();
    const collector = await startCollector(folder, port);
    using _silent = await Deno.connect({ hostname: "127.0.0.1", port });
    const client = startClient(folder, port);
    await collector.until("it took too long to connect");
    await collector.until("somebody connected and said no hello");
    assertEquals(await client.ended(), 0);
    await client.child.stdin.abort().catch(() => {});
    collector.child.kill("SIGTERM");
    assertEquals(await collector.ended(), 143);
    assert(collector.out().includes("0 connections"), collector.out());
  });
});

Deno.test("collect refuses a second one on its port, and files that are not there", async () => {
  await inScratch(async (folder) => {
    const port = freePort();
    const collector = await startCollector(folder, port);
    const words = (key: string) => [
      ...["--listen", `127.0.0.1:${port}`, "--out", `${folder}/kept`],
      ...["--cert", `${folder}/tls/server.pem`, "--key", `${folder}/${key}`],
    ];
    const options = {
      without: ["--allow-net"],
      flags: [`--allow-net=127.0.0.1:${port}`],
    };
    const cases = [
      [words("tls/server.key"), "Somebody listens there already"],
      [words("tls/none.key"), "no such key of --key"],
    ] as const;
    for (const [line, says] of cases) {
      const other = watch(start("telemetry:collect", line, options));
      assertEquals(await other.ended(), 2);
      assert(other.err().includes(says), other.err());
    }
    collector.child.kill("SIGINT");
    assertEquals(await collector.ended(), 130);
  });
});

Deno.test("R3: collect refuses to start without one of its permissions, and says which", async () => {
  await inScratch(async (folder) => {
    const port = freePort();
    const until = new Date(Date.now() + 86_400_000);
    await writeDevCerts(`${folder}/tls`, ["127.0.0.1"], until);
    const words = [
      ...["--listen", `127.0.0.1:${port}`, "--out", `${folder}/kept`],
      ...["--cert", `${folder}/tls/server.pem`],
      ...["--key", `${folder}/tls/server.key`],
      ...["--state", `${folder}/seen.json`],
    ];
    for (const missing of ["--allow-read", "--allow-write", "--allow-net"]) {
      const net = missing === "--allow-net" ? 1 : port;
      const collector = watch(start("telemetry:collect", words, {
        without: [missing, "--allow-net"],
        flags: [`--allow-net=127.0.0.1:${net}`],
      }));
      assertEquals(await collector.ended(), 5, missing);
      assertEquals(collector.out(), "");
      assert(collector.err().includes(missing), collector.err());
      assert(collector.err().includes("deno run $("), collector.err());
    }
  });
});
