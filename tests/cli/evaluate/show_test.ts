import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  evaluationJson,
  evaluationSvg,
  evaluationText,
  type Rated,
} from "../../../cli/evaluate/show.ts";
import { openPaint } from "../../../cli/print/paint.ts";

function rated(name: string, returns: readonly number[]): Rated {
  const mean = returns.reduce((a, b) => a + b, 0) / returns.length;
  return {
    name,
    evaluation: {
      name,
      episodes: returns.map((value, seed) => ({
        seed,
        return: value,
        deaths: 1,
        lifeTicks: 50,
        choices: [3],
        invalid: 0,
      })),
      return: returns.length === 1
        ? { mean, low: null, high: null }
        : { mean, low: mean - 1, high: mean + 1 },
      deaths: 1,
      lifeTicks: 50,
      shares: [1],
      invalid: 0.25,
    },
  };
}

const PLAY = { town: "commons", residents: 4, seeds: 2, ticks: 1440 };
const BOTH = [rated("scripted", [-4, -6]), rated("idle", [-20, -22])];

Deno.test("evaluationText() puts policies side by side", () => {
  const lines = evaluationText(BOTH, PLAY, openPaint(false));
  assertEquals(lines[0], "commons: 2 episodes of 1,440 ticks, 4 residents");
  assertStringIncludes(lines[3], "scripted   -5.00    -6.00 to -4.00");
  assertMatch(lines[3], / {2}·+━●━━ +1\.0 /);
  assertMatch(lines[4], /^idle +-21\.00 +-22\.00 to -20\.00 {2}━━●━·+ /);
  assertStringIncludes(lines[4], "25.0 %");
});

Deno.test("evaluationText() leaves out what a narrow terminal has no room for", () => {
  const lines = evaluationText(BOTH, PLAY, openPaint(false), 50);
  assertEquals(lines.slice(2, 5).every((line) => line.length <= 50), true);
  assertStringIncludes(lines[4], "-22.00 to -20.00");
});

Deno.test("evaluationText() shows no interval of one episode", () => {
  const lines = evaluationText([rated("a", [3])], PLAY, openPaint(false));
  assertStringIncludes(lines[3], "3.00              –  ●");
});

Deno.test("evaluationJson() has name, episodes, mean and interval, and no more", () => {
  assertEquals(JSON.parse(evaluationJson([...BOTH, rated("a", [3])])), {
    policies: [
      {
        name: "scripted",
        episodes: 2,
        return_mean: -5,
        return_ci95: [-6, -4],
      },
      { name: "idle", episodes: 2, return_mean: -21, return_ci95: [-22, -20] },
      { name: "a", episodes: 1, return_mean: 3, return_ci95: [null, null] },
    ],
  });
});

Deno.test("evaluationSvg() draws means with their intervals, and all episodes", () => {
  const svg = evaluationSvg(BOTH, PLAY);
  assertStringIncludes(svg, ">commons: return over 2 episodes of 1,440 ticks<");
  assertStringIncludes(svg, ">scripted</text>");
  // Two means, four episodes, two marks that explain them.
  assertEquals([...svg.matchAll(/<circle/g)].length, 8);
  assertEquals([...svg.matchAll(/V[\d.]+M/g)].length, 2);
});
