/**
 * What is needed of a runtime of ONNX such as `onnxruntime-web`, which comes in
 * as an argument: it is large, and most programs do without.
 *
 * @module
 */

/** A tensor of the runtime. */
export interface OrtTensor {
  /** Its numbers. */
  readonly data: unknown;
}

/** An input of a model. */
export interface OrtInput {
  /** Its name. */
  readonly name: string;
  /** Whether it is a tensor; nothing else is known of what is none. */
  readonly isTensor: boolean;
  /** Type of its numbers; only of a tensor. */
  readonly type?: string;
}

/** A graph the runtime has loaded. */
export interface OrtSession {
  /** Its inputs. */
  readonly inputMetadata: readonly OrtInput[];
  /** Names of its outputs. */
  readonly outputNames: readonly string[];
  /** Runs it. */
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  /** Frees it. */
  release(): Promise<void>;
}

/** The runtime. */
export interface OrtModule {
  /** Tensors over arrays. */
  readonly Tensor: new (
    type: "float32" | "int32" | "int8" | "uint8" | "bool",
    data: Float32Array | Int32Array | Int8Array | Uint8Array,
    dims: readonly number[],
  ) => OrtTensor;
  /** Loads models. */
  readonly InferenceSession: {
    /** Loads one. */
    create(
      model: Uint8Array,
      options: Readonly<Record<string, unknown>>,
    ): Promise<OrtSession>;
  };
}

/** How sessions run: on one thread, one operator after the other. */
export const SESSION_OPTIONS = {
  executionProviders: ["wasm"],
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
} as const;
