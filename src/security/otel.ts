/**
 * The runtime's own exporter of traces, metrics and logs: told of, never used
 * unasked.
 *
 * It is switched on from the environment, and sends what it has without any
 * permission of the program.
 * @module
 */
import { EXIT, TownletError } from "../base/error.ts";
import type { Config } from "../config/config.ts";

/** Where the exporter sends all it has, unless another variable is set. */
const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

/** Where it sends without that. */
const ENDPOINT_DEFAULT = "http://localhost:4318";

/** Variables that send a part elsewhere, and the place it has without them. */
const PARTS: Readonly<Record<string, string>> = {
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "/v1/traces",
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "/v1/metrics",
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "/v1/logs",
};

/** A variable that sends everything elsewhere, past the network. */
const VSOCK = "OTEL_DENO_VSOCK";

/** Variables that are compared with the configuration. */
export const OTEL_VARIABLES: readonly string[] = [
  ENDPOINT,
  ...Object.keys(PARTS),
  VSOCK,
];

/** Reads a variable; undefined when it is not set. */
type Variables = (name: string) => string | undefined;

/**
 * Looks whether the runtime exports, and whether it was asked to (rule N4).
 *
 * Warns of an exporter that nobody asked for, and of one that was asked for and
 * is off. Gives whether there is one that may be used.
 *
 * @param log told what people should know
 * @param isOn whether the runtime exports
 * @param variables reads the environment
 * @throws {TownletError} (exit 5) for an exporter nobody asked for in
 * production, and for one that sends to another place than the configured one
 */
export function checkExporter(
  { profile, telemetry }: Pick<Config, "profile" | "telemetry">,
  log: { readonly warn: (text: string) => void },
  isOn: boolean = isExporting(),
  variables: Variables = Deno.env.get,
): boolean {
  const { enabled, endpoint } = telemetry.otel;
  if (isOn && !enabled) {
    if (profile === "production") throw unasked();
    log.warn(
      "security.otel_enabled: the runtime exports traces, metrics and logs, and telemetry.otel.enabled is false; leave OTEL_DENO unset, and every variable that begins so, to end that (rule N4)",
    );
  } else if (enabled && !isOn) {
    log.warn(
      Deno.build.standalone
        ? "telemetry.otel.enabled is true, and this binary cannot export: run the program with deno, and OTEL_DENO=true, to have it exported"
        : "telemetry.otel.enabled is true, and the runtime does not export: start it with OTEL_DENO=true",
    );
  } else if (enabled) checkEndpoint(endpoint, variables);
  return isOn && enabled;
}

/** Whether the runtime exports anything; takes no permission. */
export function isExporting(): boolean {
  try {
    // It is never ended, and so never sent.
    return Deno.telemetry.tracerProvider.getTracer("townlet")
      .startSpan("probe").isRecording();
  } catch {
    // Without an exporter there is nothing to begin a span with.
    return false;
  }
}

function checkEndpoint(endpoint: string | null, variables: Variables): void {
  const read = (name: string) => {
    try {
      return variables(name);
    } catch (cause) {
      throw refusal(`The variable ${name} cannot be read`, {
        hint: "Grant what perms prints for this configuration",
        cause,
      });
    }
  };
  const place = addressOf(endpoint);
  const used = addressOf(read(ENDPOINT) ?? ENDPOINT_DEFAULT);
  if (place === "" || used !== place) throw elsewhere(ENDPOINT);
  for (const [name, path] of Object.entries(PARTS)) {
    const value = read(name);
    if (value === undefined) continue;
    if (addressOf(value) !== place + path) throw elsewhere(name);
  }
  if (read(VSOCK) !== undefined) throw elsewhere(VSOCK);
}

/** An address in its one form, without a last slash; "" for what is none. */
function addressOf(text: string | null): string {
  return URL.parse(text ?? "")?.href.replace(/\/$/, "") ?? "";
}

function unasked(): TownletError {
  return refusal("The runtime exports traces, metrics and logs", {
    hint:
      "Leave OTEL_DENO unset, and every variable that begins so, or set telemetry.otel.enabled and telemetry.otel.endpoint",
  });
}

function elsewhere(name: string): TownletError {
  return refusal(`The runtime does not export to telemetry.otel.endpoint`, {
    where: name,
    hint: name === ENDPOINT
      ? `Set ${name} to the address in the configuration`
      : `Leave ${name} unset`,
  });
}

function refusal(
  message: string,
  options: {
    readonly where?: string;
    readonly hint: string;
    readonly cause?: unknown;
  },
): TownletError {
  return new TownletError(`${message} (rule N4)`, {
    code: "security.otel",
    exit: EXIT.refused,
    ...options,
  });
}
