/** What is remembered of a run to tell its stories. @module */
import { exactMembers } from "../../snapshots/columns.ts";
import type { Plain } from "../../snapshots/plain.ts";
import type { TownEvent } from "../../world/events.ts";
import type { Town } from "../../world/town.ts";
import type { Turn } from "../../world/turn.ts";
import type { World } from "../../world/world.ts";
import { ChurnWindow } from "./churn.ts";
import type { NarrationRecord } from "./moment.ts";
import { Narrator } from "./narrator.ts";

/** Members of stories that were saved. */
const SAVED = ["churn", "narration"] as const;

/** The memory that telemetry keeps beside the World. */
export class Stories {
  /** Ties that ended lately. */
  readonly churn: ChurnWindow;
  readonly #narrator: Narrator;

  /**
   * Stories that go on from `saved`, or begin.
   *
   * @param where the file they come from, for messages
   * @throws {TownletError} for anything that {@link Stories.save} does not give
   */
  constructor(
    town: Town,
    world: World,
    saved: Plain | undefined,
    where: string,
  ) {
    if (saved === undefined) {
      this.churn = new ChurnWindow();
      this.#narrator = new Narrator(town, world);
    } else {
      const { churn, narration } = exactMembers(saved, SAVED, "stories", where);
      this.churn = ChurnWindow.load(churn, where);
      this.#narrator = Narrator.load(town, world, narration, where);
    }
  }

  /** Takes the events of a tick, and gives those that follow from them. */
  note(tick: number, events: readonly TownEvent[]): readonly TownEvent[] {
    const closed = this.churn.note(tick, events);
    return closed === null ? NONE : [closed];
  }

  /** The moments of the tick just done that are told. */
  tell(world: World, turn: Turn): readonly NarrationRecord[] {
    return this.#narrator.tell(world, turn);
  }

  /** All of it, as it can be saved. */
  save(): Plain {
    return { churn: this.churn.save(), narration: this.#narrator.save() };
  }
}

const NONE: readonly TownEvent[] = [];
