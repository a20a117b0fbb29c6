import { assertEquals, assertThrows } from "@std/assert";
import { Random } from "../../src/base/random.ts";
import { TownletError } from "../../src/base/error.ts";
import { openStream, streamState } from "../../src/training/streams.ts";

Deno.test("openStream() begins as a seeded one, and goes on as it was saved", () => {
  const stream = openStream(7, "training:shuffle");
  const plain = Random.seeded("7", "training:shuffle");
  for (let i = 0; i < 5; i++) {
    assertEquals(stream.random.float(), plain.float());
  }
  const saved = JSON.parse(JSON.stringify({ a: streamState(stream) }));
  assertEquals(saved.a.draws, 10);
  const again = openStream(0, "a", saved);
  for (let i = 0; i < 5; i++) {
    assertEquals(again.random.float(), plain.float());
  }
  assertThrows(() => openStream(7, "b", saved), TownletError, "stream b");
});
