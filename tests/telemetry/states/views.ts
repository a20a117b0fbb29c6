/** Towns as channels of states see them, and what they tell of a run. @module */
import { assertEquals } from "@std/assert";
import type { Simulation } from "../../../src/simulation.ts";
import { ChurnWindow } from "../../../src/telemetry/stories/churn.ts";
import {
  applyPatch,
  type StateMembers,
} from "../../../src/telemetry/merge_patch.ts";
import {
  type DraftMembers,
  plainChannel,
  type StateChannel,
  type StateOptions,
} from "../../../src/telemetry/state_channel.ts";
import type { View } from "../../../src/telemetry/view.ts";

/** How states are written by default. */
export const OPTIONS: StateOptions = {
  precision: 4,
  redact: [],
  onNonfinite: () => {},
};

/** What the channels see of a simulation; its churn must be noted by hand. */
export function viewOf({ town, world, turn, policy }: Simulation): View {
  return {
    town,
    world,
    turn,
    policy,
    churn: new ChurnWindow(),
    health: () => {
      throw new RangeError("nobody asks for health here");
    },
  };
}

/** How {@link assertSameText} runs. */
export interface Comparison {
  /** Ticks to run. */
  readonly ticks: number;
  /** Whether a channel tells of a tick. */
  readonly tells: (tick: number) => boolean;
  /** Whether it tells its whole state then. */
  readonly isKey: (tick: number) => boolean;
  /** Done to the simulation before each tick. */
  readonly before?: (simulation: Simulation) => void;
}

/**
 * Fails unless a channel gives, byte for byte, what building its state whole
 * and comparing gives, and who applies its changes has that state.
 */
export function assertSameText(
  simulation: Simulation,
  channel: StateChannel,
  build: (view: View) => DraftMembers,
  options: StateOptions,
  { ticks, tells, isKey, before = () => {} }: Comparison,
): void {
  const oracle = plainChannel(build, options);
  const view = viewOf(simulation);
  let state: StateMembers = JSON.parse(channel.key(view));
  assertEquals(JSON.stringify(state), oracle.key(view));
  const tell = (isWhole: boolean) => {
    const text = isWhole ? channel.key(view) : channel.patch(view);
    const expected = isWhole ? oracle.key(view) : oracle.patch(view);
    assertEquals(text, expected, `tick ${view.world.tick[0]}`);
    if (isWhole) state = {};
    if (text !== null) state = applyPatch(state, JSON.parse(text));
  };
  for (let i = 0; i < ticks; i++) {
    before(simulation);
    const { turn, world } = simulation;
    simulation.step();
    view.churn.note(world.tick[0], turn.events);
    if (tells(world.tick[0])) tell(isKey(world.tick[0]));
  }
  tell(false);
  assertEquals(state, JSON.parse(oracle.key(view)));
}
