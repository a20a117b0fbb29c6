/** A training that is worth it, from the first step to the comparison. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { scratch, townlet } from "../helpers/townlet.ts";

const COMMONS = "configs/training/commons.yaml";

Deno.test("half a minute of training beats chance, and its curves are drawn", async () => {
  using folder = scratch();
  const run = `${folder.path}/run`;
  const trained = await townlet("train", [
    COMMONS,
    ...["--set", "ppo.total_steps=420000", "--set", "ppo.checkpoint_every=5"],
    ...["--eval-episodes", "2", "--out", run, "--quiet"],
  ]);
  assertEquals(trained.code, 0, trained.err);
  const words = (greedy: readonly string[]) => [
    ...["--config", COMMONS, "--seeds", "5", "--json", ...greedy],
    ...["--policy", "random", "--policy", `onnx:${run}`],
  ];
  const { code, out, err } = await townlet("evaluate", words([]));
  assertEquals([code, err], [0, ""]);
  const [random, learned] = JSON.parse(out).policies;
  assertEquals(learned.name, `onnx:${run}`);
  assert(learned.return_ci95[0] > random.return_ci95[1], out);
  // The same seeds, the same draws; the likeliest actions are others.
  assertEquals((await townlet("evaluate", words([]))).out, out);
  const greedy = JSON.parse(
    (await townlet("evaluate", words(["--greedy"]))).out,
  ).policies;
  assertEquals(greedy[0], random);
  assert(greedy[1].return_mean !== learned.return_mean);

  const plotted = await townlet("plot", [run]);
  assertEquals([plotted.code, plotted.err], [0, ""]);
  const svg = Deno.readTextFileSync(`${run}/curves.svg`);
  for (
    const title of [
      "run: return of an episode",
      "Loss of the policy",
      "Loss of the values",
      "Entropy",
      "KL divergence",
      "Clip fraction",
      "Explained variance",
    ]
  ) assertStringIncludes(svg, `>${title}</text>`);
  const points = await townlet("plot", [run, "--json"]);
  const { metrics, evaluations } = JSON.parse(points.out);
  assert(evaluations.length >= 4);
  const returns = evaluations.map(({ mean }: { mean: number }) => mean);
  assert(Math.max(...returns.slice(1)) > returns[0], "nothing was learned");
  assert(metrics.kl_divergence.length > 10);
});

Deno.test("evaluate refuses what was trained elsewhere, and names it", async () => {
  using folder = scratch();
  const run = `${folder.path}/run`;
  await townlet("train", [
    COMMONS,
    ...["--set", "ppo.total_steps=1", "--eval-episodes", "0"],
    ...["--set", "ppo.rollout_length=8", "--out", run, "--quiet"],
  ]);
  const { code, err } = await townlet("evaluate", [
    ...["--config", "configs/hamlet.yaml", "--policy", `onnx:${run}/last`],
  ]);
  assertEquals(code, 2);
  assertStringIncludes(err, `onnx:${run}/last`);
});
