/**
 * A net, a loss and all its gradients as one graph of stock operators.
 *
 * Weights are inputs by the names of their tensors; `gradient.NAME` are
 * outputs. Columns of a minibatch are inputs of [rows × 1].
 *
 * @module
 */
import { type Layer, type Net, tensorsOf } from "../policy/network/net.ts";
import { ELEMENT, type Graph, openGraph } from "../policy/onnx/graph.ts";
import { addNet, type NetNodes } from "../policy/onnx/net_graph.ts";

/** Before the name of a tensor: its gradient. */
export const GRADIENT = "gradient.";

/** Graphs a backend runs. */
export type GraphName = "forward" | "ppo" | "clone";

/** The bytes of one of the graphs of a net. */
export function encodeTrainingGraph(net: Net, name: GraphName): Uint8Array {
  const graph = openGraph();
  const { actions } = net.shape;
  for (const { name, shape } of tensorsOf(net)) graph.input(name, "f32", shape);
  graph.input("input", "f32", ["rows", net.inputs]);
  graph.input("action_mask", "u8", ["rows", actions]);
  const allowed = graph.node("Cast", ["action_mask"], { to: ELEMENT.bool });
  const parts = splitColumns(graph, "input", net.encoders, "part");
  const nodes = addNet(
    graph,
    net,
    (encoder) => parts[net.encoders.indexOf(encoder)],
    allowed,
    "logits",
  );
  if (name === "forward") {
    graph.output("logits", "f32", ["rows", actions]);
    graph.node("Identity", [nodes.value], {}, "value");
    graph.output("value", "f32", ["rows", 1]);
  } else if (name === "ppo") {
    const slopes = addPpoLosses(graph, nodes, actions);
    addGradients(graph, net, nodes, parts, slopes);
  } else {
    const logits = addCloneLoss(graph, nodes, actions);
    graph.output("logits", "f32", ["rows", actions]);
    addGradients(graph, net, nodes, parts, { logits });
  }
  return graph.encode({ name, app: "townlet" });
}

/** Names of the slopes of a loss with respect to the heads. */
interface HeadSlopes {
  /** With respect to the logits. [rows × K] */
  readonly logits: string;
  /** With respect to the values; none where a loss does not look at them. */
  readonly value?: string;
}

/** Log-probabilities, which of them is of the action, and its own. */
function addChoice(
  graph: Graph,
  { logits }: NetNodes,
  actions: number,
): { readonly logs: string; readonly chosen: string; readonly own: string } {
  graph.input("action", "i32", ["rows", 1]);
  const ids = graph.constant(
    "ids",
    Int32Array.from({ length: actions }, (_, k) => k),
    [1, actions],
  );
  const same = graph.node("Equal", ["action", ids]);
  const chosen = graph.node("Cast", [same], { to: ELEMENT.f32 });
  const logs = graph.node("LogSoftmax", [logits], { axis: 1 });
  const own = sumRows(graph, graph.node("Mul", [logs, chosen]));
  return { logs, chosen, own };
}

/**
 * Adds the losses of proximal policy optimisation. Numbers that are inputs:
 * the ends of the ratio's clip, the largest change of a value, and what rows
 * count for: 1 ∕ rows, and that times the coefficients.
 */
function addPpoLosses(
  graph: Graph,
  nodes: NetNodes,
  actions: number,
): HeadSlopes {
  const column = (name: string) => graph.input(name, "f32", ["rows", 1]);
  const number = (name: string) => graph.input(name, "f32", []);
  const add = (operator: string, ...inputs: string[]) =>
    graph.node(operator, inputs);
  const share = number("share");

  const { logs, chosen, own } = addChoice(graph, nodes, actions);
  const advantage = column("advantage");
  const ratio = add("Exp", add("Sub", own, column("log_prob")));
  const plain = add("Mul", ratio, advantage);
  const clipped = add(
    "Mul",
    add("Clip", ratio, number("ratio_low"), number("ratio_high")),
    advantage,
  );
  const free = graph.node("Cast", [add("Not", add("Less", clipped, plain))], {
    to: ELEMENT.f32,
  });
  const pull = add("Mul", add("Mul", free, plain), share);

  const p = add("Exp", logs);
  const entropy = add("Neg", sumRows(graph, add("Mul", p, logs)));
  const slopes = add(
    "Add",
    add("Mul", pull, add("Sub", p, chosen)),
    add(
      "Mul",
      add("Mul", p, add("Add", logs, entropy)),
      number("entropy_share"),
    ),
  );

  const before = column("value_before");
  const returns = column("returns");
  const limit = number("value_limit");
  const moved = add("Sub", nodes.value, before);
  const miss = add("Sub", nodes.value, returns);
  const held = add(
    "Sub",
    add("Add", before, add("Clip", moved, add("Neg", limit), limit)),
    returns,
  );
  const square = add("Mul", miss, miss);
  const heldSquare = add("Mul", held, held);
  // Inside the limit both are one number, but for rounding.
  const inside = add("Not", add("Greater", add("Abs", moved), limit));
  const larger = add("Not", add("Less", square, heldSquare));
  const pulled = graph.node("Cast", [add("Or", inside, larger)], {
    to: ELEMENT.f32,
  });
  const value = add("Mul", add("Mul", pulled, miss), number("value_share"));

  // Rows one by one: their means are taken in double precision.
  for (
    const [name, node] of [
      ["log_prob_now", own],
      ["gain", add("Min", plain, clipped)],
      ["entropy", entropy],
      ["value_square", add("Max", square, heldSquare)],
    ] as const
  ) {
    graph.node("Identity", [node], {}, name);
    graph.output(name, "f32", ["rows", 1]);
  }
  return { logits: slopes, value };
}

