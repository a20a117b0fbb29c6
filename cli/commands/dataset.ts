/** `townlet dataset`: what to do with recorded experience. @module */
import { or } from "@optique/core/constructs";
import type { Needs } from "../../src/security/permissions.ts";
import { anyOf, type Command, command, subcommand } from "../command.ts";
import { auditFlags, auditNeeds, runAudit } from "../dataset/audit.ts";
import { curateFlags, curateNeeds, runCurate } from "../dataset/curate.ts";
import { folderNeeds } from "../dataset/flags.ts";
import {
  goldenFlags,
  goldenNeeds,
  runGoldenMerge,
} from "../dataset/golden_merge.ts";
import { inspectFlags, runInspect } from "../dataset/inspect.ts";
import { runStats, statsFlags } from "../dataset/stats.ts";

/** Looks into, sorts, checks and sums up datasets. */
export const dataset: Command = command({
  examples: [
    "dataset inspect out/data/hamlet",
    "dataset inspect out/data/hamlet --episode 0",
    "dataset curate out/data/hamlet --min-timesteps 50 --out out/data/good",
    "dataset audit out/data/hamlet out/data/good",
    "dataset stats out/data/good --format md",
    "dataset golden-merge out/data/good --golden out/golden.json --write",
  ],
  flags: or(
    subcommand("inspect", "Tell what is in a dataset", inspectFlags),
    subcommand(
      "curate",
      "Write a dataset anew that says which episodes to learn from",
      curateFlags,
    ),
    subcommand("audit", "Find everything that is wrong", auditFlags),
    subcommand("stats", "Sum up the metrics of episodes", statsFlags),
    subcommand(
      "golden-merge",
      "Compare metrics with those that were kept, and keep the new ones",
      goldenFlags,
    ),
    anyOf("inspect", "curate", "audit", "stats", "golden-merge"),
  ),
  needs(flags): Partial<Needs> {
    switch (flags.part) {
      case "inspect":
      case "stats":
        return folderNeeds(flags);
      case "curate":
        return curateNeeds(flags);
      case "audit":
        return auditNeeds(flags);
      case "golden-merge":
        return goldenNeeds(flags);
    }
  },
  run(flags): Promise<number> {
    switch (flags.part) {
      case "inspect":
        return runInspect(flags);
      case "curate":
        return runCurate(flags);
      case "audit":
        return runAudit(flags);
      case "stats":
        return runStats(flags);
      case "golden-merge":
        return runGoldenMerge(flags);
    }
  },
});
