import { assertEquals, assertRejects } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import {
  type Gates,
  readGates,
  writeGates,
} from "../../src/runs/promotion_file.ts";
import { createPromotion } from "../../src/training/promotion.ts";
import { inScratch } from "../helpers/scratch.ts";

const GATES: Gates = {
  commons: {
    config_sha256: "ab",
    run: "out/runs/commons-1",
    promotion: {
      ...createPromotion(2),
      pass_streak: 1,
      last_result: "pass",
      last_evaluated_tick: 3,
      candidate: {
        status: "PASS",
        cycle: 2,
        mode: "ppo",
        policy_hash: "cd",
        checkpoint: "out/runs/commons-1/last",
      },
    },
  },
};

Deno.test("gates are written, read and replaced; without a file there are none", () =>
  inScratch(async (folder) => {
    const path = `${folder}/runs/promotion.json`;
    assertEquals(await readGates(path, "."), {});
    await writeGates(path, GATES, ".");
    assertEquals(await readGates(path, "."), GATES);
    const more = {
      ...GATES,
      other: {
        ...{ config_sha256: "ef", run: "r" },
        promotion: createPromotion(1),
      },
    };
    await writeGates(path, more, ".");
    assertEquals(await readGates(path, "."), more);
  }));

Deno.test("what is no file of gates is neither read nor replaced", () =>
  inScratch(async (folder) => {
    const path = `${folder}/promotion.json`;
    for (
      const text of [
        "{",
        "[]",
        `{"format":"townlet-promotion","version":2,"towns":{}}`,
        `{"format":"townlet-promotion","version":1,"towns":{"a":{"run":"r"}}}`,
      ]
    ) {
      await Deno.writeTextFile(path, text);
      const error = await assertRejects(
        () => readGates(path, "."),
        TownletError,
      );
      assertEquals([error.code, error.where], ["promotion.file", path]);
    }
    await Deno.writeTextFile(path, "dear diary");
    const error = await assertRejects(
      () => writeGates(path, GATES, "."),
      TownletError,
    );
    assertEquals(error.exit, 5);
    assertEquals(await Deno.readTextFile(path), "dear diary");
  }));
