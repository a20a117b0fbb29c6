import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse } from "../../src/std/yaml.ts";
import { fact } from "../helpers/fact.ts";

const READER = "src/config/yaml_text.ts";

fact("a merge key is a key like any other", [READER], () => {
  assertEquals(read("a: &a {x: 1}\nb:\n  <<: *a\n"), {
    a: { x: 1 },
    b: { "<<": { x: 1 } },
  });
});

fact("__proto__ is a key of the mapping's own", [READER], () => {
  const value = read("__proto__: {polluted: true}\n");
  assert(Object.hasOwn(value, "__proto__"));
  assert(!("polluted" in value));
});

fact("duplicate keys and unknown tags are refused", [READER], () => {
  assertThrows(() => read("a: 1\na: 2\n"));
  assertThrows(() => read("a: !thing 1\n"));
  assertThrows(() => read("a: !!js/function 1\n"));
});

fact(
  "yes, dates and 0o17 are text, 0x10 a number, .inf and .nan as well",
  [READER],
  () => {
    assertEquals(
      read("[yes, 2026-01-02, 0o17, 0x10, .inf, .nan, true, null]"),
      ["yes", "2026-01-02", "0o17", 16, Infinity, NaN, true, null],
    );
  },
);

fact(
  "references share one node, and nothing counts them",
  [READER],
  () => {
    const value = read(
      ["a: &a [1]", ...Array.from({ length: 200 }, (_, i) => `k${i}: *a`)]
        .join("\n"),
    );
    assert(value.a === value.k199);
  },
);

// deno-lint-ignore no-explicit-any -- what the parser gives is what is asked
function read(text: string): any {
  return parse(text, { schema: "core" });
}
