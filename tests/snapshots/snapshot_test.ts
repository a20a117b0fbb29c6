import { assert, assertEquals, assertThrows } from "@std/assert";
import { bytesOf } from "../../src/base/columns.ts";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { sha256Hex } from "../../src/base/hash.ts";
import { configSha256, keptConfig } from "../../src/config/identity.ts";
import {
  readColumns,
  savedColumns,
  writeColumns,
} from "../../src/snapshots/columns.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
  HEADER_BYTES_MAX,
  type LoadOptions,
} from "../../src/snapshots/snapshot.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import type { Town } from "../../src/world/town.ts";
import { emptyWorld, hashWorld, type World } from "../../src/world/world.ts";
import { livelyConfig, livelyTown } from "./lively_town.ts";

const APP = { app: "townlet 0.1.0" };
const WHERE: LoadOptions = { where: "day.tsnap" };

function save(changes: Readonly<Record<string, unknown>> = {}): string {
  const { town, world } = livelyTown(changes);
  return encodeSnapshot(town, world, APP);
}

function refusal(
  text: string,
  town: Town,
  code: string,
  exit: number = EXIT.usage,
  options: LoadOptions = WHERE,
): TownletError {
  const error = assertThrows(
    () => decodeSnapshot(text, town, options),
    TownletError,
  );
  assertEquals(
    [error.code, error.exit, error.where],
    [`snapshot.${code}`, exit, "day.tsnap"],
    error.message,
  );
  return error;
}

// deno-lint-ignore no-explicit-any
type Parsed = any;

/** Changes a snapshot and makes its digests fit again, as a forger would. */
function forge(
  text: string,
  change: (state: Parsed, header: Parsed) => void,
): string {
  const [header, state] = text.trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  change(state, header);
  const line = JSON.stringify(state);
  header.state_bytes = new TextEncoder().encode(line).length;
  header.state_sha256 = sha256Hex(line);
  return `${JSON.stringify(header)}\n${line}\n`;
}

Deno.test("decodeSnapshot() gives back the very world", () => {
  const { town, world } = livelyTown();
  const parts = { monitor: { seen: [1, 2.5, null], on: true } };
  const text = encodeSnapshot(town, world, { ...APP, label: "noon", parts });
  const loaded = decodeSnapshot(text, town, { ...WHERE, parts: ["monitor"] });
  assertEquals(hashWorld(loaded.world), hashWorld(world));
  assertEquals(loaded.world.records, world.records);
  assertEquals(loaded.parts, parts);
  assertEquals(loaded.drift, []);
  assertEquals(loaded.header.tick, 12);
  assertEquals(loaded.header.label, "noon");
  assertEquals(
    loaded.world.random.policy.float(),
    world.random.policy.float(),
  );
});

Deno.test("a snapshot knows its town by the configuration's one digest", () => {
  const { town, world } = livelyTown();
  const [header, state] = encodeSnapshot(town, world, APP).split("\n")
    .map((line) => line === "" ? {} : JSON.parse(line));
  assertEquals(header.identity.config_sha256, configSha256(town.config));
  assertEquals(state.config, keptConfig(town.config));
});

Deno.test("decodeSnapshot() rebuilds what is derived", () => {
  const { town, world } = livelyTown();
  const loaded =
    decodeSnapshot(encodeSnapshot(town, world, APP), town, WHERE).world;
  for (const name of ["decay", "tileAgents", "tileReserved"] as const) {
    assertEquals(loaded[name], world[name], name);
  }
  assertEquals(loaded.rivalryMax[1], 0.7);
});

Deno.test("saving the loaded world gives the same text", () => {
  const { town, world } = livelyTown();
  const text = encodeSnapshot(town, world, APP);
  const { world: loaded } = decodeSnapshot(text, town, WHERE);
  assertEquals(encodeSnapshot(town, loaded, APP), text);
});

Deno.test("columns come back bit by bit, payloads of NaN and -0 included", () => {
  const { town } = livelyTown();
  const [world, other] = [emptyWorld(town), emptyWorld(town)];
  let seed = 1;
  for (const [name] of savedColumns(town)) {
    const bytes = bytesOf(world[name]);
    for (let i = 0; i < bytes.length; i++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      bytes[i] = seed >>> 16;
    }
  }
  world.wallet[0] = -0;
  readColumns(town, other, writeColumns(town, world), "x");
  for (const [name] of savedColumns(town)) {
    assertEquals(bytesOf(other[name]), bytesOf(world[name]), name);
  }
  assert(Object.is(other.wallet[0], -0));
});

