/** `townlet hooks`: lists, pins and verifies hooks that are files. @module */
import { dirname } from "node:path";
import { object, or } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { argument, constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT } from "../../src/base/error.ts";
import type { HookSource } from "../../src/config/hook_source.ts";
import { loadConfig } from "../../src/config/load.ts";
import { FILE_BYTES_MAX, readText } from "../../src/security/paths.ts";
import { stringify } from "../../src/std/yaml.ts";
import { anyOf, type Command, command, subcommand } from "../command.ts";
import {
  commonFlags,
  configFlag,
  jsonFlag,
  says,
  seedFlag,
  setFlag,
  wholeNumber,
} from "../flags.ts";
import { listHooks, showHooks } from "../hooks/list.ts";
import { pinHook } from "../hooks/pin.ts";
import { isSteady, showVerdicts } from "../hooks/show_verdicts.ts";
import { verifyHooks, type VerifyOptions } from "../hooks/verify.ts";
import { checkProfile } from "../permissions.ts";
import { jsonLine } from "../print/json.ts";
import { print, printError, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";

/** Most ticks of a run that is verified. */
const TICKS_MAX = 1e9;

/** Lists, pins or verifies hooks that are files. */
export const hooks: Command = command({
  examples: [
    "hooks list --config configs/scenarios/tea_house.yaml",
    "hooks pin configs/hooks/tea_house.js",
    "hooks verify --config configs/scenarios/tea_house.yaml --ticks 40",
  ],
  flags: or(
    subcommand(
      "list",
      "Say which hooks a configuration allows, and whether they would run",
      object({
        part: constant("list"),
        config: configFlag,
        set: setFlag,
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    subcommand(
      "pin",
      "Print the entry that allows a file as it is now",
      object({
        part: constant("pin"),
        file: argument(
          string({ metavar: "FILE" }),
          says("A hook: hooks/NAME.js"),
        ),
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    subcommand(
      "verify",
      "Ask hooks again what a run asked them, and compare the answers",
      object({
        part: constant("verify"),
        config: configFlag,
        ticks: withDefault(
          option(
            "--ticks",
            wholeNumber(1, TICKS_MAX),
            says("Ticks to run"),
          ),
          1000,
          { message: [text("1000")] },
        ),
        seed: seedFlag,
        set: setFlag,
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    anyOf("list", "pin", "verify"),
  ),
  needs: (flags) =>
    flags.part === "pin" ? { reads: [dirname(flags.file)] } : {
      towns: [flags.config],
      set: flags.set,
      opens: flags.part === "list" ? ["hooks"] : ["manifest", "hooks"],
    },
  async run(flags) {
    switch (flags.part) {
      case "list":
        return await list(flags.config, flags.set, flags.json);
      case "pin":
        return await pin(flags.file, flags.json);
      case "verify":
        return await verify(flags.config, flags, flags.json);
    }
  },
});

/** Prints every entry of the list of allowed hooks. */
async function list(
  file: string,
  overrides: readonly string[],
  asJson: boolean,
): Promise<number> {
  const text = await readText(file, {
    what: "configuration",
    limit: FILE_BYTES_MAX.config,
  });
  const config = await loadConfig(text, { file, overrides });
  checkProfile(config);
  const rows = await listHooks(config.affordances.hooks, file);
  print(
    asJson
      ? json("townlet.hooks", { config: file, hooks: rows })
      : lines(showHooks(rows, openPaint(showsColours("stdout")))),
  );
  return rows.every(({ state }) => state === "runs") ? EXIT.done : EXIT.refused;
}

/** Prints the entry of a file. */
async function pin(file: string, asJson: boolean): Promise<number> {
  const entry = await pinHook(file);
  if (asJson) print(json("townlet.hooks_pin", { ...entry }));
  else {
    print(entryText(entry));
    printError(
      "Paste it below affordances.hooks.allow; its names are what affordances call before, after and fail\n",
    );
  }
  return EXIT.done;
}

/** An entry as YAML, with its names on one line. */
function entryText({ specifier, sha256, names }: HookSource): string {
  const written = names.map((name) => stringify(name).trimEnd()).join(", ");
  return [
    `- specifier: ${specifier}`,
    `  sha256: ${stringify(sha256).trimEnd()}`,
    `  names: [${written}]`,
    "",
  ].join("\n");
}

/** Plays again what hooks were asked, and prints how they did. */
async function verify(
  file: string,
  options: VerifyOptions,
  asJson: boolean,
): Promise<number> {
  const verdicts = await verifyHooks(file, options);
  print(
    asJson
      ? json("townlet.hooks_verify", { config: file, hooks: verdicts })
      : lines(showVerdicts(verdicts, openPaint(showsColours("stdout")))),
  );
  return verdicts.every(isSteady) ? EXIT.done : EXIT.failed;
}

/** One JSON object on a line. */
function json(
  format: string,
  members: Readonly<Record<string, unknown>>,
): string {
  return jsonLine({ format, version: 1, ...members }) + "\n";
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
