import { assertEquals } from "@std/assert";
import { eventLine } from "../../cli/events_file.ts";

Deno.test("eventLine() begins with tick and name, and the payload follows", () => {
  assertEquals(
    eventLine({
      event: "chat.succeeded",
      tick: 12,
      speaker: "ana",
      listener: "bo",
      quality: 0.5,
    }),
    '{"t":12,"e":"chat.succeeded","speaker":"ana","listener":"bo","quality":0.5}',
  );
});

Deno.test("eventLine() lays the payload of a hook's event out like any other", () => {
  assertEquals(
    eventLine({
      event: "hook.spa.relaxed",
      tick: 3,
      payload: { agent: "ana", warmth: 2 },
    }),
    '{"t":3,"e":"hook.spa.relaxed","agent":"ana","warmth":2}',
  );
});

Deno.test("eventLine() is one line, whatever the names are", () => {
  const line = eventLine({
    event: "agent.removed",
    tick: 1,
    agent: 'a\n"b\u2028',
    reason: "faint",
  });
  assertEquals(line.split("\n").length, 1);
  assertEquals(JSON.parse(line).agent, 'a\n"b\u2028');
});
