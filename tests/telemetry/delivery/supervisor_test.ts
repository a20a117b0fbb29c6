import { assert, assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { inScratch } from "../../helpers/scratch.ts";
import { readArrived } from "./bodies.ts";
import { open, until } from "./open.ts";
import { checkArrived, MadeUpTown } from "./town.ts";

const WRITER = new URL(
  "../../../src/telemetry/delivery/worker.ts",
  import.meta.url,
);

/** Starts bad workers first, and then good ones. */
function openers(name: string, bad: number): () => Worker {
  let started = 0;
  return () => {
    const url = started++ < bad
      ? new URL(`./workers/${name}.ts`, import.meta.url)
      : WRITER;
    return new Worker(url, { type: "module" });
  };
}

Deno.test("a worker that hangs is seen, and another one writes what it had", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    const { delivery, log } = await open({
      transport: { type: "file", file_path: path },
      worker: { stall_ms: 500 },
      buffer: { flush_ms: 1 },
    }, { openWorker: openers("stuck", 1) });
    const town = new MadeUpTown();
    for (let i = 0; i < 20; i++) town.step(delivery);
    let wasDead = false;
    // This town keeps its event loop waiting.
    while (delivery.health(town.tick).worker_restarts === 0) {
      const { worker_alive } = delivery.health(town.tick);
      wasDead ||= !worker_alive;
      town.step(delivery);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
    for (let i = 0; i < 20; i++) town.step(delivery);
    await delivery.close("complete");
    checkArrived(town, readArrived(await Deno.readTextFile(path)));
    const health = delivery.health(town.tick);
    assertEquals(health.worker_restarts, 1);
    assertEquals(health.worker_error, "no sign of life for 500 ms");
    assertEquals(log, [
      `warn: telemetry to ${path} has a new worker, the one before failed: no sign of life for 500 ms`,
    ]);
    assertEquals(wasDead, true);
  });
});

Deno.test("a worker that throws is replaced, as often as it may be", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    const { delivery, log } = await open({
      transport: { type: "file", file_path: path },
      worker: { restart_limit: 2 },
      buffer: { flush_ms: 1 },
    }, { openWorker: openers("throws", 3) });
    const town = new MadeUpTown();
    await until(() => {
      town.step(delivery);
      return delivery.health(town.tick).state === "failed";
    });
    const health = delivery.health(town.tick);
    assertEquals([health.worker_alive, health.worker_restarts], [false, 2]);
    assert(health.worker_error?.includes("out of order"));
    assertEquals(delivery.begin(town.tick + 1).hold, true);
    assert((await delivery.close("complete")).undelivered > 0);
    assertEquals(log.length, 3);
    assert(log[2].startsWith("error: telemetry_transport_failed: "));
  });
});

Deno.test("a worker that cannot start is a refusal", async () => {
  await assertRejects(
    () =>
      open({ transport: { type: "stdout" } }, {
        openWorker: () =>
          new Worker("data:text/javascript,throw new Error('no')", {
            type: "module",
          }),
      }),
    TownletError,
    "cannot start",
  );
});
