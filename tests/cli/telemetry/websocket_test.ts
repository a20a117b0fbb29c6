import { assertEquals, assertRejects } from "@std/assert";
import { messagesOf } from "../../../cli/telemetry/websocket.ts";
import { TownletError } from "../../../src/base/error.ts";
import { certificates } from "../../helpers/certificates.ts";
import { inScratch } from "../../helpers/scratch.ts";

/** What is read of a server with a certificate, by who trusts an authority. */
async function read(
  server: { readonly cert: string; readonly key: string },
  ca: string,
): Promise<{ readonly text: string; readonly asked: number }> {
  let asked = 0;
  const listener = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
    ...server,
  }, (request) => {
    asked++;
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      socket.send("one");
      socket.send("two\nthree\n");
      socket.close();
    };
    return response;
  });
  let text = "";
  try {
    await inScratch(async (folder) => {
      const file = `${folder}/ca.pem`;
      await Deno.writeTextFile(file, ca);
      const address = `wss://127.0.0.1:${listener.addr.port}/ws?ch=town`;
      const asked = new AbortController().signal;
      for await (const bytes of messagesOf(address, { ca: file, asked })) {
        text += new TextDecoder().decode(bytes);
      }
    });
  } catch (error) {
    if (!(error instanceof TownletError)) throw error;
    text = error.message;
  } finally {
    await listener.shutdown();
  }
  return { text, asked };
}

Deno.test("messagesOf() reads wss:// of who is vouched for", async () => {
  const { ca, server } = await certificates();
  assertEquals(await read(server, ca.cert), {
    text: "one\ntwo\nthree\n",
    asked: 1,
  });
});

Deno.test("messagesOf() asks nothing of who is not", async () => {
  const { ca, foreignServer, wrongName, expired } = await certificates();
  for (const server of [foreignServer, wrongName, expired]) {
    const { text, asked } = await read(server, ca.cert);
    assertEquals(asked, 0);
    assertEquals(text.startsWith("There is no stream here: "), true, text);
  }
});

Deno.test("messagesOf() needs authorities that are some", async () => {
  await inScratch(async (folder) => {
    const ca = `${folder}/ca.pem`;
    await Deno.writeTextFile(ca, "none");
    const asked = new AbortController().signal;
    await assertRejects(
      () => Array.fromAsync(messagesOf("wss://127.0.0.1:9/", { ca, asked })),
      TownletError,
      "--ca",
    );
  });
});

Deno.test("messagesOf() gives up a server whose answer does not end", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using connection = await listener.accept();
    const head = "HTTP/1.1 101 Switching Protocols\r\n";
    const text = new TextEncoder().encode(`${head}${"X: y\r\n".repeat(4000)}`);
    for (let at = 0; at < text.length;) {
      at += await connection.write(text.subarray(at));
    }
    // Until the other side has had enough.
    const piece = new Uint8Array(1024);
    while (await connection.read(piece).catch(() => null) !== null);
  })();
  const address = `ws://127.0.0.1:${listener.addr.port}/`;
  const asked = new AbortController().signal;
  await assertRejects(
    () => Array.fromAsync(messagesOf(address, { ca: undefined, asked })),
    TownletError,
    "does not come to an end",
  );
  await serving.catch(() => {});
});
