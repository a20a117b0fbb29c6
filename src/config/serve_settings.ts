/** Section `serve`: the page and the gateway for spectators. @module */
import { z } from "zod";
import { isLoopback, parseEndpoint } from "./endpoint.ts";
import { exactlyOne, secretShape, type SecretSource } from "./secret.ts";
import { flag, int, path } from "./schema.ts";

/** The page and the gateway for spectators. */
export interface ServeSettings {
  /** Address it listens on, `host:port`. */
  readonly listen: string;
  /** Certificate of the server. */
  readonly tls: {
    /** Path of the certificate, or null. */
    readonly cert_file: string | null;
    /** Path of its key, or null. */
    readonly key_file: string | null;
  };
  /** Whether a proxy in front of it speaks TLS. */
  readonly behind_proxy: boolean;
  /** Origins of pages that may connect, beside its own. */
  readonly allowed_origins: readonly string[];
  /** Whether operators may connect. */
  readonly operator: boolean;
  /** Where the token for the metrics is, or null: they are open. */
  readonly metrics_token: SecretSource | null;
  /** Spectators at the same time, at least 1. */
  readonly max_spectators: number;
  /** Spectators of one address, at least 1. */
  readonly max_per_address: number;
}

const listen: z.ZodType<string> = z.string().refine(
  (value) => parseEndpoint(value) !== null,
  { error: "must be host:port with a port from 1 to 65535" },
);

const origin: z.ZodType<string> = z.string().refine(
  (value) => URL.parse(value)?.origin === value,
  { error: "must be an origin such as https://example.org" },
);

/** Schema of the section `serve`. */
export const serve: z.ZodType<ServeSettings> = z.strictObject({
  listen: listen.prefault("127.0.0.1:8787").describe(
    "Address it listens on, `host:port`",
  ),
  tls: z.strictObject({
    cert_file: path().nullable().prefault(null).describe(
      "Path of the certificate",
    ),
    key_file: path().nullable().prefault(null).describe("Path of its key"),
  }).check((context) => {
    const { cert_file, key_file } = context.value;
    if ((cert_file === null) === (key_file === null)) return;
    context.issues.push({
      code: "custom",
      message: "must have both cert_file and key_file, or neither",
      input: context.value,
    });
  }).prefault({}).describe("Certificate of the server"),
  behind_proxy: flag().prefault(false).describe(
    "Whether a proxy in front of it speaks TLS",
  ),
  allowed_origins: z.array(origin).prefault([]).describe(
    "Origins of pages that may connect, beside its own",
  ),
  operator: flag().prefault(false).describe("Whether operators may connect"),
  metrics_token: z.strictObject(secretShape).check(exactlyOne("env", "file"))
    .nullable().prefault(null).describe(
      "Where the token for the metrics is; without one they are open",
    ),
  max_spectators: int(1).prefault(64).describe(
    "Spectators at the same time",
  ),
  max_per_address: int(1).prefault(4).describe("Spectators of one address"),
}).check((context) => {
  const { listen, tls, behind_proxy } = context.value;
  const endpoint = parseEndpoint(listen);
  if (endpoint === null || isLoopback(endpoint.host)) return;
  if (tls.cert_file !== null || behind_proxy) return;
  context.issues.push({
    code: "custom",
    message: "needs tls or behind_proxy: true beyond this machine",
    input: listen,
    path: ["listen"],
  });
}).describe("The page and the gateway for spectators");
