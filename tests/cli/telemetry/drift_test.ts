import { assertEquals, assertRejects } from "@std/assert";
import {
  driftLimit,
  driftsOf,
  readBaseline,
} from "../../../cli/telemetry/drift.ts";
import { TownletError } from "../../../src/base/error.ts";
import { Writer } from "../../helpers/recording.ts";
import { inScratch } from "../../helpers/scratch.ts";

const SOURCE = { source: "-", verifyKey: [], bestEffort: false };

/** Whether a drift of such means is too far. */
function exceeded(before: number, now: number, limit: string): boolean {
  const parsed = driftLimit.parse(limit);
  if (!parsed.success) throw new TypeError(limit);
  const [drift] = driftsOf(
    new Map([["loss", before], ["gone", 1]]),
    new Map([["loss", now], ["new", 1]]),
    parsed.value,
  );
  return drift.exceeded;
}

Deno.test("driftsOf() compares what both tell, in numbers and in percent", () => {
  assertEquals(
    driftsOf(
      new Map([["a", 2], ["b", 0]]),
      new Map([["b", 1], ["a", 1.5]]),
      undefined,
    ),
    [
      {
        metric: "a",
        baseline: 2,
        value: 1.5,
        drift: -0.5,
        percent: -25,
        exceeded: false,
      },
      {
        metric: "b",
        baseline: 0,
        value: 1,
        drift: 1,
        percent: null,
        exceeded: false,
      },
    ],
  );
});

Deno.test("a drift is too far above its limit, not at it", () => {
  assertEquals(exceeded(2, 1.5, "0.5"), false);
  assertEquals(exceeded(2, 1.49, "0.5"), true);
  assertEquals(exceeded(2, 1.5, "25%"), false);
  assertEquals(exceeded(-2, -1.4, "25%"), true);
  assertEquals(exceeded(0, 0, "0%"), false);
  assertEquals(exceeded(0, 1e-9, "1000%"), true);
  for (const wrong of ["", "%", "-1", "x", "NaN", "1e999", " "]) {
    assertEquals(driftLimit.parse(wrong).success, false, wrong);
  }
});

Deno.test("a baseline is a recording of a training, or what stats told of it", async () => {
  await inScratch(async (folder) => {
    const writer = new Writer();
    writer.hello(0);
    writer.events("training", [{ epoch: 1, loss: 2 }], 1);
    writer.events("training", [{ epoch: 2, loss: 4, social: { chat: 1 } }], 2);
    const path = `${folder}/then.ndjson`;
    await Deno.writeTextFile(path, writer.text());
    assertEquals(
      await readBaseline(path, SOURCE),
      new Map([["epoch", 1.5], ["loss", 3], ["social.chat", 1]]),
    );
    const stats = `${folder}/then.json`;
    await Deno.writeTextFile(
      stats,
      '{"format":"townlet.telemetry_stats","training":{"loss":{"mean":3}}}',
    );
    assertEquals(await readBaseline(stats, SOURCE), new Map([["loss", 3]]));
    await Deno.writeTextFile(stats, '{"format":"townlet.telemetry_stats"}');
    await assertRejects(
      () => readBaseline(stats, SOURCE),
      TownletError,
      "no training",
    );
  });
});
