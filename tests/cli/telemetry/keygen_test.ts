/** New keys. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { writeKey } from "../../../cli/telemetry/keygen.ts";
import { TownletError } from "../../../src/base/error.ts";
import { readKey } from "../../../src/security/key_files.ts";
import { inScratch } from "../../helpers/scratch.ts";

const STRICT = { what: "key", allowLoose: false, onLoose: () => {} };

Deno.test("writeKey() writes 32 random bytes that only their owner may read (rule S6)", async () => {
  await inScratch(async (folder) => {
    const keys = [];
    for (const name of ["a.key", "keys/b.key"]) {
      const path = `${folder}/${name}`;
      await writeKey(path);
      assertEquals((await Deno.stat(path)).mode ?? 0, 0o100600);
      keys.push(await readKey(path, STRICT));
    }
    assertEquals(keys.map(({ length }) => length), [32, 32]);
    assert(keys[0].toHex() !== keys[1].toHex());
  });
});

Deno.test("writeKey() replaces no key, and nothing else (rule S6)", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/a.key`;
    await writeKey(path);
    const before = await Deno.readTextFile(path);
    const error = await assertRejects(() => writeKey(path), TownletError);
    assertEquals([error.exit, error.where], [5, path]);
    assert(!`${error.message}${error.hint}`.includes(before.slice(4, 12)));
    assertEquals(await Deno.readTextFile(path), before);
  });
});
