/** What the worker that writes may do: nothing but that (rule R5). @module */
import { dirname } from "node:path";
import type {
  SigningKey,
  TelemetrySettings,
} from "../../config/telemetry_settings.ts";
import type { Transport, TransportTls } from "../../config/transport.ts";
import { pathFrom } from "../../security/paths.ts";

/** The key that signs, or null. */
export function signingKey({ sign }: TelemetrySettings): SigningKey | null {
  return sign.keys.find(({ use }) => use === "sign") ?? null;
}

/** Permissions of the worker of a transport; certificates are beside `file`. */
export function workerPermissions(
  transport: Transport,
  settings: TelemetrySettings,
  file: string,
): Deno.PermissionOptionsObject {
  const folder = "file_path" in transport ? [dirname(transport.file_path)] : [];
  const secrets = [signingKey(settings)?.file, ...certificates(transport)]
    .filter((path) => typeof path === "string")
    .map((path) => pathFrom(file, path));
  return {
    read: [...folder, ...secrets],
    write: folder,
    net: addresses(transport),
    env: false,
    run: false,
    ffi: false,
    sys: false,
    import: false,
  };
}

function certificates(transport: Transport): readonly (string | null)[] {
  if (!("tls" in transport)) return [];
  if ("enabled" in transport.tls && !transport.tls.enabled) return [];
  const { ca_file, cert_file, key_file }: TransportTls = transport.tls;
  return [ca_file, cert_file, key_file];
}

/** The one address of a transport, as it is written. */
function addresses(transport: Transport): string[] {
  if (transport.type === "tcp") return [transport.endpoint];
  if (transport.type !== "http") return [];
  const { hostname, port } = new URL(transport.endpoint);
  return [`${hostname}:${port || "443"}`];
}
