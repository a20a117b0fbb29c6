/** Moments worth telling, and the records that tell them. @module */
import type { NarrationCategory } from "../../config/narration.ts";

/** What is known of a moment: members of one level, and of a second one. */
export type MomentData = {
  readonly [name: string]:
    | string
    | number
    | boolean
    | Readonly<Record<string, string | number | boolean>>;
};

/** How the moments of each category can be told. */
export interface Tellings {
  /** Two clash over an object. */
  queue_conflict: "ghost_step" | "long_wait";
  /** A shower has no power. */
  utility_outage: "power";
  /** Somebody showered. */
  shower_complete: "done";
  /** Somebody slept. */
  sleep_complete: "done";
  /** A tie is new, in good or in bad, or trust has changed. */
  relationship_friendship: "added" | "at_odds" | "more" | "less";
  /** A rival is bad to be near, or worse. */
  relationship_rivalry: "avoid" | "escalated";
  /** A chat came to nothing, or somebody kept away. */
  relationship_social_alert: "chat_failed" | "avoided_person" | "avoided_place";
  /** Somebody was true to their character. */
  personality_event: "outgoing" | "peaceable_person" | "peaceable_place";
}

/** Categories whose words come from outside. */
export type StoryCategory = "operator_story" | "demo_story";

/** What all moments have. */
interface AnyMoment {
  /** Whether it need not wait for pauses. */
  readonly priority: boolean;
  /** Moments with the same key are the same one. */
  readonly key: string;
  /** What is known of it. */
  readonly data: MomentData;
}

/** Something worth telling, if it is not too much. */
export type Moment =
  | AnyMoment & {
    /** What it is about. */
    readonly category: StoryCategory;
    /** Its words. */
    readonly words: string;
  }
  | {
    [C in keyof Tellings]: AnyMoment & {
      /** What it is about. */
      readonly category: C;
      /** How it is told. */
      readonly telling: Tellings[C];
    };
  }[keyof Tellings];

/** A moment that is told: an element of the channel `narration`. */
export interface NarrationRecord {
  /** Tick of it. */
  readonly tick: number;
  /** What it is about. */
  readonly category: NarrationCategory;
  /** It in words, at most 280 characters on one line. */
  readonly text: string;
  /** Whether it need not wait for pauses, whatever its category. */
  readonly priority: boolean;
  /** What is known of it. */
  readonly data: MomentData;
  /** Moments with the same key are the same one. */
  readonly key: string;
}

/** A story that somebody wants told. */
export interface ManualStory {
  /** Who tells it. */
  readonly category: StoryCategory;
  /** The words. */
  readonly text: string;
  /** Whether it need not wait for pauses; not unless given. */
  readonly priority?: boolean;
  /** Stories with the same key are the same one; the words unless given. */
  readonly key?: string;
  /** What is known of it; nothing unless given. */
  readonly data?: MomentData;
}
