/** `townlet train`: its words, and one training as a process. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { train } from "../../cli/commands/train.ts";
import {
  checkFlags,
  checkModeFlags,
  type TrainFlags,
} from "../../cli/train/flags.ts";
import { needsOf } from "../../cli/train/needs.ts";
import { TownletError } from "../../src/base/error.ts";
import { loadCheckpoint } from "../../src/runs/checkpoint_files.ts";
import { MODES } from "../../src/runs/run_folder.ts";
import { scratch, townlet } from "./../helpers/townlet.ts";

const PAGE = { name: "train", summary: "", colours: false, width: 80 };

/** Flags as they are when nothing is typed but a town. */
function flags(members: Partial<TrainFlags> = {}): TrainFlags {
  return {
    config: "configs/town.yaml",
    mode: undefined,
    out: undefined,
    init: undefined,
    resume: undefined,
    seed: undefined,
    set: [],
    backend: undefined,
    workers: 1,
    minutes: undefined,
    epochs: undefined,
    cycles: undefined,
    dropLast: false,
    shuffle: true,
    saveRollouts: undefined,
    logEvery: undefined,
    logMaxRecords: undefined,
    evalEpisodes: undefined,
    data: [],
    inspect: false,
    exitOnFailure: false,
    json: false,
    quiet: false,
    logLevel: undefined,
    ...members,
  };
}

/** The message of a refusal. */
function refusal(act: () => unknown): string {
  const error = assertThrows(act, TownletError);
  assertEquals([error.code, error.exit], ["usage", 2]);
  return error.message;
}

Deno.test("train tells of faults in its words", () => {
  for (
    const words of [
      ["a.yaml", "b.yaml"],
      ["a.yaml", "--mode", "dream"],
      ["a.yaml", "--workers", "0"],
      ["a.yaml", "--minutes", "-1"],
      ["a.yaml", "--shuffle", "--no-shuffle"],
      ["a.yaml", "--learning-rate", "1"],
    ]
  ) {
    assertThrows(() => train.read(words, PAGE), TownletError);
  }
  const words = ["a.yaml", "--no-shuffle", "--data", "x", "--data", "y"];
  assertEquals(train.read(words, PAGE).help, undefined);
});

Deno.test("flags that make no sense together are refused, all at once", () => {
  checkFlags(flags());
  checkFlags(flags({ config: undefined, resume: "out/runs/a" }));
  const message = refusal(() =>
    checkFlags(flags({ resume: "a", seed: 1, set: ["a=1"], backend: "native" }))
  );
  for (const part of ["a town file cannot", "--seed", "--set", "native"]) {
    assert(message.includes(part), message);
  }
  refusal(() => checkFlags(flags({ config: undefined })));
  refusal(() => checkFlags(flags({ json: true, quiet: true })));
});

Deno.test("flags that a mode does not look at are refused", () => {
  for (const mode of MODES) checkModeFlags(flags(), mode);
  const all = flags({
    data: ["x"],
    epochs: 2,
    cycles: 2,
    dropLast: true,
    shuffle: false,
    inspect: true,
    exitOnFailure: true,
    saveRollouts: "y",
  });
  const named = Object.fromEntries(MODES.map((mode) => {
    const message = refusal(() => checkModeFlags(all, mode));
    return [mode, message.match(/--[a-z-]+(?= means)/g)];
  }));
  assertEquals(named, {
    rollout: [
      "--data",
      "--epochs",
      "--cycles",
      "--drop-last",
      "--no-shuffle",
      "--inspect",
      "--exit-on-failure",
    ],
    replay: ["--cycles", "--exit-on-failure", "--save-rollouts"],
    mixed: ["--inspect", "--exit-on-failure"],
    bc: [
      "--epochs",
      "--cycles",
      "--drop-last",
      "--no-shuffle",
      "--inspect",
      "--exit-on-failure",
      "--save-rollouts",
    ],
    anneal: [
      "--epochs",
      "--cycles",
      "--drop-last",
      "--no-shuffle",
      "--inspect",
    ],
  });
});

Deno.test("a training needs its town, its data and where it writes", () => {
  const needs = needsOf(flags({
    init: "data/best",
    data: ["data/shown"],
    out: "runs/a",
    workers: 2,
  }));
  assertEquals(needs.towns, ["configs/town.yaml"]);
  assertEquals(needs.reads, ["data/best", "data/shown", "src"]);
  assertEquals(needs.writes, ["out", "runs"]);
  const again = needsOf(flags({ config: undefined, resume: "out/runs/a" }));
  assertEquals(
    [again.towns, again.writes],
    [["out/runs/a/config.yaml"], ["out"]],
  );
});

Deno.test("train runs ticks, changes the weights and keeps them", async () => {
  using folder = scratch();
  const run = `${folder.path}/run`;
  const { code, out, err } = await townlet("train", [
    "configs/hamlet.yaml",
    ...["ppo.total_steps=100", "ppo.rollout_length=16", "ppo.num_worlds=2"]
      .flatMap((set) => ["--set", set]),
    ...["--set", "training.episode_ticks=20", "--eval-episodes", "1"],
    ...["--backend", "ts", "--out", run, "--json"],
  ]);
  assertEquals(code, 0, err);
  const told = JSON.parse(out);
  assert(told.last_update.rollout_ticks > 0);
  const { first, last } = told.evaluations;
  assert(first.policy_hash !== last.policy_hash, "something was learned");
  const { meta } = await loadCheckpoint(`${run}/last`);
  assertEquals(meta.policy_hash, last.policy_hash);
  assertEquals(meta.steps, told.steps);
});
