/** The receiving end of towns that run. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { collect, type CollectFlags } from "../../../cli/telemetry/collect.ts";
import type { Collected } from "../../../cli/telemetry/collector.ts";
import type { Certificate } from "../../../cli/telemetry/make_certificates.ts";
import { TownletError } from "../../../src/base/error.ts";
import { isFullRuntime } from "../../../src/base/runtime.ts";
import { splitLines } from "../../../src/security/connection.ts";
import { connectTls } from "../../../src/security/tls.ts";
import { readRecording } from "../../../src/telemetry/reader/recording.ts";
import { certificates } from "../../helpers/certificates.ts";
import { KEY, KEYS, SID, Writer } from "../../helpers/recording.ts";
import { inScratch } from "../../helpers/scratch.ts";

const all = await certificates();

/** A collector at work, and what it says. */
interface Working {
  /** Folder of its files; what it keeps is in `kept/`. */
  readonly folder: string;
  readonly port: number;
  /** Who came and went. */
  readonly said: string[];
  /** What was wrong. */
  readonly warned: string[];
  /** Sends lines and waits until the collector has let go, or said goodbye. */
  send(lines: readonly string[], options?: SendOptions): Promise<Sent>;
  /** Content of a file that it keeps. */
  kept(name: string): Promise<string>;
}

interface SendOptions {
  /** Certificate of the client; none unless given. */
  readonly own?: Certificate;
  /** Lines made of the number that the collector sent first. */
  readonly answer?: (nonce: string) => readonly string[];
  /** Highest number to be acknowledged before it goes; it waits for that. */
  readonly until?: number;
}

/** What a producer was told. */
interface Sent {
  /** Numbers that were acknowledged. */
  readonly acks: readonly number[];
  /** Whether the collector ended the connection. */
  readonly cutOff: boolean;
}

/** Runs a collector in a folder while something is done. */
async function collecting(
  folder: string,
  flags: Partial<CollectFlags>,
  act: (to: Working) => Promise<void>,
): Promise<Collected> {
  for (const [name, { cert, key }] of Object.entries(all)) {
    await Deno.writeTextFile(`${folder}/${name}.pem`, cert);
    await Deno.writeTextFile(`${folder}/${name}.key`, key);
    await Deno.chmod(`${folder}/${name}.key`, 0o600);
  }
  await Deno.writeFile(`${folder}/town.key`, KEY.bytes);
  await Deno.chmod(`${folder}/town.key`, 0o600);
  const stop = Promise.withResolvers<void>();
  const listening = Promise.withResolvers<number>();
  const said: string[] = [];
  const warned: string[] = [];
  const done = collect({
    listen: { host: "127.0.0.1", port: 0 },
    cert: `${folder}/server.pem`,
    key: `${folder}/server.key`,
    clientCa: undefined,
    verifyKey: [{ id: KEY.id, file: `${folder}/town.key` }],
    requireSigned: true,
    challenge: false,
    ack: true,
    state: undefined,
    out: `${folder}/kept`,
    json: false,
    ...flags,
  }, {
    say: (line) => said.push(line),
    warn: (line) => warned.push(line),
    until: stop.promise,
    onListening: listening.resolve,
  });
  done.catch(listening.reject);
  const port = await listening.promise;
  try {
    await act({
      folder,
      port,
      said,
      warned,
      send: (lines, options) => send(port, lines, options),
      kept: (name) => Deno.readTextFile(`${folder}/kept/${name}`),
    });
  } finally {
    stop.resolve();
    await done;
  }
  return await done;
}

