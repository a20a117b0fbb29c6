import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type DraftMembers,
  roundTo,
  type StateOptions,
  tidy,
} from "../../src/telemetry/state_channel.ts";

function options(more: Partial<StateOptions> = {}): StateOptions {
  return { precision: 4, redact: [], onNonfinite: () => {}, ...more };
}

for (
  const [value, precision, rounded] of [
    [0.12345, 4, 0.1235],
    [-0.12345, 4, -0.1235],
    [0.00004, 4, 0],
    [-0.00004, 4, 0],
    [1 / 3, 3, 0.333],
    [2.5, 3, 2.5],
    [1e300, 12, 1e300],
    [123456.789, 12, 123456.789],
  ] as const
) {
  Deno.test(`roundTo() makes ${value} with ${precision} decimals ${rounded}`, () => {
    assertEquals(roundTo(value, precision), rounded);
    assertEquals(Object.is(roundTo(value, precision), -0), false);
  });
}

Deno.test("roundTo() rounds as the formula says, and rounding again changes nothing", () => {
  const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
  fc.assert(
    fc.property(number, fc.integer({ min: 3, max: 9 }), (x, p) => {
      const expected = Math.sign(x) *
          (Math.round(Math.abs(x) * 10 ** p) / 10 ** p) + 0;
      assertEquals(roundTo(x, p), expected);
      assertEquals(roundTo(expected, p), expected);
    }),
  );
});

Deno.test("tidy() leaves out what is not there and what JSON cannot write", () => {
  let nonfinite = 0;
  const draft: DraftMembers = {
    gone: undefined,
    nan: NaN,
    far: Infinity,
    zero: -0,
    list: [1, NaN, undefined, 2],
    inner: { value: 0.123456, none: undefined },
  };
  const state = tidy(draft, options({ onNonfinite: () => nonfinite++ }));
  assertEquals(state, { zero: 0, list: [1, 2], inner: { value: 0.1235 } });
  assertEquals(Object.is(state.zero, -0), false);
  assertEquals(nonfinite, 3);
});

Deno.test("tidy() leaves out what is redacted, and * is any one key", () => {
  const draft = {
    identity: { config_id: "x" },
    agents: { ada: { wallet: 1, pos: [1, 2] }, bo: { wallet: 2, pos: [3, 4] } },
  };
  const redact = [["identity"], ["agents", "*", "wallet"]];
  assertEquals(tidy(draft, options({ redact })), {
    agents: { ada: { pos: [1, 2] }, bo: { pos: [3, 4] } },
  });
  assertEquals(tidy(draft, options({ redact: [["agents", "ada"]] })), {
    identity: { config_id: "x" },
    agents: { bo: { wallet: 2, pos: [3, 4] } },
  });
});
