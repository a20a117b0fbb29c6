import { assert, assertEquals } from "@std/assert";
import { certificates } from "../../helpers/certificates.ts";
import { inScratch } from "../../helpers/scratch.ts";
import { readArrived } from "./bodies.ts";
import { open, until } from "./open.ts";
import { checkArrived, MadeUpTown } from "./town.ts";

/** A request, and what a server does with it. */
type Handler = (text: string, request: Request) => Response;

/** Serves over TLS while something is done. */
async function serving(
  handler: Handler,
  act: (send: (more?: object) => ReturnType<typeof open>) => Promise<void>,
): Promise<void> {
  const { ca, server } = await certificates();
  await inScratch(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, ca.cert);
    await using listening = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      ...server,
      onListen: () => {},
    }, async (request) => handler(await request.text(), request));
    const { port } = listening.addr;
    await act((more = {}) =>
      open({
        transport: {
          type: "http",
          endpoint: `https://127.0.0.1:${port}/frames?town=1`,
          tls: { ca_file: "ca.pem" },
        },
        buffer: { flush_ms: 1 },
        retry: { base_ms: 10, max_ms: 20 },
        ...more,
      }, { file: `${folder}/town.yaml` })
    );
  });
}

Deno.test("what is posted arrives, whatever the server answers now and then", async () => {
  let requests = 0;
  let arrived = "";
  const handler: Handler = (text, request) => {
    assertEquals(request.method, "POST");
    assertEquals(new URL(request.url).search, "?town=1");
    assertEquals(request.headers.get("content-type"), "application/x-ndjson");
    requests++;
    if (requests === 3) return new Response("later", { status: 503 });
    if (requests === 5) return new Response(null, { status: 429 });
    arrived += text;
    // What a server did not get to answer may have arrived all the same.
    if (requests === 7) return new Response("oops", { status: 500 });
    return requests % 2 === 0
      ? new Response(null, { status: 204 })
      : new Response("thanks", { headers: { connection: "close" } });
  };
  await serving(handler, async (send) => {
    const { delivery } = await send();
    const town = new MadeUpTown();
    await until(() => {
      for (let i = 0; i < 10; i++) town.step(delivery);
      return requests > 12;
    });
    await until(() => delivery.health(town.tick).queue_frames === 0);
    town.step(delivery);
    assertEquals(await delivery.close("complete"), { undelivered: 0 });
    checkArrived(town, readArrived(arrived));
    const health = delivery.health(town.tick);
    assertEquals(health.send_failures_total, 3);
    assertEquals(health.last_error, "it answered 500");
    assertEquals(health.tls, true);
    // A server that ends a connection after an answer breaks no stream.
    const hellos = readArrived(arrived).filter(({ k }) => k === "hello");
    assertEquals(hellos.length, 4);
  });
});

Deno.test("redirects are not followed (rule N9)", async () => {
  const asked: string[] = [];
  const handler: Handler = (_text, request) => {
    asked.push(new URL(request.url).pathname);
    return new Response(null, {
      status: 307,
      headers: { location: "/elsewhere" },
    });
  };
  await serving(handler, async (send) => {
    const { delivery } = await send();
    await until(() => delivery.health(0).send_failures_total > 2);
    assertEquals(
      delivery.health(0).last_error,
      "it answered 307; redirects are not followed",
    );
    await delivery.close("complete");
    assertEquals(new Set(asked), new Set(["/frames"]));
  });
});

Deno.test("a server that says when to come again is left alone until then", async () => {
  let requests = 0;
  const handler: Handler = () => {
    requests++;
    return new Response(null, {
      status: 503,
      headers: { "retry-after": "30" },
    });
  };
  await serving(handler, async (send) => {
    const { delivery } = await send();
    await until(() => delivery.health(0).state === "backoff");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assertEquals(requests, 1);
    assertEquals(delivery.health(0).state, "backoff");
    await delivery.close("complete");
  });
});

Deno.test("an answer that does not come is waited for no longer than its time (rule N5)", async () => {
  const { ca, server } = await certificates();
  await inScratch(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, ca.cert);
    const listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      ...server,
    });
    const reading = (async () => {
      for await (const conn of listener) {
        // It reads and never says a word.
        conn.readable.pipeTo(new WritableStream()).catch(() => {});
      }
    })();
    const { port } = listener.addr as Deno.NetAddr;
    const { delivery } = await open({
      transport: {
        type: "http",
        endpoint: `https://127.0.0.1:${port}/`,
        tls: { ca_file: "ca.pem" },
        send_timeout_ms: 100,
      },
      retry: { base_ms: 10, max_ms: 20 },
    }, { file: `${folder}/town.yaml` });
    await until(() => delivery.health(0).send_failures_total > 1);
    const { last_error } = delivery.health(0);
    assert(last_error?.startsWith("timeout: "), last_error);
    await delivery.close("complete");
    listener.close();
    await reading;
  });
});
