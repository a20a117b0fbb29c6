import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../src/base/error.ts";
import { escapeText } from "../../src/base/text.ts";
import {
  type Condition,
  CONDITION_LENGTH_MAX,
  CONDITION_NESTING_MAX,
  namesIn,
  parseCondition,
} from "../../src/config/condition.ts";

Deno.test("parseCondition() gives plain data", () => {
  assertEquals(parseCondition("stock.meals > 0 and not occupied"), {
    kind: "and",
    parts: [
      {
        kind: "compare",
        first: {
          kind: "member",
          of: { kind: "name", name: "stock" },
          key: "meals",
        },
        rest: [{ operator: ">", right: { kind: "literal", value: 0 } }],
      },
      { kind: "not", of: { kind: "name", name: "occupied" } },
    ],
  });
  assertEquals(parseCondition("1 < n not in [-2, 'x']"), {
    kind: "compare",
    first: { kind: "literal", value: 1 },
    rest: [
      { operator: "<", right: { kind: "name", name: "n" } },
      {
        operator: "not in",
        right: {
          kind: "list",
          items: [
            { kind: "sign", sign: -1, of: { kind: "literal", value: 2 } },
            { kind: "literal", value: "x" },
          ],
        },
      },
    ],
  });
});

Deno.test("parseCondition() binds or weaker than and, and weaker than not, not weaker than comparisons", () => {
  const bare = "a or b and not c == d";
  const full = "(a) or ((b) and (not (c == d)))";
  assertEquals(parseCondition(bare), parseCondition(full));
});

Deno.test("parseCondition() takes spaces or none, and line breaks", () => {
  assertEquals(
    parseCondition("a<1 and\n\tb"),
    parseCondition("  a  <  1 and b "),
  );
});

const REFUSED: readonly (readonly [source: string, construct: string])[] = [
  ["", "unexpected end"],
  ["  ", "unexpected end"],
  ["a and", "unexpected end"],
  ["(a", "unexpected end"],
  ["a[1", "unexpected end"],
  ["a.", "unexpected end"],
  ["len(queue) > 1", "call"],
  ["queue.pop()", "call"],
  ["(a)(b)", "call"],
  ["wallet + 1 > 2", "arithmetic '+'"],
  ["wallet - 1", "arithmetic '-'"],
  ["a * 2", "arithmetic '*'"],
  ["a / 2", "arithmetic '/'"],
  ["a // 2", "arithmetic '//'"],
  ["a ** 2", "arithmetic '**'"],
  ["a % 2", "arithmetic '%'"],
  ["a | b", "arithmetic '|'"],
  ["a << 2", "arithmetic '<<'"],
  ["~a", "arithmetic '~'"],
  ["a[1:2]", "slice ':'"],
  ["a[:]", "slice ':'"],
  ["a if b else c", "conditional 'if'"],
  ["a ? b : c", "conditional '?'"],
  ["lambda x: x", "lambda"],
  ["x => x", "lambda '=>'"],
  ["a = 1", "assignment '='"],
  ["a := 1", "assignment ':='"],
  ["a += 1", "assignment '+='"],
  ["a is null", "'is'"],
  ["is == 1", "'is'"],
  ["[x for x in y]", "comprehension 'for'"],
  ["await a", "'await'"],
  ["{'a': 1}", "dict literal"],
  ["{}", "dict literal"],
  ["`a`", "template string"],
  ["f'a'", "template string"],
  ["a && b", "'&&' (the word is 'and')"],
  ["a || b", "'||' (the word is 'or')"],
  ["!a", "'!' (the word is 'not')"],
  ["a AND b", "name AND"],
  ["NOT a", "name a"],
  ["a b", "name b"],
  ["a 1", "number 1"],
  ["1 'a'", "text 'a'"],
  ["a not b", "'not' after a value without 'in'"],
  ["in a", "name in"],
  ["a.and", "name and"],
  ["a.true", "name true"],
  ["a < > b", "'>'"],
  ["a)", "')'"],
  ["()", "')'"],
  ["(a,)", "')'"],
  ["[a,]", "']'"],
  ["[,]", "','"],
  ["a; b", "';'"],
  ["a # b", "'#'"],
  ["a\u00a0b", "'\u00a0'"],
  ["😀", "'😀'"],
  ["'abc", "text without its closing quote"],
  ["'a\nb'", "text without its closing quote"],
  ["'a\\n'", "escape \\n"],
  ["'a\\", "escape \\"],
  ["1e999", "number 1e999"],
  ["12ab", "number 12ab"],
  ["0x10", "number 0x10"],
  ["a.constructor", "name constructor"],
  ["constructor", "name constructor"],
  ["a.b.__proto__", "name __proto__"],
  ["a['__proto__']", "name __proto__"],
  ['a["prototype"]', "name prototype"],
  ["a[('constructor')]", "name constructor"],
];

