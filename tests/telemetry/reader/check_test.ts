import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ChainVerifier,
  deriveSessionKey,
} from "../../../src/security/signing.ts";
import { LINE_BYTES_MAX } from "../../../src/telemetry/frame.ts";
import {
  type CheckOptions,
  type SeenStreams,
  StreamCheck,
  type Verdict,
  verifyLine,
} from "../../../src/telemetry/reader/check.ts";
import { KEY, KEYS, recording, SID, Writer } from "../../helpers/recording.ts";

const encoder = new TextEncoder();

/** What comes of some lines. */
function verdicts(
  lines: readonly (string | Uint8Array)[],
  options: CheckOptions = { keys: KEYS },
): Verdict[] {
  const check = new StreamCheck(options);
  return lines.map((line) =>
    check.accept(typeof line === "string" ? encoder.encode(line) : line)
  );
}

/** `frame`, `duplicate`, or the name of the fault, of each line. */
function outcomes(
  lines: readonly (string | Uint8Array)[],
  options?: CheckOptions,
): string[] {
  return verdicts(lines, options)
    .map((one) => one.kind === "fault" ? one.fault : one.kind);
}

/** Lines of a stream that nobody signed: a hello, and what follows `seq`. */
function unsigned(...frames: readonly string[]): string[] {
  const writer = new Writer({ key: null });
  writer.hello(0);
  for (const frame of frames) writer.raw(frame);
  return writer.lines;
}

const TOWN = `"ch":"town","n":0,"k":"key","t":1,"d":{"queues":{"rotations":0}}`;

/** The worked example of the format. */
const VECTOR = [
  `{"v":1,"sid":"00112233445566778899aabbccddeeff","conn":0,"next":0,"ch":"meta","k":"hello","t":0,"d":{"schema":"1.0"},"sig":"k1.vWF1kZd89VelEQ4Ne_QaSXUqISSC_qLMZSWH9a0rSj0"}`,
  `{"v":1,"seq":0,"ch":"town","n":0,"k":"key","t":1,"d":{"queues":{"rotations":0}},"sig":"k1.GaxDbhX-14I1SDof-K-Q76BLz2s7j8v0kDY8mAgxUfM"}`,
];

Deno.test("StreamCheck accepts the worked example, and says who signed it", () => {
  const [hello, frame] = verdicts(VECTOR);
  assertEquals(hello, {
    kind: "frame",
    frame: {
      kind: "hello",
      sid: SID,
      conn: 0,
      next: 0,
      lost: 0,
      tick: 0,
      ts: null,
      channel: "meta",
      signedBy: "k1",
      payload: { schema: "1.0" },
    },
  });
  assertEquals(frame, {
    kind: "frame",
    frame: {
      kind: "key",
      sid: SID,
      conn: 0,
      seq: 0,
      n: 0,
      tick: 1,
      ts: null,
      channel: "town",
      signedBy: "k1",
      payload: { queues: { rotations: 0 } },
    },
  });
});

Deno.test("StreamCheck accepts all that a writer writes, signed or not", () => {
  for (const key of [KEY, null]) {
    const { lines } = recording({ key });
    const options = key === null ? {} : { keys: KEYS };
    assertEquals(new Set(outcomes(lines, options)), new Set(["frame"]));
  }
});

Deno.test("verifyLine() follows a chain, line by line", () => {
  const chain = new ChainVerifier(deriveSessionKey(KEY.bytes, SID));
  const [hello, frame] = VECTOR.map((line) => encoder.encode(line));
  assertEquals(verifyLine(frame, chain), null);
  assertEquals(verifyLine(hello, chain), "k1");
  assertEquals(verifyLine(hello, chain), null);
  assertEquals(verifyLine(frame, chain), "k1");
});

Deno.test("I8: a line that was changed, dropped, swapped, repeated or spliced in is named, and ends its connection", () => {
  const { lines } = recording({ ticks: 8 });
  const other = recording({ ticks: 8, sid: "f".repeat(32) }).lines;
  const changes: Record<string, (lines: string[], at: number) => void> = {
    changed: (all, at) => all[at] = all[at].replace(/"t":\d+/, '"t":77'),
    dropped: (all, at) => all.splice(at, 1),
    swapped: (all, at) => all.splice(at, 2, all[at + 1], all[at]),
    repeated: (all, at) => all.splice(at + 1, 0, all[at]),
    spliced: (all, at) => all.splice(at, 1, other[at]),
  };
  for (const [name, change] of Object.entries(changes)) {
    for (let at = 1; at < lines.length - 2; at++) {
      const bad = [...lines];
      change(bad, at);
      const first = name === "repeated" ? at + 1 : at;
      assertEquals(outcomes(bad), [
        ...Array(first).fill("frame"),
        "bad_signature",
        ...Array(bad.length - first - 1).fill("after_fault"),
      ], `${name} ${at}`);
    }
  }
});

