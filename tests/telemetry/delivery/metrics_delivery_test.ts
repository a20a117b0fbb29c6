import { assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../../src/base/error.ts";
import { inScratch } from "../../helpers/scratch.ts";
import { open, until } from "./open.ts";

Deno.test("metrics replace those before as a whole, the last ones too", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/below/town.prom`;
    const { delivery, log } = await open({
      transport: { type: "prometheus", file_path: path },
    });
    assertEquals([delivery.takesFrames, delivery.wantsText], [false, true]);
    delivery.offerText("# HELP townlet_ticks_total Ticks\n");
    // Not twice within a second.
    assertEquals(delivery.wantsText, false);
    await until(() => delivery.health(1).batches_total === 1);
    assertEquals(
      await Deno.readTextFile(path),
      "# HELP townlet_ticks_total Ticks\n",
    );
    delivery.offerText("# HELP townlet_ticks_total Ticks of the end\n");
    assertEquals(await delivery.close("complete"), { undelivered: 0 });
    assertEquals(
      await Deno.readTextFile(path),
      "# HELP townlet_ticks_total Ticks of the end\n",
    );
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    const health = delivery.health(1);
    assertEquals([health.state, health.batches_total], ["stopped", 2]);
    assertEquals(log, []);
  });
});

Deno.test("metrics do not replace a file of another kind (rule F5)", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.prom`;
    await Deno.writeTextFile(path, "mine\n");
    const error = await assertRejects(
      () => open({ transport: { type: "prometheus", file_path: path } }),
      TownletError,
    );
    assertEquals(error.exit, 5);
    assertEquals(await Deno.readTextFile(path), "mine\n");
  });
});
