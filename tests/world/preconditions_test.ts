import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TownletError } from "../../src/base/error.ts";
import { parseCondition } from "../../src/config/condition.ts";
import {
  compileCondition,
  ConditionFault,
  type Scope,
  type Value,
} from "../../src/world/preconditions.ts";

/** A scope over plain values; names it lacks are null. */
function scopeOf(values: { readonly [name: string]: Value }): Scope {
  return {
    get: (name) => Object.hasOwn(values, name) ? values[name] : null,
  };
}

const TOWN = scopeOf({
  affordance_id: "use_shower",
  agent: {
    agent_id: "a",
    position: [3, 4],
    wallet: 1.5,
    job_id: null,
    on_shift: false,
    inventory: { meals_cooked: 2, chats: 0 },
    needs: { hunger: 0.2, hygiene: 1, energy: 0 },
  },
  needs: { hunger: 0.2, hygiene: 1, energy: 0 },
  wallet: 1.5,
  stock: { meals: 5, power_on: 1, water_on: 0 },
  queue: ["a", "b"],
  queue_length: 2,
  reservation_active: true,
  reservation_holder: "a",
  occupied: false,
  power_on: true,
  water_on: false,
  meal_available: true,
  world: { tick: 90, day: 0 },
  nothing: [],
  empty: {},
});

const holds = (source: string, scope: Scope = TOWN): boolean =>
  compileCondition(parseCondition(source))(scope);

const TRUE = [
  // literals, names and truth
  "true",
  "TRUE",
  "1",
  "-1",
  "0.5",
  ".5",
  "1e3 == 1000",
  "'x'",
  "[0]",
  "(0, 0)",
  "stock",
  "queue",
  "not missing",
  "not null",
  "not false",
  "not 0",
  "not -0",
  "not ''",
  "not []",
  "not nothing",
  "not empty",
  // and, or, not
  "power_on and meal_available",
  "water_on or power_on",
  "not water_on and power_on",
  "not (water_on and power_on)",
  "not not power_on",
  "water_on and power_on or power_on",
  "(stock and queue) == true",
  "(0 or 5) == true",
  "(false and -'x') == false",
  "(1 or -'x') == true",
  // equality
  "power_on == true",
  "power_on == 1",
  "stock.power_on == true",
  "stock.water_on == false",
  "true != 2",
  "1 == 1.0",
  "0 == -0",
  "'a' == \"a\"",
  "'it\\'s' == \"it's\"",
  "'back\\\\slash' != 'backslash'",
  "'1' != 1",
  "null != false",
  "null != 0",
  "null == NULL",
  "missing == null",
  "missing.deeper == null",
  "[1, [2, 'x']] == (1, (2, 'x'))",
  "[true, 0] == [1, false]",
  "[1, 2] != [2, 1]",
  "[1] != 1",
  "nothing != empty",
  "needs == agent.needs",
  "needs != stock",
  "agent.inventory != stock",
  "agent.position == [3, 4]",
  "'true' != true",
  "'not in' == 'not in'",
  "'True and null' == 'True and null'",
  // order and chains
  "1 < queue_length < 3",
  "1 < queue_length <= 2 == 2.0",
  "3 > queue_length >= 2 > 1",
  "1 < 2 > 1",
  "true < 2",
  "false >= -1",
  "'a' < 'b'",
  "'a' <= 'a'",
  "'B' < 'a'",
  "'\uFB00' < '\u{1F600}'",
  "[1, 2] < [1, 3]",
  "[1] < [1, 0]",
  "(2, 0) > (1, 9)",
  "needs.hunger < 0.25",
  "needs['hunger'] == 0.2",
  "-wallet < 0",
  "+wallet == 1.5",
  "--1 == 1",
  "-true == -1",
  // parts
  "queue[0] == 'a'",
  "queue[1] == reservation_holder or queue[1] == 'b'",
  "queue[2] == null",
  "queue[-1] == null",
  "queue[0.5] == null",
  "queue['length'] == null",
  "queue.length == null",
  "'abc'[0] == null",
  "'abc'.length == null",
  "stock.toString == null",
  "stock['valueOf'] == null",
  "stock[1] == null",
  "stock[missing] == null",
  "[[1, 2], [3]][0][1] == 2",
  "agent.inventory.meals_cooked == 2",
  "world.tick == 90",
  // in
  "'a' in queue",
  "'c' not in queue",
  "not 'c' in queue",
  "1 in [true]",
  "[1] in [[1], [2]]",
  "'meals' in stock",
  "'toString' not in stock",
  "'constructor' not in stock",
  "1 not in stock",
  "'show' in affordance_id",
  "'' in 'abc'",
  "1 in '213'",
  "1.5 in 'x1.5'",
  "true in 'is true'",
  "null in 'is null'",
  "[1] not in '1'",
  "'a' not in null",
  "'a' not in 5",
  "null not in missing",
  "'a' in queue == ['a', 'b']",
];

