/** What is known of the runtime of networks, wherever it is. @module */
import type { OrtModule } from "../../src/policy/onnx/runtime.ts";

/** The runtime of networks. */
export interface NetworkRuntime extends OrtModule {
  /** What it says of itself. */
  readonly env: {
    /** Versions of its parts. */
    readonly versions: {
      /** Of the part that all of them share. */
      readonly common: string;
    };
  };
}