for (const [source, construct] of REFUSED) {
  Deno.test(`parseCondition() refuses ${JSON.stringify(source)}`, () => {
    const error = assertThrows(() => parseCondition(source), TownletError);
    assertEquals(
      error.message,
      escapeText(
        `Unsupported syntax in precondition '${source}': ${construct}`,
      ),
    );
    assertEquals(error.exit, 2);
    assertEquals(error.code, "condition.syntax");
  });
}

Deno.test("parseCondition() leaves words inside texts alone", () => {
  assertEquals(parseCondition("'lambda x: (1 + 2) is null'"), {
    kind: "literal",
    value: "lambda x: (1 + 2) is null",
  });
});

Deno.test("parseCondition() stops at its limits", () => {
  const long = "a".repeat(CONDITION_LENGTH_MAX);
  assertEquals(parseCondition(long), { kind: "name", name: long });
  const error = assertThrows(() => parseCondition(`${long}a`), TownletError);
  assert(error.message.endsWith("…': more than 1000 characters"));

  const shapes: readonly ((depth: number) => string)[] = [
    (depth) => "(".repeat(depth) + "a" + ")".repeat(depth),
    (depth) => "[".repeat(depth) + "a" + "]".repeat(depth),
    (depth) => "a[".repeat(depth) + "0" + "]".repeat(depth),
    (depth) => "not ".repeat(depth) + "a",
    (depth) => "-".repeat(depth) + "a",
    (depth) => "a" + ".b".repeat(depth),
    (depth) => "a" + "[0]".repeat(depth),
  ];
  for (const shape of shapes) {
    parseCondition(shape(CONDITION_NESTING_MAX));
    assertThrows(
      () => parseCondition(shape(CONDITION_NESTING_MAX + 1)),
      TownletError,
      "nesting deeper than 32",
    );
  }
  parseCondition("a and ".repeat(160) + "a");
});

Deno.test("namesIn() lists each context name once, in order", () => {
  const source = "b.x in [a, -c] or not b[d.a] and (1 < e < b) or 'f'";
  assertEquals(namesIn(parseCondition(source)), ["b", "a", "c", "d", "e"]);
});

/** Writes a condition with every parenthesis it could have. */
function write(condition: Condition): string {
  switch (condition.kind) {
    case "literal":
      return typeof condition.value === "string"
        ? `'${condition.value.replace(/[\\']/g, "\\$&")}'`
        : String(condition.value);
    case "name":
      return condition.name;
    case "list":
      return `[${condition.items.map(write).join(", ")}]`;
    case "member":
      return `(${write(condition.of)}).${condition.key}`;
    case "index":
      return `(${write(condition.of)})[${write(condition.at)}]`;
    case "sign":
      return `(${condition.sign < 0 ? "-" : "+"}${write(condition.of)})`;
    case "not":
      return `(not ${write(condition.of)})`;
    case "and":
    case "or":
      return `(${condition.parts.map(write).join(` ${condition.kind} `)})`;
    case "compare":
      return condition.rest.reduce(
        (text, { operator, right }) => `${text} ${operator} ${write(right)}`,
        `(${write(condition.first)}`,
      ) + ")";
  }
}

const pieces = [
  ..."abc01.,()[]'\"+-<>= \\",
  ...["and", "or", "not", "in", "not in", "true", "null", "==", "<=", "stock"],
  ...["'x'", "1.5", " a ", " < ", "[0]", ".b", "(a)", "lambda", "__proto__"],
];

Deno.test("parseCondition() reads any text or refuses it by name", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 24 })
      .map((parts) => parts.join("")),
    fc.array(fc.constantFrom(...pieces), { maxLength: 24 })
      .map((parts) => parts.join(" ")),
  );
  let read = 0;
  fc.assert(
    fc.property(text, (source) => {
      let condition: Condition;
      try {
        condition = parseCondition(source);
      } catch (error) {
        assert(error instanceof TownletError);
        assert(error.message.includes("Unsupported syntax in precondition"));
        return;
      }
      read++;
      assertEquals(parseCondition(write(condition)), condition);
    }),
    { numRuns: 3000, seed: 1 },
  );
  assert(read > 100, `only ${read} of the texts were conditions`);
});
