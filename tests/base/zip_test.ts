import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { RATIO_MAX, unzip, zip } from "../../src/base/zip.ts";

const OPTIONS = { where: "f", limitBytes: 1 << 24 };
const member = Uint8Array.from({ length: 3000 }, (_, i) => i % 50);

/** A copy of an archive with a number of its directory changed. */
function withField(archive: Uint8Array, offset: number, value: number) {
  const bytes = archive.slice();
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(bytes.length - 22 + 16, true);
  view.setUint32(directory + offset, value, true);
  return bytes;
}

const refusal = (bytes: Uint8Array) =>
  assertThrows(() => unzip(bytes, OPTIONS), TownletError);

Deno.test("unzip() gives what zip() packed, stored or deflated", () => {
  const members = new Map([["b", member], ["a/b.bin", new Uint8Array(0)]]);
  assertEquals(unzip(zip(members), OPTIONS), members);
  const packed = zip(members, { compress: true });
  assertEquals(unzip(packed, OPTIONS), members);
  assertEquals(packed.length < 1000, true);
});

Deno.test("zip() dates members 1980-01-01, wherever and whenever it is", () => {
  const bytes = zip(new Map([["a", member]]));
  const view = new DataView(bytes.buffer);
  assertEquals(view.getUint32(10, true), (1 << 21 | 1 << 16) >>> 0);
});

Deno.test("unzip() refuses what would become too much before inflating it (rule F4)", () => {
  const zeros = zip(new Map([["a", new Uint8Array(1 << 20)]]), {
    compress: true,
  });
  assertEquals((1 << 20) / zeros.length > RATIO_MAX, true);
  assertMatch(refusal(zeros).message, /would become 1048576 bytes/);
});

Deno.test("unzip() holds members to the size they tell (rule F4)", () => {
  const packed = zip(new Map([["a", member]]), { compress: true });
  const lying = withField(packed, 24, 100);
  assertMatch(refusal(lying).message, /longer than it says/);
  assertMatch(
    refusal(withField(packed, 24, 4000)).message,
    /shorter or longer than it says/,
  );
  const stored = zip(new Map([["a", member]]));
  assertMatch(refusal(withField(stored, 24, 2999)).message, /longer/);
  assertEquals(refusal(lying).where, "f: a");
});

Deno.test("unzip() refuses damage: checksum, directory, places, packing, end", () => {
  const stored = zip(new Map([["a", member]]));
  const changed = stored.slice();
  changed[100] ^= 1;
  assertMatch(refusal(changed).message, /checksum/);
  assertMatch(refusal(withField(stored, 0, 7)).message, /directory/);
  assertMatch(refusal(withField(stored, 42, 9)).message, /not where/);
  assertMatch(refusal(withField(stored, 20, 1 << 20)).message, /beyond/);
  assertMatch(refusal(withField(stored, 10, 99)).message, /unknown way/);
  assertMatch(refusal(withField(stored, 8, 1)).message, /encrypted/);
  assertMatch(refusal(stored.subarray(0, 3050)).message, /no zip archive/);
  const packed = zip(new Map([["a", member]]), { compress: true });
  const broken = packed.slice();
  broken.fill(255, 32, 60);
  assertMatch(refusal(broken).message, /inflated|says/);
});

Deno.test("unzip() refuses two members of one name", () => {
  const bytes = zip(new Map([["a", member], ["b", member]]));
  const text = new TextDecoder("latin1").decode(bytes);
  bytes[text.lastIndexOf("b", text.length - 22)] = "a".charCodeAt(0);
  assertMatch(refusal(bytes).message, /two members/);
});
