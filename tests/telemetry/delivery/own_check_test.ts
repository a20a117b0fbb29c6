import { assertEquals } from "@std/assert";
import { ownCheck } from "../../../src/telemetry/delivery/own_check.ts";
import { bytesOf } from "../../../src/telemetry/frame.ts";
import {
  counter,
  newStatus,
  readText,
  word,
} from "../../../src/telemetry/delivery/status.ts";
import { Bodies } from "./bodies.ts";

/** No state of residents, and events that nobody knows. */
const bodies = new Bodies();
const state = bodies.key("rewards", 6);
const events = bodies.events("events", 7, [{ e: "a.b" }, { e: "c.d" }]);

Deno.test("ownCheck() looks at nothing when it is off", () => {
  const status = newStatus();
  const checked = ownCheck({ redact: [], validate: "off" }, status);
  assertEquals(checked(state.text), state.text);
  assertEquals(counter(status, "validateFailures"), 0);
});

Deno.test("ownCheck() warns of frames that break their schema, drops them, or ends the run", () => {
  for (const validate of ["warn", "drop", "fail"] as const) {
    const status = newStatus();
    const checked = ownCheck({ redact: [], validate }, status);
    const texts = [state, events, state].map(({ text }) => checked(text));
    if (validate === "warn") {
      assertEquals(texts, [state.text, events.text, state.text]);
    } else {
      assertEquals([texts[0], texts[2]], [null, null]);
      assertEquals(JSON.parse(`{${texts[1]}}`), {
        ch: "meta",
        k: "gap",
        t: 7,
        d: {
          ch: "events",
          dropped: 2,
          bytes: bytesOf(events.text),
          from_t: 7,
          to_t: 7,
          reason: "encode_error",
        },
      });
    }
    assertEquals(word(status, "withheld"), validate === "warn" ? 0 : 2);
    assertEquals(word(status, "broken"), validate === "fail" ? 1 : 0);
    assertEquals(counter(status, "validateFailures"), 3);
    // Each channel once.
    const parts = readText(status, "invalid").split("; ");
    assertEquals(parts.map((text) => text.split(" ")[0]), [
      "rewards",
      "events",
    ]);
  }
});

Deno.test("ownCheck() lets through what is right, and frames about the stream", () => {
  const status = newStatus();
  const checked = ownCheck({ redact: [], validate: "fail" }, status);
  const right = bodies.events("events", 8, [{
    e: "meal.shared",
    object: "stove_1",
    agents: ["ada", "bo"],
  }]);
  for (const text of [right.text, '"ch":"meta","k":"gap","t":1,"d":{}']) {
    assertEquals(checked(text), text);
  }
  assertEquals(counter(status, "validateFailures"), 0);
});
