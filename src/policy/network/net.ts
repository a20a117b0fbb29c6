/**
 * Nets: what a policy network is made of.
 *
 * A net is dense layers only. Encoders read the flattened map, the features,
 * or both; what they give is put side by side and goes through the trunk; two
 * heads give a logit for each action and a value.
 *
 * @module
 */
import { sha256Hex } from "../../base/hash.ts";

/** Names of the nets there are. */
export const NETS = ["mlp64", "dual256"] as const;
/** Name of a net. */
export type NetName = typeof NETS[number];

/** Sizes of a network. */
export interface NetShape {
  /** Which net. */
  readonly net: NetName;
  /** Features, F. */
  readonly features: number;
  /** Channels, rows and columns of the map; all 0 where there is none. */
  readonly map: readonly [channels: number, rows: number, columns: number];
  /** Actions of the catalogue, K. */
  readonly actions: number;
}

/** A dense layer: `y = f(x W + b)`, W stored input by input. */
export interface Layer {
  /** Name; its tensors are `NAME.weight` and `NAME.bias`. */
  readonly name: string;
  /** Numbers in. */
  readonly inputs: number;
  /** Numbers out. */
  readonly outputs: number;
  /** What follows; heads have none. */
  readonly activation: "tanh" | "relu" | "none";
  /** Gain of its orthogonal start. */
  readonly gain: number;
  /** Index of the weights in the flat array. [inputs × outputs] */
  readonly weight: number;
  /** Index of the biases in the flat array. [outputs] */
  readonly bias: number;
}

/** An encoder: a layer, and the part of the input it reads. */
export interface Encoder extends Layer {
  /** First number of the input that it reads; it reads `inputs` from there. */
  readonly from: number;
}

/** A net with its sizes: where everything stands. */
export interface Net {
  /** The sizes it was made for. */
  readonly shape: NetShape;
  /** Numbers of a row of input: features first, then the flattened map. */
  readonly inputs: number;
  /** What reads the input. */
  readonly encoders: readonly Encoder[];
  /** What follows, one after the other. */
  readonly trunk: readonly Layer[];
  /** Gives the logits. */
  readonly policy: Layer;
  /** Gives the value. */
  readonly value: Layer;
  /** All layers by name, in code-point order: the order in the flat array. */
  readonly layers: readonly Layer[];
  /** Numbers in the flat array of weights. */
  readonly size: number;
}

/** A net and its weights. */
export interface Network {
  /** The net. */
  readonly net: Net;
  /** All weights: by tensor name in code-point order. [net.size] */
  readonly weights: Float32Array;
}

/** A tensor of a net's weights. */
export interface Tensor {
  /** Name, such as `policy.bias`. */
  readonly name: string;
  /** Its shape. */
  readonly shape: readonly number[];
  /** Index of its first number in the flat array. */
  readonly start: number;
}

/** A layer before it has its place. */
type Plan = Omit<Layer, "weight" | "bias">;

/** Gain for layers in between: Saxe et al., 2014. */
const HIDDEN_GAIN = Math.SQRT2;

/** Lays a net out. */
export function openNet(shape: NetShape): Net {
  const { features, actions } = shape;
  const mapSize = shape.map[0] * shape.map[1] * shape.map[2];
  const hidden = (
    name: string,
    inputs: number,
    outputs: number,
    activation: "tanh" | "relu",
  ): Plan => ({ name, inputs, outputs, activation, gain: HIDDEN_GAIN });
  const inputs = features + mapSize;
  const encoders = shape.net === "mlp64"
    ? [{ ...hidden("encoder", inputs, 64, "tanh"), from: 0 }]
    : [
      { ...hidden("features", features, 256, "relu"), from: 0 },
      // A town may have no map.
      ...mapSize === 0
        ? []
        : [{ ...hidden("map", mapSize, 256, "relu"), from: features }],
    ];
  const width = encoders.reduce((sum, { outputs }) => sum + outputs, 0);
  const trunk = [
    shape.net === "mlp64"
      ? hidden("trunk", width, 64, "tanh")
      : hidden("trunk", width, 256, "relu"),
  ];
  const last = trunk[trunk.length - 1].outputs;
  const head = (name: string, outputs: number, gain: number): Plan => ({
    name,
    inputs: last,
    outputs,
    activation: "none",
    gain,
  });
  const policy = head("policy", actions, 0.01);
  const value = head("value", 1, 1);

  let size = 0;
  const places = new Map<string, { weight: number; bias: number }>();
  const names = [...encoders, ...trunk, policy, value]
    .sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, inputs, outputs } of names) {
    places.set(name, { bias: size, weight: size + outputs });
    size += outputs + inputs * outputs;
  }
  const place = <T extends Plan>(plan: T): T & Layer => {
    const found = places.get(plan.name);
    if (found === undefined) throw new RangeError(`no layer ${plan.name}`);
    return { ...plan, ...found };
  };
  return {
    shape,
    inputs,
    encoders: encoders.map(place),
    trunk: trunk.map(place),
    policy: place(policy),
    value: place(value),
    layers: names.map(place),
    size,
  };
}

/** The tensors of a net, in the order of the flat array. */
export function tensorsOf(net: Net): readonly Tensor[] {
  return net.layers.flatMap(({ name, inputs, outputs, weight, bias }) => [
    { name: `${name}.bias`, shape: [outputs], start: bias },
    { name: `${name}.weight`, shape: [inputs, outputs], start: weight },
  ]);
}

/** SHA-256 over the weights in name order, little-endian, 64 hex digits. */
export function policyHash({ weights }: Network): string {
  return sha256Hex(
    new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength),
  );
}
