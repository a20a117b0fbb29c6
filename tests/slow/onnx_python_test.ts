/** Exported policies in Python, whose packages are fetched for it. @module */
import { assert, assertEquals } from "@std/assert";
import { run } from "../helpers/binary.ts";
import {
  POLICY_FACTS,
  randomRows,
  smallNetwork,
  splitRows,
} from "../helpers/nets.ts";
import { installPackages } from "../helpers/python_packages.ts";
import { inScratch } from "../helpers/scratch.ts";
import { Random } from "../../src/base/random.ts";
import { openForward } from "../../src/policy/network/forward.ts";
import { NETS } from "../../src/policy/network/net.ts";
import { readOnnxMetadata } from "../../src/policy/onnx/metadata.ts";
import { encodePolicyOnnx } from "../../src/policy/onnx/policy_graph.ts";

const python = await installPackages("python-onnx", [
  "numpy==2.4.6",
  "onnx==1.23.2",
  "onnxruntime==1.30.0",
]);
const PATH = python.path ?? "";

/** Runs a policy on rows that lie beside it, and tells what it gave. */
const SCRIPT = `
import json, sys
import numpy as np, onnx, onnxruntime

folder, rows = sys.argv[1], int(sys.argv[2])
onnx.checker.check_model(f"{folder}/policy.onnx", full_check=True)
session = onnxruntime.InferenceSession(f"{folder}/policy.onnx")
feeds = {}
for value in session.get_inputs():
    dtype = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}[value.type]
    data = np.fromfile(f"{folder}/{value.name}", dtype)
    feeds[value.name] = data.reshape(rows, *value.shape[1:])
logits, value = session.run(["logits", "value"], feeds)
print(json.dumps({
    "logits": logits.astype(float).tolist(),
    "value": value.astype(float).tolist(),
    "producer": session.get_modelmeta().producer_name,
    "metadata": session.get_modelmeta().custom_metadata_map,
}))
`;

for (const name of NETS) {
  for (const map of [[4, 11, 11], [0, 0, 0]] as const) {
    const skipped = python.why === undefined ? "" : ` (skipped: ${python.why})`;
    Deno.test({
      name:
        `policy.onnx gives in Python what it gives here: ${name}, a map of ${map}${skipped}`,
      ignore: skipped !== "",
      fn: () =>
        inScratch(async (folder) => {
          const network = smallNetwork(name, "python", map);
          const rows = 50;
          const batch = randomRows(network, rows, Random.seeded("1", name));
          const model = encodePolicyOnnx(network, POLICY_FACTS);
          const { features, map: maps } = splitRows(network, batch);
          const files = {
            "policy.onnx": model,
            features,
            map: maps,
            action_mask: batch.actionMask,
          };
          for (const [name, data] of Object.entries(files)) {
            await Deno.writeFile(
              `${folder}/${name}`,
              new Uint8Array(data.buffer),
            );
          }
          const { code, out, err } = await run(
            "python3",
            ["-c", SCRIPT, folder, String(rows)],
            { env: { PYTHONPATH: PATH } },
          );
          assertEquals([code, err], [0, ""]);
          const found = JSON.parse(out);
          const expected = openForward(network.net)(network.weights, batch);
          for (const key of ["logits", "value"] as const) {
            const numbers: number[] = found[key].flat();
            assertEquals(numbers.length, expected[key].length);
            numbers.forEach((x, i) =>
              assert(
                Math.abs(x - expected[key][i]) < 1e-5,
                `${key} ${i}: ${x} is not ${expected[key][i]}`,
              )
            );
          }
          assertEquals(found.producer, "townlet");
          assertEquals(
            found.metadata,
            Object.fromEntries(readOnnxMetadata(model)),
          );
        }),
    });
  }
}
