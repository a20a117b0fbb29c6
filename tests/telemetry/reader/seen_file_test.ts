import { assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import {
  readSeen,
  writeSeen,
} from "../../../src/telemetry/reader/seen_file.ts";
import { SID } from "../../helpers/recording.ts";
import { inScratch } from "../../helpers/scratch.ts";

Deno.test("what was seen is read back as it was written", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/seen.json`;
    assertEquals(await readSeen(path), new Map());
    const seen = new Map([
      [SID, { conn: 3, seq: 99 }],
      ["f".repeat(32), { conn: 0, seq: -1 }],
    ]);
    await writeSeen(path, seen);
    assertEquals(await readSeen(path), seen);
    await writeSeen(path, new Map());
    assertEquals(await readSeen(path), new Map());
  });
});

Deno.test("what is no state of received streams is refused, and not replaced", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/seen.json`;
    const wrong = [
      "",
      "{}",
      "[",
      '{"format":"townlet.telemetry_seen","version":2,"streams":{}}',
      '{"format":"townlet.telemetry_seen","version":1,"streams":{"x":{"conn":0,"seq":0}}}',
      `{"format":"townlet.telemetry_seen","version":1,"streams":{"${SID}":{"conn":-1,"seq":0}}}`,
      `{"format":"townlet.telemetry_seen","version":1,"streams":{"${SID}":null}}`,
    ];
    for (const text of wrong) {
      await Deno.writeTextFile(path, text);
      await assertRejects(() => readSeen(path), TownletError, "no state", text);
    }
    await Deno.writeTextFile(path, "# notes\n");
    const error = await assertRejects(
      () => writeSeen(path, new Map()),
      TownletError,
    );
    assertEquals(error.exit, 5);
  });
});
