/** `townlet plot`, as a process, and what it refuses. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readRun } from "../../cli/plot/read_run.ts";
import { TownletError } from "../../src/base/error.ts";
import { scratch, townlet } from "../helpers/townlet.ts";

/** Lines of a log. */
function log(...records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

Deno.test("plot draws the curves of a run, full logs first", async () => {
  using folder = scratch();
  const run = `${folder.path}/commons-7`;
  Deno.mkdirSync(run);
  const write = (name: string, ...records: readonly object[]) =>
    Deno.writeTextFileSync(`${run}/${name}`, log(...records));
  write("metrics.jsonl.1", { steps: 100, loss_entropy: 2 });
  write("metrics.jsonl", { steps: 200, loss_entropy: 1 });
  write("evaluations.jsonl", {
    steps: 200,
    return_mean: 5,
    return_ci95: [4, 6],
  });
  const { code, out, err } = await townlet("plot", [run]);
  assertEquals([code, err], [0, ""]);
  assertStringIncludes(out, "curves.svg: 2 updates, 200 agent-steps\n");
  assertStringIncludes(out, "5.00 at best, after 200 agent-steps");
  const svg = Deno.readTextFileSync(`${run}/curves.svg`);
  assertStringIncludes(svg, ">commons-7: return of an episode</text>");
  assertStringIncludes(svg, 'd="M70 40L640 135"');
});

/** Hands a run with such logs to somebody. */
async function withRun(
  logs: Readonly<Record<string, string>>,
  act: (run: string) => Promise<void>,
): Promise<void> {
  using folder = scratch();
  for (const [name, text] of Object.entries(logs)) {
    Deno.writeTextFileSync(`${folder.path}/${name}`, text);
  }
  await act(folder.path);
}

Deno.test("readRun() does without evaluations", async () => {
  await withRun({ "metrics.jsonl": log({ loss: 1 }) }, async (run) => {
    const { metrics, evaluations } = await readRun(run);
    assertEquals([metrics, evaluations], [[{ loss: 1 }], []]);
  });
});

Deno.test("readRun() refuses what is no run, by name", async () => {
  for (
    const [logs, code, where] of [
      [{}, "plot.none", ""],
      [{ "metrics.jsonl": "" }, "plot.empty", "/metrics.jsonl"],
      [
        { "metrics.jsonl": log({ loss: 1 }) + "nonsense\n" },
        "metrics.line",
        "/metrics.jsonl:2",
      ],
      [
        { "metrics.jsonl": log({ a: 1 }), "evaluations.jsonl": "[]\n" },
        "metrics.line",
        "/evaluations.jsonl:1",
      ],
    ] as const
  ) {
    await withRun(logs, async (run) => {
      const error = await assertRejects(() => readRun(run), TownletError);
      assertEquals([error.code, error.where], [code, run + where]);
    });
  }
  const error = await assertRejects(() => readRun("out/no-run"), TownletError);
  assertEquals([error.code, error.where], ["plot.none", "out/no-run"]);
});
