import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { sha256Hex } from "../../src/base/hash.ts";
import { ConfigError } from "../../src/config/fault.ts";
import {
  AFFORDANCES_MAX,
  CORE_MANIFEST,
  parseManifest,
} from "../../src/config/manifest.ts";

const FILE = "spa.yaml";

function faultsOf(source: string | Uint8Array): readonly string[] {
  return assertThrows(
    () => parseManifest(source, { file: FILE }),
    ConfigError,
  ).faults.map(({ text }) => text);
}

Deno.test("parseManifest() gives objects and affordances in file order", () => {
  const text = `
- {type: object, id: spa_1, object_type: spa, stock: {towels: 3}, position: [2, 5]}
- id: soak
  object_type: spa
  duration: 12
  effects: {hygiene: 0.5, money: -1.5}
  preconds: [stock.towels > 0, " ", wallet >= 1.5]
  hooks: {before: on_enter, fail: [on_leave, on_shiver]}
- {type: object, id: spa_2, object_type: spa}
- {type: affordance, id: idle, object_type: spa, duration: 1, effects: {}, preconds: occupied == false}
`;
  assertEquals(parseManifest(text, { file: FILE }), {
    file: FILE,
    sha256: sha256Hex(text),
    objects: [
      { id: "spa_1", type: "spa", position: [2, 5], stock: { towels: 3 } },
      { id: "spa_2", type: "spa", position: null, stock: {} },
    ],
    affordances: [
      {
        id: "soak",
        object_type: "spa",
        duration: 12,
        effects: { hygiene: 0.5, money: -1.5 },
        preconds: ["stock.towels > 0", "wallet >= 1.5"],
        hooks: {
          before: ["on_enter"],
          after: [],
          fail: ["on_leave", "on_shiver"],
        },
      },
      {
        id: "idle",
        object_type: "spa",
        duration: 1,
        effects: {},
        preconds: ["occupied == false"],
        hooks: { before: [], after: [], fail: [] },
      },
    ],
  });
});

Deno.test("parseManifest() hashes the bytes of the file, its mark included", () => {
  const bytes = new TextEncoder().encode(
    "\uFEFF- {id: a, object_type: b, duration: 1, effects: {}}\r\n",
  );
  const manifest = parseManifest(bytes, { file: FILE });
  assertEquals(manifest.sha256, sha256Hex(bytes));
  assertEquals(manifest.affordances[0].id, "a");
});

Deno.test("CORE_MANIFEST lets a town shower, eat, cook and sleep", () => {
  assertEquals(CORE_MANIFEST.objects, []);
  assertEquals(
    CORE_MANIFEST.affordances.map(({ id, object_type, duration, effects }) => [
      id,
      object_type,
      duration,
      effects,
    ]),
    [
      ["use_shower", "shower", 30, {
        hygiene: 0.45,
        energy: -0.03,
        money: -0.2,
      }],
      ["eat_meal", "fridge", 15, { hunger: 0.4, energy: 0.05 }],
      ["cook_meal", "stove", 40, { hunger: 0.1, energy: -0.05 }],
      ["rest_sleep", "bed", 60, { energy: 0.8 }],
    ],
  );
  assertEquals(CORE_MANIFEST.affordances.map(({ preconds }) => preconds), [
    ["occupied == false", "power_on == true", "water_on == true"],
    ["meal_available == true"],
    ["power_on == true"],
    [],
  ]);
  assertEquals(CORE_MANIFEST.affordances.map(({ hooks }) => hooks), [
    {
      before: ["on_attempt_shower"],
      after: ["on_finish_shower"],
      fail: ["on_no_power"],
    },
    { before: ["on_attempt_eat"], after: ["on_finish_eat"], fail: [] },
    {
      before: ["on_attempt_cook"],
      after: ["on_finish_cook"],
      fail: ["on_cook_fail"],
    },
    { before: ["on_attempt_sleep"], after: ["on_finish_sleep"], fail: [] },
  ]);
});

