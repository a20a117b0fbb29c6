/** Towns that are out to harm, and what is said of each. @module */
import { SHORTEST, withLines } from "../helpers/config_text.ts";

/** A town that is refused. */
export interface HostileTown {
  /** The rule that refuses it, and what it tries. */
  readonly name: string;
  /** Its file. */
  readonly town: string | Uint8Array;
  /** The manifest beside it, `m.yaml`, if it names one. */
  readonly manifest?: string | Uint8Array;
  /** Keys that are set, each `path=value`. */
  readonly set?: readonly string[];
  /** What the refusal says, among other things. */
  readonly says: string;
}

const bytes = (...values: readonly number[]) => new Uint8Array(values);
const deep = (open: string, close: string) =>
  `${open.repeat(5000)}${close.repeat(5000)}`;
const laughs = Array.from(
  "bcdefghi",
  (name, i) =>
    `x-${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join()}]`,
).join("\n");
const many = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");
const usesManifest = withLines("affordances: { manifest: m.yaml }");
const affordance = (more: string) =>
  `- { id: a, object_type: b, duration: 1, effects: {}, ${more} }`;

/** One for each way in. */
export const HOSTILE_TOWNS: readonly HostileTown[] = [
  // Files.
  { name: "F4: an empty file", town: "", says: "the file is empty" },
  {
    name: "F4: more than a MiB",
    town: SHORTEST + "#".repeat(1 << 20),
    says: "larger than 1 MiB",
  },
  {
    name: "F4: a manifest of more than a MiB",
    town: usesManifest,
    manifest: "#".repeat((1 << 20) + 1),
    says: "larger than 1 MiB",
  },
  {
    name: "F4: bytes that are no text",
    town: bytes(0xff, 0xfe),
    says: "UTF-8",
  },
  {
    name: "F4: text in UTF-16",
    town: bytes(0xff, 0xfe, 0x61, 0, 0x3a, 0, 0x31, 0),
    says: "UTF-8",
  },
  {
    name: "F4: a surrogate in UTF-8",
    town: bytes(0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80),
    says: "UTF-8",
  },
  { name: "I1: a NUL", town: "config_id: a\0b", says: "Cannot read" },
  { name: "I2: a program", town: "#!/bin/sh\nrm -rf ~\n", says: "a mapping" },
  {
    name: "F4: the beginning of a snapshot",
    town: bytes(0x1f, 0x8b, 8, 0),
    says: "UTF-8",
  },
  // I1: the parser.
  {
    name: "I1: a tag of JavaScript",
    town: withLines("x-a: !!js/function 'x'"),
    says: "unknown tag",
  },
  {
    name: "I1: a tag of Python",
    town: withLines("x-a: !!python/object/apply:os.system ['id']"),
    says: "unknown tag",
  },
  { name: "I1: bytes", town: withLines("x-a: !!binary AA=="), says: "tag" },
  {
    name: "I1: a key that is there twice",
    town: withLines("config_id: other"),
    says: "duplicated key",
  },
  {
    name: "I1: two documents",
    town: `${SHORTEST}---\n${SHORTEST}`,
    says: "more than 1 document",
  },
  {
    name: "I1: a merge key",
    town: withLines("x-a: &a { wallet: 9 }\npopulation:\n  <<: *a"),
    says: "population.<<: unknown key",
  },
  {
    name: "I1: a billion laughs",
    town: withLines(`x-a: &a [lol, lol]\n${laughs}`),
    says: "more than 64 references",
  },
  {
    name: "I1: a value in itself",
    town: withLines("x-a: &a [*a]"),
    says: "nested deeper than 32",
  },
  {
    name: "I1: 100,000 values",
    town: withLines(`x-a: [${"0,".repeat(100_000)}]`),
    says: "more than 100000 values",
  },
  {
    name: "I1: lists without end",
    town: withLines(`x-a: ${deep("[", "]")}`),
    says: "nested deeper than 32",
  },
  {
    name: "I1: mappings without end",
    town: withLines(`x-a: ${deep("{a: ", "}")}`),
    says: "nested deeper than 32",
  },
  {
    name: "I1: a mapping as a key",
    town: withLines("x-a: { ? { a: 1 } : 2 }"),
    says: "a key must be text",
  },
  {
    name: "I1: nesting in a manifest",
    town: usesManifest,
    manifest: deep("[", "]"),
    says: "nested deeper than 32",
  },
  {
    name: "I1: nesting by --set",
    town: SHORTEST,
    set: [`x-a=${deep("[", "]")}`],
    says: "not YAML",
  },
  {
    name: "I1: a path without end by --set",
    town: SHORTEST,
    set: [`${"a.".repeat(20_000)}a=1`],
    says: "must be path=value",
  },
  // I2: the schemas.
  {
    name: "I2: an unknown key",
    town: withLines("wrold: {}"),
    says: "unknown key; did you mean world?",
  },
  {
    name: "I2: 5,000 unknown keys",
    town: withLines(many(5000, (i) => `k${i}: 1`)),
    says: "and 4000 more",
  },
  {
    name: "I2: 3,000 wrong objects",
    town: withLines(
      `world:\n  objects:\n${many(3000, () => "    - { idd: a }")}`,
    ),
    says: "world.objects[0].idd: unknown key; did you mean id?",
  },
  {
    name: "I2: a number in quotes",
    town: withLines('seed: "5"'),
    says: "must be a number",
  },
  {
    name: "I2: yes",
    town: withLines("snapshot: { on_failure: yes }"),
    says: "must be true or false",
  },
  ...[".inf", "-.inf", ".nan", "1e309"].map((number) => ({
    name: `I2: ${number}`,
    town: withLines(`population: { wallet: ${number} }`),
    says: "must be a finite number",
  })),
  {
    name: "I2: an integer too large to count with",
    town: withLines("seed: 9007199254740993"),
    says: "seed: must be",
  },
  {
    name: "I2: 400 digits",
    town: withLines(`seed: ${"9".repeat(400)}`),
    says: "seed: must be",
  },
  // I3: keys that reach into the runtime.
  ...["__proto__", "constructor", "prototype"].flatMap((key) => [
    {
      name: `I3: ${key} in a town`,
      town: withLines(`meta: { a: [{ "${key}": { polluted: true } }] }`),
      says: `forbidden key ${key}`,
    },
    {
      name: `I3: a resident named ${key}`,
      town: withLines(`population: { residents: [{ id: ${key} }] }`),
      says: "is a name that nothing may have",
    },
    {
      name: `I3: an object named ${key}`,
      town: withLines(
        `world: { objects: [{ id: ${key}, type: bed, position: [1, 1] }] }`,
      ),
      says: "is a name that nothing may have",
    },
    {
      name: `I3: ${key} by --set`,
      town: SHORTEST,
      set: [`a.${key}.polluted=1`],
      says: `forbidden key ${key}`,
    },
    {
      name: `I3: ${key} in a value of --set`,
      town: SHORTEST,
      set: [`x-a={"${key}": 1}`],
      says: `not YAML`,
    },
    {
      name: `I3: ${key} in a scenario's timeline`,
      town: withLines(
        `scenario: { timeline: [{ tick: 1, command: price, args: { ${key}: 1 } }] }`,
      ),
      says: `forbidden key ${key}`,
    },
    {
      name: `I3: ${key} in a manifest`,
      town: usesManifest,
      manifest: affordance(`${key}: 1`),
      says: `forbidden key ${key}`,
    },
    {
      name: `I3: ${key} in a condition`,
      town: usesManifest,
      manifest: affordance(`preconds: "agent.${key} == 1"`),
      says: `name ${key}`,
    },
  ]),
  // I4: names and texts.
  ...[
    "a b",
    "-a",
    ".a",
    "#a",
    "é",
    "a/b",
    "../a",
    "a\\u001b[31m",
    "a\\n",
    "<b>",
    "\\u202ea",
    "",
    "a".repeat(65),
  ].flatMap((id) => [
    {
      name: `I4: the object ${id}`,
      town: withLines(`world: { objects: [{ id: "${id}", type: bed }] }`),
      says: "must be a name of at most 64 letters",
    },
    {
      name: `I4: the resident ${id}`,
      town: withLines(`population: { residents: [{ id: "${id}" }] }`),
      says: "must be a name of at most 64 letters",
    },
    {
      name: `I4: the job ${id}`,
      town: withLines(`jobs: { "${id}": {} }`),
      says: "must have at most 64 letters",
    },
    {
      name: `I4: the affordance ${id}`,
      town: usesManifest,
      manifest: `- { id: "${id}", object_type: b, duration: 1, effects: {} }`,
      says: "must be a name of at most 64 letters",
    },
    {
      name: `I4: the newcomer ${id}`,
      town: withLines(
        `scenario: { timeline: [{ tick: 1, command: spawn, args: { agent: "${id}", pos: [0, 0] } }] }`,
      ),
      says: "must be a name of at most 64 letters",
    },
  ]),
  {
    name: "I4: a channel with an escape",
    town: withLines(
      'observations: { compact: { object_channels: ["a\\e[31m"] } }',
    ),
    says: "observations.compact.object_channels[0]",
  },
  {
    name: "I4: a text with an escape",
    town: SHORTEST.replace("config_id: t", 'config_id: "t\\e[31m"'),
    says: "must not contain control characters",
  },
  {
    name: "I4: a text of 281 characters",
    town: withLines(`scenario: { description: ${"é".repeat(281)} }`),
    says: "must be at most 280 characters",
  },
  {
    name: "I4: a path with marks of direction",
    town: withLines('snapshot: { root: "out/\\u202egnp.exe" }'),
    says: "must not contain control characters",
  },
  {
    name: "I4: a condition with an escape",
    town: usesManifest,
    manifest: affordance(`preconds: "job_id == '\\e[31m'"`),
    says: "control character",
  },
  // I5: nothing becomes code.
  {
    name: "I5: a call in a condition",
    town: usesManifest,
    manifest: affordance(`preconds: "Deno.exit()"`),
    says: "call",
  },
  {
    name: "I5: a template in a condition",
    town: usesManifest,
    manifest: affordance('preconds: "`${1}`"'),
    says: "template string",
  },
  {
    name: "I5: a condition without end",
    town: usesManifest,
    manifest: affordance(`preconds: "${"(".repeat(999)}"`),
    says: "nesting deeper than 32",
  },
  {
    name: "I5: a condition of 1001 characters",
    town: usesManifest,
    manifest: affordance(`preconds: "${"1".repeat(1001)}"`),
    says: "more than 1000 characters",
  },
  // I7: sizes, before anything is made of them.
  ...[
    ["world: { grid_size: [1025, 1] }", "must be at most 1024"],
    ["world: { grid_size: [1e9, 1e9] }", "must be at most 1024"],
    ["world: { agent_capacity: 10001 }", "must be at most 10000"],
    [
      "world: { grid_size: [1024, 1024], districts: { a: { area: [0, 0, 9, 9], residents: { any: 6000 } }, b: { area: [0, 0, 9, 9], residents: { any: 6000 } } } }",
      "must not have more than 10000 residents",
    ],
    [
      "world: { districts: { a: { area: [0, 0, 9, 9], residents: { any: 9007199254740991 } } } }",
      "must be at most 10000",
    ],
    [
      `world: { grid_size: [1024, 1024], districts: { ${
        many(4, (i) =>
          `d${i}: { area: [0, 0, 1023, 1023], objects: { bed: 50000 } },`)
      } } }`,
      "must not have more than 100000 objects",
    ],
    [
      `perturbations: { events: { ${
        many(257, (i) => `e${i}: { kind: blackout },`)
      } } }`,
      "more than 256 perturbations",
    ],
    [
      `scenario: { affordances: [ ${
        many(1001, (i) =>
          `{ id: a${i}, object_type: b, duration: 1, effects: {} },`)
      } ] }`,
      "more than 1000 affordances",
    ],
    [
      "observations: { hybrid: { local_window: 255 } }\nworld: { agent_capacity: 10000 }",
      "observations.hybrid.local_window: would make maps too large",
    ],
    [
      `jobs: { ${many(1001, (i) => `j${i}: {},`)} }`,
      "more than 1000 jobs",
    ],
    [
      `world: { districts: { ${
        many(1001, (i) => `d${i}: { area: [0, 0, 1, 1] },`)
      } } }`,
      "more than 1000 districts",
    ],
    [
      `world: { objects: [{ id: o, type: t, stock: { ${
        many(257, (i) => `k${i}: 1,`)
      } } }] }`,
      "more than 256 kinds of stock",
    ],
  ].map(([lines, says]) => ({
    name: `I7: ${lines.slice(0, 60)}`,
    town: withLines(lines),
    says,
  })),
  {
    name: "I7: maps of 605 channels",
    town:
      SHORTEST.replace("systems: {}", "systems: { observations: compact }") +
      `observations: { compact: { map_window: 255, object_channels: [${
        many(600, (i) => `t${i},`)
      }] } }`,
    says: "observations.compact.map_window: would make maps too large",
  },
  {
    name: "I7: 1001 affordances",
    town: usesManifest,
    manifest: many(1001, (i) => affordance("").replace("id: a", `id: a${i}`)),
    says: "more than 1000 affordances",
  },
  {
    name: "I7: 600 affordances here and 600 there",
    town: `${usesManifest}scenario: { affordances: [ ${
      many(
        600,
        (i) => `{ id: s${i}, object_type: b, duration: 1, effects: {} },`,
      )
    } ] }`,
    manifest: many(600, (i) => affordance("").replace("id: a", `id: a${i}`)),
    says: "more than 1000 affordances",
  },
  // I6: what --set cannot touch.
  ...[
    "profile=dev",
    "console={auth: {enabled: false}}",
    "console.auth.enabled=false",
    "telemetry.sign.required=false",
    "telemetry.transport={type: stdout}",
    "telemetry.transports=[]",
    "telemetry={}",
    "affordances.hooks.allow=[]",
    "affordances={}",
  ].map((set) => ({
    name: `I6: --set ${set} in production`,
    town: withLines("profile: production"),
    set: [set],
    says: "cannot be set in profile production",
  })),
  // S1: secrets in the file.
  {
    name: "S1: a token in the file",
    town: withLines(
      "console: { auth: { tokens: [{ label: a, role: admin, token: x }] } }",
    ),
    says: "secrets are named, never written here",
  },
  {
    name: "S1: a key in the file",
    town: withLines("telemetry: { sign: { keys: [x] } }"),
    says: "secrets are named by env or file",
  },
  {
    name: "S1: a password in an address",
    town: withLines("telemetry: { otel: { endpoint: 'https://a:b@c' } }"),
    says: "without a name or password",
  },
];
