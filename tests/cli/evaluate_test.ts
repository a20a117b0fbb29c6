/** `townlet evaluate`, as a process. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { scratch, townlet } from "../helpers/townlet.ts";

const COMMONS = ["--config", "configs/training/commons.yaml"];

Deno.test("evaluate plays policies side by side, and draws them", async () => {
  using folder = scratch();
  const picture = `${folder.path}/returns.svg`;
  const { code, out, err } = await townlet("evaluate", [
    ...COMMONS,
    ...["--policy", "scripted", "--policy", "idle", "random"],
    ...["--seeds", "3", "--ticks", "300", "--svg", picture, "--json"],
  ]);
  assertEquals([code, err], [0, ""]);
  const { policies } = JSON.parse(out);
  assertEquals(
    policies.map((one: Record<string, unknown>) => Object.keys(one)),
    policies.map(() => ["name", "episodes", "return_mean", "return_ci95"]),
  );
  const [scripted, idle, random] = policies;
  assertEquals(
    [scripted.name, idle.name, random.name, scripted.episodes],
    ["scripted", "idle", "random", 3],
  );
  for (const { return_mean: mean, return_ci95: [low, high] } of policies) {
    assert(low <= mean && mean <= high && low < high);
  }
  // Who does nothing starves.
  assert(scripted.return_ci95[0] > idle.return_ci95[1]);
  assertStringIncludes(Deno.readTextFileSync(picture), ">scripted</text>");
});

Deno.test("evaluate names the policy that there is not", async () => {
  const { code, out, err } = await townlet("evaluate", [
    ...COMMONS,
    ...["--policy", "clever"],
  ]);
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(err, "clever is none of scripted, idle, random");
});
