/** The commands of docs/training.md, as they stand, one after the other. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../helpers/binary.ts";
import { installPackages } from "../helpers/python_packages.ts";
import { inScratch } from "../helpers/scratch.ts";
import { townlet } from "../helpers/townlet.ts";

const page = Deno.readTextFileSync("docs/training.md");

/** Minutes that trainings are given here. */
const MINUTES = "0.1";

/** Stages that are done soon: only those that are over are judged. */
const SHORT_ANNEAL = [
  "--set",
  `training.anneal_schedule=${
    JSON.stringify([
      { cycle: 0, mode: "bc", epochs: 1, bc_weight: 0.2 },
      { cycle: 1, mode: "ppo", epochs: 1 },
    ])
  }`,
];

/** Exit codes of a decision: to promote, to hold. */
const DECISIONS = [0, 4];

const python = await installPackages("python-onnx", [
  "numpy==2.4.6",
  "onnx==1.23.2",
  "onnxruntime==1.30.0",
]);

Deno.test("docs/training.md shows the script in Python as it is", () => {
  const shown = /```py\n(.*?)```/s.exec(page)?.[1];
  assertEquals(shown, Deno.readTextFileSync("docs/examples/run_policy.py"));
});

Deno.test("the commands of docs/training.md do what they say", async () => {
  const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block.trim().split("\n"));
  assert(commands.length > 10);
  await inScratch(async (folder) => {
    for (const command of commands) {
      const words = command.replaceAll("out/", `${folder}/`).split(" ");
      if (words[0] === "python3") {
        if (python.path === undefined) continue;
        const env = { PYTHONPATH: python.path };
        const { code, out, err } = await run("python3", words.slice(1), {
          env,
        });
        assertEquals(code, 0, `${command}\n${err}`);
        assertStringIncludes(out, "log-probabilities as recorded to");
        continue;
      }
      assertEquals(words.slice(0, 2), ["deno", "task"], command);
      const [, , task, ...rest] = words;
      const { code, err } = await townlet(task, shortened(task, rest));
      const good = task === "promote" ? DECISIONS : [0];
      assert(good.includes(code), `${command}\n${code}: ${err}`);
    }
  });
});

/** A training that ends soon, whatever it is for. */
function shortened(task: string, words: readonly string[]): readonly string[] {
  if (task !== "train") return words;
  if (words.includes("anneal")) return [...words, ...SHORT_ANNEAL];
  const at = words.indexOf("--minutes");
  return [
    ...at < 0 ? words : words.toSpliced(at, 2),
    "--minutes",
    MINUTES,
  ];
}
