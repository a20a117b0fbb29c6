/** `townlet perms`: what a command line must be allowed. @module */
import { object } from "@optique/core/constructs";
import { text } from "@optique/core/message";
import { argument } from "@optique/core/primitives";
import { fileURLToPath } from "node:url";
import { EXIT } from "../../src/base/error.ts";
import { loadConfig } from "../../src/config/load.ts";
import { readYaml } from "../../src/config/yaml_text.ts";
import { FILE_BYTES_MAX, readText } from "../../src/security/paths.ts";
import {
  type NamedConfig,
  type Needs,
  type Permissions,
  permissionsFor,
  programFlags,
} from "../../src/security/permissions.ts";
import { contains } from "../../src/security/roots.ts";
import { type Command, command } from "../command.ts";
import { COMMANDS } from "../commands.ts";
import { commonFlags, jsonFlag, oneOf, says } from "../flags.ts";
import { print } from "../print/output.ts";

/** Flags of this command, wherever they stand; the others are the other's. */
const OWN = ["--json", "--help", "-h", "--debug", "--strict-permissions"];

/** Prints the flags that grant a command line what it needs, and no more. */
export const perms: Command = {
  read(words, page) {
    const at = words.findIndex((word) => !word.startsWith("-"));
    const rest = at < 0 ? [] : words.slice(at + 1);
    const isOwn = (word: string) => OWN.includes(word);
    const own = [
      ...words.slice(0, words.length - rest.length),
      ...rest.filter(isOwn),
    ];
    return commandFor(rest.filter((word) => !isOwn(word))).read(own, page);
  },
};

/** The command, for the words after the name of the other one. */
function commandFor(rest: readonly string[]): Command {
  return command({
    examples: [
      "perms simulate --config configs/city.yaml",
      "perms simulate --snapshot-load data/noon.tsnap",
      "perms inspect town --config configs/hamlet.yaml --json",
    ],
    flags: object({
      name: argument(
        oneOf(Object.keys(COMMANDS), "COMMAND"),
        says("Command to run, followed by its flags"),
      ),
      json: jsonFlag,
      ...commonFlags,
    }, { errors: { endOfInput: [text("Name a command")] } }),
    needs: async ({ name }) => ({ reads: (await needsOf(name, rest)).towns }),
    async run({ name, json }) {
      const needs = await needsOf(name, rest);
      const permissions = withoutEmbedded(
        permissionsFor(needs, await readTowns(needs)),
      );
      const { v8Flags, packageFlags = [] } = COMMANDS[name];
      const flags = [...packageFlags, ...programFlags(permissions, v8Flags)];
      print(
        json
          ? JSON.stringify({
            format: "townlet.perms",
            version: 1,
            command: name,
            ...permissions,
            flags,
          }) + "\n"
          : flags.join(" ") + "\n",
      );
      return EXIT.done;
    },
  });
}

/** What a command line touches, by its own flags. */
async function needsOf(name: string, words: readonly string[]): Promise<Needs> {
  const { summary, load } = COMMANDS[name];
  const reading = (await load()).read(words, {
    name,
    summary,
    colours: false,
    width: undefined,
  });
  // Words that ask for help are taken out before.
  if (reading.help !== undefined) throw new TypeError("no flags but help");
  return await reading.needs();
}

/** What town files say; manifests, which are lists, name nothing. */
async function readTowns(
  { towns, set }: Needs,
): Promise<readonly NamedConfig[]> {
  const named: NamedConfig[] = [];
  for (const file of towns) {
    const limit = FILE_BYTES_MAX.config;
    const text = await readText(file, { what: "configuration", limit });
    const yaml = readYaml(text);
    if (yaml.ok && Array.isArray(yaml.value)) continue;
    const config = await loadConfig(text, { file, overrides: set });
    named.push({ file, config });
  }
  return named;
}

/** Without the files inside a binary: it may read those anyway. */
function withoutEmbedded(permissions: Permissions): Permissions {
  if (!Deno.build.standalone) return permissions;
  const program = fileURLToPath(new URL("../..", import.meta.url));
  const read = permissions.read.filter((path) => !contains(program, path));
  return { ...permissions, read };
}
