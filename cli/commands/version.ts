/** `townlet version`. @module */
import { object } from "@optique/core/constructs";
import { option } from "@optique/core/primitives";
import project from "../../deno.json" with { type: "json" };
import { EXIT } from "../../src/base/error.ts";
import { type Command, command } from "../command.ts";
import { commonFlags, jsonFlag, says } from "../flags.ts";
import { print } from "../print/output.ts";

/** Prints the versions of program and runtime, or what it is made of. */
export const version: Command = command({
  examples: ["version", "version --json", "version --sbom"],
  flags: object({
    sbom: option(
      "--sbom",
      says("Print the bill of materials instead, as CycloneDX JSON"),
    ),
    json: jsonFlag,
    ...commonFlags,
  }),
  async run({ sbom, json }) {
    if (sbom) print(await billText());
    else print(json ? versionsJson() : versionsText());
    return EXIT.done;
  },
});

function versionsText(): string {
  return `townlet ${project.version}\n` +
    `deno ${Deno.version.deno} (${Deno.build.target})\n`;
}

function versionsJson(): string {
  const { deno, v8, typescript } = Deno.version;
  const { target, standalone } = Deno.build;
  return JSON.stringify({
    format: "townlet.version",
    townlet: project.version,
    deno,
    v8,
    typescript,
    target,
    standalone,
  }) + "\n";
}

/** The bill of materials, made from the lock as it was when this was built. */
async function billText(): Promise<string> {
  const { sbomOf } = await import("../sbom.ts");
  const { default: lock } = await import("../../deno.lock", {
    with: { type: "text" },
  });
  return JSON.stringify(sbomOf(JSON.parse(lock), project), null, 2) + "\n";
}
