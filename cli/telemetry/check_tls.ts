/** `telemetry check-tls`: whether a town's collectors can be trusted. @module */
import { object } from "@optique/core/constructs";
import { constant } from "@optique/core/primitives";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { escapeText } from "../../src/base/text.ts";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Transport } from "../../src/config/transport.ts";
import type { CertificateFacts } from "../../src/security/certificates.ts";
import { FILE_BYTES_MAX, readText } from "../../src/security/paths.ts";
import type { Needs } from "../../src/security/permissions.ts";
import { SinkFault } from "../../src/telemetry/delivery/sink.ts";
import {
  connector,
  faultOf,
} from "../../src/telemetry/delivery/sinks/connect.ts";
import { commonFlags, configFlag, jsonFlag, setFlag } from "../flags.ts";
import { checkProfile } from "../permissions.ts";
import { jsonLine } from "../print/json.ts";
import { openLog } from "../print/log.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";
import { count } from "../print/text.ts";

/** Days before its end from which a certificate is told of. */
const SOON_DAYS = 14;

/** Milliseconds of a day. */
const DAY_MS = 86_400_000;

/**
 * Milliseconds in which a server may still turn a client away: over TLS 1.3 it
 * looks at the client's certificate when the client is done already.
 */
const SETTLE_MS = 300;

/** Flags of the command. */
export const checkTlsFlags = object({
  part: constant("check-tls"),
  config: configFlag,
  set: setFlag,
  json: jsonFlag,
  ...commonFlags,
});

/** What the flags say. */
export interface CheckTlsFlags {
  /** Path of the town file. */
  readonly config: string;
  /** Changes to it. */
  readonly set: readonly string[];
  /** Whether to print JSON. */
  readonly json: boolean;
}

/** What came of connecting to one address. */
export interface Finding {
  /** Type of the transport. */
  readonly type: Connecting["type"];
  /** Its address. */
  readonly endpoint: string;
  /** Why nothing would be sent there, or null: it would. */
  readonly fault: string | null;
  /** Certificate of the server, or null: there is none. */
  readonly certificate: CertificateFacts | null;
}

/** A transport that connects. */
type Connecting = Extract<Transport, { readonly endpoint: string }>;

/** What the command needs. */
export function checkTlsNeeds({ config, set }: CheckTlsFlags): Partial<Needs> {
  return { towns: [config], set, opens: ["connections"] };
}

/** Runs the command: a connection that would not be made is a "no". */
export async function runCheckTls(flags: CheckTlsFlags): Promise<number> {
  const text = await readText(flags.config, {
    what: "configuration",
    limit: FILE_BYTES_MAX.config,
  });
  const config = await loadConfig(text, {
    file: flags.config,
    overrides: flags.set,
  });
  checkProfile(config);
  const findings = await checkConnections(config, flags.config);
  if (flags.json) {
    const head = { format: "townlet.check_tls", version: 1 };
    print(jsonLine({ ...head, config: flags.config, findings }) + "\n");
  } else {
    const paint = openPaint(showsColours("stdout"));
    const lines = findings.flatMap((finding) => showFinding(finding, paint));
    print(lines.map((line) => `${line}\n`).join(""));
  }
  const isGood = findings.every(({ fault }) => fault === null);
  return isGood ? EXIT.done : EXIT.failed;
}

/**
 * Connects to each address of a town's telemetry, looks at who answers, and
 * sends nothing.
 *
 * Throws a {@link TownletError} where there is none, and for certificates of
 * the town that are of no use.
 */
export async function checkConnections(
  config: Config,
  file: string,
): Promise<readonly Finding[]> {
  const transports = config.telemetry.transports.filter((one) =>
    "endpoint" in one
  );
  if (transports.length === 0) {
    throw new TownletError("The town's telemetry connects to nothing", {
      code: "telemetry.no_connection",
      where: file,
      hint: "Transports of the types tcp and http do",
    });
  }
  const findings: Finding[] = [];
  for (const transport of transports) {
    findings.push(await look(transport, config, file));
  }
  return findings;
}

/** Connects as a town would, and closes again. */
async function look(
  transport: Connecting,
  { telemetry }: Config,
  file: string,
): Promise<Finding> {
  const { type, endpoint } = transport;
  const log = openLog("warn");
  const connect = await connector(transport, {
    file,
    allowLoose: telemetry.allow_loose_key_mode,
    onNote: (note) => log.warn(note),
  });
  try {
    const connection = await connect(() => {});
    const settled = Promise.withResolvers<null>();
    const timer = setTimeout(() => settled.resolve(null), SETTLE_MS);
    const ended = await Promise.race([connection.closed, settled.promise]);
    clearTimeout(timer);
    await connection.close();
    const fault = ended === null ? null : faultOf(ended).message;
    return { type, endpoint, fault, certificate: connection.peer };
  } catch (error) {
    if (!(error instanceof SinkFault)) throw error;
    return { type, endpoint, fault: error.message, certificate: null };
  }
}

/** A finding as lines. */
export function showFinding(
  { type, endpoint, fault, certificate }: Finding,
  paint: Paint,
): string[] {
  const told = (label: string, what: string) =>
    `  ${paint.dim(label.padEnd(LABEL_WIDTH))}${what}`;
  const result = fault !== null
    ? paint.red("refused")
    : certificate === null
    ? paint.yellow("not encrypted")
    : paint.green("trusted");
  return [
    `${type} ${escapeText(endpoint)} ${result}`,
    ...fault === null ? [] : [told("reason", escapeText(fault))],
    ...certificate === null ? [] : [
      told("subject", escapeText(certificate.subject)),
      told("issuer", escapeText(certificate.issuer)),
      told("names", escapeText(certificate.names)),
      told("from", isoDay(certificate.validFrom)),
      told("until", untilText(certificate.validTo, paint)),
      told("sha256", certificate.fingerprint256),
    ],
  ];
}

/** Columns of a label. */
const LABEL_WIDTH = 9;

/** When a certificate ends, and whether that is soon. */
function untilText(validTo: number, paint: Paint): string {
  const days = Math.floor((validTo - Date.now()) / DAY_MS);
  const text = `${isoDay(validTo)}, in ${count(days, "day")}`;
  return days < SOON_DAYS ? paint.yellow(text) : text;
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
