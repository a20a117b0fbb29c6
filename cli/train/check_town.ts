/** Towns that cannot be trained in. @module */
import type { LoadedTown } from "../../src/app.ts";
import { bytesFor } from "../../src/base/columns.ts";
import { TownletError } from "../../src/base/error.ts";
import { isHookFile } from "../../src/config/hook_source.ts";
import {
  observationSpec,
  smallestMapFormat,
} from "../../src/observations/spec.ts";
import { learnedPath } from "../../src/policy/open.ts";
import { stepCatalogue } from "../../src/training/experience.ts";
import { number } from "../print/text.ts";
import { netOf } from "./run.ts";

/** Bytes of a GiB. */
const GIB = 2 ** 30;

/** Most GiB of what is sampled for an update. */
const ROLLOUT_GIB_MAX = 4;

/**
 * Refuses towns that worlds side by side cannot be made of.
 *
 * @throws {TownletError} that names what is in the way
 */
export function checkTrainable({ config }: LoadedTown, file: string): void {
  const { policy, affordances } = config;
  const hook = affordances.hooks.allow.find(isHookFile);
  if (hook !== undefined) {
    throw new TownletError("Hooks that are files cannot be trained with", {
      code: "train.hooks",
      where: file,
      hint: `Leave ${hook.specifier} out of affordances.hooks.allow`,
    });
  }
  const name = learnedPath(policy.backend);
  if (name === null) return;
  throw new TownletError(
    `A training decides by itself, and policy.backend is ${policy.backend}`,
    {
      code: "train.policy",
      where: file,
      hint:
        `Take --set policy.backend=scripted --init ${policy.root}/${name} to begin with what it learned`,
    },
  );
}

/**
 * Refuses towns where there is nobody to sample from, and updates that memory
 * has no room for.
 *
 * @throws {TownletError} that says what to change
 */
export function checkRollouts(
  loaded: Pick<LoadedTown, "config" | "town">,
  file: string,
): void {
  const { town, config: { ppo } } = loaded;
  if (town.residents.length === 0) {
    throw new TownletError("Nobody lives in this town", {
      code: "train.nobody",
      where: file,
      hint: "Give it residents: population.residents",
    });
  }
  const steps = ppo.num_worlds * ppo.rollout_length * town.capacity;
  const mapFormat = smallestMapFormat(observationSpec(town));
  const shape = { ...netOf(loaded).shape, mapFormat };
  const bytes = bytesFor(stepCatalogue(shape, steps));
  if (bytes <= ROLLOUT_GIB_MAX * GIB) return;
  throw new TownletError(
    `An update of ${number(steps)} steps takes ${
      number(bytes / GIB, 1)
    } GiB of memory, and ${ROLLOUT_GIB_MAX} GiB are the most`,
    {
      code: "train.rollout_size",
      where: file,
      hint: "Lower ppo.rollout_length or ppo.num_worlds",
    },
  );
}
