/** `townlet doctor`. @module */
import { object } from "@optique/core/constructs";
import project from "../../deno.json" with { type: "json" };
import { EXIT } from "../../src/base/error.ts";
import { escapeText } from "../../src/base/text.ts";
import { CODE_FOLDER } from "../../src/security/permissions.ts";
import { type Command, command } from "../command.ts";
import type { Finding } from "../doctor/finding.ts";
import {
  checkModules,
  checkOut,
  checkSandbox,
  checkTelemetry,
  checkTown,
} from "../doctor/parts.ts";
import {
  checkCommands,
  checkEnvironment,
  checkExporter,
  checkPermissions,
} from "../doctor/process.ts";
import {
  checkTarget,
  checkVersion,
  limitsOf,
  RUNTIME,
} from "../doctor/runtime.ts";
import { commonFlags, jsonFlag } from "../flags.ts";
import { print, showsColours } from "../print/output.ts";
import { openPaint, type Paint } from "../print/paint.ts";
import { padEnd } from "../print/text.ts";

/** Looks at the program, its runtime and its permissions. */
export const doctor: Command = command({
  examples: ["doctor", "doctor --json"],
  flags: object({ json: jsonFlag, ...commonFlags }),
  // What a run may do is what it looks at.
  needs: () => ({ reads: ["configs", CODE_FOLDER], writes: ["out"] }),
  async run({ json }) {
    const findings = [
      checkVersion(RUNTIME),
      checkTarget(RUNTIME),
      await checkModules(),
      await checkTown(),
      checkPermissions(),
      ...RUNTIME.standalone ? [checkCommands()] : [],
      await checkOut(),
      await checkSandbox(),
      await checkTelemetry(),
      checkExporter(),
      checkEnvironment(),
      ...limitsOf(RUNTIME),
    ];
    const isWell = findings.every(({ state }) => state !== "missing");
    print(
      json
        ? JSON.stringify({
          format: "townlet.doctor",
          well: isWell,
          townlet: project.version,
          ...RUNTIME,
          findings,
        }) + "\n"
        : showFindings(findings, openPaint(showsColours("stdout"))),
    );
    return isWell ? EXIT.done : EXIT.failed;
  },
});

/** Columns of a name. */
const NAME_WIDTH = 12;

function showFindings(findings: readonly Finding[], paint: Paint): string {
  const marks = {
    fine: paint.green("✓"),
    note: paint.yellow("–"),
    missing: paint.red("✗"),
  };
  const how = RUNTIME.standalone ? "a compiled binary" : "run from source";
  return [
    `${paint.bold("Townlet")} ${project.version}, ${how}`,
    "",
    ...findings.flatMap(({ name, state, says, remedy }) => [
      `${marks[state]} ${padEnd(name, NAME_WIDTH)} ${escapeText(says)}`,
      ...remedy === null
        ? []
        : [" ".repeat(NAME_WIDTH + 3) + paint.dim(escapeText(remedy))],
    ]),
    "",
  ].join("\n");
}
