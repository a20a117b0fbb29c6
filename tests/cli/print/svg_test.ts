import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { svgOf } from "../../../cli/print/svg.ts";

Deno.test("svgOf() draws a line through the points, within the picture", () => {
  const svg = svgOf([{
    title: "Bytes",
    xLabel: "tick",
    series: [{ name: "agents", points: [[0, 0], [5, 10], [10, 5]] }],
  }]);
  assertStringIncludes(svg, 'd="M70 230L355 40L640 135"');
  assertStringIncludes(svg, ">agents</text>");
  assertStringIncludes(svg, ">10</text>");
});

Deno.test("svgOf() draws what is one point, one value, or nothing at all", () => {
  const chart = (points: readonly (readonly [number, number])[]) =>
    svgOf([{ title: "a", xLabel: "b", series: [{ name: "c", points }] }]);
  for (const points of [[], [[3, 7]], [[0, 0], [9, 0]], [[1, -5], [2, 5]]]) {
    const svg = chart(points as [number, number][]);
    assertEquals(/NaN|Infinity/.test(svg), false, svg);
  }
  assertStringIncludes(chart([[3, 7]]), "<circle");
});

Deno.test("svgOf() draws dots with what they stand for, at places with names", () => {
  const svg = svgOf([{
    title: "Return",
    xLabel: "policy",
    names: ["idle", "scripted"],
    zero: false,
    series: [{
      name: "mean",
      points: [[0, -90], [1, -60]],
      spread: [[-100, -80], null],
    }],
  }]);
  assertEquals([...svg.matchAll(/<circle/g)].length, 3, "one in the legend");
  // Of two places, the first is a quarter of the way.
  assertStringIncludes(svg, 'cx="212.5" cy="182.5"');
  assertStringIncludes(svg, 'd="M212.5 230V135M208.5 230h8M208.5 135h8"');
  assertStringIncludes(svg, ">idle</text>");
  assertEquals(svg.includes(">0</text>"), false, "0 is not on the axis");
});

Deno.test("svgOf() shows the end of names that are too long for their place", () => {
  const names = ["onnx:out/runs/first", "onnx:out/runs/second", "idle", "x"];
  const svg = svgOf([{
    title: "t",
    xLabel: "policy",
    names: [...names, ...names],
    series: [{ name: "mean", points: [[0, 1]] }],
  }]);
  const shown = [...svg.matchAll(/>([^<]+)<\/text>/g)].map(([, text]) => text);
  for (const name of ["…uns/first", "…ns/second", "idle", "x"]) {
    assertEquals(shown.filter((text) => text === name).length, 2, name);
  }
});

Deno.test("L4: names in a picture are text and nothing else", () => {
  const bad = '<img onerror="x">&\u001b[2J\u202e';
  const svg = svgOf([
    { title: bad, xLabel: bad, series: [{ name: bad, points: [[0, 1]] }] },
    { title: "below", xLabel: "", series: [] },
  ]);
  assertEquals(svg.includes("<img"), false);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u001b\u202e]/.test(svg), false);
  assertStringIncludes(svg, "&lt;img onerror=&quot;x&quot;&gt;&amp;\\u001b");
  assert(svg.endsWith("</svg>\n"));
});
