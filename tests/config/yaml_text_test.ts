import { assertEquals } from "@std/assert";
import {
  DEPTH_MAX,
  limitFault,
  NODES_MAX,
  readYaml,
  REFERENCES_MAX,
  TEXT_BYTES_MAX,
} from "../../src/config/yaml_text.ts";

function faultOf(text: string): string {
  const result = readYaml(text);
  if (result.ok) return "none";
  const { position, path, what } = result.fault;
  const place = position === null ? "" : `${position.line}:${position.column} `;
  return `${place}${path.length === 0 ? "" : `${path.join(".")} `}${what}`;
}

Deno.test("I1: readYaml() reads the core schema and nothing more", () => {
  const text = "a: yes\nb: 0x10\nc: 2020-01-01\nd: [1.5, true, null, ~]";
  assertEquals(readYaml(text), {
    ok: true,
    value: { a: "yes", b: 16, c: "2020-01-01", d: [1.5, true, null, null] },
  });
});

Deno.test("readYaml() says where the syntax is wrong", () => {
  assertEquals(
    faultOf("a: 1\na: 2"),
    "2:1 Cannot store mapping pair: duplicated key",
  );
  assertEquals(
    faultOf("a: !!js/function 'x'"),
    "1:21 Cannot resolve unknown tag !<tag:yaml.org,2002:js/function>",
  );
  // Names that may be values without their quotes are not repeated.
  assertEquals(faultOf("a: !hunter2 x"), "1:14 Cannot resolve unknown tag");
  assertEquals(
    faultOf("a: *hunter2"),
    "1:12 Cannot read alias: unidentified alias",
  );
  assertEquals(
    faultOf("--- 1\n--- 2"),
    "2:1 Found more than 1 document in the stream: expected a single document",
  );
});

Deno.test("I1: readYaml() survives texts that nest without end", () => {
  for (const piece of ["[", "- ", "{a: ", "? "]) {
    assertEquals(
      faultOf(piece.repeat(200_000)),
      `nested deeper than ${DEPTH_MAX}`,
    );
  }
  assertEquals(
    faultOf("&a [*a]"),
    `${Array(DEPTH_MAX).fill(0).join(".")} nested deeper than ${DEPTH_MAX}`,
  );
});

Deno.test("I1: readYaml() counts what aliases unfold to", () => {
  const uses = (n: number) => `a: &a [1]\nb: [${Array(n).fill("*a").join()}]`;
  assertEquals(faultOf(uses(REFERENCES_MAX)), "none");
  assertEquals(
    faultOf(uses(REFERENCES_MAX + 1)),
    `b.${REFERENCES_MAX} more than ${REFERENCES_MAX} references to shared values`,
  );
  const wide = Array(2000).fill("1").join();
  const bomb = `a: &a [${wide}]\nb: [${Array(60).fill("*a").join()}]`;
  assertEquals(faultOf(bomb).slice(-23), `more than ${NODES_MAX} values`);
});

Deno.test("readYaml() refuses texts of more than 1 MiB before reading them", () => {
  assertEquals(faultOf(`# ${"x".repeat(TEXT_BYTES_MAX - 2)}`), "none");
  assertEquals(
    faultOf(`# ${"é".repeat(TEXT_BYTES_MAX / 2)}`),
    "more than 1 MiB of text",
  );
});

Deno.test("I3: limitFault() names forbidden keys at any depth", () => {
  for (const key of ["__proto__", "constructor", "prototype"]) {
    const result = readYaml(`a: [{${key}: 1}]`);
    assertEquals(
      result,
      {
        ok: false,
        fault: {
          position: null,
          path: ["a", 0, key],
          what: `forbidden key ${key}`,
        },
      },
    );
  }
  assertEquals(limitFault({ proto: [1, "constructor"] }), null);
});
