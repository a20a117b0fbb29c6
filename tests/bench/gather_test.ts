import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Film, filmTown, scatter } from "./film.ts";
import { openCounts } from "./gather_counts.ts";
import { assemble } from "./gather_wasm.ts";
import { assertSameMaps, GATHERS } from "./gathers.ts";

/** A few ticks of a small town in the busy hours of its first day. */
function shortFilm(policy: "scripted" | "random"): Film {
  return filmTown({ agents: 24, policy, warmUp: 480, frames: 12 });
}

/** How many numbers differ from one frame of a film to the next, in all. */
function changesOf(frames: readonly (Int32Array | Uint8Array)[]): number[] {
  return frames.slice(1).map((frame, i) =>
    frame.filter((value, at) => value !== frames[i][at]).length
  );
}

Deno.test("every gather draws what the double loop draws", () => {
  for (const policy of ["scripted", "random"] as const) {
    const film = shortFilm(policy);
    assertSameMaps(film, policy);
    assertSameMaps(scatter(film), `${policy}, scattered`);
  }
});

Deno.test("assertSameMaps() finds maps that miss what happens", () => {
  const stale: typeof GATHERS[string] = (stage) => {
    const gather = GATHERS["double loop, u8"](stage);
    const maps = gather.draw();
    return { indexOf: gather.indexOf, draw: () => maps };
  };
  assertThrows(
    () => assertSameMaps(shortFilm("random"), "a film", { stale }),
    RangeError,
    "a film, stale, tick 0: resident ",
  );
});

Deno.test("assertSameMaps() finds counts that are wrong", () => {
  const right = GATHERS["WebAssembly, u8, and counts"];
  const wrong: typeof right = (stage) => {
    const gather = GATHERS["what changed, u8, and counts"](stage);
    const { features, summary } = openCounts(stage).counts();
    return { ...gather, counts: () => ({ features, summary }) };
  };
  assertThrows(
    () => assertSameMaps(shortFilm("random"), "a film", { right, wrong }),
    RangeError,
    "a film, wrong, tick 0: feature ",
  );
});

Deno.test("filmTown() films residents who walk and objects that are taken", () => {
  const { tiles, held, tables: { town } } = shortFilm("random");
  assertEquals([tiles.length, held.length], [12, 12]);
  assertEquals([tiles[0].length, held[0].length], [24, town.objectIds.length]);
  for (const changes of [changesOf(tiles), changesOf(held)]) {
    assert(changes.some((count) => count > 0), String(changes));
  }
});

Deno.test("scatter() moves nearly everybody every tick, within the grid", () => {
  const { tiles, tables: { town } } = scatter(shortFilm("scripted"));
  for (const changes of changesOf(tiles)) assert(changes > 20);
  for (const frame of tiles) {
    for (const tile of frame) assert(tile >= 0 && tile < town.width ** 2);
  }
});

Deno.test("assemble() makes a module of one function, and refuses no offset", () => {
  for (const offset of [0, 63, 64, 127, 128, 8191, 8192, 1_000_000]) {
    const bytes = assemble({
      copies: [{ from: offset, to: offset, bytes: 16 }],
      mark: offset,
      mapBytes: offset,
    });
    assertEquals(
      WebAssembly.Module.exports(new WebAssembly.Module(bytes)),
      [{ name: "gather", kind: "function" }],
    );
  }
});
