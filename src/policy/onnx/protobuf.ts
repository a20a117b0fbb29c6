/**
 * Protocol Buffers, as much of them as ONNX needs: messages are written as
 * lists of fields, and read as such.
 *
 * https://protobuf.dev/programming-guides/encoding/
 *
 * @module
 */
import { TownletError } from "../../base/error.ts";

/** Wire types: a varint, 8 bytes, bytes with their length before, 4 bytes. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A field of a message that is read. */
export interface Field {
  /** Its number. */
  readonly number: number;
  /** A whole number, or bytes: text, a message, packed numbers. */
  readonly value: number | Uint8Array;
}

/** One field: a whole number from 0, text, or the bytes of a message. */
export function field(
  number: number,
  value: number | string | Uint8Array,
): Uint8Array {
  if (typeof value === "number") {
    return message(varint(number * 8 + VARINT), varint(value));
  }
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  return message(varint(number * 8 + BYTES), varint(bytes.length), bytes);
}

/** A message: its fields, one after the other. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(
    fields.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

/**
 * The fields of a message in their order, one at a time and without copies.
 *
 * @throws {TownletError} `onnx.format` where the bytes are no message
 */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const key = readVarint(reader);
    const number = Math.floor(key / 8);
    if (number === 0) throw notOnnx("a field has the number 0");
    switch (key % 8) {
      case VARINT:
        yield { number, value: readVarint(reader) };
        break;
      case FIXED64:
        yield { number, value: readBytes(reader, 8) };
        break;
      case BYTES:
        yield { number, value: readBytes(reader, readVarint(reader)) };
        break;
      case FIXED32:
        yield { number, value: readBytes(reader, 4) };
        break;
      default:
        throw notOnnx(`a field is of the kind ${key % 8}`);
    }
  }
}

/**
 * The text of a field.
 *
 * @throws {TownletError} `onnx.format` where it is none in UTF-8
 */
export function textOf({ value }: Field): string {
  if (typeof value === "number") throw notOnnx("a number is no text");
  try {
    return decoder.decode(value);
  } catch (cause) {
    throw notOnnx("a text is not UTF-8", cause);
  }
}

/** What is said of bytes that make no sense. */
export function notOnnx(why: string, cause?: unknown): TownletError {
  return new TownletError(`This is no ONNX model: ${why}`, {
    code: "onnx.format",
    hint: "Take a policy.onnx as it was written",
    cause,
  });
}

/** A whole number from 0, seven bits a byte. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) {
    bytes.push(128 + left % 128);
  }
  bytes.push(left);
  return Uint8Array.from(bytes);
}

/** Bytes, and how far they have been read. */
interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

/** The next whole number; the top bits of negative ones are lost. */
function readVarint(reader: Reader): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i++) {
    if (reader.at >= reader.bytes.length) throw notOnnx("it is cut off");
    const byte = reader.bytes[reader.at++];
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  throw notOnnx("a number has more than 64 bits");
}

/** The next bytes. */
function readBytes(reader: Reader, length: number): Uint8Array {
  const { bytes, at } = reader;
  if (length > bytes.length - at) throw notOnnx("it is cut off");
  reader.at += length;
  return bytes.subarray(at, at + length);
}
