import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../../src/base/error.ts";
import {
  type Narration,
  NARRATION_CATEGORIES,
  type NarrationCategory,
} from "../../../src/config/narration.ts";
import { Limiter } from "../../../src/telemetry/stories/limiter.ts";

const OPEN: Narration = {
  global_cooldown_ticks: 0,
  category_cooldown_ticks: {},
  dedupe_window_ticks: 0,
  global_window_ticks: 600,
  global_window_limit: 1000,
  priority_categories: [],
};

/** Asks a fresh limiter about moments, `tick category key [!]`, one by one. */
function answers(
  settings: Partial<Narration>,
  ...asked: readonly string[]
): string {
  const limiter = new Limiter({ ...OPEN, ...settings });
  return asked.map((text) => {
    const [tick, category, key, priority] = text.split(" ");
    return limiter.allow(
        Number(tick),
        category as NarrationCategory,
        key,
        priority === "!",
      )
      ? "+"
      : "-";
  }).join("");
}

Deno.test("Limiter tells the same moment once within the window, which does not hold its far edge", () => {
  assertEquals(
    answers(
      { dedupe_window_ticks: 20 },
      "5 demo_story a",
      "5 demo_story a",
      "24 demo_story a",
      "24 demo_story b",
      "25 demo_story a",
      "44 demo_story a",
      "44 demo_story b",
      "45 demo_story a",
    ),
    "+--++-++",
  );
});

Deno.test("Limiter tells the same moment once a tick even without a window, priority or not", () => {
  assertEquals(
    answers(
      { dedupe_window_ticks: 0 },
      "5 demo_story a",
      "5 demo_story a !",
      "6 demo_story a",
    ),
    "+-+",
  );
});

Deno.test("Limiter pauses between any two moments, and as long as it says", () => {
  assertEquals(
    answers(
      { global_cooldown_ticks: 30 },
      "0 demo_story a",
      "0 queue_conflict b",
      "29 queue_conflict c",
      "30 queue_conflict d",
      "59 demo_story e",
      "60 demo_story f",
    ),
    "+--+-+",
  );
});

Deno.test("Limiter pauses longer within a category that says so", () => {
  assertEquals(
    answers(
      {
        global_cooldown_ticks: 10,
        category_cooldown_ticks: { queue_conflict: 50, demo_story: 0 },
      },
      "0 queue_conflict a",
      "10 queue_conflict b",
      "10 demo_story c",
      // A shorter pause of a category does not undo the one between any two.
      "15 demo_story d",
      "49 queue_conflict e",
      "50 queue_conflict f",
    ),
    "+-+--+",
  );
});

Deno.test("Limiter has priority pass by every pause, by moment or by category", () => {
  assertEquals(
    answers(
      {
        global_cooldown_ticks: 30,
        category_cooldown_ticks: { utility_outage: 500 },
        priority_categories: ["utility_outage"],
      },
      "0 demo_story a",
      "1 demo_story b",
      "1 demo_story c !",
      "2 utility_outage d",
      "3 utility_outage e",
      // What has priority begins a pause for the others, too.
      "32 demo_story f",
      "33 demo_story g",
    ),
    "+-+++-+",
  );
});

Deno.test("Limiter tells so many in a window whatever their priority, and the window slides", () => {
  assertEquals(
    answers(
      { global_window_ticks: 100, global_window_limit: 2 },
      "10 demo_story a !",
      "20 demo_story b !",
      "109 demo_story c !",
      "110 demo_story d !",
      "119 demo_story e !",
      "120 demo_story f !",
    ),
    "++-+-+",
  );
});

Deno.test("Limiter does not count what it refused", () => {
  assertEquals(
    answers(
      { global_cooldown_ticks: 30, dedupe_window_ticks: 100 },
      "0 demo_story a",
      "29 demo_story b",
      "30 demo_story b",
    ),
    "+-+",
  );
});

