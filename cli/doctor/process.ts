/** Checks of what this process may do, and of what watches it. @module */
import { isExporting } from "../../src/security/otel.ts";
import type { Permissions } from "../../src/security/permissions.ts";
import { COMMANDS } from "../commands.ts";
import { broadPermissions } from "../permissions.ts";
import { type Finding, fine, missing, note } from "./finding.ts";

/**
 * Variables that the runtime reads and that change whom or what it trusts;
 * docs/security.md says what each does.
 */
export const TRUST_VARIABLES = [
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "NODE_USE_SYSTEM_CA",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "DENO_DIR",
  "NPM_CONFIG_REGISTRY",
  "DENO_AUTH_TOKENS",
  "DENO_V8_FLAGS",
  "NODE_OPTIONS",
  "DENO_PERMISSION_BROKER_PATH",
  "DENO_AUDIT_PERMISSIONS",
  "SSLKEYLOGFILE",
  "OTEL_DENO",
  "OTEL_DENO_CONSOLE",
  "OTEL_DENO_METRICS",
  "OTEL_DENO_TRACING",
  "ALL_PROXY",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "NODE_USE_ENV_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
];

/** Whether it may do what a run wants, and nothing without a list. */
export function checkPermissions(): Finding {
  const { standalone } = Deno.build;
  const wanted = grantsOf(COMMANDS.simulate.grants)
    // A binary has the code and the towns inside.
    .filter(({ path }) => !standalone || path === "out");
  const refused = wanted.filter((grant) => !isGranted(grant));
  if (refused.length > 0) {
    return missing(
      "permissions",
      `A run also wants ${flagsOf(refused)}`,
      standalone
        ? "Compile it again: deno task compile"
        : "Use the task: deno task doctor",
    );
  }
  const broad = broadPermissions();
  return broad.length === 0
    ? fine(
      "permissions",
      `Reads ${pathsOf(wanted, "read")}; writes ${pathsOf(wanted, "write")}; ` +
        "nothing without a list",
    )
    : note(
      "permissions",
      `Granted without a list: ${broad.join(", ")}`,
      "Commands need no more than their tasks grant: docs/security.md",
    );
}

/** Which commands of a binary may do less than their tasks would grant. */
export function checkCommands(): Finding {
  const lacking = Object.entries(COMMANDS).flatMap(([name, { grants }]) =>
    grantsOf(grants).every(isGranted) ? [] : [name]
  );
  return lacking.length === 0
    ? fine("commands", "All may do what their tasks would grant")
    : note(
      "commands",
      `Files elsewhere are refused to ${lacking.join(", ")}`,
      "Run them from source, or see deno task compile:granted",
    );
}

/** Whether variables that change trust are set, where they may be looked at. */
export function checkEnvironment(): Finding {
  const name = "environment";
  const seen = TRUST_VARIABLES.filter((variable) =>
    isGranted({ name: "env", variable })
  );
  const set = seen.filter((variable) => Deno.env.has(variable));
  const remedy = "Unset what is not yours: docs/security.md, The environment";
  if (set.length > 0) return note(name, `Set: ${set.join(", ")}`, remedy);
  return seen.length === TRUST_VARIABLES.length
    ? fine(name, "No variable changes what the runtime trusts")
    : note(
      name,
      "This process may read no variables, so it does not know them",
      remedy,
    );
}

/** Whether the runtime sends what it logs to somebody. */
export function checkExporter(): Finding {
  return isExporting()
    ? note(
      "exporter",
      "The runtime's OpenTelemetry exporter is on, and sends what is logged",
      "Leave OTEL_DENO unset, and every variable that begins so",
    )
    : fine("exporter", "The runtime's OpenTelemetry exporter is off");
}

/** A folder that may be read or written. */
interface Grant {
  readonly name: "read" | "write";
  readonly path: string;
}

/** What the task of a command grants, one by one. */
function grantsOf(
  { read, write }: Pick<Permissions, "read" | "write">,
): Grant[] {
  return [
    ...read.map((path) => ({ name: "read", path }) as const),
    ...write.map((path) => ({ name: "write", path }) as const),
  ];
}

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/** Paths of one kind, as flags have them. */
function pathsOf(grants: readonly Grant[], kind: Grant["name"]): string {
  return grants.filter(({ name }) => name === kind).map(({ path }) => path)
    .join(",");
}

/** Flags that give these. */
function flagsOf(grants: readonly Grant[]): string {
  return (["read", "write"] as const).flatMap((kind) => {
    const paths = pathsOf(grants, kind);
    return paths === "" ? [] : [`--allow-${kind}=${paths}`];
  }).join(" ");
}
