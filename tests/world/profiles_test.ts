import { assert, assertEquals } from "@std/assert";
import { fractionOf } from "../../src/base/random.ts";
import {
  drawProfile,
  findProfile,
  PROFILES,
} from "../../src/world/profiles.ts";
import { tinyTown } from "../helpers/tiny_town.ts";

Deno.test("the profiles have these traits, multipliers and biases", () => {
  assertEquals(
    PROFILES.map((p) => [
      p.id,
      [p.extroversion, p.forgiveness, p.ambition],
      p.needs,
      Object.values(p.rewards),
      Object.values(p.behaviour),
    ]),
    [
      ["balanced", [0, 0, 0], [1, 1, 1], [1, 1, 1], [1, 1, 1]],
      ["socialite", [0.6, 0.1, -0.1], [1, 1.1, 1], [1.2, 1, 1], [1.3, 1, 1]],
      ["industrious", [-0.2, -0.1, 0.5], [1, 1, 0.9], [1, 1.25, 1], [
        1,
        1.4,
        1,
      ]],
      ["stoic", [-0.3, 0.5, -0.2], [0.95, 1, 1], [1, 1, 1.1], [1, 1, 0.6]],
    ],
  );
  assertEquals([findProfile("stoic"), findProfile("lazy")], [3, -1]);
});

Deno.test("a draw takes the first profile, by name, that the number does not exceed", () => {
  const even = { stoic: 1, balanced: 1, socialite: 2 };
  for (let i = 0; i < 200; i++) {
    const u = fractionOf(`7:r${i}`);
    const wanted = u <= 0.25 ? "balanced" : u <= 0.75 ? "socialite" : "stoic";
    assertEquals(drawProfile(even, 7, `r${i}`), findProfile(wanted), `r${i}`);
  }
});

Deno.test("a draw without a seed depends on the id alone", () => {
  const some = { balanced: 1, stoic: 1 };
  const u = fractionOf("ann");
  assertEquals(
    drawProfile(some, null, "ann"),
    findProfile(u <= 0.5 ? "balanced" : "stoic"),
  );
});

Deno.test("a weight of 0 is never drawn, and the order of names does not matter", () => {
  const counts = new Map<number, number>();
  for (let i = 0; i < 500; i++) {
    const id = `r${i}`;
    const one = drawProfile({ balanced: 0, stoic: 1, industrious: 3 }, 1, id);
    const other = drawProfile({ industrious: 3, stoic: 1, balanced: 0 }, 1, id);
    assertEquals(one, other);
    counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  assertEquals([...counts.keys()].sort(), [2, 3]);
  const share = (counts.get(2) ?? 0) / 500;
  assert(share > 0.69 && share < 0.81, String(share));
});

Deno.test("a resident's own profile wins over an override, and that over the draw", () => {
  const { world } = tinyTown({
    agents: [{ id: "a", profile: "stoic" }, { id: "b" }, { id: "c" }],
    config: {
      personalities: {
        distribution: { socialite: 1 },
        overrides: { a: "industrious", b: "industrious" },
      },
    },
  });
  assertEquals([...world.profile.subarray(0, 3)], [3, 2, 1]);
});
