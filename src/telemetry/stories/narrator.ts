/** Tells the moments of a town, as often as it is told to. @module */
import type { Plain } from "../../snapshots/plain.ts";
import type { Town } from "../../world/town.ts";
import type { Turn } from "../../world/turn.ts";
import type { World } from "../../world/world.ts";
import { Limiter } from "./limiter.ts";
import type { ManualStory, Moment, NarrationRecord } from "./moment.ts";
import {
  friendshipMoment,
  objectMoment,
  personalityMoment,
  rivalryMoment,
  socialMoment,
  storyMoment,
} from "./moments.ts";
import { SeenTies } from "./seen_ties.ts";
import { textOf } from "./texts.ts";

/** No record. */
const NONE: readonly NarrationRecord[] = [];

/**
 * Tells the moments of a town.
 *
 * What it remembers of ties is what they were at the last tick it was asked
 * about, so that one that goes on from a saved World needs its limiter alone.
 */
export class Narrator {
  readonly #town: Town;
  readonly #limiter: Limiter;
  /** Null where there are no relationships to tell of. */
  readonly #ties: SeenTies | null;
  #tick = 0;
  #records: NarrationRecord[] = [];

  /** A narrator of what happens from now on. */
  constructor(town: Town, world: World, limiter?: Limiter) {
    const { narration } = town.config.telemetry;
    this.#town = town;
    this.#limiter = limiter ?? new Limiter(narration);
    this.#ties = town.relationshipsOn ? new SeenTies(town, world) : null;
  }

  /**
   * The moments of the tick just done that are told, in order: stories of
   * others, what happened at objects, friendships, rivalries, what happened
   * between people, and characters. To be asked every tick.
   */
  tell(
    world: World,
    { events }: Pick<Turn, "events">,
    stories: readonly ManualStory[] = [],
  ): readonly NarrationRecord[] {
    this.#tick = world.tick[0];
    if (this.#limiter.isFull(this.#tick)) {
      // What ties are counts only in the tick before one that can be told of.
      if (!this.#limiter.isFull(this.#tick + 1)) this.#ties?.look(world);
      return NONE;
    }
    for (const story of stories) this.#offer(storyMoment(story));
    for (const event of events) this.#offer(objectMoment(event));
    if (this.#ties !== null) this.#tellRelationships(world, events, this.#ties);
    if (this.#records.length === 0) return NONE;
    const records = this.#records;
    this.#records = [];
    return records;
  }

  /** What it remembers beside the World, as it can be saved. */
  save(): Plain {
    return this.#limiter.save();
  }

  /**
   * The narrator that was saved with a World.
   *
   * @param where the file it comes from, for messages
   * @throws {TownletError} for anything that {@link Narrator.save} does not give
   */
  static load(
    town: Town,
    world: World,
    saved: unknown,
    where: string,
  ): Narrator {
    const { narration } = town.config.telemetry;
    const limiter = Limiter.load(narration, saved, world.tick[0], where);
    return new Narrator(town, world, limiter);
  }

  #tellRelationships(
    world: World,
    events: Turn["events"],
    ties: SeenTies,
  ): void {
    const { relationship_narration, personality_narration, precision } =
      this.#town.config.telemetry;
    for (const change of ties.changes(world)) {
      this.#offer(friendshipMoment(change, relationship_narration, precision));
    }
    for (const rivalry of ties.rivalries(world)) {
      this.#offer(rivalryMoment(rivalry, relationship_narration, precision));
    }
    for (const event of events) this.#offer(socialMoment(event));
    if (!personality_narration.enabled) return;
    for (const event of events) {
      this.#offer(personalityMoment(event, world, personality_narration));
    }
  }

  /** Tells a moment, if the limiter lets it. */
  #offer(moment: Moment | null): void {
    if (moment === null) return;
    const { category, key, priority, data } = moment;
    if (!this.#limiter.allow(this.#tick, category, key, priority)) return;
    this.#records.push({
      tick: this.#tick,
      category,
      text: textOf(moment),
      priority,
      data,
      key,
    });
  }
}
