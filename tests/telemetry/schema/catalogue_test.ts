import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Simulation } from "../../../src/simulation.ts";
import { SCHEMA_VERSION } from "../../../src/telemetry/channels.ts";
import { applyPatch } from "../../../src/telemetry/merge_patch.ts";
import {
  checkPayload,
  jsonSchemaOf,
  SCHEMA_NAMES,
} from "../../../src/telemetry/schema/catalogue.ts";
import { eventsText } from "../../../src/telemetry/events.ts";
import { tidy } from "../../../src/telemetry/state_channel.ts";
import { agentsState } from "../../../src/telemetry/states/agents_state.ts";
import { busyTown } from "../../helpers/busy_town.ts";
import { goldenFrames } from "../../helpers/golden_frames.ts";
import { misfits } from "../../helpers/json_schema_check.ts";
import { tinyTown } from "../../helpers/tiny_town.ts";
import { OPTIONS, viewOf } from "../states/views.ts";

const STRICT = { strict: true };
const TOLERANT = { strict: false };

/** A line of a frame, as it is read. */
interface Line {
  readonly ch: string;
  readonly k: string;
  // deno-lint-ignore no-explicit-any
  readonly d: any;
}

const LINES: readonly Line[] = goldenFrames().map((line) => JSON.parse(line));

/** The first whole state of a channel. */
// deno-lint-ignore no-explicit-any
function stateOf(channel: string): any {
  const found = LINES.find(({ ch, k }) => ch === channel && k === "key");
  assert(found !== undefined, channel);
  return structuredClone(found.d);
}

Deno.test("checkPayload() finds nothing wrong with what a town tells", () => {
  const seen = new Set<string>();
  for (const { ch, k, d } of LINES) {
    assertEquals(checkPayload(ch, k, d, STRICT), null, ch);
    seen.add(`${ch} ${k}`);
  }
  for (const name of ["agents", "rewards", "town", "social", "ops", "policy"]) {
    assert(seen.has(`${name} key`), name);
  }
  assert(seen.has("events event") && seen.has("trace event"));
});

Deno.test("checkPayload() knows every event of many busy days", () => {
  const names = new Set<string>();
  for (let seed = 1; seed <= 4; seed++) {
    const backend = seed % 2 === 0 ? "random" : "scripted";
    const movement = seed < 3 ? "walk" : "teleport";
    const simulation = new Simulation(busyTown({ movement, backend }), {
      seed,
      trace: true,
    });
    simulation.runFor(1500, ({ events }) => {
      const told = JSON.parse(eventsText(events));
      assertEquals(checkPayload("events", "event", told, STRICT), null);
      for (const { event } of events) names.add(event);
    });
  }
  assert(names.size >= 35, `only ${names.size} kinds of events happened`);
});

Deno.test("whole states and events fit the published schemas, too", () => {
  const states = new Map<string, unknown>();
  for (const { ch, k, d } of LINES) {
    const name = SCHEMA_NAMES.find((one) => one === ch);
    assert(name !== undefined);
    const before = states.get(ch) ?? {};
    const value = k === "patch" ? applyPatch(before as never, d) : d;
    states.set(ch, value);
    const schema = jsonSchemaOf(name);
    assertEquals(misfits(schema, value), [], `${ch} ${JSON.stringify(value)}`);
  }
  for (const line of LINES) {
    assertEquals(misfits(jsonSchemaOf("frame"), line), []);
  }
});

Deno.test("a published schema has a dialect, a name with its version, and meanings", () => {
  for (const name of SCHEMA_NAMES) {
    const schema = jsonSchemaOf(name);
    assertEquals(
      schema.$schema,
      "https://json-schema.org/draft/2020-12/schema",
    );
    assertEquals(schema.$id, `townlet/telemetry/${name}/${SCHEMA_VERSION}`);
    assert((schema.description ?? "") !== "", name);
  }
});

Deno.test("checkPayload() says what is wrong, and where", () => {
  const id = Object.keys(stateOf("agents"))[0];
  // deno-lint-ignore no-explicit-any
  type Change = (state: any) => unknown;
  const cases: readonly [string, Change, string][] = [
    [
      "agents",
      (s) => s[id].wallet = "5",
      `${id}.wallet is not a number from 0`,
    ],
    ["agents", (s) => s[id].wallet = -1, `${id}.wallet is not a number from 0`],
    [
      "agents",
      (s) => s[id].wallet = null,
      `${id}.wallet is not a number from 0`,
    ],
    [
      "agents",
      (s) => s[id].needs.hunger = 1.5,
      `${id}.needs.hunger is not a number from 0 to 1`,
    ],
    ["agents", (s) => s[id].pos = [1], `${id}.pos is not such a list`],
    [
      "agents",
      (s) => s[id].pos = [1, 0.5],
      `${id}.pos[1] is not a whole number from 0`,
    ],
    ["agents", (s) => s[id].on_shift = false, `${id}.on_shift is not true`],
    ["agents", (s) => delete s[id].needs, `${id}.needs is missing`],
    ["agents", (s) => s[id].mood = "good", `${id}.mood is not known`],
    [
      "agents",
      (s) => s[id].inv.outcomes = 1,
      `${id}.inv.outcomes is not known`,
    ],
    [
      "town",
      (s) => s.manifest.name = "a/b.yaml",
      "manifest.name is not such a text",
    ],
    [
      "town",
      (s) => s.utilities.power = 1,
      "utilities.power is not true or false",
    ],
    ["town", (s) => s.objects = [], "objects is not an object"],
    [
      "policy",
      (s) => s.identity.observation_variant = "tiny",
      "identity.observation_variant is not full or hybrid or compact",
    ],
  ];
  for (const [channel, change, wrong] of cases) {
    const state = stateOf(channel);
    change(state);
    assertEquals(checkPayload(channel, "key", state, STRICT), wrong);
  }
});