Deno.test("every change of a single byte is refused", () => {
  const { town, world } = livelyTown();
  const text = encodeSnapshot(town, world, { ...APP, label: "noon" });
  const bytes = new TextEncoder().encode(text);
  const header = text.indexOf("\n");
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const survivors: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const kept = bytes[at];
    // Several changes per byte of the header, one per byte of the state.
    const changes = at <= header
      ? [...'09f"} '].map((letter) => letter.charCodeAt(0))
      : [kept ^ (1 + at % 127)];
    for (const change of changes) {
      if (change === kept) continue;
      bytes[at] = change;
      try {
        decodeSnapshot(decoder.decode(bytes), town, WHERE);
        survivors.push(at);
      } catch (error) {
        const isText = error instanceof TypeError && bytes[at] > 127;
        if (!(error instanceof TownletError) && !isText) throw error;
      }
    }
    bytes[at] = kept;
  }
  assertEquals(survivors, []);
});

Deno.test("every cut is refused", () => {
  const text = save();
  const { town } = livelyTown();
  for (let length = 0; length < text.length; length += 37) {
    assertThrows(
      () => decodeSnapshot(text.slice(0, length), town, WHERE),
      TownletError,
    );
  }
  refusal(text.slice(0, -1), town, "lines");
  refusal(text + "\n", town, "lines");
  refusal(text + text, town, "lines");
});

Deno.test("a header is refused unless it is the text its value is written as", () => {
  const { town } = livelyTown();
  const text = save();
  const end = text.indexOf("\n");
  const header = (line: string) => line + text.slice(end);
  const line = text.slice(0, end);
  refusal(header(line.replace(",", ", ")), town, "header");
  refusal(header(` ${line}`), town, "header");
  refusal(header(`${line.slice(0, -1)},"tick":12}`), town, "header");
  refusal(header(line.replace('"tick":12', '"tick":12.0')), town, "header");
  refusal(header(line.replace('"app"', '"\\u0061pp"')), town, "header");
  refusal(header(`${line.slice(0, -1)},"sig":"00"}`), town, "header");
  refusal(header(line.replace('"reproducible":true,', "")), town, "header");
  refusal(header(line.slice(0, -1)), town, "json");
  refusal(header('"townlet.snapshot"'), town, "format");
  refusal(header('{"format":"townlet.report"}'), town, "format");
  refusal(header("[".repeat(60_000) + "]".repeat(60_000)), town, "header");
  refusal(header("[".repeat(5000) + "]".repeat(5000)), town, "json");
  refusal(header(" ".repeat(HEADER_BYTES_MAX) + line), town, "header");
});

Deno.test("a header changed with its digests is refused too", () => {
  const { town } = livelyTown();
  const text = save();
  const change = (edit: (header: Parsed) => void) =>
    forge(text, (_state, header) => edit(header));
  const { refused } = EXIT;
  refusal(change((h) => h.app = "townlet 9.9.9"), town, "header", refused);
  refusal(change((h) => h.reproducible = false), town, "header", refused);
  refusal(change((h) => h.migrations = ["a->b:c"]), town, "header", refused);
  refusal(change((h) => h.tick = 13), town, "header", refused);
  refusal(change((h) => h.identity.seed = 8), town, "header", refused);
  refusal(
    change((h) => h.world_hash = "0".repeat(64)),
    town,
    "hash",
    refused,
  );
  refusal(
    change((h) => h.identity.config_sha256 = "0".repeat(64)),
    town,
    "identity",
    refused,
  );
});

Deno.test("other versions of the format are refused, newer minor ones unless allowed", () => {
  const { town } = livelyTown();
  const version = (version: string) =>
    forge(save(), (_state, header) => header.version = version);
  refusal(version("2.0"), town, "version");
  refusal(version("0.9"), town, "version");
  refusal(version("1"), town, "version");
  refusal(version("1.1"), town, "version");
  const lenient = compileTown(
    livelyConfig({ snapshot: { allow_newer_minor: true } }),
  );
  assertEquals(
    decodeSnapshot(version("1.1"), lenient, WHERE).world.tick[0],
    12,
  );
  refusal(version("2.0"), lenient, "version");
});

Deno.test("a signature that is asked for must be there", () => {
  const strict = compileTown(
    livelyConfig({ snapshot: { require_signed: true } }),
  );
  refusal(save(), strict, "unsigned", EXIT.refused);
});