async function send(
  port: number,
  lines: readonly string[],
  { own, answer, until }: SendOptions = {},
): Promise<Sent> {
  const acks: number[] = [];
  const asked = Promise.withResolvers<string>();
  const enough = Promise.withResolvers<void>();
  const onLine = (line: Uint8Array) => {
    const { v, nonce, ack } = JSON.parse(new TextDecoder().decode(line));
    assertEquals(v, 1);
    if (nonce !== undefined) asked.resolve(nonce);
    if (ack !== undefined) acks.push(ack);
    if (ack === until) enough.resolve();
  };
  const connection = await connectTls({
    host: "127.0.0.1",
    port,
    serverName: null,
    ca: [all.ca.cert],
    cert: own?.cert,
    key: own?.key,
    pins: [],
    connectTimeoutMs: 5000,
  }, splitLines(4096, onLine));
  const ended = connection.closed.then(() => enough.resolve());
  if (answer !== undefined) lines = answer(await asked.promise);
  const text = lines.map((line) => `${line}\n`).join("");
  await connection.write(text, 5000).catch(() => {});
  // Without a number to wait for, the collector is expected to let go.
  if (until === undefined) await ended;
  else await enough.promise;
  await connection.close();
  return { acks, cutOff: await connection.closed !== null };
}

/** A stream that begins just now. */
function writer(frames: number, hello: Record<string, unknown> = {}): Writer {
  const made = new Writer();
  made.hello(0, { ts: Date.now(), ...hello });
  addFrames(made, frames);
  return made;
}

function addFrames(to: Writer, frames: number): void {
  for (let i = 0; i < frames; i++) to.events("events", [{ e: "test" }], i);
}

/** The end of a stream. */
function addBye(to: Writer): void {
  to.meta("bye", { t: 9, ts: Date.now(), d: { reason: "complete" } });
}

Deno.test("collect() keeps lines as they came, and acknowledges them", async () => {
  await inScratch(async (folder) => {
    const made = writer(3);
    addBye(made);
    const collected = await collecting(folder, {}, async (to) => {
      const sent = await to.send(made.lines, { until: 3 });
      assertEquals(sent, { acks: [3], cutOff: false });
    });
    const path = `${folder}/kept/${SID}.0.ndjson`;
    assertEquals(await Deno.readTextFile(path), made.text());
    assertEquals((await Deno.stat(path)).mode, 0o100600);
    assertEquals(collected, {
      connections: 1,
      frames: made.lines.length,
      duplicates: 0,
      bytes: made.text().length,
      refused: {},
    });
  });
});

Deno.test("collect() says who came and went", async () => {
  await inScratch(async (folder) => {
    const made = writer(1, { config_id: "a\u001b[31mb" });
    addBye(made);
    let said: string[] = [];
    await collecting(folder, {}, async (to) => {
      await to.send(made.lines, { until: 1 });
      said = to.said;
    });
    const bytes = made.text().length;
    assertEquals(said.map((line) => line.replace(/^127\.0\.0\.1:\d+ /, "")), [
      `connected: stream ${SID}, connection 0, town a\\u001b[31mb, signed by k1`,
      `gone: stream ${SID}, connection 0, 3 frames, ${bytes} bytes, bye: complete`,
    ]);
  });
});

Deno.test("collect() acknowledges what it has written, soon and in order", async () => {
  await inScratch(async (folder) => {
    const made = writer(600);
    await collecting(folder, {}, async (to) => {
      const { acks } = await to.send(made.lines, { until: 599 });
      assertEquals(acks, acks.toSorted((a, b) => a - b));
      // What is acknowledged has been written.
      const text = await to.kept(`${SID}.0.ndjson`);
      assertEquals(text, made.text());
    });
  });
});

Deno.test("collect() with --no-ack says nothing", async () => {
  await inScratch(async (folder) => {
    const made = writer(300);
    addBye(made);
    let sending: Promise<Sent> | undefined;
    const collected = await collecting(folder, { ack: false }, async (to) => {
      sending = to.send(made.lines, { until: 0 });
      const isKept = () =>
        to.kept(`${SID}.0.ndjson`).then(
          (text) => text.length === made.text().length,
          // There is no file yet.
          () => false,
        );
      while (!await isKept()) await soon();
    });
    assertEquals(collected.frames, made.lines.length);
    // It ends when the collector does: nothing was to be waited for.
    assertEquals((await sending)?.acks, []);
  });
});