/** Adds the cross-entropy of demonstrations; gives the slopes of the logits. */
function addCloneLoss(
  graph: Graph,
  nodes: NetNodes,
  actions: number,
): string {
  const { logs, chosen, own } = addChoice(graph, nodes, actions);
  const share = graph.input("share", "f32", []);
  graph.node("Identity", [own], {}, "log_prob_now");
  graph.output("log_prob_now", "f32", ["rows", 1]);
  // Where the mask is 0 the logit does not depend on weights.
  const allowed = graph.node("Cast", ["action_mask"], { to: ELEMENT.f32 });
  const p = graph.node("Exp", [logs]);
  const aim = graph.node("Mul", [chosen, allowed]);
  return graph.node("Mul", [graph.node("Sub", [p, aim]), share]);
}

/** Adds the backward pass: an output for each tensor that has a gradient. */
function addGradients(
  graph: Graph,
  net: Net,
  nodes: NetNodes,
  parts: readonly string[],
  slopes: HeadSlopes,
): void {
  const rows = graph.constant("axis_rows", BigInt64Array.of(0n), [1]);
  const weightSlopes = (layer: Layer, x: string, dy: string) => {
    const weight = `${GRADIENT}${layer.name}.weight`;
    const bias = `${GRADIENT}${layer.name}.bias`;
    graph.node("Gemm", [x, dy], { transA: 1 }, weight);
    graph.output(weight, "f32", [layer.inputs, layer.outputs]);
    graph.node("ReduceSum", [dy, rows], { keepdims: 0 }, bias);
    graph.output(bias, "f32", [layer.outputs]);
  };
  const inputSlopes = (layer: Layer, dy: string, others: string[] = []) =>
    graph.node("Gemm", [dy, `${layer.name}.weight`, ...others], { transB: 1 });

  const hidden = [nodes.joined, ...nodes.trunk];
  let top = net.trunk.length;
  weightSlopes(net.policy, hidden[top], slopes.logits);
  let dy = inputSlopes(net.policy, slopes.logits);
  if (slopes.value !== undefined) {
    weightSlopes(net.value, hidden[top], slopes.value);
    dy = inputSlopes(net.value, slopes.value, [dy]);
  }
  for (; top > 0; top--) {
    const layer = net.trunk[top - 1];
    const da = passActivation(graph, layer, hidden[top], dy);
    weightSlopes(layer, hidden[top - 1], da);
    dy = inputSlopes(layer, da);
  }
  const sides = splitColumns(
    graph,
    dy,
    net.encoders.map(({ outputs }) => ({ inputs: outputs })),
    "side",
  );
  for (const [i, encoder] of net.encoders.entries()) {
    const da = passActivation(graph, encoder, nodes.encoded[i], sides[i]);
    weightSlopes(encoder, parts[i], da);
  }
}

/** From slopes of what a layer gives to slopes before its activation. */
function passActivation(
  graph: Graph,
  { activation }: Layer,
  y: string,
  dy: string,
): string {
  if (activation === "none") return dy;
  if (activation === "tanh") {
    const one = graph.constant("one", Float32Array.of(1), []);
    const slope = graph.node("Sub", [one, graph.node("Mul", [y, y])]);
    return graph.node("Mul", [dy, slope]);
  }
  // What a rectifier gives is not negative: its sign is its slope.
  return graph.node("Mul", [dy, graph.node("Sign", [y])]);
}

/** Cuts a table into parts that stand side by side. */
function splitColumns(
  graph: Graph,
  table: string,
  parts: readonly { readonly inputs: number }[],
  name: string,
): readonly string[] {
  if (parts.length === 1) return [table];
  const widths = graph.constant(
    `${name}_widths`,
    BigInt64Array.from(parts, ({ inputs }) => BigInt(inputs)),
    [parts.length],
  );
  return graph.nodes(
    "Split",
    [table, widths],
    { axis: 1 },
    parts.map((_, i) => `${name}_${i}`),
  );
}

/** Sums of rows. [rows × 1] */
function sumRows(graph: Graph, table: string): string {
  const axis = graph.constant("axis_columns", BigInt64Array.of(1n), [1]);
  return graph.node("ReduceSum", [table, axis], { keepdims: 1 });
}