Deno.test("a snapshot of another town says what differs", () => {
  const text = save();
  const into = (changes: Readonly<Record<string, unknown>>) =>
    compileTown(livelyConfig(changes));
  const other = refusal(text, into({ config_id: "other" }), "identity");
  assert(other.message.includes("of lively, not of other"), other.message);
  const prices = refusal(
    text,
    into({ economy: { meal_cost: 1, wage_income: 2 } }),
    "identity",
  );
  assert(
    prices.message.endsWith("in economy.meal_cost, economy.wage_income"),
    prices.message,
  );
  refusal(
    text,
    into({
      features: {
        stages: { relationships: "B" },
        systems: { observations: "full" },
      },
    }),
    "identity",
  );
  refusal(
    text,
    into({ affordances: { hooks: { allow: [] } } }),
    "hooks",
    EXIT.refused,
  );
  assertEquals(
    decodeSnapshot(text, into({ log: { level: "debug" } }), WHERE).drift,
    [],
  );
});

Deno.test("a changed configuration loads where that is allowed, and says so", () => {
  const text = save();
  const lenient = (changes: Readonly<Record<string, unknown>>) =>
    compileTown(
      livelyConfig({ snapshot: { allow_config_drift: true }, ...changes }),
    );
  const { drift, world } = decodeSnapshot(
    text,
    lenient({ economy: { meal_cost: 1 } }),
    WHERE,
  );
  assertEquals(drift, ["economy.meal_cost"]);
  assertEquals(world.price[0], 0.4);
  // What columns point at must be the same, and room for everybody there.
  refusal(text, lenient({ jobs: { barber: {} } }), "names");
  const { world: room } = livelyConfig();
  refusal(
    text,
    lenient({ world: { ...room, agent_capacity: 9 } }),
    "columns",
  );
});

Deno.test("unknown and missing members of the state are refused", () => {
  const { town } = livelyTown();
  const text = save();
  const cases: readonly (readonly [string, (state: Parsed) => void])[] = [
    ["state", (s) => s.extra = 1],
    ["state", (s) => delete s.random],
    ["state", (s) => s.world.other = {}],
    ["state", (s) => s.world = []],
    ["state", (s) => delete s.world.columns.need],
    ["state", (s) => s.world.columns.mood = s.world.columns.need],
    ["state", (s) => s.world.columns.need.extra = 1],
    ["state", (s) => s.world.columns.need = null],
    ["columns", (s) => s.world.columns.need.dtype = "f32"],
    ["columns", (s) => s.world.columns.need.shape = [15]],
    ["columns", (s) => s.world.columns.need.data += "AAAA"],
    ["columns", (s) => s.world.columns.need.data = 5],
    ["columns", (s) => s.world.columns.alive.data = "AQEBAQB="],
    ["columns", (s) => s.world.columns.alive.data = " AQEBAQA="],
    ["state", (s) => delete s.random.policy],
    ["state", (s) => s.random.dreams = s.random.policy],
    ["state", (s) => delete s.random.policy.draws],
    ["random", (s) => s.random.policy.algo = "mt19937"],
    ["random", (s) => s.random.policy.state = "0".repeat(31)],
    ["random", (s) => s.random.policy.state = "G".repeat(32)],
    ["random", (s) => s.random.policy.draws = -1],
    ["random", (s) => s.random.policy.draws = 0.5],
    ["names", (s) => s.names.objects.reverse()],
    ["names", (s) => delete s.names.jobs],
    ["records", (s) => delete s.world.records.tickets],
    ["records", (s) => s.world.records.extra = []],
    ["records", (s) => s.world.records.seed = "7"],
    ["records", (s) => s.world.records.agentIds.pop()],
    ["records", (s) => s.world.records.agentIds[0] = "a b"],
    ["records", (s) => s.world.records.agentIds[0] = "__proto__"],
    ["records", (s) => s.world.records.lineages[0].origin = "constructor"],
    ["records", (s) => s.world.records.tickets[0].x = 6],
    ["records", (s) => s.world.records.tickets[0].profile = 9],
    ["records", (s) => s.world.records.activeEvents[0].spec = 1],
    ["records", (s) => s.world.records.pendingEvents[0].startsTick = -1],
    ["records", (s) => s.world.records.eventStarts = []],
    ["records", (s) => s.world.records.exitQueue[0].agent = 5],
    ["records", (s) => s.world.records.lineages[0].past.pop()],
    ["records", (s) => s.world.records.lineages[0].respawns = 0.5],
    ["records", (s) => s.world.records.reasons = [5]],
    [
      "records",
      (s) =>
        Object.defineProperty(s.world.records.lineages[0], "__proto__", {
          value: 1,
          enumerable: true,
        }),
    ],
  ];
  for (const [code, change] of cases) refusal(forge(text, change), town, code);
  refusal(
    forge(text, (s) => s.config.seed = 8),
    town,
    "identity",
    EXIT.refused,
  );
  refusal(text, town, "state", EXIT.usage, { ...WHERE, parts: ["monitor"] });
  const bad = forge(text, (s) => s.monitor = { constructor: 1 });
  refusal(bad, town, "state", EXIT.usage, { ...WHERE, parts: ["monitor"] });
});

