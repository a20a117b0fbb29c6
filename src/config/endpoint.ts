/** Addresses in a configuration: `host:port`, `[v6]:port`. @module */

/** A host and a port. */
export interface Endpoint {
  /** Name or address, an IPv6 address without its brackets. */
  readonly host: string;
  /** Port, 1 to 65535. */
  readonly port: number;
}

/** Reads `host:port` or `[v6]:port`; null if it is neither. */
export function parseEndpoint(text: string): Endpoint | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):([0-9]{1,5})$/
    .exec(text);
  if (match === null) return null;
  const host = match[1] ?? match[2];
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) return null;
  if (match[1] !== undefined && !host.includes(":")) return null;
  return { host, port };
}

/** Whether `host` can only mean this machine. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  const parts = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  return parts !== null && parts.slice(1).every((part) => Number(part) <= 255);
}

/**
 * Whether a text is an address of one of some schemes, such as `https:`, that
 * carries no name and no password, and nothing an address cannot show.
 */
export function isAddress(
  text: string,
  ...schemes: readonly string[]
): boolean {
  const url = /^[!-~]+$/.test(text) ? URL.parse(text) : null;
  return url !== null && schemes.includes(url.protocol) &&
    url.username === "" && url.password === "";
}
