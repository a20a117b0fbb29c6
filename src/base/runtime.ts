/** What the supported versions of the runtime can do. @module */

/** The first minor version of Deno 2 that can do all that is used here. */
export const FULL_MINOR = 9;

/**
 * Whether a version of Deno, such as `2.9.6`, can do all that is used here.
 * Those before ask no clients for certificates, and their binaries export no
 * OpenTelemetry.
 */
export function isFullRuntime(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  return major > 2 || minor >= FULL_MINOR;
}
