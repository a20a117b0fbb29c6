/**
 * A program that sends a line over TLS; words: the folder of certificates, the
 * host, the port, the payload. Prints what came of it, one word.
 * @module
 */
import { TownletError } from "../../src/base/error.ts";
import { ConnectionError } from "../../src/security/connection.ts";
import { connectTls } from "../../src/security/tls.ts";

const [folder, host, port, payload] = Deno.args;
try {
  const connection = await connectTls({
    host,
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
  if (error instanceof ConnectionError) console.log(error.kind);
  else if (error instanceof TownletError) console.log(error.code);
  else throw error;
}
