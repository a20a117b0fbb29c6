/** Chains of signatures, and keys. @module */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../src/base/error.ts";
import {
  ChainVerifier,
  decodeKey,
  deriveSessionKey,
  SignatureChain,
  splitSignature,
} from "../../src/security/signing.ts";

const SID = "00112233445566778899aabbccddeeff";
const KEY = bytesOf("townlet-test-key-townlet-test-key");
const SESSION = deriveSessionKey(KEY, SID);

/** Lines and how they are signed, worked out apart from this code. */
const VECTOR = [
  {
    line:
      `{"v":1,"sid":"${SID}","conn":0,"next":0,"ch":"meta","k":"hello","t":0,"d":{"schema":"1.0"}}`,
    sig: "k1.vWF1kZd89VelEQ4Ne_QaSXUqISSC_qLMZSWH9a0rSj0",
  },
  {
    line:
      '{"v":1,"seq":0,"ch":"town","n":0,"k":"key","t":1,"d":{"queues":{"rotations":0}}}',
    sig: "k1.GaxDbhX-14I1SDof-K-Q76BLz2s7j8v0kDY8mAgxUfM",
  },
];

Deno.test("deriveSessionKey() gives the key that is known", () => {
  assertEquals(
    Buffer.from(SESSION).toString("hex"),
    "32dd09da4b76b244963436daf3f5928cc2c5a61884cc64fc59b4c36a9bdf0356",
  );
});

Deno.test("deriveSessionKey() refuses what names no stream", () => {
  for (const sid of ["", SID.slice(1), SID.toUpperCase(), `${SID}00`]) {
    assertThrows(() => deriveSessionKey(KEY, sid), RangeError);
  }
});

Deno.test("SignatureChain signs the lines that are known as they are known", () => {
  const chain = new SignatureChain(SESSION, "k1");
  for (const { line, sig } of VECTOR) {
    assertEquals(chain.sign(line), `${line.slice(0, -1)},"sig":"${sig}"}`);
  }
});

/** Contents of lines, with letters of several bytes among them. */
const contents = fc.array(
  fc.string({ unit: "grapheme" }).map((text) => JSON.stringify({ d: text })),
  { minLength: 1, maxLength: 6 },
);

Deno.test("law: what SignatureChain signs, ChainVerifier accepts", () => {
  fc.assert(fc.property(contents, (lines) => {
    assertEquals(accepted(signed(lines)), lines.map(() => true));
  }));
});

Deno.test("law: a chain with one bit flipped is refused at that line", () => {
  fc.assert(fc.property(contents, fc.nat(), fc.nat(), (lines, at, bit) => {
    const all = signed(lines);
    const line = all[at % all.length];
    line[(bit >> 3) % line.length] ^= 1 << (bit & 7);
    assertEquals(accepted(all).indexOf(false), at % all.length);
  }));
});

Deno.test("law: a line dropped, doubled or swapped breaks the chain there", () => {
  fc.assert(fc.property(contents, fc.nat(), (lines, where) => {
    const all = signed(["{}", ...lines, "{}"]);
    const at = where % (all.length - 1);
    const doubled = [...all.slice(0, at + 1), ...all.slice(at)];
    assertEquals(accepted(doubled).indexOf(false), at + 1);
    assertEquals(accepted(all.toSpliced(at, 1)).indexOf(false), at);
    const swapped = all.with(at, all[at + 1]).with(at + 1, all[at]);
    assertEquals(accepted(swapped).indexOf(false), at);
  }));
});

Deno.test("ChainVerifier accepts no line of another stream, key or place", () => {
  const chain = new SignatureChain(SESSION, "k1");
  const [first, second] = ["{}", "{}"].map((line) =>
    splitSignature(bytesOf(chain.sign(line)))
  );
  assert(first !== null && second !== null);
  const others = [
    deriveSessionKey(KEY, SID.replace("0", "1")),
    deriveSessionKey(bytesOf("another-test-key-another-test-key"), SID),
  ];
  for (const session of others) {
    const verifier = new ChainVerifier(session);
    assertEquals(verifier.check(first.content, first.mac), false);
  }
  const verifier = new ChainVerifier(SESSION);
  assertEquals(verifier.check(second.content, second.mac), false);
  assertEquals(verifier.check(first.content, first.mac.subarray(1)), false);
  assertEquals(verifier.check(first.content, first.mac), true);
  assertEquals(verifier.check(second.content, second.mac), true);
});

Deno.test("splitSignature() finds content, key and link", () => {
  const { line, sig } = VECTOR[0];
  const split = splitSignature(
    bytesOf(`${line.slice(0, -1)},"sig":"${sig}"}`),
  );
  assertEquals(split?.kid, "k1");
  assertEquals(new TextDecoder().decode(split?.content), line.slice(0, -1));
  assertEquals(
    Buffer.from(split?.mac ?? []).toString("base64url"),
    sig.slice(3),
  );
});

