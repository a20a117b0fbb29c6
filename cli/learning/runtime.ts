/**
 * The runtime of networks. Only tasks that learn have it, under the name
 * `network-runtime`: it is large, and the others do not fetch it.
 * @module
 */
import * as ort from "onnxruntime-web/wasm";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm" with {
  type: "bytes",
};
import type { NetworkRuntime } from "./network_runtime.ts";

/** Opens it, with one thread. */
export function loadRuntime(): NetworkRuntime {
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = 1;
  return ort;
}
