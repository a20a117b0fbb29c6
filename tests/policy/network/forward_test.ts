import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import {
  MASKED_LOGIT,
  type NetInput,
  openForward,
} from "../../../src/policy/network/forward.ts";
import {
  type Layer,
  NETS,
  type Network,
} from "../../../src/policy/network/net.ts";
import { randomRows, smallNetwork } from "../../helpers/nets.ts";

/** A layer, in the plainest way. */
function plain(layer: Layer, weights: Float32Array, x: number[]): number[] {
  return Array.from({ length: layer.outputs }, (_, j) => {
    const sum = x.reduce(
      (sum, v, i) => sum + v * weights[layer.weight + i * layer.outputs + j],
      weights[layer.bias + j],
    );
    if (layer.activation === "tanh") return Math.tanh(sum);
    return layer.activation === "relu" ? Math.max(0, sum) : sum;
  });
}

/** Logits and value of a row, in the plainest way. */
function plainRow(
  { net, weights }: Network,
  { input, actionMask }: NetInput,
  row: number,
): number[] {
  const x = [...input.subarray(row * net.inputs, (row + 1) * net.inputs)];
  let h = net.encoders.flatMap((encoder) =>
    plain(
      encoder,
      weights,
      x.slice(encoder.from, encoder.from + encoder.inputs),
    )
  );
  for (const layer of net.trunk) h = plain(layer, weights, h);
  const mask = actionMask.subarray(row * net.shape.actions);
  return [
    ...plain(net.policy, weights, h)
      .map((logit, k) => mask[k] === 0 ? MASKED_LOGIT : logit),
    ...plain(net.value, weights, h),
  ];
}

Deno.test("openForward() gives what the plain sums give, with and without maps", () => {
  for (const name of NETS) {
    for (const map of [[2, 3, 3], [0, 0, 0]] as const) {
      const network = smallNetwork(name, `${name} ${map}`, map);
      const { shape } = network.net;
      const forward = openForward(network.net);
      const random = Random.seeded("1", name);
      // Up and down: room is kept, and no row of a larger batch comes back.
      for (const rows of [3, 17, 1, 0]) {
        const batch = randomRows(network, rows, random);
        const { logits, value } = forward(network.weights, batch);
        assertEquals([logits.length, value.length], [rows * 6, rows]);
        for (let row = 0; row < rows; row++) {
          const found = [
            ...logits.subarray(row * shape.actions, (row + 1) * shape.actions),
            value[row],
          ];
          const expected = plainRow(network, batch, row);
          found.forEach((x, i) =>
            assert(
              Math.abs(x - expected[i]) <= 1e-6 * (1 + Math.abs(expected[i])),
              `${name} ${map} row ${row}: ${x} is not ${expected[i]}`,
            )
          );
        }
      }
    }
  }
});

Deno.test("openForward() gives a row the same bits alone and among others", () => {
  const network = smallNetwork("dual256", "rows");
  const forward = openForward(network.net);
  const { inputs, shape: { actions } } = network.net;
  const batch = randomRows(network, 9, Random.seeded("2", "rows"));
  const { logits, value } = forward(network.weights, batch);
  const all = { logits: logits.slice(), value: value.slice() };
  for (let row = 0; row < batch.rows; row++) {
    const alone = forward(network.weights, {
      rows: 1,
      input: batch.input.subarray(row * inputs, (row + 1) * inputs),
      actionMask: batch.actionMask.subarray(row * actions, (row + 1) * actions),
    });
    assertEquals(
      alone.logits,
      all.logits.subarray(row * actions, (row + 1) * actions),
    );
    assertEquals(alone.value[0], all.value[row]);
  }
});
