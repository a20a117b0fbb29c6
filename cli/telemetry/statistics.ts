/** What a recording tells in numbers. @module */
import type { Frame } from "../../src/telemetry/reader/envelope.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";
import { Bins } from "./bins.ts";
import { isMembers, leavesOf } from "./leaves.ts";
import { framesOf, type SourceFlags } from "./source.ts";
import { Summary } from "./summary.ts";
import { Tally } from "./tally.ts";

/** Rewards of one resident. */
export interface RewardSums {
  /** The whole reward. */
  readonly total: Summary;
  /** Sums of its parts by name. */
  readonly parts: Map<string, number>;
}

/** Which part of a recording is summed up. */
export interface StatisticsOptions {
  /** Ticks at the end, or undefined for all. */
  readonly last: number | undefined;
  /** The one resident whose rewards are told, or undefined for all. */
  readonly agent: string | undefined;
}

/** Numbers of a recording. */
export class Statistics {
  /** Frames and bytes. */
  readonly tally: Tally;
  /** Bytes over time by channel. */
  readonly bytes = new Map<string, Bins>();
  /** Rewards by resident. */
  readonly rewards = new Map<string, RewardSums>();
  /** Rewards of all residents together. */
  readonly reward = new Summary();
  /** What a training told, by name of the number. */
  readonly training = new Map<string, Summary>();
  readonly #view = new StateView();
  readonly #since: number;
  readonly #agent: string | undefined;

  /** Sums up what was told after a tick. */
  constructor(since: number, { agent }: Pick<StatisticsOptions, "agent">) {
    this.#since = since;
    this.#agent = agent;
    this.tally = new Tally(since);
  }

  /** Takes a frame; an earlier one is only remembered. */
  add(frame: Frame, length: number): void {
    this.#view.apply(frame);
    if (frame.tick <= this.#since) return;
    const { channel, tick } = frame;
    this.tally.add(frame, length);
    const bins = this.bytes.get(channel) ?? new Bins();
    this.bytes.set(channel, bins);
    bins.add(tick, length + 1);
    if (channel === "rewards") this.#addRewards(tick);
    if (channel !== "training" || frame.kind !== "event") return;
    for (const record of frame.payload) {
      for (const [name, value] of leavesOf(record)) {
        if (typeof value !== "number") continue;
        const summary = this.training.get(name) ?? new Summary();
        this.training.set(name, summary);
        summary.add(tick, value);
      }
    }
  }

  #addRewards(tick: number): void {
    const state = this.#view.state("rewards");
    for (const [agent, reward] of Object.entries(state ?? {})) {
      if (!isMembers(reward)) continue;
      if (this.#agent !== undefined && agent !== this.#agent) continue;
      const sums = this.rewards.get(agent) ??
        { total: new Summary(), parts: new Map() };
      this.rewards.set(agent, sums);
      const { total, ...parts } = reward;
      const value = typeof total === "number" ? total : 0;
      sums.total.add(tick, value);
      this.reward.add(tick, value);
      for (const [name, part] of Object.entries(parts)) {
        if (typeof part !== "number") continue;
        sums.parts.set(name, (sums.parts.get(name) ?? 0) + part);
      }
    }
  }
}

/** Reads a recording and sums it up, or the end of it. */
export async function statisticsOf(
  source: SourceFlags,
  { last, agent }: StatisticsOptions,
): Promise<Statistics> {
  const since = last === undefined ? -1 : await lastTick(source) - last;
  const statistics = new Statistics(since, { agent });
  for await (const { frame, bytes } of framesOf(source)) {
    statistics.add(frame, bytes.length);
  }
  return statistics;
}

async function lastTick(source: SourceFlags): Promise<number> {
  let last = 0;
  for await (const { frame } of framesOf(source)) {
    last = Math.max(last, frame.tick);
  }
  return last;
}
