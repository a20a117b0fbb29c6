import { assertEquals } from "@std/assert";
import { addTallies, TALLIES, TALLY } from "../../src/vector/tallies.ts";
import type { TownEvent } from "../../src/world/events.ts";

const events: readonly TownEvent[] = [
  {
    event: "queue.conflict",
    tick: 1,
    object: "bed",
    actor: "a",
    rival: "b",
    reason: "ghost_step",
    queue_length: 1,
    intensity: 1.25,
  },
  { event: "meal.shared", tick: 1, object: "fridge", agents: ["a", "b"] },
  {
    event: "employment.helped_when_late",
    tick: 1,
    agent: "a",
    coworkers: ["b"],
  },
  { event: "employment.shift_taken", tick: 1, agent: "a", coworkers: ["b"] },
  {
    event: "chat.succeeded",
    tick: 1,
    speaker: "a",
    listener: "b",
    quality: 0.75,
  },
  { event: "chat.failed", tick: 1, speaker: "a", listener: "b" },
  { event: "sleep.completed", tick: 1, agent: "a", object: "bed" },
  { event: "shower.completed", tick: 1, agent: "a", object: "shower" },
  { event: "shower.power_lost", tick: 1, object: "shower" },
  { event: "agent.removed", tick: 1, agent: "a", reason: "faint" },
];

Deno.test("addTallies() adds each kind of event to its own numbers, and no other", () => {
  const expected = {
    queue_conflict_events: 1,
    queue_conflict_intensity_sum: 1.25,
    shared_meal_events: 1,
    late_help_events: 1,
    shift_takeover_events: 1,
    chat_success_events: 1,
    chat_quality_sum: 0.75,
    chat_failure_events: 1,
    power_lost_events: 1,
    shower_events: 1,
    sleep_events: 1,
  };
  const size = TALLIES.length;
  const tallies = new Float64Array(3 * size);
  addTallies(events, tallies, size);
  addTallies(events, tallies, size);
  for (const name of TALLIES) {
    assertEquals(tallies[size + TALLY[name]], 2 * expected[name], name);
  }
  assertEquals(new Set(tallies.subarray(0, size)), new Set([0]));
  assertEquals(new Set(tallies.subarray(2 * size)), new Set([0]));
});
