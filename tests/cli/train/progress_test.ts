import { assertEquals } from "@std/assert";
import {
  type Course,
  courseText,
  durationText,
  shareOf,
} from "../../../cli/train/progress.ts";
import type { UpdateRecord } from "../../../src/training/update_record.ts";

/** A training in its second update. */
function course(members: Partial<Course> = {}): Course {
  const record: Partial<UpdateRecord> = {
    episode_return_mean: -1.234,
    kl_approx: 0.01234,
    loss_entropy: 1.5,
    steps_per_second: 2345.6,
  };
  return {
    updates: 2,
    steps: 2000,
    total: 10_000,
    before: 0,
    seconds: 60,
    mostSeconds: undefined,
    // The text looks at nothing else.
    record: record as UpdateRecord,
    ...members,
  };
}

Deno.test("courseText() tells update, steps, return, KL, entropy, speed and time left", () => {
  assertEquals(
    courseText(course()),
    "update 2, 2,000 steps, return of a life -1.23, KL 0.0123, entropy 1.50, 2,346 steps/s, 4 min 00 s left",
  );
});

Deno.test("courseText() leaves out what is not known yet", () => {
  const { record } = course();
  const text = courseText(course({
    before: 2000,
    record: { ...record, episode_return_mean: null },
  }));
  assertEquals(
    text,
    "update 2, 2,000 steps, KL 0.0123, entropy 1.50, 2,346 steps/s",
  );
});

Deno.test("the time left is what ends first: steps or minutes", () => {
  const left = (members: Partial<Course>) =>
    courseText(course(members)).split(", ").at(-1);
  assertEquals(left({ mostSeconds: 90 }), "30 s left");
  assertEquals(left({ mostSeconds: 9000 }), "4 min 00 s left");
  assertEquals(left({ steps: 11_000 }), "0 s left");
  assertEquals(shareOf(course()), 0.2);
  assertEquals(shareOf(course({ mostSeconds: 90 })), 60 / 90);
  assertEquals(shareOf(course({ steps: 11_000 })), 1);
});

Deno.test("durationText() takes the units that fit", () => {
  assertEquals([0, 59.4, 60, 3599, 7800].map(durationText), [
    "0 s",
    "59 s",
    "1 min 00 s",
    "59 min 59 s",
    "2 h 10 min",
  ]);
});
