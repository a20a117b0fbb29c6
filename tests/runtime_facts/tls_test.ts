/** What the runtime's TLS does, and tells. @module */
import { X509Certificate } from "node:crypto";
import { connect, type TLSSocket } from "node:tls";
import { assert, assertEquals } from "@std/assert";
import { isFullRuntime } from "../../src/base/runtime.ts";
import { certificates } from "../helpers/certificates.ts";
import { fact } from "../helpers/fact.ts";
import { receiver } from "../helpers/receiver.ts";

const all = await certificates();
const isFull = isFullRuntime(Deno.version.deno);

/** Whom a client trusts, and what it waits for. */
interface Attempt {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
}

/** Connects; gives what was presented when it was said to be secure. */
async function attempt<T>(
  { ca, server }: Attempt,
  onSecure: (socket: TLSSocket) => T | Promise<T>,
): Promise<{ readonly secure: T | null; readonly failed: boolean }> {
  await using to = receiver({ tls: server });
  const { port } = to;
  const socket = connect({ host: "127.0.0.1", port, ca: [ca] });
  const ended = Promise.withResolvers<boolean>();
  let secure: T | null = null;
  socket.on("error", () => ended.resolve(true));
  socket.once("secureConnect", async () => {
    secure = await onSecure(socket);
    if (socket.getPeerCertificate()?.raw?.length > 0) ended.resolve(false);
  });
  const failed = await ended.promise;
  socket.destroy();
  return { secure, failed };
}

fact(
  "a connection is told to be secure before it is verified, or not at all; only what was presented tells",
  ["src/security/tls.ts"],
  async () => {
    const presented = (socket: TLSSocket) =>
      socket.getPeerCertificate()?.raw?.length ?? 0;
    const good = { ca: all.ca.cert, server: all.server };
    const { secure, failed } = await attempt(good, presented);
    assertEquals(failed, false);
    assertEquals(secure, new X509Certificate(all.server.cert).raw.length);
    const bad = { ca: all.foreignCa.cert, server: all.server };
    const expected = { secure: isFull ? null : 0, failed: true };
    assertEquals(await attempt(bad, presented), expected);
  },
);

fact(
  "certificates between are shown by later versions alone",
  ["src/security/tls.ts"],
  async () => {
    const { cert, key } = all.farServer;
    const server = { cert: cert + all.intermediate.cert, key };
    const { secure } = await attempt(
      { ca: all.ca.cert, server },
      (socket) => socket.getPeerCertificate(true).issuerCertificate?.raw.length,
    );
    const sent = new X509Certificate(all.intermediate.cert).raw.length;
    assertEquals(secure, isFull ? sent : undefined);
  },
);

fact(
  "closing ends a write that the other side does not take",
  ["src/security/connection.ts"],
  async () => {
    await using to = receiver({ tls: all.server, greeting: "hi", deaf: true });
    const { port } = to;
    const ca = [all.ca.cert];
    const socket = connect({ host: "127.0.0.1", port, ca });
    socket.on("error", () => {});
    await new Promise((done) => socket.once("data", done));
    let isTaken = false;
    socket.write(new Uint8Array(32 << 20), (error) => isTaken = !error);
    await new Promise((done) => setTimeout(done, 50));
    socket.destroy();
    await new Promise((done) => socket.once("close", done));
    assert(!isTaken);
  },
);

fact(
  "a file that holds no certificates is taken for a list of none",
  ["src/security/certificates.ts"],
  async () => {
    const garbage = { ca: "garbage", server: all.server };
    const { failed } = await attempt(garbage, () => null);
    // It is neither refused when it is read, nor does it trust anybody.
    assert(failed);
  },
);
