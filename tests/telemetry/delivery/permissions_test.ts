import { assertEquals } from "@std/assert";
import type { TelemetrySettings } from "../../../src/config/telemetry_settings.ts";
import { workerPermissions } from "../../../src/telemetry/delivery/permissions.ts";
import { inScratch } from "../../helpers/scratch.ts";
import { settingsOf } from "../../helpers/told.ts";
import { plainTcp } from "./open.ts";

/** What a worker of the one transport could do of all that was tried. */
async function probe(
  settings: TelemetrySettings,
  tried: object,
): Promise<readonly string[]> {
  const url = new URL("./workers/probe.ts", import.meta.url);
  const [transport] = settings.transports;
  const worker = new Worker(url, {
    type: "module",
    deno: {
      permissions: workerPermissions(transport, settings, "out/town.yaml"),
    },
  });
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage(tried);
  const could = await promise;
  worker.terminate();
  return could;
}

Deno.test("the worker that writes may do nothing but that (rule R5)", async () => {
  await inScratch(async (folder) => {
    await Deno.mkdir(`${folder}/here`);
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const key = `${folder}/key`;
    const ca = `${folder}/ca.pem`;
    for (const path of [key, ca]) await Deno.writeTextFile(path, "");
    const here = `${folder}/here/town.ndjson`;
    await Deno.writeTextFile(here, "");
    const tried = {
      reads: [here, key, ca, "deno.json", `${folder}/other`],
      writes: [here, key, `${folder}/other`, "deno.json"],
      ports: [port, port === 65_535 ? port - 1 : port + 1],
    };
    const sign = {
      keys: [{
        id: "k",
        file: key.slice("out/".length),
        use: "sign",
      }],
    };
    const of = (transport: object, more: object = {}) =>
      probe(settingsOf({ transport, ...more }), tried);
    assertEquals(await of({ type: "stdout" }), []);
    assertEquals(await of({ type: "file", file_path: here }, { sign }), [
      `read ${here}`,
      `read ${key}`,
      `write ${here}`,
    ]);
    assertEquals(await of({ type: "prometheus", file_path: here }), [
      `read ${here}`,
      `write ${here}`,
    ]);
    assertEquals(await of(plainTcp(port), { sign }), [
      `read ${key}`,
      `net ${port}`,
    ]);
    const tls = { ca_file: ca.slice("out/".length) };
    const endpoint = `https://127.0.0.1:${port}/`;
    assertEquals(await of({ type: "http", endpoint, tls }), [
      `read ${ca}`,
      `net ${port}`,
    ]);
    listener.close();
  });
});