/** Worlds that cannot be: what is wrong with each, and how it comes about. */
const WORLDS: readonly (readonly [
  what: string,
  code: string,
  change: (world: World, town: Town) => void,
])[] = [
  ["a need above 1", "range", (w) => w.need[0] = 1.5],
  ["a need that is no number", "range", (w) => w.need[1] = NaN],
  ["debt", "range", (w) => w.wallet[0] = -0.01],
  ["endless money", "range", (w) => w.wallet[0] = Infinity],
  ["an agent off the grid", "range", (w) => w.x[1] = 6],
  ["a home off the grid", "range", (w) => w.homeY[1] = -1],
  ["an unknown job", "range", (w) => w.job[0] = 1],
  ["an unknown profile", "range", (w) => w.profile[0] = 4],
  ["an unknown reason", "range", (w) => w.outcomeReason[0] = 1000],
  ["an unknown object", "range", (w) => w.optionObject[0] = 3],
  ["an unknown schedule", "range", (w) => w.schedule[0] = 0],
  ["too many ties", "range", (w, t) => w.ties[0] = t.tieSlots + 1],
  ["too many agents", "range", (w) => w.population[0] = 6],
  ["a negative stock", "range", (w) => w.stock[0] = -2],
  ["an agent listed twice", "references", (w) => w.roster[1] = 0],
  ["a roster that is too long", "references", (w) => w.roster[4] = 4],
  ["a shorter population", "references", (w) => w.population[0] = 3],
  ["a dead agent in the roster", "references", (w) => w.alive[2] = 0],
  ["something in a free row", "references", (w) => w.homeX[4] = 1],
  ["-0 in a free row", "references", (w) => w.wallet[4] = -0],
  ["two agents of one id", "references", (w) => {
    w.records = { ...w.records, agentIds: ["ada", "ada", "cy", "ada#1", ""] };
  }],
  ["an agent without an id", "references", (w) => {
    w.records = { ...w.records, agentIds: ["", "bo", "cy", "ada#1", ""] };
  }],
  ["an id of nobody", "references", (w) => {
    w.records = { ...w.records, agentIds: ["ada", "bo", "cy", "e", "f"] };
  }],
  ["an agent without a lineage", "references", (w) => {
    w.lineage[1] = 99;
  }],
  ["a respawn without a lineage", "references", (w) => {
    const [ticket] = w.records.tickets;
    w.records = { ...w.records, tickets: [{ ...ticket, lineage: 99 }] };
  }],
  ["an agent on an object's tile", "references", (w) => {
    w.x[0] = 1;
    w.y[0] = 1;
  }],
  ["half a destination", "references", (w) => w.destinationX[0] = 2],
  ["a holder that knows nothing", "references", (w) => w.engagement[1] = 1],
  ["a holder of two objects", "references", (w) => w.holder[2] = 1],
  ["a hold without a holder", "references", (w) => w.holder[0] = -1],
  ["a queue that is longer than it says", "references", (w) => {
    w.queueLength[0] = 1;
  }],
  ["a queue in a circle", "references", (w) => w.waitNext[3] = 0],
  ["a queue that lost its end", "references", (w) => w.waitNext[0] = -1],
  ["somebody behind a holder", "references", (w) => w.waitNext[1] = 2],
  ["a wait that no queue knows", "references", (w) => {
    w.engaged[2] = 1;
    w.engagement[2] = 1;
  }],
  ["an object without engagement", "references", (w) => w.engaged[2] = 1],
  ["a use of the wrong kind", "references", (w) => w.running[0] = 0],
  ["a use that is over", "references", (w) => w.runningLeft[0] = 0],
  ["time left of no use", "references", (w) => w.runningLeft[1] = 3],
  ["a use by nobody", "references", (w) => {
    w.running[1] = 0;
    w.runningLeft[1] = 3;
  }],
  ["a tie to oneself", "references", (w) => w.tieOther[0] = 0],
  ["a tie to nobody", "references", (w) => w.tieOther[0] = 4],
  ["a tie after the last", "references", (w) => w.tieOther[1] = 1],
  ["a rivalry with nobody", "references", (w) => w.rivals[2] = 1],
  ["a stock that objects of the kind lack", "references", (w, t) => {
    w.stock[2 * t.stockKeys.length + t.stockKeys.indexOf("meals")] = 1;
  }],
  ["a stock that is missing", "references", (w) => w.stock[0] = -1],
  ["an exit of nobody", "references", (w) => {
    w.records = { ...w.records, exitQueue: [{ agent: 4, sinceTick: 1 }] };
  }],
  ["two exits of one agent", "references", (w) => {
    const exit = { agent: 1, sinceTick: 1 };
    w.records = { ...w.records, exitQueue: [exit, exit] };
  }],
  ["two perturbations of one id", "references", (w) => {
    const { pendingEvents: [event] } = w.records;
    w.records = { ...w.records, pendingEvents: [{ ...event, id: "evt_1" }] };
  }],
  ["more respawns than rows", "references", (w) => {
    const [ticket] = w.records.tickets;
    w.records = { ...w.records, tickets: [ticket, { ...ticket, lineage: 1 }] };
  }],
];