Deno.test("splitSignature() refuses all that is not just as it is written", () => {
  const mac = "vWF1kZd89VelEQ4Ne_QaSXUqISSC_qLMZSWH9a0rSj0";
  const end = `,"sig":"k1.${mac}"}`;
  const long = "k".repeat(33);
  const not = [
    "",
    "{}",
    end,
    ` {"d":1${end}`,
    `\ufeff{"d":1${end}`,
    `{"d":1${end}\r`,
    `{"d":1${end} `,
    `{"d":1${end}\n`,
    `{"d":1,"sig":"k1.${mac}" }`,
    `{"d":1, "sig":"k1.${mac}"}`,
    `{"d":1,"sig": "k1.${mac}"}`,
    `{"d":1,"sig":".${mac}"}`,
    `{"d":1,"sig":"${long}.${mac}"}`,
    `{"d":1,"sig":"k.1.${mac}"}`,
    `{"d":1,"sig":"k1${mac}"}`,
    `{"d":1,"sig":"k1.${mac.slice(1)}"}`,
    `{"d":1,"sig":"k1.${mac}0"}`,
    `{"d":1,"sig":"k1.${mac}="}`,
    // Its two last bits are not zero, or its letters not those of base64url.
    `{"d":1,"sig":"k1.${mac.slice(0, -1)}1"}`,
    `{"d":1,"sig":"k1.${mac.replace("_", "/")}"}`,
    `{"d":1,"SIG":"k1.${mac}"}`,
    `{"d":1,"sig":"k1.${mac}","x":1}`,
  ];
  for (const line of not) assertEquals(splitSignature(bytesOf(line)), null);
  const longest = splitSignature(bytesOf(`{,"sig":"${long.slice(1)}.${mac}"}`));
  assertEquals(longest?.content, bytesOf("{"));
});

Deno.test("decodeKey() takes text after hex: or b64:, and bytes as they are", () => {
  const key = Uint8Array.from({ length: 33 }, (_, i) => i * 7 + 190);
  const { hex, base64, base64url } = {
    hex: Buffer.from(key).toString("hex"),
    base64: Buffer.from(key).toString("base64"),
    base64url: Buffer.from(key).toString("base64url"),
  };
  const texts = [
    `hex:${hex}`,
    `hex: ${hex.toUpperCase()}\n`,
    `b64:${base64}`,
    `b64:\t${base64.replaceAll("=", "")}\r\n`,
    `b64:${base64url}`,
  ];
  for (const text of texts) assertEquals(decodeKey(bytesOf(text), "k"), key);
  const raw = bytesOf("0123456789abcdef0123456789abcde\n");
  assertEquals(decodeKey(raw, "k"), raw);
});

Deno.test("decodeKey() refuses keys of fewer than 32 bytes (rule S5)", () => {
  const short = [
    "",
    "secret",
    "x".repeat(31),
    "hex:",
    "b64:",
    `hex:${"ab".repeat(31)}`,
    `b64:${Buffer.from("x".repeat(31)).toString("base64")}`,
  ];
  for (const text of short) {
    const error = assertThrows(
      () => decodeKey(bytesOf(text), "keys/town.key"),
      TownletError,
      "fewer than 32 bytes (rule S5)",
    );
    assertEquals([error.exit, error.where], [5, "keys/town.key"]);
  }
});

Deno.test("decodeKey() refuses text it cannot decode, and shows none of it", () => {
  const canary = "deadbeef".repeat(8);
  const wrong = [
    `hex:${canary}0`,
    `hex:${canary}zz`,
    `hex:${canary} ${canary}`,
    `hex:${canary}\n${canary}`,
    `b64:${canary}!`,
    `b64:${canary}\n${canary}`,
    `b64:${canary}a`,
    `b64:${canary}===`,
    `b64:${canary.slice(1)}é`,
  ];
  for (const text of wrong) {
    const error = assertThrows(
      () => decodeKey(bytesOf(text), "TOWN_KEY"),
      TownletError,
      `What follows ${text.slice(0, 4)} is no`,
    );
    assertEquals([error.exit, error.where], [2, "TOWN_KEY"]);
    assert(!`${error.message}${error.hint}${error.stack}`.includes("deadbeef"));
  }
});

/** Signs lines with one chain. */
function signed(lines: readonly string[]): Uint8Array[] {
  const chain = new SignatureChain(SESSION, "k1");
  return lines.map((line) => bytesOf(chain.sign(line)));
}

/** Which lines of a chain are accepted; all have the name of the key right. */
function accepted(lines: readonly Uint8Array[]): boolean[] {
  const verifier = new ChainVerifier(SESSION);
  return lines.map((line) => {
    const split = splitSignature(line);
    return split?.kid === "k1" && verifier.check(split.content, split.mac);
  });
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