Deno.test("collect() refuses lines that are wrong, and keeps those before", async () => {
  const made = writer(4);
  const [hello, first, second, third] = made.lines;
  const unsigned = new Writer({ key: null });
  unsigned.hello(0, { ts: Date.now() });
  const late = new Writer();
  late.hello(0, { ts: Date.now() - 301_000 });
  const cases: readonly (readonly [string, readonly string[], number])[] = [
    ["bad_signature", [hello, first, third], 2],
    ["bad_signature", [hello, first.replace("test", "text")], 1],
    ["bad_signature", [hello, first, first], 2],
    ["unsigned", [hello, first, "{}"], 2],
    ["unsigned", unsigned.lines, 0],
    ["unknown_key", [hello.replace('"sig":"k1', '"sig":"k2')], 0],
    ["bad_signature", [hello.replace('"conn":0', '"conn":7')], 0],
    ["clock", late.lines, 0],
    ["no_hello", [first, second], 0],
    ["no_hello", ["GET / HTTP/1.1", "", ""], 0],
  ];
  for (const [reason, lines, good] of cases) {
    await inScratch(async (folder) => {
      const collected = await collecting(folder, {}, async (to) => {
        const { cutOff, acks } = await to.send(lines);
        assert(cutOff, reason);
        assert(acks.every((ack) => ack < good - 1), reason);
      });
      assertEquals(collected.refused, { [reason]: 1 });
      const expected = lines.slice(0, good).map((line) => `${line}\n`).join("");
      const names = good === 0
        ? []
        : [...Deno.readDirSync(`${folder}/kept`)].map(({ name }) => name);
      assertEquals(names, good === 0 ? [] : [`${SID}.0.ndjson`], reason);
      if (good === 0) return;
      assertEquals(
        await Deno.readTextFile(`${folder}/kept/${SID}.0.ndjson`),
        expected,
        reason,
      );
    });
  }
});

Deno.test("collect() refuses a line without end, and a second hello", async () => {
  await inScratch(async (folder) => {
    const made = writer(1);
    const again = [...made.lines];
    made.hello(1, { ts: Date.now() });
    const collected = await collecting(folder, {}, async (to) => {
      await to.send(["x".repeat((1 << 20) + 1)]);
      await to.send(made.lines);
      assertEquals(await to.kept(`${SID}.0.ndjson`), `${again.join("\n")}\n`);
    });
    assertEquals(collected.refused, { too_long: 1, hello_twice: 1 });
  });
});

Deno.test("collect() keeps what is resent, and readers drop what came twice", async () => {
  await inScratch(async (folder) => {
    const made = writer(10);
    const before = made.lines.length;
    made.hello(5, { ts: Date.now(), next: 7, resumed: true });
    addFrames(made, 8);
    addBye(made);
    const collected = await collecting(folder, {}, async (to) => {
      await to.send(made.lines.slice(0, before), { until: 9 });
      await to.send(made.lines.slice(before), { until: 15 });
    });
    assertEquals([collected.frames, collected.duplicates], [
      made.lines.length,
      3,
    ]);
    const seqs: number[] = [];
    const options = { keys: KEYS };
    for await (const { verdict } of readRecording(`${folder}/kept`, options)) {
      if (verdict.kind === "frame" && verdict.frame.kind !== "hello") {
        seqs.push(verdict.frame.seq);
      }
    }
    assertEquals(seqs, Array.from({ length: 16 }, (_, i) => i));
  });
});

