/** Trainings whose weights are written down. @module */
import { policyHash } from "../../src/policy/network/net.ts";
import type { Backend } from "../../src/training/backend.ts";
import { openOrtBackend } from "../../src/training/ort_backend.ts";
import { backendFor, mortals, openTraining } from "./learning.ts";
import { ort } from "./learning_runtime.ts";

/**
 * Digests of the weights after two updates, by what computed them: equal on
 * every runtime and machine.
 */
export async function trainedHashes(): Promise<Record<string, string>> {
  const ts = backendFor(mortals);
  return {
    ts: await trainedHash(ts),
    wasm: await trainedHash(await openOrtBackend(ort, ts.net)),
  };
}

async function trainedHash(backend: Backend): Promise<string> {
  const trainer = await openTraining(mortals, { backend });
  await trainer.update();
  await trainer.update();
  await trainer.close();
  await backend.close();
  return policyHash(trainer.network);
}
