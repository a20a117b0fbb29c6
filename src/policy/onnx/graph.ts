/**
 * Graphs of ONNX: operators by name, and the model they are written as.
 *
 * https://onnx.ai/onnx/repo-docs/IR.html
 *
 * @module
 */
import { field, message } from "./protobuf.ts";

/** Version of the format: of 2021, which every reader of today knows. */
const IR_VERSION = 8;
/** Version of the set of operators that belongs to it. */
const OPSET = 17;

/** Numbers that stand for formats of elements. */
export const ELEMENT = { f32: 1, u8: 2, i32: 6, i64: 7, bool: 9 } as const;

/** Formats of elements. */
type Element = keyof typeof ELEMENT;

/** A kind of attribute: a whole number. The graphs here have no others. */
const INT_ATTRIBUTE = 2;

/** Length of an axis: a number, or a name where it may be any. */
export type Axis = number | string;

/** What one adds operators to. Each adds to it, and gives a name. */
export interface Graph {
  /** An input. */
  input(name: string, element: Element, axes: readonly Axis[]): string;
  /**
   * Numbers that are a part of the graph; without axes, a single one. Of the
   * same name, the first ones stay.
   */
  constant(
    name: string,
    data: Float32Array | Int32Array | BigInt64Array,
    axes: readonly number[],
  ): string;
  /** An operator: gives the name of its first result, which can be chosen. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, number>>,
    name?: string,
  ): string;
  /** An operator with several results. */
  nodes(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number>>,
    names: readonly string[],
  ): readonly string[];
  /** An output: what a node called it. */
  output(name: string, element: Element, axes: readonly Axis[]): void;
  /** The model as bytes of a file. */
  encode(options: ModelOptions): Uint8Array;
}

/** What a model says of itself. */
export interface ModelOptions {
  /** Name of the graph. */
  readonly name: string;
  /** Program that wrote it and its version, such as `townlet 0.1.0`. */
  readonly app: string;
  /** What it is, by names of one's own. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** Begins a graph. */
export function openGraph(): Graph {
  // Fields of the message, by their numbers in it.
  const nodes: Uint8Array[] = [];
  const initializers = new Map<string, Uint8Array>();
  const inputs: Uint8Array[] = [];
  const outputs: Uint8Array[] = [];
  let count = 0;

  const graph: Graph = {
    input(name, element, axes) {
      inputs.push(field(11, valueInfo(name, element, axes)));
      return name;
    },
    constant(name, data, axes) {
      if (!initializers.has(name)) {
        initializers.set(name, field(5, tensor(name, data, axes)));
      }
      return name;
    },
    node(operator, inputs, attributes = {}, name = `${operator}_${count++}`) {
      return graph.nodes(operator, inputs, attributes, [name])[0];
    },
    nodes(operator, inputs, attributes, names) {
      nodes.push(field(
        1,
        message(
          ...inputs.map((input) => field(1, input)),
          ...names.map((output) => field(2, output)),
          field(3, names[0]),
          field(4, operator),
          ...Object.entries(attributes).map(([name, value]) =>
            field(
              5,
              message(
                field(1, name),
                field(3, value),
                field(20, INT_ATTRIBUTE),
              ),
            )
          ),
        ),
      ));
      return names;
    },
    output(name, element, axes) {
      outputs.push(field(12, valueInfo(name, element, axes)));
    },
    encode({ name, app, metadata = new Map() }) {
      const [producer, version = ""] = app.split(" ");
      return message(
        field(1, IR_VERSION),
        field(2, producer),
        field(3, version),
        field(
          7,
          message(
            ...nodes,
            field(2, name),
            ...initializers.values(),
            ...inputs,
            ...outputs,
          ),
        ),
        field(8, message(field(1, ""), field(2, OPSET))),
        ...[...metadata].map(([key, value]) =>
          field(14, message(field(1, key), field(2, value)))
        ),
      );
    },
  };
  return graph;
}

/** What an input or output looks like. */
function valueInfo(
  name: string,
  element: Element,
  axes: readonly Axis[],
): Uint8Array {
  const shape = message(
    ...axes.map((axis) =>
      field(1, field(typeof axis === "number" ? 1 : 2, axis))
    ),
  );
  const type = message(field(1, ELEMENT[element]), field(2, shape));
  return message(field(1, name), field(2, field(1, type)));
}

/** Numbers with their name. */
function tensor(
  name: string,
  data: Float32Array | Int32Array | BigInt64Array,
  axes: readonly number[],
): Uint8Array {
  const element = data instanceof Float32Array
    ? ELEMENT.f32
    : data instanceof Int32Array
    ? ELEMENT.i32
    : ELEMENT.i64;
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(
    ...axes.map((axis) => field(1, axis)),
    field(2, element),
    field(8, name),
    field(9, raw),
  );
}
