/**
 * The runtime of networks, started before the tests: it opens a message port
 * then, which it keeps for good.
 *
 * @module
 */
import { loadRuntime } from "network-runtime";
import type * as Ort from "onnxruntime-web/wasm";
import { openGraph } from "../../src/policy/onnx/graph.ts";

// The memory the runtime makes for itself when it starts.
const memories: WebAssembly.Memory[] = [];
const { Memory } = WebAssembly;
WebAssembly.Memory = class extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(this);
  }
};

/** The runtime, with all that it has: the program knows a part by its type. */
export const ort = loadRuntime() as unknown as typeof Ort;

const graph = openGraph();
graph.input("a", "f32", [1]);
graph.node("Neg", ["a"], {}, "b");
graph.output("b", "f32", [1]);
const session = await ort.InferenceSession.create(
  graph.encode({ name: "nothing", app: "townlet" }),
);
await session.release();
WebAssembly.Memory = Memory;

/** Bytes of memory the runtime has taken. */
export function runtimeBytes(): number {
  if (memories.length !== 1) {
    throw new RangeError(`the runtime has ${memories.length} memories`);
  }
  return memories[0].buffer.byteLength;
}
