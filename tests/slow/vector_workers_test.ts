import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { benchConfig } from "../../cli/bench/town.ts";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { configFrom } from "../../src/config/load.ts";
import { openVectorTown } from "../../src/vector/vector.ts";
import { config, showAll, someActions } from "../vector/lively.ts";

/** Everything that 5 worlds show in every step, by so many threads. */
async function life(workers: number): Promise<string[]> {
  using vector = await openVectorTown(config, {
    worlds: 5,
    workers,
    seed: 77,
    episodeTicks: 30,
    mapFormat: "u8",
  });
  const shown = [showAll(vector)];
  for (let tick = 0; tick < 60; tick++) {
    vector.step(tick % 3 === 0 ? undefined : someActions(vector, tick));
    if (tick === 40) vector.reset({ worlds: new Uint8Array([1, 0, 0, 1, 1]) });
    shown.push(showAll(vector), ...vector.hashes());
  }
  return shown;
}

Deno.test("1, 2 and 3 threads give the same, byte by byte", async () => {
  const one = await life(1);
  for (const workers of [2, 3]) assertEquals(await life(workers), one);
  assertEquals(new Set(one).size > one.length / 2, true, "something happens");
});

Deno.test("what some threads have saved others go on with, byte by byte", async () => {
  const options = { worlds: 5, episodeTicks: 30, mapFormat: "u8" } as const;
  const lives: string[][] = [];
  for (const [before, after] of [[1, 1], [1, 2], [2, 3], [3, 1]]) {
    using first = await openVectorTown(config, {
      ...options,
      workers: before,
      seed: 77,
    });
    for (let tick = 0; tick < 33; tick++) first.step(someActions(first, tick));
    const saved = await first.save();
    using second = await openVectorTown(config, {
      ...options,
      workers: after,
      saved,
    });
    const shown = [showAll(second)];
    assertEquals(shown, [showAll(first)]);
    for (let tick = 33; tick < 60; tick++) {
      second.step(someActions(second, tick));
      shown.push(showAll(second), ...second.hashes());
    }
    lives.push(shown);
  }
  for (const life of lives) assertEquals(life, lives[0]);
});

Deno.test("a worker that cannot go on with its worlds says why", async () => {
  using vector = await openVectorTown(config, { worlds: 2 });
  const saved = await vector.save();
  const short = { ...saved.worlds[1], primary: new Uint8Array(8) };
  for (const workers of [1, 2]) {
    await assertRejects(
      () =>
        openVectorTown(config, {
          worlds: 2,
          workers,
          saved: { ...saved, worlds: [saved.worlds[0], short] },
        }),
      TownletError,
      "and not 8",
    );
  }
});

Deno.test({
  name: "workers need read permission for the package's files",
  permissions: "none",
  async fn() {
    const error = await assertRejects(
      () => openVectorTown(config, { worlds: 2, workers: 2 }),
      TownletError,
      "A worker cannot start",
    );
    assertStringIncludes(error.hint ?? "", "read permission");
  },
});

Deno.test("R5: workers are started without any permission", async () => {
  const { Worker: Real } = globalThis;
  const given: unknown[] = [];
  globalThis.Worker = class extends Real {
    constructor(file: string | URL, options?: WorkerOptions) {
      super(file, options);
      given.push(options?.deno);
    }
  };
  try {
    using vector = await openVectorTown(config, { worlds: 3, workers: 3 });
    vector.step();
  } finally {
    globalThis.Worker = Real;
  }
  assertEquals(given, [{ permissions: "none" }, { permissions: "none" }]);
});

Deno.test("a world that fails closes the vector and is named, whoever steps it", async () => {
  for (const world of [0, 1]) {
    const vector = await openVectorTown(config, { worlds: 2, workers: 2 });
    vector.seeds[world] = NaN;
    const error = assertThrows(() => vector.reset(), TownletError, "not NaN");
    assertStringIncludes(error.message, `World ${world}: `);
    assertEquals([error.code, error.exit], ["vector.world", EXIT.failed]);
    assertThrows(() => vector.step(), TypeError, "closed");
  }
});

Deno.test("a worker that does not answer in time is given up", async () => {
  const vector = await openVectorTown(configFrom(benchConfig(256)), {
    worlds: 16,
    workers: 2,
    timeoutMs: 1,
  });
  const worlds = new Uint8Array(16).fill(1, 8); // all of the worker's
  assertThrows(
    () => vector.reset({ worlds }),
    TownletError,
    "does not answer",
  );
  assertThrows(() => vector.step(), TypeError, "closed");
});
