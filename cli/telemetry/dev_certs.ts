/** `telemetry dev-certs`: certificates for trying TLS out. @module */
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import { constant, option } from "@optique/core/primitives";
import {
  string,
  type ValueParser,
  type ValueParserResult,
} from "@optique/core/valueparser";
import { EXIT } from "../../src/base/error.ts";
import { escapeText } from "../../src/base/text.ts";
import { certificateFacts } from "../../src/security/certificates.ts";
import { checkOutput, writeFile } from "../../src/security/paths.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { commonFlags, jsonFlag, says } from "../flags.ts";
import { jsonLine } from "../print/json.ts";
import { print } from "../print/output.ts";
import { makeCertificate, NOT_FOR_PRODUCTION } from "./make_certificates.ts";

/** Days that the certificates hold. */
const DAYS = 30;

/** Milliseconds of a day. */
const DAY_MS = 86_400_000;

/** Milliseconds of an hour. */
const HOUR_MS = 3_600_000;

/** Hosts of the server unless told otherwise. */
const HERE = ["localhost", "127.0.0.1", "::1"];

/** A host's name or address. */
const HOST =
  /^(?:[A-Za-z0-9*](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/;

const host: ValueParser<"sync", string> = {
  mode: "sync",
  metavar: "HOST",
  placeholder: HERE[0],
  parse(input): ValueParserResult<string> {
    return HOST.test(input)
      ? { success: true, value: input }
      : { success: false, error: [text(`${input} is no host`)] };
  },
  format: (value) => value,
};

/** Flags of the command. */
export const devCertsFlags = object({
  part: constant("dev-certs"),
  out: option("--out", string({ metavar: "DIR" }), says("Folder of the files")),
  names: multiple(
    option(
      "--name",
      host,
      says(
        `A host of the server, in place of ${HERE.join(", ")}; may be repeated`,
      ),
    ),
  ),
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
export interface DevCertsFlags {
  /** Path of the folder. */
  readonly out: string;
  /** Hosts of the server; none for this machine. */
  readonly names: readonly string[];
  /** Whether to print JSON. */
  readonly json: boolean;
}

/** What the command needs. */
export function devCertsNeeds({ out }: DevCertsFlags): Partial<Needs> {
  return { writes: [out] };
}

/** Runs the command. */
export async function runDevCerts(flags: DevCertsFlags): Promise<number> {
  const { out } = flags;
  const names = flags.names.length > 0 ? flags.names : HERE;
  const until = new Date(Date.now() + DAYS * DAY_MS);
  const { files, fingerprint256 } = await writeDevCerts(out, names, until);
  if (flags.json) {
    const head = { format: "townlet.dev_certs", version: 1, folder: out };
    const facts = { names, until: until.toISOString(), fingerprint256 };
    print(jsonLine({ ...head, files, ...facts }) + "\n");
  } else {
    const told = (name: string) => escapeText(join(out, name));
    print(
      `${NOT_FOR_PRODUCTION}. Certificates for trying things out, until ${
        until.toISOString().slice(0, 10)
      }:

${told("ca.pem")}
    whom both sides trust; its key is not kept
${told("server.pem")}, ${told("server.key")}
    for telemetry collect, at ${names.map(escapeText).join(", ")}
    SHA-256 ${fingerprint256}
${told("client.pem")}, ${told("client.key")}
    for a town, where the collector has --client-ca
`,
    );
  }
  return EXIT.done;
}

/**
 * Makes an authority, a server and a client, and writes them for the owner's
 * eyes (rule S6). Files that hold something are never replaced. The
 * authority's key is forgotten: it vouches for nobody else.
 *
 * Gives the names of the files, and the fingerprint of the server.
 */
export async function writeDevCerts(
  folder: string,
  names: readonly string[],
  until: Date,
): Promise<
  { readonly files: readonly string[]; readonly fingerprint256: string }
> {
  // Clocks differ a little from machine to machine.
  const dates = { from: new Date(Date.now() - HOUR_MS), until };
  const ca = await makeCertificate(
    { subject: "Townlet trial CA", use: "authority", ...dates },
    null,
  );
  const server = await makeCertificate(
    { subject: "Townlet trial server", use: "server", names, ...dates },
    ca,
  );
  const client = await makeCertificate(
    { subject: "Townlet trial client", use: "client", ...dates },
    ca,
  );
  const files = {
    "ca.pem": ca.cert,
    "server.pem": server.cert,
    "server.key": server.key,
    "client.pem": client.cert,
    "client.key": client.key,
  };
  const kind = { what: "certificate or key", isKind: null };
  // All or none: half a set is of no use.
  for (const name of Object.keys(files)) {
    await checkOutput(join(folder, name), kind);
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content, kind);
  }
  const { fingerprint256 } = certificateFacts(new X509Certificate(server.cert));
  return { files: Object.keys(files), fingerprint256 };
}
