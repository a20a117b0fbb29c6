/**
 * A program that sends a line over TLS; words: the folder of certificates, the
 * port, the payload. Prints what came of it, one word.
 * @module
 */
import { ConnectionError } from "../../src/security/connection.ts";
import { connectTls } from "../../src/security/tls.ts";

const [folder, port, payload] = Deno.args;
try {
  const connection = await connectTls({
    host: "127.0.0.1",
    port: Number(port),
    serverName: null,
    ca: [await Deno.readTextFile(`${folder}/ca.pem`)],
    cert: undefined,
    key: undefined,
    pins: [],
    connectTimeoutMs: 5000,
  });
  await connection.write(payload, 1000);
  await connection.close();
  console.log("sent");
} catch (error) {
  if (!(error instanceof ConnectionError)) throw error;
  console.log(error.kind);
}
