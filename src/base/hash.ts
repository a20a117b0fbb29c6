/** SHA-256, the one digest Townlet uses. @module */
import { createHash } from "node:crypto";

/** SHA-256 of text (as UTF-8) or bytes: 32 bytes. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return createHash("sha256").update(data).digest();
}

/** SHA-256 of text (as UTF-8) or bytes, as 64 lower-case hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** A SHA-256 fed piece by piece. */
export interface Sha256 {
  /** Adds text (as UTF-8) or bytes. */
  update(data: string | Uint8Array): void;
  /** Ends it: 64 lower-case hex digits. */
  hex(): string;
}

/** Begins a SHA-256 that is fed piece by piece. */
export function openSha256(): Sha256 {
  const hash = createHash("sha256");
  return {
    update: (data) => void hash.update(data),
    hex: () => hash.digest("hex"),
  };
}
