import { assertEquals, assertNotEquals } from "@std/assert";
import { policyHash } from "../../src/policy/network/net.ts";
import type { TrainerState } from "../../src/training/ppo_trainer.ts";
import { mortals, openTraining } from "../helpers/learning.ts";

Deno.test("what is learned does not depend on the number of threads, nor on who goes on", async () => {
  const ends: TrainerState[] = [];
  for (const [first, second] of [[1, 1], [2, 2], [2, 1], [1, 3]]) {
    const one = await openTraining(mortals, { workers: first });
    const before = policyHash(one.network);
    await one.update();
    const state = await one.save();
    one.close();
    const other = await openTraining(mortals, { workers: second, state });
    await other.update();
    ends.push(await other.save());
    other.close();
    assertNotEquals(policyHash(other.network), before);
  }
  for (const end of ends) assertEquals(end, ends[0]);
});
