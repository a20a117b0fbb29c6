import { assertEquals, assertRejects } from "@std/assert";
import { type ReplayFlags, runReplay } from "../../../cli/telemetry/replay.ts";
import { TownletError } from "../../../src/base/error.ts";
import { recording } from "../../helpers/recording.ts";
import { inScratch } from "../../helpers/scratch.ts";

/** The flags of a replay, as they are when none is given. */
function flags(some: Partial<ReplayFlags>): ReplayFlags {
  return {
    source: "",
    verifyKey: [],
    bestEffort: false,
    from: undefined,
    to: undefined,
    speed: undefined,
    toWs: undefined,
    out: undefined,
    ...some,
  };
}

Deno.test("replay never writes over what it reads, by whatever name", async () => {
  await inScratch(async (folder) => {
    const source = `${folder}/town.ndjson`;
    const other = `${folder}/other.ndjson`;
    const text = recording({ ticks: 5 }).text();
    await Deno.writeTextFile(source, text);
    await Deno.link(source, other);
    for (
      const some of [
        { source, out: source },
        { source, out: other },
        { source: folder, out: source },
        { source: folder, out: `${folder}/new.ndjson` },
      ]
    ) {
      await assertRejects(
        () => runReplay(flags(some)),
        TownletError,
        "in the way of what is read",
      );
      assertEquals(await Deno.readTextFile(source), text, some.out);
    }
    const out = `${folder}/again.ndjson`;
    assertEquals(await runReplay(flags({ source, out })), 0);
    assertEquals(await Deno.readTextFile(out), text);
  });
});

Deno.test("replay of ticks that were not recorded, or of nothing, is refused", async () => {
  await inScratch(async (folder) => {
    const source = `${folder}/town.ndjson`;
    const out = `${folder}/out/again.ndjson`;
    await Deno.writeTextFile(source, recording({ ticks: 5 }).text());
    await assertRejects(
      () => runReplay(flags({ source, out, from: 100 })),
      TownletError,
      "Nothing was recorded between these ticks",
    );
    await Deno.writeTextFile(source, "");
    await assertRejects(
      () => runReplay(flags({ source, out })),
      TownletError,
      "The recording is empty",
    );
  });
});
