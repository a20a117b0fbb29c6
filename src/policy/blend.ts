/** A policy over two: decisions shared by draw. @module */
import { isUsing } from "../world/choices.ts";
import { ACTION } from "../world/town.ts";
import type { Blend, Policy } from "./policy.ts";

/** Who shares decisions, and how. */
export interface BlendOptions {
  /** Takes its share of the decisions. */
  readonly learned: Policy;
  /** Takes the others. */
  readonly scripted: Policy;
  /** Which of them decides alone while nothing is shared (`learned`). */
  readonly backend?: "learned" | "scripted";
  /** Share of the learned policy, 0 to 1; null to share nothing. */
  readonly ratio: number | null;
}

/**
 * A policy that gives each decision to one of two: to the learned one where a
 * draw (stream `anneal`, agents in order) is below `blend.ratio`.
 *
 * A ratio of 1 draws nothing. With 0 or null nothing is shared or drawn.
 *
 * @throws {RangeError} for a ratio that is no share
 */
export function blendPolicy(options: BlendOptions): Policy {
  const { learned, scripted, backend = "learned" } = options;
  const blend = openBlend(options.ratio);
  const both = [learned, scripted];
  let learnedRows = new Int32Array();
  let scriptedRows = new Int32Array();
  /** Who decides all, if it is one of them. */
  const alone = (): Policy | null =>
    blend.ratio === null || blend.ratio === 0
      ? options[backend]
      : blend.ratio === 1
      ? learned
      : null;
  return {
    name: `${learned.name}+${scripted.name}`,
    sees: both.some(({ sees }) => sees === "observations")
      ? "observations"
      : "world",
    get releases() {
      return alone()?.releases ?? both.some(({ releases }) => releases);
    },
    spec: learned.spec,
    everyTick: learned.everyTick,
    logits: learned.logits,
    blend,
    policyHash: learned.policyHash?.bind(learned),
    reset(seed) {
      for (const policy of both) policy.reset?.(seed);
    },
    onTerminated(agents, count) {
      for (const policy of both) policy.onTerminated?.(agents, count);
    },
    act(see, out) {
      const one = alone();
      if (one !== null) return one.act(see, out);
      const { world, rows, count } = see;
      if (learnedRows.length < rows.length) {
        learnedRows = new Int32Array(rows.length);
        scriptedRows = new Int32Array(rows.length);
      }
      const ratio = blend.ratio ?? 0;
      const random = world.random.anneal;
      let learnedCount = 0;
      let scriptedCount = 0;
      for (let i = 0; i < count; i++) {
        const agent = rows[i];
        if (random.float() < ratio) learnedRows[learnedCount++] = agent;
        else if (scripted.releases || !isUsing(world, agent)) {
          scriptedRows[scriptedCount++] = agent;
        } else out.action[agent] = ACTION.wait;
      }
      return together(
        learned.act({ ...see, rows: learnedRows, count: learnedCount }, out),
        scripted.act({ ...see, rows: scriptedRows, count: scriptedCount }, out),
      );
    },
  };
}

/** A share that can be set to what is one, or to null. */
function openBlend(first: number | null): Blend {
  let share = requireShare(first);
  return {
    get ratio() {
      return share;
    },
    set ratio(ratio) {
      share = requireShare(ratio);
    },
  };
}

function requireShare(ratio: number | null): number | null {
  if (ratio === null || ratio >= 0 && ratio <= 1) return ratio;
  throw new RangeError(`a share is 0 to 1, not ${ratio}`);
}

/** Waits for both, if there is anything to wait for. */
function together(
  one: void | Promise<void>,
  other: void | Promise<void>,
): void | Promise<void> {
  if (one === undefined && other === undefined) return;
  return Promise.all([one, other]).then(() => {});
}
