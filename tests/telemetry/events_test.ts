import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Simulation } from "../../src/simulation.ts";
import {
  commandElement,
  EventBody,
  eventElement,
  eventLists,
  eventsText,
  isTrace,
  textLists,
} from "../../src/telemetry/events.ts";
import { bytesOf, EVENT_BYTES_MAX } from "../../src/telemetry/frame.ts";
import type { TownEvent } from "../../src/world/events.ts";
import { busyTown } from "../helpers/busy_town.ts";

const CHAT: TownEvent = {
  event: "chat.succeeded",
  tick: 12,
  speaker: "ana",
  listener: "bo",
  quality: 0.5,
};

Deno.test("eventElement() has the name and the payload, without the tick", () => {
  assertEquals(`[${JSON.stringify(eventElement(CHAT))}]`, eventsText([CHAT]));
  assertEquals(
    eventsText([CHAT, CHAT]),
    '[{"e":"chat.succeeded","speaker":"ana","listener":"bo","quality":0.5},' +
      '{"e":"chat.succeeded","speaker":"ana","listener":"bo","quality":0.5}]',
  );
});

Deno.test("eventsText() lays the payload of a hook's event out like any other", () => {
  const event: TownEvent = {
    event: "hook.spa.relaxed",
    tick: 3,
    payload: { agent: "ana", warmth: 2 },
  };
  assertEquals(
    eventsText([event]),
    '[{"e":"hook.spa.relaxed","agent":"ana","warmth":2}]',
  );
});

Deno.test("eventsText() gives the elements as JSON, in whatever order an event was made", () => {
  const turned = { tick: 1, agent: "ana", event: "chat.failed" } as never;
  assertEquals(eventsText([turned]), '[{"e":"chat.failed","agent":"ana"}]');
  assertEquals(eventsText([]), "[]");
  for (const backend of ["scripted", "random"] as const) {
    const town = busyTown({ movement: "walk", backend });
    const simulation = new Simulation(town, { seed: 3, trace: true });
    simulation.runFor(400, ({ events }) => {
      assertEquals(
        eventsText(events),
        JSON.stringify(events.map(eventElement)),
      );
    });
  }
});

Deno.test("eventsText() writes whatever an event may hold as JSON does", () => {
  const value = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(
      undefined,
      null,
      -0,
      2 ** 31,
      -(2 ** 31),
      '"',
      "\\",
      "\x7f",
    ),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), value)), (events) => {
      const all = events.map((members) => ({
        event: "chat.failed",
        tick: 7,
        members,
        ...Object.fromEntries(
          Object.values(members).map((v, i) => [`m${i}`, v]),
        ),
      }));
      assertEquals(
        eventsText(all as never),
        JSON.stringify(all.map((event) => eventElement(event as never))),
      );
    }),
  );
});

Deno.test("isTrace() tells events of actions from all others", () => {
  const payload = { agent: "ana", kind: "wait" };
  assert(isTrace({ event: "action.unknown_agent", tick: 1, ...payload }));
  assert(!isTrace(CHAT));
  assert(!isTrace({ event: "hook.action.done", tick: 1, payload: {} }));
});

Deno.test("commandElement() tells a command, what it was given and what it gave", () => {
  const command = {
    name: "kill",
    args: { agent: "ana", reason: null },
  } as const;
  assertEquals(commandElement({ command, result: { agent: "ana" } }), {
    e: "console.result",
    name: "kill",
    status: "ok",
    args: { agent: "ana" },
    result: { agent: "ana" },
  });
  const error = { code: "not_found", message: "There is no agent ana" };
  assertEquals(commandElement({ command, error }), {
    e: "console.result",
    name: "kill",
    status: "error",
    args: { agent: "ana" },
    error,
  });
});

Deno.test("textLists() of a few elements is one list; of none, nothing", () => {
  assertEquals(textLists([]), []);
  assertEquals(textLists(['{"e":"a"}', '{"e":"b"}']), [
    {
      text: '[{"e":"a"},{"e":"b"}]',
      count: 2,
      bytes: 21,
      isPrecious: false,
    },
  ]);
});

Deno.test("eventLists() are the elements of the events, few or many, of hooks or not", () => {
  assertEquals(eventLists([]), []);
  const ofHook: TownEvent = {
    event: "hook.tea.made",
    tick: 1,
    payload: { cups: 2 },
  };
  for (const events of [[CHAT], [CHAT, ofHook], new Array(1000).fill(CHAT)]) {
    const lists = eventLists(events);
    assertEquals(
      lists.flatMap(({ text }) => JSON.parse(text)),
      events.map(eventElement),
    );
    assertEquals(
      lists.map(({ count }) => count).reduce((sum, n) => sum + n),
      events.length,
    );
    for (const { text, isPrecious } of lists) {
      assert(bytesOf(text) <= EVENT_BYTES_MAX);
      assertEquals(isPrecious, false);
    }
  }
});

Deno.test("eventLists() measure events that list as many as there are", () => {
  const coworkers = Array.from({ length: 2000 }, (_, i) => `resident#${i}`);
  const taken: TownEvent = {
    event: "employment.shift_taken",
    tick: 1,
    agent: "ana",
    coworkers,
  };
  const lists = eventLists([CHAT, ...new Array(40).fill(taken)]);
  assertEquals(lists.reduce((sum, { count }) => sum + count, 0), 41);
  for (const { text, bytes } of lists) {
    assertEquals(bytes, bytesOf(text));
    assert(bytes <= EVENT_BYTES_MAX);
  }
});

Deno.test("eventLists() with a failure are lost last of all", () => {
  const failed: TownEvent = {
    event: "loop.failed",
    tick: 1,
    error: "Error",
    message: "",
  };
  for (
    const events of [[CHAT, failed], [...new Array(1000).fill(CHAT), failed]]
  ) {
    assert(eventLists(events).every(({ isPrecious }) => isPrecious));
  }
});

Deno.test("EventBody has the members of a frame, in their order", () => {
  const [list] = eventLists([CHAT]);
  const body = new EventBody("events", 3, 12, list);
  const frame = JSON.parse(`{${body.text}}`);
  assertEquals(Object.keys(frame), ["ch", "n", "k", "t", "d"]);
  assertEquals(frame, {
    ch: "events",
    n: 3,
    k: "event",
    t: 12,
    d: [eventElement(CHAT)],
  });
  assertEquals([body.events, body.starts], [1, false]);
});

Deno.test("textLists() keeps all elements in order, in lists as large as they may be", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 40_000 }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(sizes, fc.constantFrom("x", "é", "€", "😀"), (list, c) => {
      const elements = list.map((size, n) =>
        JSON.stringify({ n, c: c.repeat(size) })
      );
      const lists = textLists(elements);
      assertEquals(
        lists.flatMap(({ text }) => JSON.parse(text)).map(({ n }) => n),
        list.map((_, n) => n),
      );
      for (const [i, { text, count }] of lists.entries()) {
        assertEquals(JSON.parse(text).length, count);
        // One that is too large is by itself.
        assert(count === 1 || bytesOf(text) <= EVENT_BYTES_MAX);
        const next = lists[i + 1];
        if (next === undefined) continue;
        const [first] = JSON.parse(next.text);
        const more = bytesOf(JSON.stringify(first)) + 1;
        assert(bytesOf(text) + more > EVENT_BYTES_MAX, "there was room");
      }
    }),
    { numRuns: 30 },
  );
});
