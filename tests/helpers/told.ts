/** What a producer tells, taken in memory and put together again. @module */
import { assert, assertEquals } from "@std/assert";
import { configFrom } from "../../src/config/load.ts";
import type { TelemetrySettings } from "../../src/config/telemetry_settings.ts";
import type { Simulation } from "../../src/simulation.ts";
import {
  STATE_CHANNELS,
  type StateChannelName,
} from "../../src/telemetry/channels.ts";
import type { Body } from "../../src/telemetry/frame.ts";
import {
  applyPatch,
  type StateMembers,
} from "../../src/telemetry/merge_patch.ts";
import {
  type Order,
  Producer,
  type Receiver,
} from "../../src/telemetry/producer.ts";
import { ChurnWindow } from "../../src/telemetry/stories/churn.ts";
import type { View } from "../../src/telemetry/view.ts";

/** A frame as whoever receives it reads it. */
export interface ToldFrame {
  readonly ch: string;
  readonly n: number;
  readonly k: string;
  readonly t: number;
  readonly base?: number;
  // deno-lint-ignore no-explicit-any
  readonly d: any;
}

/** Takes frames, as fast or slowly as a test says. */
export class Told implements Receiver {
  /** All bodies, in order. */
  readonly bodies: Body[] = [];
  /** Channels that could not be told of. */
  readonly faults: string[] = [];
  /** What the next tick is asked for. */
  order: Order = { hold: false, keyframes: true, keyframesOf: [] };

  begin(): Order {
    const { order } = this;
    this.order = { ...order, keyframes: false, keyframesOf: [] };
    return order;
  }

  offer(body: Body): void {
    this.bodies.push(body);
  }

  end(): void {}

  /** The frames that were told. */
  get frames(): readonly ToldFrame[] {
    return this.bodies.map(({ text }) => JSON.parse(`{${text}}`));
  }

  /** The states that the frames add up to; each patch must fit. */
  fold(): Partial<Record<StateChannelName, StateMembers>> {
    assertEquals(this.faults, []);
    const states: Partial<Record<StateChannelName, StateMembers>> = {};
    const last = new Map<string, number>();
    for (const { ch, n, k, base, d } of this.frames) {
      assertEquals(n, (last.get(ch) ?? -1) + 1, ch);
      last.set(ch, n);
      const channel = STATE_CHANNELS.find((name) => name === ch);
      if (channel === undefined) continue;
      if (k === "key") states[channel] = d;
      else {
        assertEquals(base, n - 1);
        const before = states[channel];
        assert(before !== undefined, `${ch} begins with a patch`);
        states[channel] = applyPatch(before, d);
      }
    }
    return states;
  }
}

/** Telemetry settings of a configuration, by default all of it. */
export function settingsOf(telemetry: unknown = {}): TelemetrySettings {
  return configFrom({
    config_id: "told",
    features: { stages: {}, systems: {} },
    rewards: { needs_weights: { hunger: 1, hygiene: 1, energy: 1 } },
    telemetry,
  }).telemetry;
}

/** A view of a simulation without a pipeline. */
export function viewOf({ town, world, turn, policy }: Simulation): View {
  const churn = new ChurnWindow();
  return {
    town,
    world,
    turn,
    policy,
    churn,
    health: () => {
      throw new RangeError("nobody asked for health");
    },
  };
}

/** A producer of a simulation, and what it tells. */
export function openTold(
  simulation: Simulation,
  settings: TelemetrySettings,
): { readonly told: Told; readonly producer: Producer; readonly view: View } {
  const told = new Told();
  const producer = new Producer(simulation.town, settings, told, {
    onNonfinite: () => {},
    onFault: (channel, fault) => told.faults.push(`${channel}: ${fault}`),
    now: () => 0,
  });
  return { told, producer, view: viewOf(simulation) };
}
