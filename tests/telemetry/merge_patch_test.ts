import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  applyPatch,
  diffStates,
  type PatchMembers,
  type State,
  type StateMembers,
} from "../../src/telemetry/merge_patch.ts";

/** Keys that come again, so that states have something in common. */
const key = fc.constantFrom("a", "b", "c", "0", "10", "a/b", "");

/** States without nulls, three deep. */
const { members } = fc.letrec<{ state: State; members: StateMembers }>(
  (tie) => ({
    state: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.boolean(),
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom("", "x", "null"),
      fc.array(tie("state"), { maxLength: 3 }),
      tie("members"),
    ),
    members: fc.dictionary(key, tie("state"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  }),
);

Deno.test("applying what differs gives the other state, over 10,000 pairs", () => {
  fc.assert(
    fc.property(members, members, (a, b) => {
      const before = JSON.stringify(a);
      const patch = diffStates(a, b) ?? {};
      assertEquals(applyPatch(a, patch), b);
      assertEquals(JSON.stringify(a), before);
    }),
    { numRuns: 10_000 },
  );
});

Deno.test("states that are the same have no difference, and others have one", () => {
  fc.assert(
    fc.property(members, members, (a, b) => {
      assertEquals(diffStates(a, structuredClone(a)), null);
      const isSame = same(a, b);
      assertEquals(diffStates(a, b) === null, isSame);
    }),
    { numRuns: 2000 },
  );
});

/** Whether two states are equal, whatever the order of their keys. */
function same(a: State, b: State): boolean {
  try {
    assertEquals(a, b);
    return true;
  } catch {
    return false;
  }
}

Deno.test("a patch may be applied twice", () => {
  fc.assert(
    fc.property(members, members, (a, b) => {
      const patch = diffStates(a, b) ?? {};
      assertEquals(applyPatch(applyPatch(a, patch), patch), b);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("diffStates() tells no more than what differs", () => {
  const a = { x: { y: 1, z: [1, 2] }, gone: true, list: [{ a: 1 }] };
  const b = { x: { y: 2, z: [1, 2] }, come: "new", list: [{ a: 1 }] };
  assertEquals(diffStates(a, b), { x: { y: 2 }, come: "new", gone: null });
});

Deno.test("diffStates() tells lists whole", () => {
  assertEquals(diffStates({ l: [1, 2] }, { l: [1, 3] }), { l: [1, 3] });
});

// The examples of RFC 7396, appendix A, whose target and patch are members.
for (
  const [target, patch, result] of [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ e: 1 }, { a: 1 }, { e: 1, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ] as readonly [StateMembers, PatchMembers, StateMembers][]
) {
  Deno.test(`applyPatch() of ${JSON.stringify(patch)} to ${JSON.stringify(target)}`, () => {
    assertEquals(applyPatch(target, patch), result);
  });
}

for (const name of ["__proto__", "constructor", "prototype"]) {
  Deno.test(`applyPatch() refuses ${name} (rule I3)`, () => {
    const patch = JSON.parse(`{"a":{"${name}":{"polluted":true}}}`);
    assertThrows(() => applyPatch({}, patch), TypeError, name);
    assertEquals("polluted" in {}, false);
  });
}
