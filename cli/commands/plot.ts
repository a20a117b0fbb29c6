/** `townlet plot`: the curves of a training. @module */
import { dirname, join } from "node:path";
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import { writeFile } from "../../src/security/paths.ts";
import { type Command, command } from "../command.ts";
import { commonFlags, says } from "../flags.ts";
import { type Curves, curvesOf, curvesSvg } from "../plot/curves.ts";
import { readRun } from "../plot/read_run.ts";
import { jsonLine } from "../print/json.ts";
import { print } from "../print/output.ts";
import { SVG_FILE } from "../print/svg_file.ts";
import { count, number } from "../print/text.ts";

/** Name of the picture in the folder of the run. */
const PICTURE = "curves.svg";

/** Draws how a training went. */
export const plot: Command = command({
  examples: [
    "plot out/runs/commons-1",
    "plot out/runs/commons-1 --out out/curves.svg",
    "plot out/runs/commons-1 --json",
  ],
  flags: object({
    run: argument(string({ metavar: "RUN" }), says("Folder of the run")),
    out: optional(option(
      "--out",
      string({ metavar: "FILE" }),
      says(`File of the picture; without it ${PICTURE} in the folder`),
    )),
    json: option(
      "--json",
      says("Print the points as one JSON object; draw only with --out"),
    ),
    ...commonFlags,
  }),
  needs: ({ run, out, json }) => ({
    reads: [run],
    writes: out === undefined && json ? [] : [dirname(pictureOf(run, out))],
  }),
  async run({ run, out, json }) {
    const logs = await readRun(run);
    const curves = curvesOf(logs);
    const picture = pictureOf(run, out);
    if (out !== undefined || !json) {
      await writeFile(picture, curvesSvg(logs.name, curves), SVG_FILE);
    }
    print(
      json
        ? jsonLine(curves) + "\n"
        : summaryLines(picture, logs.metrics.length, curves)
          .map((line) => `${line}\n`).join(""),
    );
    return EXIT.done;
  },
});

function pictureOf(run: string, out: string | undefined): string {
  return out ?? join(run, PICTURE);
}

/** What the picture is of, and where it begins and ends. */
function summaryLines(
  picture: string,
  records: number,
  { x, metrics, evaluations }: Curves,
): string[] {
  const last = Math.max(
    ...Object.values(metrics).map((points) => points.at(-1)?.[0] ?? 0),
  );
  const all = x === "agent-steps" ? `, ${number(last)} agent-steps` : "";
  const best = evaluations.length === 0
    ? null
    : evaluations.reduce((a, b) => b.mean > a.mean ? b : a);
  return [
    `${recordText(picture)}: ${count(records, "update")}${all}`,
    ...best === null ? [] : [
      `evaluations: ${number(evaluations[0].mean, 2)} at first, ${
        number(best.mean, 2)
      } at best, after ${number(best.x)} agent-steps`,
    ],
  ];
}
