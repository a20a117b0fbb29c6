import { assertEquals, assertStringIncludes } from "@std/assert";
import { curvesOf, curvesSvg } from "../../../cli/plot/curves.ts";

const RUN = {
  name: "commons-1",
  metrics: [
    { steps: 100, loss_policy: 0.5, kl_divergence: 0.01, epoch: 1 },
    { steps: 200, loss_policy: null, kl_divergence: 0.02, epoch: 2 },
    { steps: 300, loss_policy: 0.25, episode_return_mean: -7, epoch: 3 },
  ],
  evaluations: [
    { steps: 100, return_mean: -9, return_ci95: [-10, -8] },
    { steps: 300, return_mean: -6, return_ci95: [null, null] },
    { steps: 400 },
  ],
};

Deno.test("curvesOf() keeps what is drawn, and leaves out what is no number", () => {
  assertEquals(curvesOf(RUN), {
    x: "agent-steps",
    metrics: {
      episode_return_mean: [[300, -7]],
      loss_policy: [[100, 0.5], [300, 0.25]],
      kl_divergence: [[100, 0.01], [200, 0.02]],
    },
    evaluations: [
      { x: 100, mean: -9, interval: [-10, -8] },
      { x: 300, mean: -6, interval: null },
    ],
  });
});

Deno.test("curvesOf() counts records where nobody counted steps", () => {
  const metrics = [{ loss: 2 }, { loss: 1 }];
  const curves = curvesOf({ name: "bc", metrics, evaluations: [] });
  assertEquals(curves.x, "record");
  assertEquals(curves.metrics, { loss: [[1, 2], [2, 1]] });
});

Deno.test("curvesSvg() draws a chart for each kind of number, and no more", () => {
  const svg = curvesSvg(RUN.name, curvesOf(RUN));
  assertStringIncludes(svg, ">commons-1: return of an episode</text>");
  assertStringIncludes(svg, ">mean and 95 %</text>");
  assertStringIncludes(svg, ">Loss of the policy</text>");
  assertEquals(svg.includes(">Entropy</text>"), false);
  assertEquals([...svg.matchAll(/>agent-steps<\/text>/g)].length, 4);
  assertEquals(/NaN|Infinity/.test(svg), false);
});

Deno.test("curvesSvg() counts millions where there are millions, in all charts", () => {
  const svg = curvesSvg("x", {
    x: "agent-steps",
    metrics: { lr: [[2e6, 1], [4e6, 0]] },
    evaluations: [{ x: 0, mean: 50, interval: null }],
  });
  assertEquals([...svg.matchAll(/>million agent-steps</g)].length, 2);
  assertEquals([...svg.matchAll(/>4<\/text>/g)].length, 2);
  // What begins at 2 million begins in the middle.
  assertStringIncludes(svg, 'd="M355 40L640 230"');
});

Deno.test("curvesSvg() of a run that tells nothing it knows is empty", () => {
  const curves = curvesOf({ name: "x", metrics: [{ a: 1 }], evaluations: [] });
  assertEquals(curvesSvg("x", curves).includes("<g"), false);
});
