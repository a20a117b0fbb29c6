"""Runs an exported policy over recorded steps, and compares what it says.

python3 run_policy.py out/runs/first/best/policy.onnx out/data/first
"""

import json, pathlib, sys

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1])
folder = pathlib.Path(sys.argv[2])
made_for = session.get_modelmeta().custom_metadata_map
manifest = json.loads((folder / "manifest.json").read_text())
for name in ("obs_spec_hash", "action_spec_hash"):
    if made_for[name] != manifest[name]:
        sys.exit(f"the policy and the recording differ in {name}")

steps = np.load(folder / manifest["shards"][0]["file"])
mask = steps["action_mask"]
feeds = {
    "features": steps["obs_features"],
    "map": steps["obs_map"].astype(np.float32),
    "action_mask": mask,
}
inputs = {value.name for value in session.get_inputs()}  # a town may have no map
logits, value = session.run(
    ["logits", "value"], {name: feeds[name] for name in inputs}
)

likely = np.exp(logits - logits.max(axis=1, keepdims=True))
likely /= likely.sum(axis=1, keepdims=True)
choices = mask.sum(axis=1) > 1  # the other steps were bound
shares = np.bincount(likely[choices].argmax(axis=1), minlength=mask.shape[1])
for action, share in zip(manifest["actions"], shares / choices.sum()):
    print(f"{action:16} likeliest in {share:6.1%} of the choices")

taken = likely[np.arange(len(likely)), steps["action"]]
own = choices & (steps["external"] == 0)
gap = np.abs(np.log(taken[own]) - steps["log_prob"][own]).max()
print(f"log-probabilities as recorded to {gap:.1e}")
