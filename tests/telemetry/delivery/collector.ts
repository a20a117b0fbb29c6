/** A collector that behaves as badly as it is told to. @module */

/** How a collector behaves. */
export interface CollectorOptions {
  /** Port, 0 for any. */
  readonly port?: number;
  /** Certificate and key, or none: it does not speak TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Whether it says what it has. */
  readonly acks?: boolean;
  /** What it wants repeated. */
  readonly nonce?: string;
  /** Whether it reads at all; it does unless given. */
  readonly reads?: boolean;
  /** Milliseconds it rests after each 16 KiB it reads; none unless given. */
  readonly restMs?: number;
  /** Bytes after which it hangs up, null: never; asked for each connection. */
  readonly hangsUpAfter?: () => number | null;
}

/** A collector; what arrived, by connection. */
export interface Collector extends AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** What arrived over each connection. */
  readonly links: readonly string[];
  /** All whole lines that arrived so far. */
  readonly text: string;
  /** All whole lines, once every connection has ended: 5 s at most. */
  arrived(): Promise<string>;
}

/** Starts a collector on 127.0.0.1. */
export function openCollector(options: CollectorOptions = {}): Collector {
  const { port = 0, tls, acks = false, nonce, reads = true } = options;
  const { hangsUpAfter = () => null, restMs = 0 } = options;
  const address = { hostname: "127.0.0.1", port };
  const listener = tls === undefined
    ? Deno.listen(address)
    : Deno.listenTls({ ...address, ...tls });
  const links: string[] = [];
  const open = new Set<Deno.Conn>();
  const serving: Promise<void>[] = [];
  const serve = async (conn: Deno.Conn) => {
    const limit = hangsUpAfter();
    let at = -1;
    let bytes = 0;
    const chunk = new Uint8Array(16_384);
    const decoder = new TextDecoder();
    if (nonce !== undefined) await say(conn, { v: 1, nonce });
    while (reads) {
      const read = await conn.read(chunk);
      if (read === null) break;
      if (at < 0) at = links.push("") - 1;
      bytes += read;
      links[at] += decoder.decode(chunk.subarray(0, read), { stream: true });
      if (acks) await acknowledge(conn, links[at]);
      if (limit !== null && bytes >= limit) break;
      if (restMs > 0) await new Promise((end) => setTimeout(end, restMs));
    }
    if (reads) conn.close();
  };
  const loop = (async () => {
    for await (const conn of listener) {
      open.add(conn);
      serving.push(serve(conn).catch(() => {}));
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    links,
    get text() {
      return links.map(wholeLines).join("");
    },
    async arrived() {
      // What was sent last may still be on its way when a delivery has closed.
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, 5000);
      });
      await Promise.race([Promise.all(serving), late]);
      clearTimeout(timer);
      return this.text;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) {
        try {
          conn.close();
        } catch {
          // It was closed before.
        }
      }
      await loop;
      await Promise.all(serving);
    },
  };
}

async function acknowledge(conn: Deno.Conn, text: string): Promise<void> {
  const last = wholeLines(text).trimEnd().split("\n").at(-1) ?? "";
  const seq = /^\{"v":1,"seq":(\d+)/.exec(last)?.[1];
  if (seq !== undefined) await say(conn, { v: 1, ack: Number(seq) });
}

async function say(conn: Deno.Conn, line: object): Promise<void> {
  await conn.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
}

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}
