import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  controlFrame,
  type Said,
  WebSocketReader,
} from "../../../cli/telemetry/websocket_frames.ts";

/** A frame as servers write it. */
function frame(opcode: number, bytes: Uint8Array, last = true): number[] {
  const { length } = bytes;
  const size = length < 126
    ? [length]
    : length < 65_536
    ? [126, length >> 8, length & 255]
    : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
  return [(last ? 0x80 : 0) | opcode, ...size, ...bytes];
}

/** What is said by bytes that come in pieces of a size. */
function said(bytes: readonly number[], size: number): Said[] {
  const reader = new WebSocketReader();
  const all: Said[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    all.push(...reader.push(new Uint8Array(bytes.slice(at, at + size))));
  }
  return all;
}

Deno.test("WebSocketReader gives messages whole, however they come", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(3))),
    fc.integer({ min: 1, max: 500 }),
    (messages, size) => {
      const bytes: number[] = [];
      for (const [message, parts] of messages) {
        const step = Math.ceil(message.length / (parts + 1)) || 1;
        for (let at = 0, first = true; first || at < message.length;) {
          const end = at + step;
          const last = end >= message.length;
          const part = message.slice(at, end);
          bytes.push(...frame(first ? 1 : 0, part, last));
          if (!last) bytes.push(...frame(9, new Uint8Array([7])));
          at = end;
          first = false;
        }
      }
      const texts = said(bytes, size).filter(({ kind }) => kind === "text");
      assertEquals(
        texts.map((one) => "bytes" in one ? [...one.bytes] : []),
        messages.map(([message]) => [...message]),
      );
    },
  ));
});

Deno.test("WebSocketReader knows pings, pongs and the end", () => {
  const bytes = new Uint8Array([1, 2]);
  assertEquals(
    said([...frame(9, bytes), ...frame(10, bytes), ...frame(8, bytes)], 3),
    [
      { kind: "ping", bytes },
      { kind: "close" },
    ],
  );
});

Deno.test("WebSocketReader refuses what servers must not send", () => {
  const one = new Uint8Array([1]);
  const cases: readonly (readonly number[])[] = [
    [0x81, 0x81, 0, 0, 0, 0, 1],
    [0xc1, 0x01, 1],
    frame(2, one),
    frame(0, one),
    [...frame(1, one, false), ...frame(1, one)],
    frame(9, one, false),
    frame(9, new Uint8Array(200)),
    [0x81, 127, 0, 0, 0, 0, 0, 0x20, 0, 0],
    [0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  ];
  for (const bytes of cases) assertThrows(() => said(bytes, 999), RangeError);
});

Deno.test("controlFrame() masks what it says", () => {
  const bytes = controlFrame("pong", new Uint8Array([5, 6, 7]));
  assertEquals([...bytes.subarray(0, 2)], [0x8a, 0x83]);
  const mask = bytes.subarray(2, 6);
  assertEquals([...bytes.subarray(6)].map((byte, i) => byte ^ mask[i]), [
    5,
    6,
    7,
  ]);
});