Deno.test("checkPayload() refuses keys that reach into the runtime, whoever asks (rule I3)", () => {
  for (const key of ["__proto__", "constructor", "prototype"]) {
    const state = JSON.parse(`{"${key}":{}}`);
    for (const options of [STRICT, TOLERANT]) {
      for (const kind of ["key", "patch"]) {
        assertEquals(
          checkPayload("agents", kind, state, options),
          `it has a key ${key}`,
        );
      }
    }
  }
});

Deno.test("checkPayload() lets members of a change be missing, and be null", () => {
  const check = (d: unknown) => checkPayload("agents", "patch", d, STRICT);
  assertEquals(check({ ada: { wallet: 5 } }), null);
  assertEquals(check({ ada: { doing: null, last: { reason: null } } }), null);
  assertEquals(check({ ada: null }), null);
  assertEquals(check({}), null);
  assertEquals(
    check({ ada: { wallet: "5" } }),
    "ada.wallet is not a number from 0",
  );
  assertEquals(check({ ada: { mood: null } }), "ada.mood is not known");
  assertEquals(
    check({ ada: { pos: [null, 1] } }),
    "ada.pos[0] is not a whole number from 0",
  );
});

Deno.test("checkPayload() for readers passes over what it does not know", () => {
  const state = stateOf("agents");
  const [id] = Object.keys(state);
  state[id].mood = "good";
  delete state[id].needs;
  assertEquals(checkPayload("agents", "key", state, TOLERANT), null);
  assertEquals(checkPayload("moods", "key", {}, TOLERANT), null);
  const events = [{ e: "mood.changed", agent: "ada" }];
  assertEquals(checkPayload("events", "event", events, TOLERANT), null);
  state[id].wallet = "5";
  assertEquals(
    checkPayload("agents", "key", state, TOLERANT),
    `${id}.wallet is not a number from 0`,
  );
});

Deno.test("checkPayload() of own frames knows channels, events and their names", () => {
  const check = (...events: unknown[]) =>
    checkPayload("events", "event", events, STRICT);
  assertEquals(
    checkPayload("moods", "key", {}, STRICT),
    "there is no channel moods",
  );
  assertEquals(checkPayload("events", "event", {}, STRICT), "it is not a list");
  assertEquals(check({ e: "hook.spa.relaxed", agent: "ada", n: 2 }), null);
  assertEquals(check(1), "[0]: it has no name");
  assertEquals(check({ agent: "ada" }), "[0]: it has no name");
  assertEquals(
    check({ e: "hook.spa.relaxed" }, { e: "mood.changed" }),
    "[1]: nobody knows mood.changed",
  );
  assertEquals(
    check({ e: "chat.failed", speaker: "ada" }),
    "[0]: chat.failed: listener is missing",
  );
  assertEquals(
    check({ e: "chat.failed", speaker: "ada", listener: "bo", tick: 1 }),
    "[0]: chat.failed: tick is not known",
  );
});

Deno.test("checkPayload() asks for nothing that was left out on purpose", () => {
  const state = stateOf("agents");
  const [id] = Object.keys(state);
  delete state[id].wallet;
  assertEquals(
    checkPayload("agents", "key", state, STRICT),
    `${id}.wallet is missing`,
  );
  const options = { strict: true, redacted: true };
  assertEquals(checkPayload("agents", "key", state, options), null);
});

Deno.test("checkPayload() knows what frames tell of their stream", () => {
  const bye = {
    reason: "complete",
    last_seq: -1,
    frames: 1,
    bytes: 400,
    dropped: 0,
  };
  assertEquals(checkPayload("meta", "bye", bye, STRICT), null);
  assertEquals(checkPayload("meta", "beat", undefined, STRICT), null);
  assertEquals(
    checkPayload("meta", "bye", { ...bye, reason: "tired" }, STRICT),
    "reason is not complete or signal or error",
  );
  const gap = {
    ch: "events",
    dropped: 1,
    bytes: 90,
    from_t: 3,
    to_t: 4,
    reason: "overflow",
  };
  assertEquals(checkPayload("meta", "gap", gap, STRICT), null);
  assertEquals(
    checkPayload("meta", "gap", { ...gap, dropped: 0 }, STRICT),
    "dropped is not a whole number from 1",
  );
});

Deno.test("a narrated moment has at most 280 characters, however they are stored", () => {
  const record = {
    tick: 1,
    category: "demo_story",
    priority: false,
    data: {},
    key: "k",
  };
  const check = (text: string) =>
    checkPayload("narration", "event", [{ ...record, text }], STRICT);
  assertEquals(check("😀".repeat(280)), null);
  assertEquals(check("😀".repeat(281)), "[0].text is not a text");
});

Deno.test("checkPayload() never throws, whatever it is given", () => {
  fc.assert(fc.property(
    fc.constantFrom(...SCHEMA_NAMES, "meta", "moods"),
    fc.constantFrom("key", "patch", "event", "hello", "gap", "bye", "beat"),
    fc.jsonValue(),
    fc.boolean(),
    (channel, kind, payload, strict) => {
      const wrong = checkPayload(channel, kind, payload, { strict });
      assert(wrong === null || wrong !== "");
    },
  ));
});

Deno.test("personality is told where it is shown, and known to the schema", () => {
  const simulation = tinyTown({
    config: { features: { observations: { personality_channels: true } } },
  });
  simulation.step();
  const state = tidy(agentsState(viewOf(simulation)), OPTIONS);
  assertEquals(checkPayload("agents", "key", state, STRICT), null);
  assertEquals(Object.keys(Object(Object(state.a).traits)), [
    "extroversion",
    "forgiveness",
    "ambition",
  ]);
});
