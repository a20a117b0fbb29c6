/** `townlet version`. @module */
import { object } from "@optique/core/constructs";
import project from "../../deno.json" with { type: "json" };
import { EXIT } from "../../src/base/error.ts";
import { type Command, command } from "../command.ts";
import { debugFlag, jsonFlag } from "../flags.ts";
import { print } from "../print/output.ts";

/** Prints the versions of program and runtime. */
export const version: Command = command({
  examples: ["version", "version --json"],
  flags: object({ json: jsonFlag, debug: debugFlag }),
  run({ json }) {
    const { deno, v8, typescript } = Deno.version;
    const { target } = Deno.build;
    print(
      json
        ? JSON.stringify({
          format: "townlet.version",
          townlet: project.version,
          deno,
          v8,
          typescript,
          target,
        }) + "\n"
        : `townlet ${project.version}\ndeno ${deno} (${target})\n`,
    );
    return EXIT.done;
  },
});
