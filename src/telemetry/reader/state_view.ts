/** The states that frames tell, put together again. @module */
import { applyPatch, type StateMembers } from "../merge_patch.ts";
import type { Frame, KeyFrame, PatchFrame } from "./envelope.ts";

/** One channel of states. */
interface Channel {
  /** `n` of the last frame. */
  readonly n: number;
  /** Tick of the last frame. */
  readonly tick: number;
  /** What it is like since then. */
  readonly state: StateMembers;
  /** Whether frames are missing since then. */
  readonly stale: boolean;
}

/** Follows the states of a stream, frame by frame. */
export class StateView {
  #sid: string | null = null;
  #channels = new Map<string, Channel>();
  #ignored = 0;

  /** Takes a frame, in the order in which they are received. */
  apply(frame: Frame): void {
    if (frame.sid !== this.#sid) {
      this.#sid = frame.sid;
      this.#channels = new Map();
    }
    switch (frame.kind) {
      case "hello":
        if (frame.lost > 0) this.#channels.forEach(this.#forget, this);
        break;
      case "key":
        return this.#set(frame, frame.payload);
      case "patch":
        return this.#patch(frame);
    }
  }

  /**
   * The state of a channel, or undefined: none was told yet, or changes are
   * missing, until the next whole state.
   */
  state(channel: string): StateMembers | undefined {
    const found = this.#channels.get(channel);
    return found === undefined || found.stale ? undefined : found.state;
  }

  /** Tick of the last frame of a channel that was told, or undefined. */
  tick(channel: string): number | undefined {
    return this.#channels.get(channel)?.tick;
  }

  /** Names of the channels whose states are known, in the order they came. */
  get channels(): readonly string[] {
    return [...this.#channels].filter(([, { stale }]) => !stale)
      .map(([name]) => name);
  }

  /** Changes that had nothing to build on. */
  get ignored(): number {
    return this.#ignored;
  }

  #forget(channel: Channel, name: string): void {
    this.#channels.set(name, { ...channel, stale: true });
  }

  #patch(frame: PatchFrame): void {
    const known = this.#channels.get(frame.channel);
    if (known !== undefined && !known.stale && known.n === frame.base) {
      return this.#set(frame, applyPatch(known.state, frame.payload));
    }
    this.#ignored++;
    if (known !== undefined) this.#forget(known, frame.channel);
  }

  #set({ channel, n, tick }: KeyFrame | PatchFrame, state: StateMembers): void {
    this.#channels.set(channel, { n, tick, state, stale: false });
  }
}
