/** Digests: SHA-256, and BLAKE2s where observations ask for it. @module */
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

/**
 * BLAKE2s-256 of text (as UTF-8): 32 bytes, which stand for it in observations.
 *
 * RFC 7693, https://www.rfc-editor.org/rfc/rfc7693
 */
export function blake2s256(text: string): Uint8Array {
  return createHash("blake2s256").update(text).digest();
}

/** The first four bytes of the {@link blake2s256} of text, 0 to 2³²−1. */
export function blake2sWord(text: string): number {
  const [a, b, c, d] = blake2s256(text);
  return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
}
