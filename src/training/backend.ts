/**
 * What computes networks and their gradients.
 *
 * @module
 */
import type { NetInput, NetOutput } from "../policy/network/forward.ts";
import type { Net } from "../policy/network/net.ts";

/** A minibatch for proximal policy optimisation. */
export interface PpoBatch extends NetInput {
  /** Action taken. [rows] */
  readonly action: Int32Array;
  /** Its log-probability when it was taken. [rows] */
  readonly logProb: Float32Array;
  /** Value that was expected then. [rows] */
  readonly value: Float32Array;
  /** Advantage. [rows] */
  readonly advantage: Float32Array;
  /** Return. [rows] */
  readonly returns: Float32Array;
}

/** Coefficients of the loss of proximal policy optimisation. */
export interface PpoCoefficients {
  /** Clip of the ratio, ε. */
  readonly clip: number;
  /** Clip of the value's change; 0 for none. */
  readonly valueClip: number;
  /** Weight of the value loss. */
  readonly valueCoef: number;
  /** Weight of the entropy. */
  readonly entropyCoef: number;
}

/** Losses of a minibatch. */
export interface PpoLosses {
  /** −mean(min(r A, clip(r) A)). */
  readonly policy: number;
  /** 0.5 × mean of the larger square. */
  readonly value: number;
  /** Mean entropy, nats. */
  readonly entropy: number;
  /** policy + valueCoef × value − entropyCoef × entropy. */
  readonly total: number;
  /** Log-probability of the actions now. [rows] */
  readonly logProb: Float32Array;
}

/** A minibatch of demonstrations. */
export interface CloneBatch extends NetInput {
  /** Action shown. [rows] */
  readonly action: Int32Array;
}

/** Losses of a minibatch of demonstrations. */
export interface CloneLosses {
  /** Mean cross-entropy, nats. */
  readonly loss: number;
  /** Logits, masked. [rows × K] */
  readonly logits: Float32Array;
}

/**
 * Computes a net: forwards, and the gradients of its losses.
 *
 * Arrays given back are good until the next call.
 */
export interface Backend {
  /** Name, as on the command line. */
  readonly name: "wasm" | "ts";
  /** The net. */
  readonly net: Net;
  /** What a network with these weights gives. */
  forward(weights: Float32Array, batch: NetInput): Promise<NetOutput>;
  /** Losses of a minibatch; writes the gradient of `total`. [net.size] */
  ppo(
    weights: Float32Array,
    batch: PpoBatch,
    coefficients: PpoCoefficients,
    gradient: Float32Array,
  ): Promise<PpoLosses>;
  /** Loss of demonstrations; writes its gradient. [net.size] */
  clone(
    weights: Float32Array,
    batch: CloneBatch,
    gradient: Float32Array,
  ): Promise<CloneLosses>;
  /** Frees what it holds. */
  close(): Promise<void>;
}