Deno.test("collect() refuses what was sent before, also when it was started anew", async () => {
  await inScratch(async (folder) => {
    const made = writer(2);
    addBye(made);
    const state = `${folder}/seen.json`;
    const first = await collecting(folder, { state }, async (to) => {
      await to.send(made.lines, { until: 2 });
      await to.send(made.lines);
    });
    assertEquals(first.refused, { replay: 1 });
    const second = await collecting(folder, { state }, async (to) => {
      await to.send(made.lines);
      assertEquals(await to.kept(`${SID}.0.ndjson`), made.text());
    });
    assertEquals(second.refused, { replay: 1 });
    // Without that file only its own files tell; they are never replaced.
    const third = await collecting(folder, {}, async (to) => {
      await to.send(made.lines);
      assertEquals(await to.kept(`${SID}.0.ndjson`), made.text());
    });
    assertEquals(third.refused, { file: 1 });
  });
});

Deno.test("collect() with --challenge takes only who repeats what it says", async () => {
  await inScratch(async (folder) => {
    const collected = await collecting(
      folder,
      { challenge: true },
      async (to) => {
        const made = (nonce?: string) => {
          const made = writer(1, nonce === undefined ? {} : { nonce });
          addBye(made);
          return made.lines;
        };
        const nonces: string[] = [];
        const { acks } = await to.send([], {
          until: 1,
          answer: (nonce) => {
            nonces.push(nonce);
            return made(nonce);
          },
        });
        assertEquals(acks, [1]);
        await to.send([], {
          answer: (nonce) => {
            nonces.push(nonce);
            return made(nonces[0]);
          },
        });
        await to.send([], { answer: () => made() });
        assert(nonces.every((nonce) => /^[0-9a-f]{32}$/.test(nonce)));
        assert(nonces[0] !== nonces[1]);
      },
    );
    // The stream is known by then: what is asked first is not told apart here.
    const { replay = 0, nonce = 0 } = collected.refused;
    assertEquals(replay + nonce, 2);
  });
});

Deno.test({
  name: "N8: collect() with --client-ca keeps nothing of strangers",
  ignore: !isFullRuntime(Deno.version.deno),
  async fn() {
    await inScratch(async (folder) => {
      const made = writer(1);
      addBye(made);
      const clientCa = `${folder}/ca.pem`;
      const collected = await collecting(folder, { clientCa }, async (to) => {
        assert((await to.send(made.lines)).cutOff);
        assert((await to.send(made.lines, { own: all.foreignClient })).cutOff);
        while (to.warned.length < 2) await soon();
        await to.send(made.lines, { own: all.client, until: 1 });
        assert(to.said[0].includes("client O=Townlet"), to.said[0]);
      });
      assertEquals(collected.connections, 1);
      assertEquals(collected.refused, { tls: 2 });
    });
  },
});

Deno.test("collect() without a key keeps what is not signed, and says what that means", async () => {
  await inScratch(async (folder) => {
    const made = new Writer({ key: null });
    made.hello(0, { ts: Date.now() });
    addBye(made);
    const flags = { verifyKey: [], requireSigned: false };
    await collecting(folder, flags, async (to) => {
      assert(to.warned[1].includes("may fill its folder"), to.warned.join());
      await to.send(made.lines, { until: 0 });
      assert(to.said[0].includes("not signed"));
    });
  });
});

Deno.test("collect() does not start without what it was told to have", async () => {
  await inScratch(async (folder) => {
    const wrong: readonly [Partial<CollectFlags>, number, string][] = [
      [{ verifyKey: [] }, 2, "--require-signed wants a key"],
      [{ key: `${folder}/client.key` }, 2, "is not the key of --cert"],
      [{ cert: `${folder}/none.pem` }, 2, "no such certificate of --cert"],
      [
        { cert: `${folder}/expired.pem`, key: `${folder}/expired.key` },
        2,
        "expired",
      ],
    ];
    for (const [flags, exit, says] of wrong) {
      const error = await assertRejects(
        () => collecting(folder, flags, () => Promise.resolve()),
        TownletError,
        says,
      );
      assertEquals(error.exit, exit);
    }
  });
});

function soon(): Promise<void> {
  return new Promise((done) => setTimeout(done, 2));
}
