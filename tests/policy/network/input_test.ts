import { assertEquals } from "@std/assert";
import { fillInput } from "../../../src/policy/network/input.ts";
import { openNet } from "../../../src/policy/network/net.ts";

Deno.test("fillInput() writes features first, then the map, whatever its format", () => {
  const net = openNet({
    net: "mlp64",
    features: 3,
    map: [2, 1, 2],
    actions: 4,
  });
  const features = Float32Array.of(0, 0, 0, 0.5, -1, 2);
  const numbers = [9, 9, 9, 9, 1, 0, 255, 3];
  for (const map of [Float32Array.from(numbers), Uint8Array.from(numbers)]) {
    const out = new Float32Array(9).fill(-5);
    fillInput({ map, features }, net, 1, out, 1);
    assertEquals([...out], [-5, 0.5, -1, 2, 1, 0, 255, 3, -5]);
  }
});

Deno.test("fillInput() does without a map where there is none", () => {
  const net = openNet({
    net: "mlp64",
    features: 2,
    map: [0, 0, 0],
    actions: 4,
  });
  const out = new Float32Array(2);
  fillInput(
    { map: new Float32Array(), features: Float32Array.of(1, 2, 3, 4) },
    net,
    1,
    out,
    0,
  );
  assertEquals([...out], [3, 4]);
});
