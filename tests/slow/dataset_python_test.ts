/** Datasets and NumPy, which is fetched for it: each reads the other's. @module */
import { assertEquals } from "@std/assert";
import { decodeNpz } from "../../src/base/npz.ts";
import { openDataset } from "../../src/runs/dataset_files.ts";
import { run } from "../helpers/binary.ts";
import { installPackages } from "../helpers/python_packages.ts";
import { inScratch } from "../helpers/scratch.ts";
import { townlet } from "../helpers/townlet.ts";

const python = await installPackages("python-numpy", ["numpy==2.4.6"]);
const skipped = python.why === undefined ? "" : ` (skipped: ${python.why})`;
const ignore = skipped !== "";

async function runPython(script: string, ...words: string[]): Promise<string> {
  const { code, out, err } = await run("python3", ["-c", script, ...words], {
    env: { PYTHONPATH: python.path ?? "" },
  });
  assertEquals([code, err], [0, ""]);
  return out;
}

/** Reads a dataset with NumPy and nothing else. */
const READ = `
import hashlib, json, sys
import numpy as np

folder = sys.argv[1]
manifest = json.load(open(f"{folder}/manifest.json"))
episodes = [json.loads(line) for line in open(f"{folder}/episodes.jsonl")]
arrays, returns = {}, []
for number, shard in enumerate(manifest["shards"]):
    path = f"{folder}/{shard['file']}"
    assert hashlib.sha256(open(path, "rb").read()).hexdigest() == shard["sha256"]
    with np.load(path, allow_pickle=False) as data:
        offset = data["episode_offset"]
        assert offset[-1] == shard["steps"] == len(data["action"])
        for first, end in zip(offset[:-1], offset[1:]):
            returns.append(float(data["reward"][first:end].astype(np.float64).sum()))
            assert data["terminated"][end - 1] + data["truncated"][end - 1] == 1
        steps = np.arange(len(data["action"]))
        assert data["action_mask"][steps, data["action"]].all()
        for name in data.files:
            array = data[name]
            assert array.flags.c_contiguous and array.dtype.byteorder in "<=|"
            arrays[name] = [str(array.dtype), list(array.shape)]
assert np.allclose(returns, [one["return"] for one in episodes], rtol=1e-9)
print(json.dumps(arrays))
`;

Deno.test({
  name: `NumPy alone reads a dataset${skipped}`,
  ignore,
  fn: () =>
    inScratch(async (scratch) => {
      const folder = `${scratch}/data`;
      const { code, err } = await townlet("capture", [
        "configs/hamlet.yaml",
        ...["--ticks", "120", "--quiet", "--out", folder],
      ]);
      assertEquals([code, err], [0, ""]);
      const arrays = JSON.parse(await runPython(READ, folder));
      const { manifest } = await openDataset(folder);
      const T = manifest.totals.steps;
      const features = manifest.feature_names.length;
      assertEquals(arrays, {
        obs_map: ["uint8", [T, ...manifest.map_shape]],
        obs_features: ["float32", [T, features]],
        action_mask: ["uint8", [T, manifest.actions.length]],
        action: ["int32", [T]],
        log_prob: ["float32", [T]],
        value: ["float32", [T]],
        reward: ["float32", [T]],
        terminated: ["uint8", [T]],
        truncated: ["uint8", [T]],
        external: ["uint8", [T]],
        tick: ["int32", [T]],
        agent_slot: ["uint16", [T]],
        episode_offset: ["int64", [manifest.totals.episodes + 1]],
        bootstrap_value: ["float32", [manifest.totals.episodes]],
      });
    }),
});

/** Writes arrays in every way that NumPy has. */
const WRITE = `
import sys
import numpy as np

folder = sys.argv[1]
arrays = {
    "f8": np.array([[0.1, -1.5]]), "f4": np.float32(2.5),
    "i8": np.array([-2**62, 7]), "i4": np.arange(6, dtype="<i4").reshape(2, 3),
    "u4": np.array([2**32 - 1], dtype="<u4"), "u2": np.array([], dtype="<u2"),
    "u1": np.zeros((100, 20), dtype="u1"), "b": np.array([True, False]),
}
np.savez(f"{folder}/stored.npz", **arrays)
np.savez_compressed(f"{folder}/deflated.npz", **arrays)
for name, array in {
    "object": np.array([{}], dtype=object),
    "fortran": np.asfortranarray(np.ones((2, 3))),
    "big": np.arange(3, dtype=">f4"),
}.items():
    np.savez(f"{folder}/{name}.npz", x=array)
`;

Deno.test({
  name:
    `F6: what NumPy writes is read, stored or deflated, or refused${skipped}`,
  ignore,
  fn: () =>
    inScratch(async (folder) => {
      await runPython(WRITE, folder);
      for (const name of ["stored", "deflated"]) {
        const bytes = await Deno.readFile(`${folder}/${name}.npz`);
        const arrays = decodeNpz(bytes, { where: name });
        assertEquals(Object.fromEntries(arrays), {
          f8: {
            dtype: "f64",
            shape: [1, 2],
            data: new Float64Array([0.1, -1.5]),
          },
          f4: { dtype: "f32", shape: [], data: new Float32Array([2.5]) },
          i8: {
            dtype: "i64",
            shape: [2],
            data: new BigInt64Array([-(2n ** 62n), 7n]),
          },
          i4: {
            dtype: "i32",
            shape: [2, 3],
            data: new Int32Array([0, 1, 2, 3, 4, 5]),
          },
          u4: {
            dtype: "u32",
            shape: [1],
            data: new Uint32Array([2 ** 32 - 1]),
          },
          u2: { dtype: "u16", shape: [0], data: new Uint16Array() },
          u1: { dtype: "u8", shape: [100, 20], data: new Uint8Array(2000) },
          b: { dtype: "bool", shape: [2], data: new Uint8Array([1, 0]) },
        });
      }
      const faults: Record<string, string> = {};
      for (const name of ["object", "fortran", "big"]) {
        const bytes = await Deno.readFile(`${folder}/${name}.npz`);
        try {
          decodeNpz(bytes, { where: name });
        } catch (error) {
          faults[name] = error instanceof Error ? error.message : "";
        }
      }
      assertEquals(faults, {
        object:
          "The array holds Python objects, which could run code (rule F6)",
        fortran: "The array is in Fortran's order",
        big: "The array is big-endian",
      });
    }),
});
