import { assertEquals } from "@std/assert";
import type { Told } from "../../../cli/telemetry/excerpt.ts";
import { asSent, atSpeed } from "../../../cli/telemetry/pace.ts";
import type { Frame } from "../../../src/telemetry/reader/envelope.ts";

/** Lines of some ticks, with times or without. */
async function* lines(
  ...all: readonly (readonly [number, number?])[]
): AsyncGenerator<Told> {
  for (const [tick, ts] of all) {
    const frame: Frame = {
      kind: "beat",
      sid: "0".repeat(32),
      conn: 0,
      seq: 0,
      tick,
      channel: "meta",
      signedBy: null,
      ts: ts ?? null,
    };
    yield await Promise.resolve({ frame, text: String(tick) });
  }
}

/** When lines are due. */
async function times(
  due: AsyncIterable<{ readonly ms: number }>,
): Promise<number[]> {
  return (await Array.fromAsync(due)).map(({ ms }) => ms);
}

Deno.test("atSpeed() gives so many ticks a second, counted from the first", async () => {
  const all = () => lines([10], [10], [15], [20]);
  assertEquals(await times(atSpeed(all(), 10)), [0, 0, 500, 1000]);
  assertEquals(await times(atSpeed(all(), 0)), [0, 0, 0, 0]);
});

Deno.test("asSent() spreads what has no time between what has", async () => {
  assertEquals(
    await times(asSent(lines([0, 5000], [5], [10, 6000], [20, 9000], [30]))),
    [0, 500, 1000, 4000, 4000],
  );
});

Deno.test("asSent() never goes back, and without times waits for nothing", async () => {
  assertEquals(
    await times(asSent(lines([0, 5000], [10, 4000], [5], [20, 5500]))),
    [0, 0, 0, 500],
  );
  assertEquals(await times(asSent(lines([0], [1], [2]))), [0, 0, 0]);
});
