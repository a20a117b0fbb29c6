/**
 * What a model of ONNX says of itself.
 *
 * @module
 */
import { notOnnx, readFields, textOf } from "./protobuf.ts";

/** Fields of the message of a model: its graph, and an entry of metadata. */
const GRAPH = 7;
const METADATA = 14;

/** Most entries of metadata that are read. */
const ENTRIES_MAX = 1000;

/**
 * The metadata of a model by name, whoever wrote it. Of its graph only the
 * length is looked at.
 *
 * @throws {TownletError} `onnx.format` where the bytes are no model
 */
export function readOnnxMetadata(bytes: Uint8Array): Map<string, string> {
  const metadata = new Map<string, string>();
  let graphs = 0;
  for (const { number, value } of readFields(bytes)) {
    if (typeof value === "number") continue;
    if (number === GRAPH) graphs++;
    if (number !== METADATA) continue;
    if (metadata.size === ENTRIES_MAX) {
      throw notOnnx("its metadata have no end");
    }
    const [key, text] = readEntry(value);
    if (metadata.has(key)) throw notOnnx("a name of its metadata stands twice");
    metadata.set(key, text);
  }
  if (graphs !== 1) throw notOnnx("it has no graph");
  return metadata;
}

/** A name and what it stands for. */
function readEntry(bytes: Uint8Array): [string, string] {
  const entry: [string, string] = ["", ""];
  for (const field of readFields(bytes)) {
    if (field.number === 1 || field.number === 2) {
      entry[field.number - 1] = textOf(field);
    }
  }
  return entry;
}
