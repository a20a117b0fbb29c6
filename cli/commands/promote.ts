/** `townlet promote`: whether a trained policy may replace another. @module */
import { type Command, command, subcommand } from "../command.ts";
import {
  evaluateFlags,
  evaluateNeeds,
  runEvaluate,
} from "../promote/evaluate.ts";

/** Decides whether a trained policy may replace the one there is. */
export const promote: Command = command({
  examples: [
    "promote evaluate --input out/runs/commons-1/anneal_results.json",
    "promote evaluate --input - --format json --dry-run",
  ],
  flags: subcommand(
    "evaluate",
    "Decide by the results of a training: promote, hold or fail",
    evaluateFlags,
  ),
  needs: (flags) => evaluateNeeds(flags),
  run: (flags) => runEvaluate(flags),
});
