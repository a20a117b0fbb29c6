/** A made-up town: states that change, events that happen. @module */
import { EventBody, textLists } from "../../../src/telemetry/events.ts";
import { assertEquals } from "@std/assert";
import type { Delivery } from "../../../src/telemetry/delivery/delivery.ts";
import { type Body, bodyOf } from "../../../src/telemetry/frame.ts";
import {
  applyPatch,
  diffStates,
  type StateMembers,
} from "../../../src/telemetry/merge_patch.ts";
import { type Arrived, once } from "./bodies.ts";

/** Channels of states that it tells of. */
const CHANNELS = ["agents", "town"] as const;

/** Tells of itself as a producer does. */
export class MadeUpTown {
  /** States as they are. */
  readonly states: Record<string, StateMembers> = {};
  /** Events so far. */
  events = 0;
  tick = 0;
  readonly #told: Record<string, StateMembers | null> = {};
  readonly #n: Record<string, number> = {};
  readonly #fill: string;
  #startsNext = false;

  constructor(fill = 0) {
    this.#fill = "x".repeat(fill);
  }

  /** Lives for a tick, and tells of it. */
  step(delivery: Delivery, isLast = false): void {
    const tick = ++this.tick;
    for (const channel of CHANNELS) {
      this.states[channel] = {
        ...this.states[channel],
        [`m${tick % 7}`]: tick,
        fill: `${tick}${this.#fill}`,
      };
    }
    const order = delivery.begin(tick);
    this.#startsNext ||= order.keyframes;
    for (const channel of CHANNELS) {
      if (order.keyframes || order.keyframesOf.includes(channel)) {
        this.#told[channel] = null;
      }
      if (!order.hold || isLast) delivery.offer(this.#state(channel, tick));
    }
    this.events++;
    const [list] = textLists(['{"e":"tick.done"}']);
    const n = this.#next("events");
    delivery.offer(new EventBody("events", n, tick, list));
    delivery.end(tick);
  }

  #state(channel: string, tick: number): Body {
    const now = this.states[channel];
    const told = this.#told[channel] ?? null;
    this.#told[channel] = now;
    const n = this.#next(channel);
    const starts = this.#startsNext;
    this.#startsNext = false;
    const common = { channel: channel as "agents", n, tick, starts };
    return told === null
      ? bodyOf({ ...common, kind: "key", payload: JSON.stringify(now) })
      : bodyOf({
        ...common,
        kind: "patch",
        base: n - 1,
        payload: JSON.stringify(diffStates(told, now)),
      });
  }

  #next(channel: string): number {
    return this.#n[channel] = (this.#n[channel] ?? -1) + 1;
  }
}

/**
 * Checks what arrived of a town: the states at its end, and every event, or
 * that it was lost.
 */
export function checkArrived(
  town: MadeUpTown,
  arrived: readonly Arrived[],
): void {
  const states: Record<string, StateMembers> = {};
  const last: Record<string, number> = {};
  let events = 0;
  let lost = 0;
  for (const { k, ch, n = 0, base, d } of once(arrived)) {
    if (k === "event") events++;
    if (k === "gap") lost += d.dropped;
    if (k === "key") states[ch] = d;
    else if (k === "patch" && base === last[ch]) {
      states[ch] = applyPatch(states[ch], d);
    } else continue;
    last[ch] = n;
  }
  assertEquals(states, town.states);
  assertEquals(events + lost, town.events);
}
