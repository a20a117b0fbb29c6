/** Snapshots made by somebody who knows how they are made. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { TownletError } from "../../src/base/error.ts";
import { sha256Hex } from "../../src/base/hash.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import { refusalOf } from "../helpers/answers.ts";
import { livelyTown } from "../snapshots/lively_town.ts";
import { forged } from "./forged.ts";
import { loadedChanges } from "./members.ts";

Deno.test("a snapshot with one member of its header changed is refused", async () => {
  assertEquals(await loadedChanges("header", 1), []);
});

Deno.test("a snapshot with one member of its state changed is refused", async () => {
  // tests/slow/fuzz_test.ts changes all of them.
  assertEquals(await loadedChanges("state", 31), []);
});

const { town, world } = livelyTown({ snapshot: { allow_config_drift: true } });
const TEXT = encodeSnapshot(town, world, { app: "townlet 0.1.0" });

async function loaded(text: string): Promise<TownletError | null> {
  return await refusalOf(() => decodeSnapshot(text, town, { where: "s" }));
}

Deno.test("F4: a state that would take all memory to parse is refused before", async () => {
  const many = "[],".repeat(12_000_000);
  const cases = [
    [`[${many}0]`, "The state has too many values"],
    ["[".repeat(1 << 20), "The state nests too deeply"],
    [`{"a":`.repeat(70), "The state nests too deeply"],
    [`["${"[".repeat(100)}\\"[[[", 1`, "The state is not JSON"],
    [`["\\\\", [[[[`, "The state is not JSON"],
    ['"', "The state is not JSON"],
  ] as const;
  for (const [line, message] of cases) {
    const text = forged(TEXT, () => null, "state");
    const [header] = text.split("\n");
    const fitting = JSON.stringify({
      ...JSON.parse(header),
      state_bytes: line.length,
      state_sha256: sha256Hex(line),
    });
    const refusal = await loaded(`${fitting}\n${line}\n`);
    assertStringIncludes(String(refusal?.message), message);
  }
});

Deno.test("I3: forbidden keys in a snapshot are refused wherever they are", async () => {
  for (const key of ["__proto__", "constructor", "prototype"]) {
    const planted = (at: (state: Record<string, unknown>) => unknown) =>
      forged(TEXT, (state) => {
        const holder = at(state as Record<string, unknown>) as object;
        Object.defineProperty(holder, key, { value: {}, enumerable: true });
        return state;
      }, "state");
    for (
      const at of [
        (state: Record<string, unknown>) => state,
        (state: Record<string, unknown>) => state.config,
        (state: Record<string, unknown>) => state.names,
        (state: Record<string, unknown>) => state.world,
      ]
    ) {
      assertEquals((await loaded(planted(at))) === null, false, key);
    }
  }
  assertEquals(Object.hasOwn(Object.prototype, "polluted"), false);
});