const FALSE = [
  "false",
  "missing",
  "''",
  "[]",
  "missing < 5",
  "missing <= null",
  "null >= null",
  "5 > missing",
  "[null] < [1]",
  "[1] in [null]",
  "1 < 0 < 'x'",
  "queue_length == '2'",
  "'z' in queue",
  "'a' in 7",
  "'a' in missing",
  "not power_on or water_on",
  "power_on != true",
  "[1, 2] == [1]",
  "[1, 2] == [1, 3]",
  "True == 'True'",
  "None",
  "needs == empty",
  "'Agent' in affordance_id",
];

const FAULTS = [
  "'a' < 1",
  "1 > 'a'",
  "[1] < 1",
  "stock < stock",
  "stock >= 1",
  "[1, 'a'] < [1, 2]",
  "-'a'",
  "+'1' == 1",
  "-missing",
  "-queue",
  "-stock == 1",
  "true and -'x'",
  "1 < 2 < 'x'",
];

for (const source of TRUE) {
  Deno.test(`compileCondition(): ${source} holds`, () => {
    assertEquals(holds(source), true);
  });
}

for (const source of FALSE) {
  Deno.test(`compileCondition(): ${source || "''"} does not hold`, () => {
    assertEquals(holds(source), false);
  });
}

for (const source of FAULTS) {
  Deno.test(`compileCondition(): ${source} is a fault`, () => {
    const condition = compileCondition(parseCondition(source));
    const fault = assertThrows(() => condition(TOWN), ConditionFault);
    assertEquals(fault.reason, "precondition_error");
  });
}

Deno.test("compileCondition() agrees with the worked case of an agent with 1.5, second of two waiting", () => {
  const scope = scopeOf({
    wallet: 1.5,
    queue: ["a", "b"],
    queue_length: 2,
    needs: { hunger: 0.2 },
  });
  assertEquals(holds("1 < queue_length < 3", scope), true);
  assertEquals(holds("missing == null", scope), true);
  assertEquals(holds("missing < 5", scope), false);
  assertEquals(holds("'a' in queue", scope), true);
  assertThrows(() => parseCondition("len(queue) > 1"), TownletError);
  assertThrows(() => parseCondition("wallet + 1 > 2"), TownletError);
});

Deno.test("compileCondition() reads own data properties only", () => {
  let ran = 0;
  const trap: Value = Object.create({ inherited: 1 }, {
    getter: { enumerable: true, get: () => ++ran },
    data: { enumerable: true, value: 7 },
  });
  const scope = scopeOf({ trap });
  assertEquals(holds("trap.data == 7", scope), true);
  assertEquals(holds("trap.inherited == null", scope), true);
  assertEquals(holds("trap.getter == null", scope), true);
  assertEquals(holds("trap['getter'] == null", scope), true);
  assertEquals(ran, 0);
});

Deno.test("compileCondition() asks the scope for the names it needs, when it needs them", () => {
  const asked: string[] = [];
  const scope: Scope = {
    get(name) {
      asked.push(name);
      return name === "a";
    },
  };
  const condition = compileCondition(parseCondition("a or b and c"));
  assertEquals(asked, []);
  assertEquals(condition(scope), true);
  assertEquals(asked, ["a"]);
});

Deno.test("compileCondition() reads the middle of a chain once", () => {
  let reads = 0;
  const scope: Scope = { get: () => ++reads };
  assertEquals(
    compileCondition(parseCondition("0 < n < 2"))(scope),
    true,
  );
  assertEquals(reads, 1);
});

Deno.test("compileCondition() answers or faults whatever the values are", () => {
  const value = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.array(tie("value")),
      fc.dictionary(fc.string(), tie("value")),
    ),
  })).value;
  const sources = ["a", "-a", "a == b", "a != b", "a < b", "a <= b < a"]
    .concat(["a in b", "a not in b", "a[b]", "a.b", "not a and b", "[a] < [b]"])
    .map((source) => compileCondition(parseCondition(source)));
  fc.assert(fc.property(value, value, (a, b) => {
    for (const condition of sources) {
      try {
        assertEquals(typeof condition(scopeOf({ a, b })), "boolean");
      } catch (fault) {
        assert(fault instanceof ConditionFault);
      }
    }
  }));
});