for (const [what, code, change] of WORLDS) {
  Deno.test(`decodeSnapshot() refuses a world with ${what}`, () => {
    const { town, world } = livelyTown();
    change(world, town);
    const text = forge(save(), (state, header) => {
      state.world = {
        columns: writeColumns(town, world),
        records: world.records,
      };
      header.world_hash = hashWorld(world);
    });
    refusal(text, town, code);
    const error = assertThrows(
      () => encodeSnapshot(town, world, APP),
      TownletError,
    );
    assertEquals(
      [error.code, error.where],
      [`snapshot.${code}`, "the world to be saved"],
    );
  });
}

Deno.test("encodeSnapshot() writes only what JSON gives back", () => {
  const { town, world } = livelyTown();
  const parts: readonly unknown[] = [
    -0,
    NaN,
    Infinity,
    undefined,
    [undefined],
    { a: { b: -0 } },
    new Map(),
    () => 1,
    1n,
    JSON.parse('{"__proto__": 1}'),
  ];
  for (const part of parts) {
    assertThrows(
      () => encodeSnapshot(town, world, { ...APP, parts: { part } }),
      TypeError,
      "part",
    );
  }
  const { activeEvents: [event] } = world.records;
  world.records = {
    ...world.records,
    activeEvents: [{ ...event, magnitude: -0 }],
  };
  assertThrows(
    () => encodeSnapshot(town, world, APP),
    TypeError,
    "records.activeEvents[0].magnitude",
  );
});

Deno.test("encodeSnapshot() writes nothing that is too deep or too large to load", () => {
  const { town, world } = livelyTown();
  let deep: unknown = 1;
  for (let i = 0; i < 64; i++) deep = [deep];
  assertThrows(
    () => encodeSnapshot(town, world, { ...APP, parts: { deep } }),
    RangeError,
    "nests too deeply",
  );
  assertThrows(
    () => encodeSnapshot(town, world, { app: "x".repeat(HEADER_BYTES_MAX) }),
    RangeError,
    "the header takes",
  );
});

Deno.test("encodeSnapshot() refuses records that could not be loaded", () => {
  const { town, world } = livelyTown();
  world.records = { ...world.records, reasons: ["x".repeat(281)] };
  const error = assertThrows(
    () => encodeSnapshot(town, world, APP),
    TownletError,
    "records.reasons",
  );
  assertEquals(error.code, "snapshot.records");
});

Deno.test("encodeSnapshot() refuses labels and names of parts that break their rules", () => {
  const { town, world } = livelyTown();
  for (const label of ["", "Noon", "a b", "../x", "x".repeat(33)]) {
    assertThrows(
      () => encodeSnapshot(town, world, { ...APP, label }),
      RangeError,
    );
  }
  assertThrows(
    () => encodeSnapshot(town, world, { ...APP, parts: { world: {} } }),
    RangeError,
  );
});
