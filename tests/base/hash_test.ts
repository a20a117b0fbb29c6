import { assertEquals } from "@std/assert";
import { openSha256, sha256, sha256Hex } from "../../src/base/hash.ts";

/** Digests of FIPS 180-4's examples. */
const VECTORS = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
] as const;

Deno.test("sha256Hex() gives the published digests, of text and of bytes", () => {
  for (const [text, digest] of VECTORS) {
    assertEquals(sha256Hex(text), digest);
    assertEquals(sha256Hex(new TextEncoder().encode(text)), digest);
  }
});

Deno.test("sha256() gives the same as bytes", () => {
  assertEquals(sha256("abc").length, 32);
  assertEquals([...sha256("abc").subarray(0, 4)], [0xba, 0x78, 0x16, 0xbf]);
});

Deno.test("a SHA-256 fed piece by piece is that of the whole", () => {
  const hash = openSha256();
  hash.update("a");
  hash.update(new Uint8Array([98]));
  hash.update("c");
  assertEquals(hash.hex(), VECTORS[1][1]);
  assertEquals(sha256Hex("é"), sha256Hex(new Uint8Array([0xc3, 0xa9])));
});
