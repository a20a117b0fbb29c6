import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type TieUpdate,
  tieUpdates,
} from "../../../src/telemetry/stories/tie_updates.ts";

const tie = (t: number, f: number, r: number) => ({ t, f, r });

Deno.test("tieUpdates() gives what began, changed and ended, by owner and other", () => {
  assertEquals(
    tieUpdates(
      {
        ties: {
          bo: { cy: tie(0.5, 0.5, 0.25), ann: tie(1, 0, 0) },
          ann: { bo: tie(0.25, 0, 0) },
          dee: { ann: tie(0, 0, 0.5) },
        },
      },
      {
        ties: {
          bo: { ann: tie(1, 0, 0), cy: tie(0.25, 0.75, 0.25) },
          ann: { dee: tie(-0.5, 0.25, 1) },
        },
      },
    ),
    [
      {
        owner: "ann",
        other: "bo",
        status: "removed",
        ...tie(0, 0, 0),
        dt: -0.25,
        df: 0,
        dr: 0,
      },
      {
        owner: "ann",
        other: "dee",
        status: "added",
        ...tie(-0.5, 0.25, 1),
        dt: -0.5,
        df: 0.25,
        dr: 1,
      },
      {
        owner: "bo",
        other: "cy",
        status: "updated",
        ...tie(0.25, 0.75, 0.25),
        dt: -0.25,
        df: 0.25,
        dr: 0,
      },
      {
        owner: "dee",
        other: "ann",
        status: "removed",
        ...tie(0, 0, 0),
        dt: 0,
        df: 0,
        dr: -0.5,
      },
    ],
  );
});

Deno.test("tieUpdates() passes over changes below 1e-6, not over ties of nothing that begin", () => {
  const before = { ties: { ann: { bo: tie(0, 0, 0) } } };
  const after = (t: number) => ({ ties: { ann: { bo: tie(t, 0, 0) } } });
  assertEquals(tieUpdates(before, after(9.9e-7)), []);
  assertEquals(tieUpdates(before, after(1e-6)).length, 1);
  assertEquals(tieUpdates(before, after(-1e-6)).length, 1);
  assertEquals(tieUpdates({}, before).map(({ status }) => status), ["added"]);
});

Deno.test("tieUpdates() takes states without ties, and names of the language's own", () => {
  assertEquals(tieUpdates({}, {}), []);
  const ties = JSON.parse('{"constructor":{"toString":{"t":1}}}');
  const [{ owner, other, status, t }] = tieUpdates({}, { ties });
  assertEquals([owner, other, status, t], [
    "constructor",
    "toString",
    "added",
    1,
  ]);
});

Deno.test("tieUpdates() there and back are each other's opposites", () => {
  const name = fc.constantFrom("ann", "bo", "cy");
  const quarter = fc.integer({ min: -4, max: 4 }).map((n) => n / 4 + 0);
  const state = fc.record({
    ties: fc.dictionary(
      name,
      fc.dictionary(name, fc.tuple(quarter, quarter, quarter)),
    ),
  }).map(({ ties }) => ({
    ties: Object.fromEntries(
      Object.entries(ties).map(([owner, own]) => [
        owner,
        Object.fromEntries(
          Object.entries(own).map(([other, [t, f, r]]) => [
            other,
            tie(t, f, r),
          ]),
        ),
      ]),
    ),
  }));
  const opposite = { added: "removed", removed: "added", updated: "updated" };
  const shortly = ({ owner, other, status, dt, df, dr }: TieUpdate) =>
    [owner, other, status, dt + 0, df + 0, dr + 0].join(" ");
  fc.assert(fc.property(state, state, (a, b) => {
    assertEquals(
      tieUpdates(a, b).map(shortly),
      tieUpdates(b, a).map((one) =>
        shortly({
          ...one,
          status: opposite[one.status] as TieUpdate["status"],
          dt: 0 - one.dt,
          df: 0 - one.df,
          dr: 0 - one.dr,
        })
      ),
    );
    assertEquals(tieUpdates(a, a), []);
  }));
});
