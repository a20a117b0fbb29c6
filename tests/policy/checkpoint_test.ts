import { assertEquals, assertThrows } from "@std/assert";
import { TownletError } from "../../src/base/error.ts";
import { decodeNpz, encodeNpz } from "../../src/base/npz.ts";
import { Random } from "../../src/base/random.ts";
import {
  type CheckpointParts,
  decodeCheckpoint,
  encodeCheckpoint,
  flatTensors,
  madeFor,
  META_FILE,
  tensorArrays,
} from "../../src/policy/checkpoint.ts";
import { sha256Hex } from "../../src/base/hash.ts";
import { initNetwork } from "../../src/policy/network/init.ts";
import { type NetName, NETS, openNet } from "../../src/policy/network/net.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A checkpoint of a small net. */
function parts(net: NetName = "mlp64"): CheckpointParts {
  const network = initNetwork(
    openNet({ net, features: 3, map: [2, 2, 2], actions: 4 }),
    Random.seeded("1", net),
  );
  return {
    network,
    facts: {
      obs_spec_hash: "a".repeat(64),
      action_spec_hash: "b".repeat(64),
      actions: ["wait", "north", "south", "use:eat_meal"],
      feature_names: ["hunger", "hygiene", "energy"],
      config_id: "tiny",
      config_sha256: "c".repeat(64),
      seed: 7,
      steps: 128,
      updates: 2,
      cycle: 0,
      backend: "ts",
      runtime: "deno 2.9.6",
      app: "townlet 0.1.0",
      rng: { "training:shuffle": { words: [1, 2, 3, 2 ** 32 - 1], draws: 9 } },
      metrics: { loss_total: -0.5, episode_return_mean: null },
    },
    optimizer: tensorArrays(network.net, network.weights, "m."),
    others: new Map([["worlds/000.tsnap", encoder.encode("a world")]]),
  };
}

/** Reads a checkpoint whose files were changed. */
function changed(
  change: (files: Map<string, Uint8Array>) => void,
): () => unknown {
  const files = encodeCheckpoint(parts());
  change(files);
  return () => decodeCheckpoint(files, "out/last");
}

/** Changes members of `meta.json`. */
function withMeta(members: Record<string, unknown>): () => unknown {
  return changed((files) => {
    const meta = JSON.parse(decoder.decode(files.get(META_FILE)));
    const text = JSON.stringify({ ...meta, ...members });
    files.set(META_FILE, encoder.encode(text));
  });
}

/** Puts other weights in, with the digest that belongs to them. */
function withWeights(
  change: (arrays: ReturnType<typeof decodeNpz>) => void,
): () => unknown {
  return changed((files) => {
    const bytes = files.get("weights.npz") ?? new Uint8Array();
    const arrays = decodeNpz(bytes, { where: "test" });
    change(arrays);
    const other = encodeNpz(Object.fromEntries(arrays));
    files.set("weights.npz", other);
    const meta = JSON.parse(decoder.decode(files.get(META_FILE)));
    meta.files["weights.npz"] = sha256Hex(other);
    files.set(META_FILE, encoder.encode(JSON.stringify(meta)));
  });
}

/** Checks that reading fails, how, and what the message names. */
function assertRefused(
  act: () => unknown,
  code: string,
  exit: number,
  ...names: readonly string[]
): void {
  const error = assertThrows(act, TownletError);
  assertEquals([error.code, error.exit], [code, exit], error.message);
  for (const name of names) {
    const text = `${error.where} ${error.message}`;
    assertEquals(text.includes(name), true, `${text} names ${name}`);
  }
}

for (const net of NETS) {
  Deno.test(`a checkpoint comes back bit by bit: ${net}`, () => {
    const written = parts(net);
    const files = encodeCheckpoint(written);
    assertEquals([...files.keys()].sort(), [
      "meta.json",
      "optimizer.npz",
      "policy.onnx",
      "weights.npz",
      "worlds/000.tsnap",
    ]);
    const { network, meta, optimizer } = decodeCheckpoint(files, "out/last");
    assertEquals(network.weights, written.network.weights);
    assertEquals(network.net, written.network.net);
    assertEquals(
      flatTensors(network.net, optimizer ?? new Map(), {
        where: "test",
        prefix: "m.",
      }),
      written.network.weights,
    );
    const { format, version, files: listed, ...facts } = meta;
    assertEquals([format, version], ["townlet-checkpoint", 1]);
    assertEquals(Object.keys(listed).length, 4);
    assertEquals({ ...facts, ...written.facts }, facts);
    assertEquals(facts.policy_hash.length, 64);
    assertEquals(madeFor(meta), {
      obs: "a".repeat(64),
      actions: "b".repeat(64),
    });
  });
}

Deno.test("equal checkpoints are equal byte by byte", () => {
  assertEquals(encodeCheckpoint(parts()), encodeCheckpoint(parts()));
});

