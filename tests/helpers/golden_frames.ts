/** The frames of a short run, line by line, as they are written down. @module */
import { Simulation } from "../../src/simulation.ts";
import { eventLists, isTrace, textLists } from "../../src/telemetry/events.ts";
import { lineOf } from "../../src/telemetry/frame.ts";
import { Stories } from "../../src/telemetry/stories/stories.ts";
import { busyTown } from "./busy_town.ts";
import { openTold, settingsOf } from "./told.ts";

/** Ticks before the first frame: people have met by then. */
const BEFORE = 60;
/** Ticks that are told of. */
const TICKS = 20;

/** Lines of all channels of a town, unsigned; health is left out. */
export function goldenFrames(): readonly string[] {
  const town = busyTown({ movement: "walk", backend: "scripted" });
  const simulation = new Simulation(town, { seed: 1, trace: true });
  const { world, turn } = simulation;
  const stories = new Stories(town, world, undefined, "");
  const { told, producer, view } = openTold(
    simulation,
    settingsOf({
      redact: [],
      channels: {
        health: { enabled: false },
        policy: { detail: true },
        trace: { enabled: true },
      },
    }),
  );
  const all = { ...view, churn: stories.churn };
  for (let tick = 0; tick < BEFORE + TICKS; tick++) {
    const { events } = simulation.step();
    const more = [...events, ...stories.note(world.tick[0], events)];
    const records = stories.tell(world, turn);
    if (tick < BEFORE) continue;
    producer.tell(all, {
      events: eventLists(more.filter((one) => !isTrace(one))),
      narration: textLists(records.map((one) => JSON.stringify(one))),
      trace: eventLists(more.filter(isTrace)),
    });
  }
  return told.bodies.map((body, seq) => lineOf(seq, body));
}
