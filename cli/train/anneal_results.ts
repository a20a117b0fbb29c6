/** What an anneal has come to, and whether its policy may be promoted. @module */
import { dirname, join } from "node:path";
import { configSha256 } from "../../src/config/identity.ts";
import { type Network, policyHash } from "../../src/policy/network/net.ts";
import { networkPolicy } from "../../src/policy/network_policy.ts";
import { openPolicy } from "../../src/policy/open.ts";
import { RUN_CHECKPOINTS } from "../../src/runs/checkpoint_files.ts";
import {
  PROMOTION_FILE,
  readGates,
  writeGates,
} from "../../src/runs/promotion_file.ts";
import { writeFile } from "../../src/security/paths.ts";
import { beforeRoot } from "../../src/security/roots.ts";
import type { StageResult } from "../../src/training/anneal.ts";
import {
  type AnnealStatus,
  annealStatus,
} from "../../src/training/anneal_flags.ts";
import {
  evaluatePolicy,
  evaluationSeeds,
} from "../../src/training/evaluate.ts";
import {
  createPromotion,
  type GateReturns,
  nextPromotion,
  type Promotion,
} from "../../src/training/promotion.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { Town } from "../../src/world/town.ts";
import { number } from "../print/text.ts";
import { percent, untilStopped } from "./clone_record.ts";
import type { TrainRun } from "./run.ts";

/** Name of the file in the folder of the run. */
const RESULTS_FILE = "anneal_results.json";

/** Episodes that decide whether a policy earns enough. */
const GATE_EPISODES = 10;

/** What `anneal_results.json` holds. */
export interface AnnealResults {
  /** What became of the schedule. */
  readonly status: AnnealStatus;
  /** The gate, after it. */
  readonly promotion: Promotion;
  /** What came of its stages. */
  readonly results: readonly StageResult[];
  /** Mean returns that the gate looked at; null where the schedule failed. */
  readonly returns: GateReturns | null;
}

/**
 * Judges an anneal that is over, writes its results, and counts it at the gate
 * beside the runs; null when a signal asked to stop before it was done.
 */
export async function judgeAnneal(
  run: TrainRun,
  network: Network,
  results: readonly StageResult[],
): Promise<AnnealResults | null> {
  const { config, folder, town } = run;
  const { required_passes } = config.stability.promotion;
  const status = annealStatus(results);
  const returns = status === "PASS"
    ? await untilStopped(run, (pause) => gateReturns(run, network, pause))
    : null;
  if (status === "PASS" && returns === null) return null;
  const { cycle, mode } = results[results.length - 1];
  const gates = join(dirname(folder), PROMOTION_FILE);
  const from = beforeRoot(folder);
  const towns = await readGates(gates, from);
  const config_sha256 = configSha256(town.config);
  const known = Object.hasOwn(towns, config.config_id)
    ? towns[config.config_id]
    : null;
  const promotion = run.resumed !== null && known?.run === folder
    // It was counted, and then it was interrupted.
    ? known.promotion
    : nextPromotion(
      // Another town has another gate.
      known?.config_sha256 === config_sha256
        ? known.promotion
        : createPromotion(required_passes),
      required_passes,
      {
        ...{ status, cycle, mode },
        policy_hash: policyHash(network),
        checkpoint: join(folder, RUN_CHECKPOINTS.last),
      },
      returns,
    );
  const gate = { config_sha256, run: folder, promotion };
  await writeGates(gates, { ...towns, [config.config_id]: gate }, from);
  const all: AnnealResults = { status, promotion, results, returns };
  await writeFile(
    join(folder, RESULTS_FILE),
    `${JSON.stringify(all, null, 2)}\n`,
    {
      what: "results of an anneal",
      isKind: (head) =>
        new TextDecoder().decode(head).startsWith('{\n  "status"'),
      from,
    },
  );
  return all;
}

/** Mean returns of the network and of scripted residents, on the same seeds. */
async function gateReturns(
  { town, config, seed }: TrainRun,
  network: Network,
  pause: () => Promise<void>,
): Promise<GateReturns> {
  const { greedy } = config.policy;
  const returnOf = async (open: (town: Town) => Policy) => {
    const found = await evaluatePolicy(town, open, {
      seeds: evaluationSeeds(seed, GATE_EPISODES),
      ticks: config.training.episode_ticks,
      onSeed: pause,
    });
    return found.return.mean;
  };
  return {
    candidate: await returnOf(() => networkPolicy(town, network, { greedy })),
    scripted: await returnOf(() => openPolicy("scripted", town)),
  };
}

/** A line for each stage. */
export function stageLines(results: readonly StageResult[]): string[] {
  return results.map((result) => {
    const { cycle, mode } = result;
    if (mode === "bc") {
      const { accuracy, threshold, passed, rolled_back } = result;
      return `  cycle ${cycle}, bc: ${percent(accuracy)} of ${
        percent(threshold)
      }, ${passed ? "passed" : "failed"}${rolled_back ? ", rolled back" : ""}`;
    }
    const flags = ["loss_flag", "queue_flag", "intensity_flag"] as const;
    const up = flags.filter((flag) => result[flag]);
    return `  cycle ${cycle}, ppo: loss ${number(result.loss_total, 4)}, ${
      number(result.queue_conflict_events)
    } conflicts, ${up.length === 0 ? "no flag" : up.join(", ")}`;
  });
}

/** The gate in a line, and what it looked at. */
export function gateLines({ promotion, returns }: AnnealResults): string[] {
  const { pass_streak, required_passes, candidate_ready } = promotion;
  return [
    `Gate: ${pass_streak} of ${required_passes} passes in a row, the candidate is ${
      candidate_ready ? "" : "not "
    }ready`,
    ...returns === null ? [] : [
      `  return ${number(returns.candidate, 2)}, of scripted residents ${
        number(returns.scripted, 2)
      }`,
    ],
  ];
}
