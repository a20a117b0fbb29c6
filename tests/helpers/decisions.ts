/** What residents decide, in words. @module */
import type { Simulation } from "../../src/simulation.ts";
import {
  actionMask,
  applyChoices,
  gatherDecisions,
} from "../../src/world/choices.ts";
import { GUARD, KINDS } from "../../src/world/turn.ts";
import { agentOf } from "./tiny_town.ts";

/**
 * Lets everybody decide about the next tick, without doing it, and tells what
 * somebody will do: the kind and what it is about, such as `request bed_1`,
 * `move 0,1` or `chat b`.
 *
 * @param choose what agents at a decision point choose, in place of the policy
 */
export function decide(
  sim: Simulation,
  id: string,
  choose?: string,
): string {
  const { town, world, turn, policy } = sim;
  gatherDecisions(town, world, turn, policy.releases);
  const { rows, rowCount: count, choice, logProb, value } = turn;
  if (choose === undefined) {
    const see = { town, world, turn, rows, count, batch: null };
    if (policy.act(see, { action: choice, logProb, value }) !== undefined) {
      throw new TypeError(`${policy.name} decides later`);
    }
  } else {
    choice.fill(actionOf(sim, choose));
  }
  applyChoices(town, world, turn);
  return intentOf(sim, id);
}

/** Number of an action of the catalogue that must be there. */
export function actionOf({ town }: Simulation, name: string): number {
  const action = town.actions.indexOf(name);
  if (action < 0) throw new RangeError(`no action ${name}`);
  return action;
}

/** Names of the actions that make sense for an agent, in order. */
export function allowed(sim: Simulation, id: string): string[] {
  const { town, world } = sim;
  const mask = new Uint8Array(town.actions.length);
  actionMask(town, world, agentOf(sim, id), mask);
  return town.actions.filter((_, action) => mask[action] === 1);
}

/** The option of an agent: affordance and object, "" when it has none. */
export function optionOf(sim: Simulation, id: string): string {
  const { town, world } = sim;
  const agent = agentOf(sim, id);
  const affordance = world.optionAffordance[agent];
  if (affordance < 0) return "";
  const object = world.optionObject[agent];
  return `${town.affordances[affordance].id} ${town.objectIds[object]}`;
}

function intentOf(sim: Simulation, id: string): string {
  const { town, world, turn } = sim;
  const agent = agentOf(sim, id);
  const words: string[] = [];
  if (turn.yields[agent] === 1) words.push("yield,");
  const kind = KINDS[turn.kind[agent]];
  words.push(kind);
  if (turn.guard[agent] !== GUARD.none) words.push("guarded");
  else if (kind === "wait" && turn.blocked[agent] === 1) words.push("blocked");
  if (kind === "move") words.push(`${turn.toX[agent]},${turn.toY[agent]}`);
  if (kind === "chat") words.push(world.records.agentIds[turn.target[agent]]);
  if (turn.object[agent] >= 0) words.push(town.objectIds[turn.object[agent]]);
  if (turn.affordance[agent] >= 0) {
    words.push(town.affordances[turn.affordance[agent]].id);
  }
  return words.join(" ");
}