/** Entries with one fault each: what the message says after the entry. */
const ENTRIES: readonly (readonly [entry: string, fault: string])[] = [
  ["5", ": must be a mapping (got a number)"],
  ["[a]", ": must be a mapping (got a list)"],
  ["~", ": must be a mapping (got null)"],
  [
    "{type: building, id: a, object_type: b}",
    " 'a': type: must be object or affordance (got \"building\")",
  ],
  [
    "{object_type: b, duration: 1, effects: {}}",
    ": id: required key is missing",
  ],
  [
    "{id: '', object_type: b, duration: 1, effects: {}}",
    ': id: must be a name of at most 64 letters, digits and _ . # -, not beginning with . # or - (got "")',
  ],
  [
    "{id: a, object_type: '  ', duration: 1, effects: {}}",
    " 'a': object_type: must be a name of at most 64 letters, digits and _ . # -, not beginning with . # or - (got \"  \")",
  ],
  [
    "{id: a, object_type: 7, duration: 1, effects: {}}",
    " 'a': object_type: must be text (got 7)",
  ],
  [
    "{id: a, object_type: b, effects: {}}",
    " 'a': duration: required key is missing",
  ],
  [
    "{id: a, object_type: b, duration: 0, effects: {}}",
    " 'a': duration: must be at least 1 (got 0)",
  ],
  [
    "{id: a, object_type: b, duration: 1.5, effects: {}}",
    " 'a': duration: must be a whole number (got 1.5)",
  ],
  [
    "{id: a, object_type: b, duration: '5', effects: {}}",
    " 'a': duration: must be a number (got \"5\"); write it without quotes",
  ],
  [
    "{id: a, object_type: b, duration: 1, effects: {thirst: 1}}",
    " 'a': effects.thirst: unknown key; known are hunger, hygiene, energy, money",
  ],
  [
    "{id: a, object_type: b, duration: 1, effects: {hunger: .inf}}",
    " 'a': effects.hunger: must be a finite number (got Infinity)",
  ],
  [
    "{id: a, object_type: b, duration: 1, effects: [hunger]}",
    " 'a': effects: must be a mapping (got [\"hunger\"])",
  ],
  [
    "{id: a, object_type: b, duration: 1, effects: {}, preconds: 'len(queue) > 1'}",
    " 'a': preconds: Unsupported syntax in precondition 'len(queue) > 1': call (got \"len(queue) > 1\")",
  ],
  [
    "{id: a, object_type: b, duration: 1, effects: {}, preconds: [occupied, wallet + 1 > 2]}",
    " 'a': preconds[1]: Unsupported syntax in precondition 'wallet + 1 > 2': arithmetic '+' (got \"wallet + 1 > 2\")",
  ],
  [
    "{id: a, object_type: b, duration: 1, effects: {}, preconds: [true]}",
    " 'a': preconds[0]: must be text (got true)",
  ],
  [
    "{id: a, object_type: b, duration: 1, effects: {}, hooks: {during: x}}",
    " 'a': hooks.during: unknown key; known are before, after, fail",
  ],
  [
    "{id: a, object_type: b, duration: 1, effects: {}, hooks: {after: {}}}",
    " 'a': hooks.after: must be text (got a mapping)",
  ],
  [
    "{id: a, object_type: b, duration: 1, effects: {}, price: 3}",
    " 'a': price: unknown key; known are id, object_type, duration, effects, preconds, hooks",
  ],
  [
    "{type: object, id: a, object_type: b, duration: 3}",
    " 'a': duration: unknown key; known are id, object_type, stock, position",
  ],
  [
    "{type: object, id: a, object_type: b, stock: {meals: -1}}",
    " 'a': stock.meals: must be at least 0 (got -1)",
  ],
  [
    "{type: object, id: a, object_type: b, stock: {meals: 0.5}}",
    " 'a': stock.meals: must be a whole number (got 0.5)",
  ],
  [
    "{type: object, id: a, object_type: b, stock: {'': 1}}",
    " 'a': stock.: the name must have at most 64 letters, digits and _ . # -, and not begin with . # or -",
  ],
  [
    "{type: object, id: a, object_type: b, position: [1]}",
    " 'a': position: must have at least 2 items (got [1])",
  ],
  [
    "{type: object, id: a, object_type: b, position: [1, x]}",
    " 'a': position[1]: must be a number (got \"x\")",
  ],
];

for (const [entry, fault] of ENTRIES) {
  Deno.test(`parseManifest() refuses ${entry}`, () => {
    const text = `- {type: object, id: z, object_type: b}\n- ${entry}`;
    assertEquals(faultsOf(text), [`${FILE}: entry 1${fault}`]);
  });
}

