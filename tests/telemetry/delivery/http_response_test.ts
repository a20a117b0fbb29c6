import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readResponse } from "../../../src/telemetry/delivery/sinks/http_response.ts";
import { SinkFault } from "../../../src/telemetry/delivery/sink.ts";

const NOW = Date.UTC(2026, 0, 1);

/** An answer as it is written. */
function answer(first: string, headers: readonly string[], body = ""): string {
  return [`HTTP/1.1 ${first}`, ...headers, "", body].join("\r\n");
}

Deno.test("readResponse() finds the end of an answer, however it is told", () => {
  const wanted: readonly (readonly [string, number, boolean])[] = [
    [answer("200 OK", ["Content-Length: 2"], "ok"), 200, true],
    [answer("204 No Content", []), 204, true],
    [answer("202", ["content-length:0"]), 202, true],
    [
      answer("200 OK", ["Transfer-Encoding: chunked"], "2\r\nok\r\n0\r\n\r\n"),
      200,
      true,
    ],
    [
      answer(
        "200 OK",
        ["Transfer-Encoding: chunked"],
        "a;x=y\r\n0123456789\r\n0\r\nEnd: 1\r\n\r\n",
      ),
      200,
      true,
    ],
    [answer("200 OK", ["Content-Length: 0", "Connection: close"]), 200, false],
    // Only the end of the connection tells where it ends.
    [answer("500 Oops", []), 500, false],
    [`HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n`, 200, false],
    [
      "HTTP/1.1 100 Continue\r\n\r\n" + answer("201", ["Content-Length: 0"]),
      201,
      true,
    ],
  ];
  for (const [text, status, keepsAlive] of wanted) {
    assertEquals(readResponse(text, NOW), {
      status,
      keepsAlive,
      retryAfterMs: 0,
    }, text);
    if (!keepsAlive) continue;
    for (let i = 0; i < text.length; i++) {
      assertEquals(readResponse(text.slice(0, i), NOW), null, text);
    }
  }
});

Deno.test("readResponse() heeds Retry-After, for a minute at most", () => {
  const after = (text: string) =>
    readResponse(
      answer("503", ["Content-Length: 0", `Retry-After: ${text}`]),
      NOW,
    )?.retryAfterMs;
  assertEquals(after("7"), 7000);
  assertEquals(after("3600"), 60_000);
  assertEquals(after("Thu, 01 Jan 2026 00:00:09 GMT"), 9000);
  assertEquals(after("Thu, 01 Jan 2025 00:00:00 GMT"), 0);
  assertEquals(after("soon"), 0);
});

Deno.test("readResponse() refuses what is no answer, and never hangs", () => {
  for (
    const text of [
      "SSH-2.0-OpenSSH\r\n\r\n",
      "HTTP/2 200\r\n\r\n",
      "HTTP/1.1 999 X\r\n\r\n",
      answer("200", ["Transfer-Encoding: chunked"], "zz\r\n"),
    ]
  ) assertThrows(() => readResponse(text, NOW), SinkFault);
  fc.assert(fc.property(
    fc.string({ unit: fc.constantFrom("\r", "\n", "0", "f", ":", " ", "H") }),
    (rest) => {
      const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
      try {
        readResponse(text + rest, NOW);
      } catch (error) {
        if (!(error instanceof SinkFault)) throw error;
      }
    },
  ));
});
