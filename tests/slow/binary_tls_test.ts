/**
 * TLS out of the binary, in an environment that would have it trust others.
 *
 * Skipped where there is nothing to compile with; the name of the test then
 * says so.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { certificates } from "../helpers/certificates.ts";
import { run } from "../helpers/binary.ts";
import { opensslServer } from "../helpers/openssl_server.ts";
import { scratch } from "../helpers/townlet.ts";

/** A port that nobody listens on just now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Writes a town whose telemetry goes to a port, and all certificates. */
async function writeTown(folder: string, port: number): Promise<string> {
  for (const [name, { cert, key }] of Object.entries(await certificates())) {
    await Deno.writeTextFile(`${folder}/${name}.pem`, cert);
    await Deno.writeTextFile(`${folder}/${name}.key`, key);
  }
  const manifest = "town.manifest.yaml";
  await Deno.copyFile(`configs/${manifest}`, `${folder}/${manifest}`);
  const hamlet = await Deno.readTextFile("configs/hamlet.yaml");
  const telemetry = `telemetry:
  transport:
    type: tcp
    endpoint: 127.0.0.1:${port}
    tls: { ca_file: ca.pem }
`;
  await Deno.writeTextFile(`${folder}/town.yaml`, hamlet + telemetry);
  return `${folder}/town.yaml`;
}

const folder = scratch();
const port = freePort();
const town = await writeTown(folder.path, port);
const made = await run("deno", ["task", "-q", "compile:granted"], {
  env: { TOWNLET_CONFIG: town, COMPILE_FLAGS: "--no-check" },
});
const skipped = made.err.includes("Setting up base binary")
  ? " (skipped: denort can neither be downloaded nor is DENORT_BIN set)"
  : "";

if (skipped !== "") folder[Symbol.dispose]();

Deno.test({
  name:
    `N3: the binary sends to the right server alone, whatever the environment trusts${skipped}`,
  ignore: skipped !== "",
  async fn() {
    using _folder = folder;
    assertEquals(made.code, 0, made.err);
    const foreign = `${Deno.cwd()}/${folder.path}/foreignCa.pem`;
    const environments: readonly Readonly<Record<string, string>>[] = [
      { DENO_CERT: foreign },
      { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: foreign },
    ];
    const names = [
      ...["server", "foreignServer", "wrongName", "expired", "selfSigned"],
    ];
    for (const env of environments) {
      for (const name of names) {
        await using server = await opensslServer(folder.path, name, [], port);
        const words = ["--ticks", "50", "--telemetry-strict"];
        const { code, err } = await run(
          `${Deno.cwd()}/dist/townlet-granted`,
          ["simulate", "--config", town, ...words],
          { env },
        );
        const isRight = name === "server";
        assertEquals(code, isRight ? 0 : 3, `${name}: ${err}`);
        assertEquals(server.printed().includes('"k":"hello"'), isRight, name);
        assert(isRight || /untrusted|name:/.test(err), err);
      }
    }
  },
});
