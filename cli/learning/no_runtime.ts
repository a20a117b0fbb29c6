/**
 * What stands for the runtime of networks where it is not installed: in the
 * binary, and in tasks that do not learn.
 * @module
 */
import { TownletError } from "../../src/base/error.ts";
import type { NetworkRuntime } from "./network_runtime.ts";

/**
 * Would open it.
 *
 * @throws {TownletError} always
 */
export function loadRuntime(): NetworkRuntime {
  throw new TownletError(
    "The runtime of networks is not part of this program",
    {
      code: "network.runtime",
      hint: "deno task train, evaluate, capture and simulate:onnx have it; " +
        "train --backend ts does without",
    },
  );
}