Deno.test("a checkpoint does without its optimizer and other files", () => {
  const { network, facts } = parts();
  const files = encodeCheckpoint({ network, facts, optimizer: null });
  assertEquals(decodeCheckpoint(files, "out/last").optimizer, null);
  const whole = encodeCheckpoint(parts());
  whole.delete("worlds/000.tsnap");
  assertEquals(decodeCheckpoint(whole, "out/last").meta.seed, 7);
});

Deno.test("weights that are not finite are neither written nor read", () => {
  const broken = parts();
  broken.network.weights[broken.network.net.trunk[0].bias] = NaN;
  assertThrows(() => encodeCheckpoint(broken), RangeError, "trunk.bias");
  const act = withWeights((arrays) => {
    arrays.get("value.weight")?.data.fill(Infinity as never);
  });
  assertRefused(act, "checkpoint.weights", 2, "value.weight", "weights.npz");
});

for (
  const name of [
    "policy.onnx",
    "weights.npz",
    "optimizer.npz",
    "worlds/000.tsnap",
  ]
) {
  Deno.test(`F6: a changed ${name} is refused`, () => {
    const act = changed((files) => {
      const bytes = files.get(name) ?? new Uint8Array();
      bytes[bytes.length - 1] ^= 1;
    });
    assertRefused(act, "checkpoint.digest", 5, `out/last/${name}`);
  });
}

Deno.test("F6: a file without a digest is refused, a missing one is named", () => {
  const more = changed((files) => files.set("more.npz", new Uint8Array(1)));
  assertRefused(more, "checkpoint.digest", 5, "more.npz");
  for (const name of ["weights.npz", "policy.onnx", "meta.json"]) {
    const less = changed((files) => files.delete(name));
    assertRefused(less, "checkpoint.missing", 2, `out/last/${name}`);
  }
});

Deno.test("F6: weights other than the listed hash are refused, digests or not", () => {
  const act = withWeights((arrays) => {
    const [first] = arrays.values();
    first.data[0] = 0.25;
  });
  assertRefused(act, "checkpoint.digest", 5, "weights.npz");
});

Deno.test("F6: a model of another network is refused, digests or not", () => {
  const { network, facts } = parts();
  const weights = network.weights.map((weight) => -weight);
  const other = encodeCheckpoint({
    network: { net: network.net, weights },
    facts,
    optimizer: null,
  }).get("policy.onnx") ?? new Uint8Array();
  const act = changed((files) => {
    files.set("policy.onnx", other);
    const meta = JSON.parse(decoder.decode(files.get(META_FILE)));
    meta.files["policy.onnx"] = sha256Hex(other);
    files.set(META_FILE, encoder.encode(JSON.stringify(meta)));
  });
  assertRefused(act, "checkpoint.digest", 5, "out/last/policy.onnx");
});

Deno.test("a net larger than any memory is refused for its tensors", () => {
  const act = withMeta({ map_shape: [4096, 4096, 4096] });
  assertRefused(act, "checkpoint.weights", 2, "encoder.weight is f32 [11,64]");
});

Deno.test("tensors that are missing, unknown or of another shape are named", () => {
  assertRefused(
    withWeights((arrays) => arrays.delete("policy.weight")),
    "checkpoint.weights",
    2,
    "policy.weight is missing",
  );
  assertRefused(
    withWeights((arrays) => {
      arrays.set("x", { dtype: "f32", shape: [1], data: new Float32Array(1) });
    }),
    "checkpoint.weights",
    2,
    "Nobody knows a tensor x",
  );
  assertRefused(
    withWeights((arrays) => {
      const data = new Float32Array(256);
      arrays.set("policy.weight", { dtype: "f32", shape: [4, 64], data });
    }),
    "checkpoint.weights",
    2,
    "policy.weight is f32 [4,64], not f32 [64,4]",
  );
});

for (
  const [what, members, named] of [
    ["format", { format: "townlet-dataset" }, "no checkpoint"],
    ["version", { version: 2 }, "version"],
    ["net", { net: "huge" }, "net"],
    ["seed", { seed: -1 }, "seed"],
    ["map_shape", { map_shape: [2, 0, 2] }, "map_shape"],
    ["actions", { actions: [] }, "actions"],
    ["files", { files: { "../../x": "a".repeat(64) } }, "files"],
    ["files", { files: {} }, "policy.onnx"],
    ["rng", { rng: { a: { words: [1], draws: 0 } } }, "rng.a.words"],
    ["more", { more: 1 }, "more"],
  ] as const
) {
  Deno.test(`meta.json with a wrong ${what} is refused: ${named}`, () => {
    const error = assertThrows(withMeta(members), TownletError);
    assertEquals(error.exit, 2);
    assertEquals(error.message.includes(named), true, error.message);
  });
}

Deno.test("meta.json that is no JSON, or too much of it, is refused", () => {
  const set = (text: string) =>
    changed((files) => files.set(META_FILE, encoder.encode(text)));
  assertRefused(set("{"), "checkpoint.meta", 2);
  assertRefused(set("[]"), "checkpoint.format", 2);
  assertRefused(set(" ".repeat((1 << 20) + 1)), "checkpoint.meta", 2, "1 MiB");
});
