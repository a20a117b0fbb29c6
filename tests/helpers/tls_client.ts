/**
 * A program that sends a line over TLS; words: the folder of certificates, the
 * host, the port, the payload. Prints what came of it, one word.
 * @module
 */
import { TownletError } from "../../src/base/error.ts";
import { ConnectionError } from "../../src/security/connection.ts";
import { connectTls } from "../../src/security/tls.ts";

const [folder, host, port, payload] = Deno.args;
const outcome = await send();
Deno.stdout.writeSync(new TextEncoder().encode(outcome));

async function send(): Promise<string> {
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
    return "sent";
  } catch (error) {
    if (error instanceof ConnectionError) return error.kind;
    if (error instanceof TownletError) return error.code;
    throw error;
  }
}
