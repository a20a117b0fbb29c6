import { assertEquals, assertRejects } from "@std/assert";
import {
  runMaterialize,
  type States,
  statesOf,
  type Ticks,
} from "../../../cli/telemetry/materialize.ts";
import type { FrameLine } from "../../../cli/telemetry/source.ts";
import { TownletError } from "../../../src/base/error.ts";
import { TelemetryReader } from "../../../src/telemetry/reader/reader.ts";
import { Writer } from "../../helpers/recording.ts";

/** A stream whose town changes at some ticks. */
function stream(): Writer {
  const writer = new Writer();
  writer.hello(0);
  writer.key("town", { a: 1 }, 2);
  writer.patch("town", { a: 1, b: 2 }, 5);
  writer.key("ops", { c: 3 }, 5);
  writer.patch("town", { b: 2 }, 9);
  return writer;
}

/** The states at some ticks, without the name of the stream. */
async function states(
  writer: Writer,
  ticks: Partial<Ticks>,
): Promise<Omit<States, "sid">[]> {
  const bytes = new TextEncoder().encode(writer.text());
  async function* frames(): AsyncGenerator<FrameLine> {
    const reader = new TelemetryReader(ReadableStream.from([bytes]));
    for await (const frame of reader) yield { frame, bytes: new Uint8Array() };
  }
  const all = await Array.fromAsync(
    statesOf(frames(), { at: undefined, every: 1, ...ticks }),
  );
  return all.map(({ t, states }) => ({ t, states }));
}

Deno.test("statesOf() gives the states after every tick, changed or not", async () => {
  const all = await states(stream(), {});
  assertEquals(all.map(({ t }) => t), [2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(all[2].states, { town: { a: 1 } });
  assertEquals(all[3].states, { town: { a: 1, b: 2 }, ops: { c: 3 } });
  assertEquals(all.at(-1)?.states, { town: { b: 2 }, ops: { c: 3 } });
});

Deno.test("statesOf() gives every N-th tick, or one", async () => {
  const ticks = async (wanted: Partial<Ticks>) =>
    (await states(stream(), wanted)).map(({ t }) => t);
  assertEquals(await ticks({ every: 4 }), [4, 8]);
  assertEquals(await ticks({ at: 7 }), [7]);
  assertEquals(await ticks({ at: 9 }), [9]);
  assertEquals(await ticks({ at: 1 }), []);
  assertEquals(await ticks({ at: 10 }), []);
});

Deno.test("statesOf() refuses a recording that jumps through time", async () => {
  const writer = stream();
  writer.key("town", {}, 2 ** 50);
  await assertRejects(() => states(writer, {}), TownletError, "jumps");
});

Deno.test("materialize wants one tick or every N-th, not both", async () => {
  const error = await assertRejects(
    () => runMaterialize({ source: "none.ndjson", at: 3, every: 2 } as Flags),
    TownletError,
    "--at and --every want different ticks",
  );
  assertEquals(error.exit, 2);
});

/** Flags of the command. */
type Flags = Parameters<typeof runMaterialize>[0];