/** The rules as they are written down, looking at all that was ever told. */
function slowLimiter(settings: Narration) {
  const told: {
    readonly tick: number;
    readonly category: NarrationCategory;
    readonly key: string;
  }[] = [];
  return (
    tick: number,
    category: NarrationCategory,
    key: string,
    flag: boolean,
  ): boolean => {
    const {
      dedupe_window_ticks: dedupe,
      global_cooldown_ticks: pause,
      category_cooldown_ticks: pauses,
      priority_categories: first,
    } = settings;
    const lately = told.filter((one) =>
      one.tick > tick - settings.global_window_ticks
    );
    const isRefused =
      told.some((one) =>
        one.key === key && tick - one.tick < Math.max(1, dedupe)
      ) ||
      !flag && !first.includes(category) &&
        told.some((one) =>
          tick - one.tick < pause ||
          one.category === category &&
            tick - one.tick < (pauses[category] ?? pause)
        ) ||
      lately.length >= settings.global_window_limit;
    if (!isRefused) told.push({ tick, category, key });
    return !isRefused;
  };
}

const category = fc.constantFrom(...NARRATION_CATEGORIES.slice(0, 4));

const settings: fc.Arbitrary<Narration> = fc.record({
  global_cooldown_ticks: fc.nat(12),
  category_cooldown_ticks: fc.dictionary(category, fc.nat(20), { maxKeys: 3 }),
  dedupe_window_ticks: fc.nat(25),
  global_window_ticks: fc.integer({ min: 1, max: 60 }),
  global_window_limit: fc.integer({ min: 1, max: 6 }),
  priority_categories: fc.array(category, { maxLength: 2 }),
});

const asked = fc.array(
  fc.record({
    wait: fc.oneof(fc.constant(0), fc.nat(15)),
    category,
    key: fc.constantFrom("a", "b", "c"),
    priority: fc.boolean(),
  }),
  { maxLength: 60 },
);

Deno.test("Limiter answers as its rules say, saved and loaded on the way or not", () => {
  fc.assert(
    fc.property(settings, asked, fc.nat(60), (chosen, moments, at) => {
      const slow = slowLimiter(chosen);
      let limiter = new Limiter(chosen);
      let tick = 0;
      moments.forEach(({ wait, category, key, priority }, i) => {
        if (i === at) {
          const saved = JSON.parse(JSON.stringify(limiter.save()));
          limiter = Limiter.load(chosen, saved, tick, "here");
          assertEquals(limiter.save(), saved);
        }
        tick += wait;
        assertEquals(
          limiter.allow(tick, category, key, priority),
          slow(tick, category, key, priority),
          `moment ${i} at tick ${tick}`,
        );
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("Limiter remembers no more than has a say", () => {
  const limiter = new Limiter({
    ...OPEN,
    dedupe_window_ticks: 5,
    global_window_ticks: 7,
  });
  for (let tick = 0; tick < 1000; tick++) {
    limiter.allow(tick, "demo_story", `story ${tick}`, true);
  }
  const { keys, window } = Object(limiter.save());
  assertEquals([keys.length, window.length], [5, 7]);
});

Deno.test("Limiter.load() refuses what save() does not give", () => {
  const saved = {
    last: 7,
    categories: { demo_story: 7 },
    keys: [["a", 3], ["b", 7]],
    window: [3, 7],
  };
  assertEquals(Limiter.load(OPEN, saved, 7, "here").save(), saved);
  for (
    const [wrong, place] of [
      [null, "narration"],
      [[], "narration"],
      [{ ...saved, last: 8 }, "narration.last"],
      [{ ...saved, last: "7" }, "narration.last"],
      [{ ...saved, categories: { dance: 1 } }, "narration.categories"],
      [{ ...saved, categories: { demo_story: -1 } }, "narration.categories"],
      [{ ...saved, keys: [["b", 7], ["a", 3]] }, "narration.keys"],
      [{ ...saved, keys: [["a", 3], ["a", 7]] }, "narration.keys"],
      [{ ...saved, keys: [["a".repeat(281), 3]] }, "narration.keys"],
      [{ ...saved, keys: { a: 3 } }, "narration.keys"],
      [{ ...saved, window: [7, 3] }, "narration.window"],
      [{ ...saved, window: [7.5] }, "narration.window"],
      [{ ...saved, more: 1 }, "narration"],
      [{ last: null, categories: {}, keys: [] }, "narration.window"],
    ] as const
  ) {
    const error = assertThrows(
      () => Limiter.load(OPEN, wrong, 7, "there"),
      TownletError,
    );
    assertEquals([error.code, error.where, error.exit], [
      "snapshot.state",
      "there",
      2,
    ]);
    assertEquals(error.message.startsWith(`In ${place}`), true, error.message);
  }
});
