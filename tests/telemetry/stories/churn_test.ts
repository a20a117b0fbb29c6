import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../../src/base/error.ts";
import { ChurnWindow } from "../../../src/telemetry/stories/churn.ts";
import type { TownEvent } from "../../../src/world/events.ts";

/** Ties of owners that end in a tick. */
function ends(
  tick: number,
  ...owners: readonly (readonly [owner: string, reason: string])[]
): TownEvent[] {
  return owners.map(([owner, reason]) => ({
    event: "relationship.evicted",
    tick,
    owner,
    other: "zoe",
    reason,
  }));
}

Deno.test("ChurnWindow begins at tick 0, 600 ticks long, with nothing in it", () => {
  const window = new ChurnWindow();
  assertEquals(window.state(), {
    window_start: 0,
    window_end: 600,
    total: 0,
    owners: {},
    reasons: {},
  });
  assertEquals(window.note(5, []), null);
  assertEquals(window.note(5000, []), null);
  assertEquals(window.state().window_start, 0);
});

Deno.test("ChurnWindow counts ends by owner and reason, an absent reason as unknown", () => {
  const window = new ChurnWindow();
  window.note(3, ends(3, ["bo", "decay"], ["ann", "capacity"]));
  window.note(599, ends(599, ["bo", "decay"], ["bo", ""]));
  window.note(599, [{
    event: "shower.completed",
    tick: 599,
    agent: "bo",
    object: "s",
  }]);
  assertEquals(window.state(), {
    window_start: 0,
    window_end: 600,
    total: 4,
    owners: { ann: 1, bo: 3 },
    reasons: { capacity: 1, decay: 2, unknown: 1 },
  });
  assertEquals(Object.keys(Object(window.state().owners)), ["ann", "bo"]);
});

Deno.test("ChurnWindow tells of a window that is over when the next tie ends, at its edge at the earliest", () => {
  const window = new ChurnWindow();
  assertEquals(window.note(0, ends(0, ["ann", "decay"])), null);
  assertEquals(window.note(599, ends(599, ["bo", "decay"])), null);
  assertEquals(window.note(600, []), null);
  assertEquals(window.note(600, ends(600, ["cy", "removed"])), {
    event: "relationship.window_closed",
    tick: 600,
    window_start: 0,
    window_end: 600,
    total: 2,
    owners: { ann: 1, bo: 1 },
    reasons: { decay: 2 },
  });
  assertEquals(window.state().window_start, 600);
  assertEquals(window.state().owners, { cy: 1 });
  // Windows without ends are passed over, however many.
  const closed = window.note(6_000_000_599, ends(6_000_000_599, ["d", ""]));
  assertEquals(closed?.window_end, 1200);
  assertEquals(window.state().window_start, 6_000_000_000);
});

Deno.test("ChurnWindow tells of no window in which nothing ended", () => {
  const window = new ChurnWindow();
  assertEquals(window.note(1800, ends(1800, ["ann", "decay"])), null);
  assertEquals(window.state().window_start, 1800);
});

Deno.test("ChurnWindow saved and loaded goes on as if it had not been", () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 900 }),
    owners: fc.array(
      fc.tuple(
        fc.constantFrom("ann", "bo", "cy"),
        fc.constantFrom("decay", "capacity", "removed", ""),
      ),
      { maxLength: 4 },
    ),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.nat(12), (steps, at) => {
      const straight = new ChurnWindow();
      let other = new ChurnWindow();
      let tick = 0;
      steps.forEach(({ wait, owners }, i) => {
        if (i === at) {
          const text = JSON.stringify(other.save());
          other = ChurnWindow.load(JSON.parse(text), "here");
        }
        tick += wait;
        const events = ends(tick, ...owners);
        assertEquals(other.note(tick, events), straight.note(tick, events));
        assertEquals(other.state(), straight.state());
      });
    }),
  );
});

Deno.test("ChurnWindow.load() refuses what save() does not give", () => {
  const saved = {
    window_start: 600,
    owners: { ann: 2 },
    reasons: { decay: 2 },
  };
  assertEquals(ChurnWindow.load(saved, "here").state().total, 2);
  for (
    const wrong of [
      null,
      [],
      { ...saved, window_start: -600 },
      { ...saved, window_start: 601 },
      { ...saved, window_start: 1e300 },
      { ...saved, owners: { ann: 1 } },
      { ...saved, owners: { ann: 0 }, reasons: {} },
      { ...saved, owners: { ann: 2.5 }, reasons: { decay: 2.5 } },
      { ...saved, owners: [2] },
      { ...saved, owners: null },
      { ...saved, owners: { ann: "2" } },
      { window_start: 0, owners: {} },
      { ...saved, total: 2 },
    ]
  ) {
    const error = assertThrows(
      () => ChurnWindow.load(wrong, "there"),
      TownletError,
    );
    assertEquals([error.code, error.where, error.exit], [
      "snapshot.state",
      "there",
      2,
    ]);
  }
});
