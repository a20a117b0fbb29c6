import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LINE_BYTES_MAX } from "../../../src/telemetry/frame.ts";
import { LineSplitter, readLines } from "../../../src/telemetry/reader/line.ts";

const decoder = new TextDecoder();

/** Cuts bytes at some places. */
function* pieces(
  bytes: Uint8Array,
  sizes: readonly number[],
): Generator<Uint8Array> {
  let at = 0;
  for (const size of sizes) yield bytes.slice(at, at += size);
  yield bytes.slice(at);
}

async function* later(
  chunks: Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

Deno.test("readLines() gives the same lines however the bytes arrive", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.string({ unit: fc.constantFrom("a", "é", "😀", "\r", "\0") })),
    fc.string({ unit: fc.constantFrom("b", "ü") }),
    fc.array(fc.nat(7)),
    async (lines, last, sizes) => {
      const text = lines.map((line) => `${line}\n`).join("") + last;
      const bytes = new TextEncoder().encode(text);
      const found = await Array.fromAsync(
        readLines(later(pieces(bytes, sizes))),
      );
      const expected = last === "" ? lines : [...lines, last];
      assertEquals(found.map(({ bytes }) => decoder.decode(bytes)), expected);
      assertEquals(
        found.map(({ number }) => number),
        [
          ...expected.keys(),
        ].map((i) => i + 1),
      );
      for (const line of found) {
        const end = line.offset + line.bytes.length;
        assertEquals(bytes.slice(line.offset, end), line.bytes);
        assertEquals(line.ended, bytes[end] === 0x0a);
      }
    },
  ));
});

Deno.test("a LineSplitter keeps one byte too many of a line that is too long", () => {
  const splitter = new LineSplitter();
  const chunk = new Uint8Array(64 << 10).fill(0x61);
  for (let i = 0; i < 64; i++) assertEquals(splitter.push(chunk), []);
  const [long, short] = splitter.push(
    new TextEncoder().encode("end\nshort\n"),
  );
  assertEquals(long.bytes.length, LINE_BYTES_MAX + 1);
  assertEquals(decoder.decode(short.bytes), "short");
  assertEquals(short.offset, 64 * chunk.length + 4);
  assertEquals(splitter.end(), null);
});
