import { assertEquals } from "@std/assert";
import {
  type Filter,
  matches,
  toldOf,
  toldText,
} from "../../../cli/telemetry/filter.ts";
import type { Frame } from "../../../src/telemetry/reader/envelope.ts";

const FRAME = {
  sid: "0".repeat(32),
  conn: 0,
  seq: 4,
  tick: 9,
  signedBy: null,
  n: 1,
} as const;

const EVENTS: Frame = {
  ...FRAME,
  kind: "event",
  channel: "events",
  payload: [
    { e: "chat.succeeded", speaker: "ana", listener: "ben", quality: 1 },
    { e: "meal.shared", object: "table", agents: ["ben", "cy"] },
  ],
};

const AGENTS: Frame = {
  ...FRAME,
  kind: "patch",
  base: 0,
  ts: null,
  channel: "agents",
  payload: { ana: { wallet: 1 }, ben: null },
};

const ALL: Filter = { channel: [], event: undefined, agent: undefined };

/** What of a frame is told, by names of events or members. */
function told(frame: Frame, filter: Partial<Filter>): unknown[] {
  return toldOf(frame, { ...ALL, ...filter })
    .map(({ e, d }) => e ?? Object.keys(Object(d)));
}

Deno.test("toldOf() gives events one by one, and states whole, with their place", () => {
  assertEquals(toldOf(EVENTS, ALL)[0], {
    sid: FRAME.sid,
    seq: 4,
    t: 9,
    ch: "events",
    e: "chat.succeeded",
    speaker: "ana",
    listener: "ben",
    quality: 1,
  });
  assertEquals(told(AGENTS, {}), [["ana", "ben"]]);
});

Deno.test("toldOf() keeps to channels, events and residents that are asked for", () => {
  assertEquals(told(EVENTS, { channel: ["town"] }), []);
  assertEquals(told(EVENTS, { channel: ["events"] }).length, 2);
  assertEquals(told(EVENTS, { event: "meal.*" }), ["meal.shared"]);
  assertEquals(told(AGENTS, { event: "meal.*" }), []);
  assertEquals(told(EVENTS, { agent: "ana" }), ["chat.succeeded"]);
  assertEquals(told(EVENTS, { agent: "cy" }), ["meal.shared"]);
  assertEquals(told(AGENTS, { agent: "ben" }), [["ben"]]);
  assertEquals(told(AGENTS, { agent: "toString" }), []);
});

Deno.test("matches() takes a star for any characters, and nothing else for more than itself", () => {
  const yes = [
    ["chat.failed", "chat.failed"],
    ["chat.failed", "*"],
    ["chat.failed", "chat.*"],
    ["chat.failed", "*failed"],
    ["chat.failed", "c*t.f*d"],
    ["aaa", "a*a"],
    ["a", "**"],
  ];
  const no = [
    ["chat.failed", "chat"],
    ["chat.failed", "chat.?ailed"],
    ["chat.failed", "chat.f*x"],
    ["chatxfailed", "chat.failed"],
    ["a", "a*a"],
    ["ab", "b*"],
    ["abc", "a*c*c"],
  ];
  for (const [name, pattern] of yes) {
    assertEquals(matches(name, pattern), true, pattern);
  }
  for (const [name, pattern] of no) {
    assertEquals(matches(name, pattern), false, pattern);
  }
});

Deno.test("toldText() is a line for people", () => {
  const [chat] = toldOf(EVENTS, ALL);
  assertEquals(
    toldText(chat),
    "tick 9 events chat.succeeded speaker=ana listener=ben quality=1",
  );
  const [agents] = toldOf(AGENTS, ALL);
  assertEquals(
    toldText(agents),
    'tick 9 agents patch ana={"wallet":1} ben=null',
  );
});
