import { assertEquals } from "@std/assert";
import { tidy } from "../../../src/telemetry/state_channel.ts";
import { socialState } from "../../../src/telemetry/states/social_state.ts";
import { setFeeling, tinyTown } from "../../helpers/tiny_town.ts";
import { OPTIONS, viewOf } from "./views.ts";

/** Six people, the first of whom feels for all others. */
function circle() {
  const simulation = tinyTown({ agents: 6 });
  const feel = (other: string, trust: number, rivalry = 0) =>
    setFeeling(simulation, "a", other, { trust, rivalry });
  return { simulation, feel };
}

Deno.test("socialState() tells ties by owner and other, and nobody without any", () => {
  const { simulation, feel } = circle();
  feel("b", 0.50004, 0.2);
  setFeeling(simulation, "c", "a", { familiarity: -0.3 });
  const state = tidy(socialState(viewOf(simulation)), OPTIONS);
  assertEquals(state, {
    ties: {
      a: { b: { t: 0.5, f: 0, r: 0.2 } },
      c: { a: { t: 0, f: -0.3, r: 0 } },
    },
    churn: {
      window_start: 0,
      window_end: 600,
      total: 0,
      owners: {},
      reasons: {},
    },
    top: { a: { friends: ["b"], rivals: ["b"] } },
  });
});

Deno.test("socialState() has the three closest, equal ones by id, none below 0", () => {
  const { simulation, feel } = circle();
  feel("f", 0.4, 0.1);
  feel("e", 0.4, 0.1);
  feel("d", 0.9, 0);
  feel("c", -0.5, 0.7);
  feel("b", 0.4, 0.1);
  const { top } = socialState(viewOf(simulation));
  assertEquals(Object(top).a, {
    friends: ["d", "b", "e"],
    rivals: ["c", "b", "e"],
  });
});

Deno.test("socialState() tells of the ends of ties what was counted", () => {
  const { simulation } = circle();
  const view = viewOf(simulation);
  view.churn.note(7, [{
    event: "relationship.evicted",
    tick: 7,
    owner: "a",
    other: "b",
    reason: "decay",
  }]);
  assertEquals(Object(socialState(view).churn), {
    window_start: 0,
    window_end: 600,
    total: 1,
    owners: { a: 1 },
    reasons: { decay: 1 },
  });
});