Deno.test("I8: a flipped bit anywhere is not accepted", () => {
  const lines = recording({ ticks: 3 }).lines
    .map((line) => encoder.encode(line));
  lines.forEach((line, index) => {
    for (let at = 0; at < line.length; at++) {
      const bad = line.slice();
      bad[at] ^= 1 << (at % 8);
      const found = outcomes([...lines.slice(0, index), bad]);
      assert(
        !["frame", "duplicate"].includes(found[index]),
        `line ${index}, byte ${at}`,
      );
    }
  });
});

Deno.test("with keys, what is not signed or signed by others is refused", () => {
  const strange = { id: "k2", bytes: KEY.bytes };
  const forged = { id: "k1", bytes: encoder.encode("x".repeat(32)) };
  assertEquals(
    outcomes(recording({ ticks: 1, key: null }).lines)[0],
    "unsigned",
  );
  assertEquals(
    outcomes(recording({ ticks: 1, key: strange }).lines)[0],
    "unknown_key",
  );
  assertEquals(
    outcomes(recording({ ticks: 1, key: forged }).lines)[0],
    "bad_signature",
  );
  // A line without a signature in a stream that has them.
  const [hello, line] = recording({ ticks: 1 }).lines;
  const bare = line.replace(/,"sig":"[^"]*"/, "");
  assertEquals(outcomes([hello, bare]), ["frame", "unsigned"]);
  // Two keys that are known do not share a chain.
  const both = new Map([["k1", KEY.bytes], ["k2", KEY.bytes]]);
  const mixed = line.replace(/"k1\./, '"k2.');
  assertEquals(outcomes([hello, mixed], { keys: both }), [
    "frame",
    "unknown_key",
  ]);
});

Deno.test("requireSigned refuses everything where there is no key", () => {
  const { lines } = recording({ ticks: 1 });
  assertEquals(outcomes(lines, { requireSigned: true })[0], "unknown_key");
  assertEquals(outcomes(lines, {})[0], "frame");
});

Deno.test("a key may change with the connection, not within", () => {
  const second = { id: "k2", bytes: encoder.encode("y".repeat(40)) };
  const keys = new Map([["k1", KEY.bytes], ["k2", second.bytes]]);
  const one = new Writer();
  one.hello(0);
  one.raw(TOWN);
  const two = new Writer({ key: second });
  two.hello(1, { conn: 1, next: 1 });
  two.raw(`"ch":"meta","k":"beat","t":1`);
  assertEquals(outcomes([...one.lines, ...two.lines], { keys }), [
    "frame",
    "frame",
    "frame",
    "frame",
  ]);
});

Deno.test("a connection is received once, and the highest number wins", () => {
  const { lines } = recording({ ticks: 2 });
  const seen: SeenStreams = new Map();
  const good = outcomes(lines, { keys: KEYS, seen });
  assertEquals(new Set(good), new Set(["frame"]));
  assertEquals(seen.get(SID), { conn: 0, seq: lines.length - 2 });
  assertEquals(outcomes(lines, { keys: KEYS, seen }), [
    "replay",
    ...Array(lines.length - 1).fill("after_fault"),
  ]);
});

Deno.test("what is sent again after a connection broke is told apart", () => {
  const writer = new Writer();
  writer.hello(0);
  writer.key("town", { a: 1 }, 1);
  writer.patch("town", { a: 2 }, 2);
  writer.hello(2, { next: 1, resumed: true });
  writer.raw(`"ch":"town","n":1,"k":"patch","t":2,"base":0,"d":{"a":2}`);
  writer.key("town", { a: 2 }, 2);
  assertEquals(outcomes(writer.lines), [
    "frame",
    "frame",
    "frame",
    "frame",
    "duplicate",
    "frame",
  ]);
});

Deno.test("frames that are missing between connections are counted", () => {
  const writer = new Writer();
  writer.hello(0);
  writer.key("town", { a: 1 }, 1);
  writer.hello(9, { next: 5 });
  const [, , hello] = verdicts(writer.lines);
  assert(hello.kind === "frame" && hello.frame.kind === "hello");
  assertEquals(hello.frame.lost, 4);
});

Deno.test("a connection that a later one took over is over", () => {
  const seen: SeenStreams = new Map();
  const early = new StreamCheck({ keys: KEYS, seen });
  const late = new StreamCheck({ keys: KEYS, seen });
  const one = new Writer();
  one.hello(0);
  one.raw(TOWN);
  const two = new Writer();
  two.hello(0, { conn: 1, next: 0 });
  const accept = (check: StreamCheck, line: string) => {
    const verdict = check.accept(encoder.encode(line));
    return verdict.kind === "fault" ? verdict.fault : verdict.kind;
  };
  assertEquals(accept(early, one.lines[0]), "frame");
  assertEquals(accept(late, two.lines[0]), "frame");
  assertEquals(accept(early, one.lines[1]), "replay");
});

Deno.test("a sender that speaks just now is asked for the time, and for what it was told", () => {
  const ts = 1_700_000_000_000;
  const nonce = "0123456789abcdef0123456789abcdef";
  const hello = (d: Record<string, unknown>) => {
    const writer = new Writer();
    writer.hello(0, { ts, ...d });
    return writer.lines;
  };
  const at = (ms: number) => ({ keys: KEYS, now: () => ts + ms });
  assertEquals(outcomes(hello({}), at(300_000)), ["frame"]);
  assertEquals(outcomes(hello({}), at(-300_000)), ["frame"]);
  assertEquals(outcomes(hello({}), at(300_001)), ["clock"]);
  assertEquals(outcomes(VECTOR, at(0))[0], "clock");
  const asked = { keys: KEYS, nonce };
  assertEquals(outcomes(hello({ nonce }), asked), ["frame"]);
  assertEquals(outcomes(hello({}), asked), ["nonce"]);
  assertEquals(outcomes(hello({ nonce: nonce.slice(1) }), asked), ["nonce"]);
});

Deno.test("lines that are no frames are refused, each for its reason", () => {
  const cases: readonly [string, string][] = [
    ["", "not_json"],
    ["[]", "not_json"],
    ["{", "not_json"],
    [`{"v":1,"seq":0,${TOWN}} `, "not_json"],
    [`{"v":1,"seq":0,${TOWN}}\r`, "not_json"],
    [`\ufeff{"v":1,"seq":0,${TOWN}}`, "not_json"],
    [`{"v":1,"seq":0,\t${TOWN}}`, "not_json"],
    [
      `{"v":1,"seq":0,"ch":"town","n":0,"k":"key","t":1,"d":{"__proto__":{}}}`,
      "not_json",
    ],
    [
      `{"v":1,"seq":0,"ch":"town","n":0,"k":"key","t":1,"d":{"a":[{"constructor":1}]}}`,
      "not_json",
    ],
    [
      `{"v":1,"seq":0,"ch":"town","n":0,"k":"key","t":1,"d":{"\\u005f_proto__":1}}`,
      "not_json",
    ],
    [
      `{"v":1,"seq":0,"ch":"town","n":0,"k":"key","t":1,"d":${"[".repeat(40)}${
        "]".repeat(40)
      }}`,
      "not_json",
    ],
    [`{"v":0,"seq":0,${TOWN}}`, "bad_envelope"],
    [`{"v":2,"seq":0,${TOWN}}`, "newer"],
    [`{"v":1,${TOWN}}`, "bad_envelope"],
    [`{"v":1,"seq":-1,${TOWN}}`, "bad_envelope"],
    [`{"v":1,"seq":0.5,${TOWN}}`, "bad_envelope"],
    [`{"v":1,"seq":1,${TOWN}}`, "sequence"],
    [
      `{"v":1,"seq":0,"ch":"town","n":0,"k":"key","t":1,"d":[]}`,
      "bad_envelope",
    ],
    [`{"v":1,"seq":0,"ch":"town","n":0,"k":"key","t":1}`, "bad_envelope"],
    [
      `{"v":1,"seq":0,"ch":"town","n":0,"k":"patch","t":1,"d":{}}`,
      "bad_envelope",
    ],
    [
      `{"v":1,"seq":0,"ch":"events","n":0,"k":"event","t":1,"d":[1]}`,
      "bad_envelope",
    ],
    [
      `{"v":1,"seq":0,"ch":"meta","k":"key","n":0,"t":1,"d":{}}`,
      "bad_envelope",
    ],
    [`{"v":1,"seq":0,"ch":"town","k":"bye","t":1,"d":{}}`, "bad_envelope"],
    [`{"v":1,"seq":0,"ch":"meta","k":"hello","t":1,"d":{}}`, "bad_envelope"],
  ];
  const [hello] = unsigned();
  for (const [line, fault] of cases) {
    assertEquals(outcomes([hello, line], {}), ["frame", fault], line);
  }
  assertEquals(outcomes([hello, new Uint8Array([0x7b, 0xff, 0x7d])], {}), [
    "frame",
    "not_json",
  ]);
});

Deno.test("length is looked at before anything else", () => {
  const long = new Uint8Array(LINE_BYTES_MAX + 1);
  assertEquals(outcomes([VECTOR[0], long]), ["frame", "too_long"]);
  const [hello] = unsigned();
  const spaces = " ".repeat(LINE_BYTES_MAX - 20);
  const full =
    `{"v":1,"seq":0,"ch":"x","n":0,"k":"key","t":1,"d":{"a":"${spaces}"}}`
      .replace(/ {60}/, "");
  assert(full.length <= LINE_BYTES_MAX);
  assertEquals(outcomes([hello, full], {}), ["frame", "frame"]);
});

Deno.test("nothing comes before a hello, and a hello says whose it is", () => {
  assertEquals(outcomes([VECTOR[1], VECTOR[1]]), ["no_hello", "after_fault"]);
  const [hello] = unsigned();
  const wrong: readonly [string, string, string][] = [
    [`"k":"hello"`, `"k":"key"`, "bad_envelope"],
    [`"ch":"meta"`, `"ch":"town"`, "bad_envelope"],
    [`"conn":0`, `"conn":-1`, "bad_envelope"],
    [`"schema":"1.0","app"`, `"schema":1,"app"`, "bad_envelope"],
    [`"schema":"1.0","app"`, `"schema":"2.0","app"`, "newer"],
    [`{"agents":{"schema":"1.0"`, `{"agents":{"schema":"2.7"`, "newer"],
    [`{"v":1`, `{"v":2`, "newer"],
    [`"next":0`, `"sid":"${"0".repeat(32)}","next":0`, "bad_envelope"],
  ];
  for (const [from, to, fault] of wrong) {
    const bad = hello.replace(from, to);
    assert(bad !== hello, from);
    assertEquals(outcomes([bad], {}), [fault], to);
  }
});

Deno.test("what is newer by a minor version is read, by a major one if asked for", () => {
  const [hello, frame] = unsigned(TOWN);
  const minor = hello.replace(`"schema":"1.0","app"`, `"schema":"1.9","app"`);
  assertEquals(outcomes([minor, frame], {}), ["frame", "frame"]);
  const major = hello.replace(`{"v":1`, `{"v":2`)
    .replace(`"schema":"1.0","app"`, `"schema":"2.0","app"`);
  const next = frame.replace(`{"v":1`, `{"v":2`);
  assertEquals(outcomes([major, next], { bestEffort: true }), [
    "frame",
    "frame",
  ]);
});

Deno.test("kinds, channels and members that nobody knows are no faults", () => {
  const lines = unsigned(
    `"ch":"dreams","n":0,"k":"key","t":1,"d":{},"mood":"good"`,
    `"ch":"town","k":"whisper","t":1`,
    `"ch":"meta","k":"sigh","t":1,"d":7`,
  );
  const found = verdicts(lines, {});
  assertEquals(
    found.map((one) => one.kind === "frame" ? one.frame.kind : one.kind),
    ["hello", "key", "other", "other"],
  );
});

Deno.test("what does not fit its channel is refused, and what follows it is not", () => {
  const lines = unsigned(
    TOWN,
    `"ch":"town","n":1,"k":"patch","t":2,"base":0,"d":{"queues":{"rotations":"many"}}`,
    `"ch":"town","n":2,"k":"patch","t":3,"base":1,"d":{"queues":{"rotations":7}}`,
    `"ch":"events","n":0,"k":"event","t":3,"d":[{"e":"chat.failed","speaker":4}]`,
    `"ch":"meta","k":"beat","t":3`,
  );
  assertEquals(outcomes(lines, {}), [
    "frame",
    "frame",
    "misfit",
    "frame",
    "misfit",
    "frame",
  ]);
  const [, , wrong] = verdicts(lines, {});
  assert(wrong.kind === "misfit");
  assertEquals(
    wrong.message,
    "does not fit: queues.rotations is not a whole number from 0",
  );
  // A later minor version may know better.
  const later = lines[0].replace(
    '"schema":"1.0","app"',
    '"schema":"1.1","app"',
  );
  assertEquals(outcomes([later, ...lines.slice(1)], {})[2], "frame");
  const bad = lines[0].replace('"app":"0.1.0"', '"app":7');
  assertEquals(outcomes([bad, lines[1]], {}), ["bad_payload", "after_fault"]);
});

Deno.test("I8: 2,000 lines changed at random are refused, whatever they hold", () => {
  const lines = recording({ ticks: 10 }).lines
    .map((line) => encoder.encode(line));
  fc.assert(
    fc.property(
      fc.nat(lines.length - 1),
      fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(2)), {
        minLength: 1,
        maxLength: 4,
      }),
      (at, changes) => {
        let bytes = [...lines[at]];
        for (const [place, byte, kind] of changes) {
          const i = place % (bytes.length + 1);
          bytes = bytes.toSpliced(
            i,
            kind === 1 ? 0 : 1,
            ...kind === 2 ? [] : [byte],
          );
        }
        const bad = new Uint8Array(bytes);
        const found = outcomes([...lines.slice(0, at), bad])[at];
        const same = bad.length === lines[at].length &&
          bad.every((byte, i) => byte === lines[at][i]);
        assertEquals(found === "frame", same);
      },
    ),
    { numRuns: 2000 },
  );
});