/** Texts that hold no entries at all. */
const TEXTS: readonly (readonly [text: string | Uint8Array, fault: string])[] =
  [
    ["", ": must be a list of entries (got null)"],
    ["id: a", ": must be a list of entries (got a mapping)"],
    [
      "- [",
      ":2:1 Cannot read flow collection: unexpected end of the stream within a flow collection",
    ],
    ["- {id: a, id: b}", ":1:16 Cannot store mapping pair: duplicated key"],
    [
      "- {hooks: {__proto__: x}}",
      ": [0].hooks.__proto__: forbidden key __proto__",
    ],
    ["- ".repeat(100_000), ": nested deeper than 32"],
    [new Uint8Array([0x2d, 0x20, 0xff]), ": is not UTF-8 text"],
  ];

for (const [text, fault] of TEXTS) {
  Deno.test(`parseManifest() refuses a file that holds ${JSON.stringify(text).slice(0, 30)}`, () => {
    assertEquals(faultsOf(text), [`${FILE}${fault}`]);
  });
}

Deno.test("parseManifest() tells every fault at once, in file order", () => {
  const text = `
- {id: a, object_type: b, duration: 0, effects: {x: 1}}
- {id: a, object_type: b, duration: 1, effects: {}}
- {type: object, id: a, object_type: b}
- {type: nothing}
`;
  assertEquals(faultsOf(text), [
    `${FILE}: entry 0 'a': duration: must be at least 1 (got 0)`,
    `${FILE}: entry 0 'a': effects.x: unknown key; known are hunger, hygiene, energy, money`,
    `${FILE}: entry 1 'a': id: entry 0 has it already`,
    `${FILE}: entry 2 'a': id: entry 0 has it already`,
    `${FILE}: entry 3: type: must be object or affordance (got "nothing")`,
  ]);
});

Deno.test("parseManifest() stops at its limit of affordances", () => {
  const entries = (n: number) =>
    Array.from(
      { length: n },
      (_, i) => `- {id: a${i}, object_type: b, duration: 1, effects: {}}`,
    ).join("\n");
  const { affordances } = parseManifest(entries(AFFORDANCES_MAX), {
    file: FILE,
  });
  assertEquals(affordances.length, AFFORDANCES_MAX);
  assertEquals(faultsOf(entries(AFFORDANCES_MAX + 1)), [
    `${FILE}: must not have more than 1000 affordances`,
  ]);
});

Deno.test("parseManifest() reads any entries or refuses them by name", () => {
  const words = ["a", "object", "affordance", "hunger", "a < 1", "on_x", ""];
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom<unknown>(...words, null, true, 0, 1, -1, 0.5),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...words, "before"), tie("value")),
    ),
  })).value;
  const orValue = (usual: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: value });
  const id = orValue(fc.constantFrom("a", "b", "c", "d"));
  const object_type = orValue(fc.constant("spa"));
  const object = fc.record({
    type: orValue(fc.constant("object")),
    id,
    object_type,
    stock: orValue(fc.constant({ meals: 1 })),
    position: orValue(fc.constant([1, 2])),
  }, { requiredKeys: ["type", "id", "object_type"] });
  const affordance = fc.record({
    id,
    object_type,
    duration: orValue(fc.nat().map((n) => n + 1)),
    effects: orValue(fc.constant({ hunger: 1 })),
    preconds: orValue(fc.constantFrom("a < 1", ["a", ""])),
    hooks: orValue(fc.constantFrom({}, { before: ["x"] })),
    type: orValue(fc.constant("affordance")),
  }, { requiredKeys: ["id", "object_type", "duration", "effects"] });
  const entry = fc.oneof(object, affordance);
  let read = 0;
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 3 }), (entries) => {
      const text = JSON.stringify(entries);
      try {
        const manifest = parseManifest(text, { file: FILE });
        const { objects, affordances } = manifest;
        assertEquals(objects.length + affordances.length, entries.length);
        read += entries.length;
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        assert(error.faults.length > 0);
        for (const { text } of error.faults) {
          assert(text.startsWith(FILE), text);
        }
      }
    }),
    { numRuns: 500, seed: 3 },
  );
  assert(read > 20, `only ${read} entries were read`);
});
