/** `townlet evaluate`: what policies earn, side by side. @module */
import { dirname } from "node:path";
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { loadPolicy, loadTown } from "../../src/app.ts";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import { learnedPath, POLICY_NAMES } from "../../src/policy/open.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { checkOutput, writeFile } from "../../src/security/paths.ts";
import {
  evaluatePolicy,
  evaluationSeeds,
} from "../../src/training/evaluate.ts";
import type { Town } from "../../src/world/town.ts";
import { baseSeed } from "../base_seed.ts";
import { type Command, command } from "../command.ts";
import {
  evaluationJson,
  evaluationSvg,
  evaluationText,
  type Rated,
} from "../evaluate/show.ts";
import {
  commonFlags,
  configFlag,
  jsonFlag,
  says,
  seedFlag,
  setFlag,
  wholeNumber,
} from "../flags.ts";
import { checkProfile } from "../permissions.ts";
import { policyName } from "../policy_name.ts";
import { print, showsColours, terminalWidth } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { openProgress } from "../print/progress.ts";
import { SVG_FILE } from "../print/svg_file.ts";
import { count } from "../print/text.ts";

/** Most episodes of a policy. */
const SEEDS_MAX = 100_000;

/** Most ticks of an episode. */
const TICKS_MAX = 1_000_000;

/** Plays policies on the same seeds and tells what residents earn. */
export const evaluate: Command = command({
  examples: [
    "evaluate --config configs/training/commons.yaml",
    "evaluate --config configs/training/commons.yaml --policy scripted onnx:out/runs/commons-1",
    "evaluate --policy scripted --seeds 3 --ticks 200 --json",
    "evaluate --policy scripted --policy idle --svg out/returns.svg",
  ],
  flags: object({
    config: configFlag,
    policy: multiple(option(
      "--policy",
      policyName,
      says(
        "Who decides: scripted, idle, random or onnx:PATH; may be repeated. Without it all that need no path",
      ),
    )),
    more: multiple(argument(policyName, says("More policies"))),
    seeds: withDefault(
      option("--seeds", wholeNumber(1, SEEDS_MAX), says("Episodes of each")),
      10,
      { message: [text("10")] },
    ),
    ticks: optional(option(
      "--ticks",
      wholeNumber(1, TICKS_MAX),
      says("Ticks of an episode; without it training.episode_ticks"),
    )),
    seed: seedFlag,
    set: setFlag,
    greedy: option(
      "--greedy",
      says("Networks take their likeliest action instead of a draw"),
    ),
    svg: optional(option(
      "--svg",
      string({ metavar: "FILE" }),
      says("Draw returns and intervals"),
    )),
    json: jsonFlag,
    ...commonFlags,
  }),
  needs: ({ config, set, policy, more, svg }) => ({
    towns: [config],
    set,
    opens: ["manifest", "hooks"],
    reads: [...policy, ...more].map(learnedPath).filter((path) =>
      path !== null
    ),
    writes: svg === undefined ? [] : [dirname(svg)],
  }),
  async run({ policy, more, seeds, svg, json, ...asked }) {
    const loaded = await loadTown(asked.config, asked.set);
    const { config, town } = loaded;
    checkProfile(config);
    const base = baseSeed(asked.seed, config);
    checkInhabited(town, asked.config);
    const named = [...policy, ...more];
    const names = named.length > 0 ? named : POLICY_NAMES;
    const policies = new Map<string, Policy>();
    for (const name of names) {
      const policy = await loadPolicy(name, town, {
        ...asked.greedy ? { greedy: true } : {},
        runtime: async () => (await import("network-runtime")).loadRuntime(),
      });
      policies.set(name, policy);
    }
    if (svg !== undefined) await checkOutput(svg, SVG_FILE);
    using hooks = loaded.hooks;
    await hooks.start();
    const ticks = asked.ticks ?? config.training.episode_ticks;
    const rated = await ratePolicies(town, policies, {
      seeds: evaluationSeeds(base, seeds),
      ticks,
    });
    const play = {
      town: config.config_id,
      residents: town.residents.length,
      seeds,
      ticks,
    };
    if (svg !== undefined) {
      await writeFile(svg, evaluationSvg(rated, play), SVG_FILE);
    }
    print(
      json ? evaluationJson(rated) : evaluationText(
        rated,
        play,
        openPaint(showsColours("stdout")),
        Deno.stdout.isTerminal() ? terminalWidth() : undefined,
      ).map((line) => `${line}\n`).join(""),
    );
    return EXIT.done;
  },
});

/** Refuses a town where there is nobody to earn anything. */
function checkInhabited(town: Town, where: string): void {
  if (town.residents.length > 0) return;
  throw new TownletError("Nobody lives in this town", {
    code: "evaluate.nobody",
    where,
    hint: "Give it residents: population.residents",
  });
}

/** Plays one policy after the other, and shows how far it is. */
async function ratePolicies(
  town: Town,
  policies: ReadonlyMap<string, Policy>,
  { seeds, ticks }: {
    readonly seeds: readonly number[];
    readonly ticks: number;
  },
): Promise<readonly Rated[]> {
  const progress = openProgress(true);
  const rated: Rated[] = [];
  const all = policies.size * seeds.length;
  let done = 0;
  try {
    for (const [name, policy] of policies) {
      const onSeed = () =>
        progress.show(
          ++done / all,
          () => `${recordText(name)}, ${count(done, "episode")} of ${all}`,
        );
      const evaluation = await evaluatePolicy(town, () => policy, {
        seeds,
        ticks,
        onSeed,
      });
      rated.push({ name, evaluation });
    }
  } finally {
    progress.clear();
  }
  return rated;
}
