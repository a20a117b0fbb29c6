/**
 * Producer: what one receiver is told of a town, tick by tick.
 *
 * It remembers what it told last, and tells what has changed since. A tick in
 * which it must keep quiet loses nothing of a state: the next change spans it.
 * @module
 */
import type {
  ChannelName,
  TelemetrySettings,
} from "../config/telemetry_settings.ts";
import type { Town } from "../world/town.ts";
import {
  EVENT_CHANNELS,
  type EventChannelName,
  STATE_CHANNELS,
  type StateChannelName,
} from "./channels.ts";
import { EventBody, type EventList } from "./events.ts";
import { type Body, bodyOf } from "./frame.ts";
import type { StateChannel } from "./state_channel.ts";
import { openStateChannel } from "./states/open.ts";
import type { View } from "./view.ts";

/** What a receiver asks for in a tick. */
export interface Order {
  /** Whether states are to be held back: too much waits already. */
  readonly hold: boolean;
  /** Whether every channel is to tell its whole state. */
  readonly keyframes: boolean;
  /** Channels that are to tell their whole states. */
  readonly keyframesOf: readonly StateChannelName[];
}

/** Takes frames. */
export interface Receiver {
  /** Begins a tick's frames. */
  begin(tick: number): Order;
  /** Takes a frame. */
  offer(body: Body): void;
  /** Ends a tick's frames. */
  end(tick: number): void;
}

/** What happened in a tick, by channel. */
export type EventLists = Partial<
  Readonly<Record<EventChannelName, readonly EventList[]>>
>;

/** Whom to ask when a channel cannot be built, and what for. */
export interface ProducerOptions {
  /** Told of every number that JSON cannot write. */
  readonly onNonfinite: () => void;
  /** Told what went wrong with a channel; it tells its whole state next. */
  readonly onFault: (channel: StateChannelName, fault: unknown) => void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

const NO_LISTS: readonly EventList[] = [];

/** A channel of states, and where it stands. */
interface Stream {
  readonly name: StateChannelName;
  readonly every: number;
  readonly channel: StateChannel;
  /** Number of the next frame. */
  n: number;
  /** Tick of the last whole state, -1 before the first. */
  keyTick: number;
  /** Whether the next frame must be a whole state. */
  wantsKey: boolean;
  /** Whether a change was due while states were held back. */
  owes: boolean;
}

/** A frame that waits for a tick of its channel. */
interface Waiting {
  readonly body: Body;
  /** Ticks between frames of the channel. */
  readonly every: number;
}

/** A channel of events, and where it stands. */
interface EventStream {
  readonly name: EventChannelName;
  readonly every: number;
  /** Number of the next frame. */
  n: number;
}

/** Tells one receiver of a town. */
export class Producer {
  /** Frames handed over so far, by channel. */
  readonly frames: Partial<Record<ChannelName, number>> = {};
  /** Whom it tells. */
  readonly receiver: Receiver;
  readonly #streams: readonly Stream[];
  readonly #settings: TelemetrySettings;
  readonly #options: ProducerOptions;
  readonly #events: readonly EventStream[];
  /** Frames of events that wait for their tick. */
  #waiting: Waiting[] = [];
  /** Whether whole states of all channels are owed, for a new file to begin. */
  #owesStart = false;

  /** Opens a producer of the channels that are enabled. */
  constructor(
    town: Town,
    settings: TelemetrySettings,
    receiver: Receiver,
    options: ProducerOptions,
  ) {
    const { channels, deterministic, precision, redact } = settings;
    const patterns = redact.map(pathOf);
    this.receiver = receiver;
    this.#settings = settings;
    this.#options = options;
    this.#streams = STATE_CHANNELS
      .filter((name) =>
        channels[name].enabled && !(deterministic && name === "health")
      )
      .map((name) => ({
        name,
        every: channels[name].every,
        channel: openStateChannel(name, town, {
          precision,
          redact: patterns.filter(([first]) => first === name)
            .map((keys) => keys.slice(1)),
          onNonfinite: options.onNonfinite,
        }),
        n: 0,
        keyTick: -1,
        wantsKey: true,
        owes: false,
      }));
    this.#events = EVENT_CHANNELS.map((name) => {
      const settings = channels[name];
      return { name, every: "every" in settings ? settings.every : 1, n: 0 };
    });
  }

  /**
   * Tells of a tick.
   *
   * @param events what happened, by channel
   * @param isLast whether it is the last one: nothing is held back then
   */
  tell(view: View, events: EventLists, isLast = false): void {
    const tick = view.world.tick[0];
    const { hold, keyframes, keyframesOf } = this.receiver.begin(tick);
    this.#owesStart ||= keyframes;
    for (const stream of this.#streams) {
      if (keyframes || keyframesOf.includes(stream.name)) {
        stream.wantsKey = true;
      }
      if (hold && !isLast) stream.owes ||= tick % stream.every === 0;
      else this.#tellState(stream, view, isLast);
    }
    this.#tellEvents(tick, events, isLast);
    this.receiver.end(tick);
  }

  /** Queues events of a tick, at once or when their channel is due. */
  #tellEvents(tick: number, events: EventLists, isLast: boolean): void {
    for (const stream of this.#events) {
      const { name, every } = stream;
      for (const list of events[name] ?? NO_LISTS) {
        const body = new EventBody(name, stream.n++, tick, list);
        if (every === 1) this.#offer(body);
        else this.#waiting.push({ body, every });
      }
    }
    if (this.#waiting.length === 0) return;
    const isDue = ({ every }: Waiting) => isLast || tick % every === 0;
    for (const one of this.#waiting) if (isDue(one)) this.#offer(one.body);
    this.#waiting = this.#waiting.filter((one) => !isDue(one));
  }

  /** Queues a channel's state or its change, if it is time. */
  #tellState(stream: Stream, view: View, isLast: boolean): void {
    const tick = view.world.tick[0];
    const { mode, keyframe_ticks } = this.#settings;
    if (tick - stream.keyTick >= keyframe_ticks) stream.wantsKey = true;
    const isDue = isLast || stream.owes || tick % stream.every === 0;
    if (!isDue && !stream.wantsKey) return;
    const isKey = stream.wantsKey ||
      mode === "full" && !(isLast && stream.keyTick === tick);
    let payload: string | null;
    try {
      payload = isKey ? stream.channel.key(view) : stream.channel.patch(view);
    } catch (fault) {
      stream.wantsKey = true;
      this.#options.onFault(stream.name, fault);
      return;
    }
    stream.owes = false;
    if (isKey) {
      stream.wantsKey = false;
      stream.keyTick = tick;
    }
    if (payload === null) return;
    const starts = this.#owesStart;
    this.#owesStart = false;
    const n = stream.n++;
    this.#offer(bodyOf({
      channel: stream.name,
      kind: isKey ? "key" : "patch",
      n,
      tick,
      base: isKey ? undefined : n - 1,
      ts: stream.name === "health" ? this.#options.now() : undefined,
      payload,
      starts,
    }));
  }

  #offer(body: Body): void {
    this.frames[body.channel] = (this.frames[body.channel] ?? 0) + 1;
    this.receiver.offer(body);
  }
}

/** The keys of a pattern: `policy/identity/*` is a channel and two keys. */
function pathOf(pattern: string): readonly string[] {
  return pattern.split("/").map((key) =>
    key.replaceAll("~1", "/").replaceAll("~0", "~")
  );
}
