/** `townlet config`: checks, shows, documents and imports configurations. @module */
import { dirname } from "node:path";
import { object, or } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { recordText } from "../../src/base/text.ts";
import { importReference } from "../../src/config/import.ts";
import { jsonSchema } from "../../src/config/json_schema.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parseManifest } from "../../src/config/manifest.ts";
import { configReference } from "../../src/config/reference.ts";
import { configWarnings } from "../../src/config/warnings.ts";
import { hookWarnings } from "../../src/world/compile/hook_warnings.ts";
import { readYaml } from "../../src/config/yaml_text.ts";
import {
  FILE_BYTES_MAX,
  readText,
  writeFile,
} from "../../src/security/paths.ts";
import { stringify } from "../../src/std/yaml.ts";
import { anyOf, type Command, command, subcommand } from "../command.ts";
import { commonFlags, configFlag, jsonFlag, says, setFlag } from "../flags.ts";
import { loadTown } from "../../src/app.ts";
import { checkProfile } from "../permissions.ts";
import { faultLines } from "../print/fault.ts";
import { jsonLine } from "../print/json.ts";
import { print, printError, showsColours } from "../print/output.ts";
import { openPaint } from "../print/paint.ts";
import { isMissingPermission } from "../refusal.ts";

const fileArgument = string({ metavar: "FILE" });

/** Checks, shows, documents or imports a configuration. */
export const config: Command = command({
  examples: [
    "config check configs/town.yaml",
    "config show --config configs/town.yaml --set world.movement=teleport",
    "config schema",
    "config docs",
    "config import old.yaml --out out/new.yaml",
  ],
  flags: or(
    subcommand(
      "check",
      "Say everything that is wrong with files",
      object({
        part: constant("check"),
        files: multiple(
          argument(fileArgument, says("Towns, or manifests of affordances")),
          {
            min: 1,
            errors: { tooFew: [text("Name a file to check")] },
          },
        ),
        set: setFlag,
        ...commonFlags,
      }),
    ),
    subcommand(
      "show",
      "Print a configuration with all its defaults",
      object({
        part: constant("show"),
        config: configFlag,
        set: setFlag,
        json: jsonFlag,
        ...commonFlags,
      }),
    ),
    subcommand(
      "schema",
      "Print the JSON Schema that editors read",
      object({ part: constant("schema"), ...commonFlags }),
    ),
    subcommand(
      "docs",
      "Print the reference page of all keys",
      object({ part: constant("docs"), ...commonFlags }),
    ),
    subcommand(
      "import",
      "Rewrite a configuration of an older Python town",
      object({
        part: constant("import"),
        file: argument(fileArgument, says("File of an older Python town")),
        out: optional(
          option(
            "--out",
            fileArgument,
            says("Write the result there and not to the standard output"),
          ),
        ),
        ...commonFlags,
      }),
    ),
    anyOf("check", "show", "schema", "docs", "import"),
  ),
  needs(flags) {
    switch (flags.part) {
      case "check":
        return {
          towns: flags.files,
          set: flags.set,
          opens: ["manifest", "hooks"],
        };
      case "show":
        return { towns: [flags.config], set: flags.set };
      case "import":
        return {
          reads: [flags.file],
          writes: flags.out === undefined ? [] : [dirname(flags.out)],
        };
      case "schema":
      case "docs":
        return {};
    }
  },
  async run(flags) {
    switch (flags.part) {
      case "check":
        return await checkFiles(flags.files, flags.set);
      case "show":
        return await show(flags.config, flags.set, flags.json);
      case "schema":
        print(schemaText());
        return EXIT.done;
      case "docs":
        print(configReference());
        return EXIT.done;
      case "import":
        return await importFile(flags.file, flags.out);
    }
  },
});

/** The JSON Schema as a file has it. */
export function schemaText(): string {
  return JSON.stringify(jsonSchema(), null, 2) + "\n";
}

/** Says what is wrong with each file, and what may not be meant. */
async function checkFiles(
  files: readonly string[],
  overrides: readonly string[],
): Promise<number> {
  let exit: number = EXIT.done;
  for (const file of files) {
    try {
      const warnings = await checkFile(file, overrides);
      print(
        [...warnings.map((warning) => `warning: ${warning}`), "fine"]
          .map((what) => `${recordText(`${file}: ${what}`)}\n`).join(""),
      );
    } catch (error) {
      const told = error instanceof TownletError && !isMissingPermission(error);
      if (!told) throw error;
      const paint = openPaint(showsColours("stderr"));
      const lines = faultLines(error, paint, error.where ?? file);
      printError(`${lines.join("\n")}\n`);
      exit = Math.max(exit, error.exit);
    }
  }
  return exit;
}

/**
 * What may not be meant in a town or manifest, which is a list.
 *
 * Throws a TownletError with what is wrong.
 */
async function checkFile(
  file: string,
  overrides: readonly string[],
): Promise<readonly string[]> {
  const text = await readConfigText(file);
  const read = readYaml(text);
  if (read.ok && Array.isArray(read.value)) {
    parseManifest(text, { file });
    return [];
  }
  const { config, manifest } = await loadTown(file, overrides);
  checkProfile(config);
  return [
    ...configWarnings(config, manifest.objects),
    ...hookWarnings(config, manifest.affordances),
  ];
}

/** Prints the configuration a run would have. */
async function show(
  file: string,
  overrides: readonly string[],
  asJson: boolean,
): Promise<number> {
  const config = await loadConfig(await readConfigText(file), {
    file,
    overrides,
  });
  checkProfile(config);
  print(
    asJson
      ? `${jsonLine(config)}\n`
      : stringify(config, { schema: "core", useAnchors: false }),
  );
  return EXIT.done;
}

/**
 * Prints or writes the new form of a file and tells what changed.
 *
 * A result with faults leaves, too, for people to mend; then throws them.
 */
async function importFile(
  file: string,
  out: string | undefined,
): Promise<number> {
  const { yaml, changes } = await importReference(await readConfigText(file), {
    file,
  });
  const faults = await faultsIn(yaml, out ?? "imported");
  if (out === undefined) print(yaml);
  else await writeFile(out, yaml, { what: "configuration", isKind: null });
  printError(
    changes.map(({ path, what }) => `${recordText(`${path}: ${what}`)}\n`)
      .join(""),
  );
  if (faults === null) return EXIT.done;
  if (out !== undefined) {
    printError(`${recordText(out)}: written, with faults to mend:\n`);
  }
  throw faults;
}

/** What is wrong with a configuration, or null. */
async function faultsIn(
  yaml: string,
  file: string,
): Promise<TownletError | null> {
  try {
    await loadConfig(yaml, { file });
    return null;
  } catch (error) {
    if (error instanceof TownletError) return error;
    throw error;
  }
}

async function readConfigText(file: string): Promise<string> {
  return await readText(file, {
    what: "configuration",
    limit: FILE_BYTES_MAX.config,
  });
}
