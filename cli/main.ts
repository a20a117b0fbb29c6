/**
 * The command line: `townlet COMMAND [FLAGS]`.
 *
 * What there is to type is {@link COMMANDS}; what stands before it is
 * {@link PROGRAM}.
 *
 * @module
 */
import { EXIT, TownletError } from "../src/base/error.ts";
import { COMMANDS } from "./commands.ts";
import { broadPermissions, refuseBroadPermissions } from "./permissions.ts";
import { openLog } from "./print/log.ts";
import { faultLines, stackLines } from "./print/fault.ts";
import {
  OutputClosed,
  print,
  printError,
  showsColours,
  terminalWidth,
} from "./print/output.ts";
import { openPaint } from "./print/paint.ts";
import { PROGRAM } from "./program.ts";
import { explainRefusal } from "./refusal.ts";

/** The lowest minor version of Deno 2 that runs Townlet. */
const LOWEST_MINOR = 7;

/** Runs the words of a command line and gives the exit code. */
async function main(words: readonly string[]): Promise<number> {
  try {
    checkRuntime(Deno.version.deno);
    const line = asCommand(words);
    const [name, ...rest] = line;
    if (name === undefined || HELP.includes(name)) {
      print(overview());
      return name === undefined ? EXIT.usage : EXIT.done;
    }
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (entry === undefined) throw await unknownCommand(name);
    const command = await entry.load();
    const reading = command.read(rest, {
      name,
      summary: entry.summary,
      colours: showsColours("stdout"),
      width: terminalWidth(),
    });
    if (reading.help !== undefined) {
      print(reading.help + "\n");
      return EXIT.done;
    }
    checkPermissions(reading.strictPermissions);
    try {
      return await reading.run();
    } catch (error) {
      throw await explainRefusal(error, line, reading.needs);
    }
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT.done;
    return report(error, words.includes("--debug"));
  }
}

/** Tells of permissions without a list, or refuses to go on with them. */
function checkPermissions(strict: boolean): void {
  if (strict) refuseBroadPermissions();
  const broad = broadPermissions();
  if (broad.length === 0) return;
  openLog("warn").warn(
    `security.overbroad: granted without a list: ${broad.join(", ")}`,
  );
}

/** Words that ask for help. */
const HELP = ["--help", "-h", "help"];

/** `help COMMAND` and `--version` as the commands they mean. */
function asCommand(words: readonly string[]): readonly string[] {
  const [name, ...rest] = words;
  if (HELP.includes(name) && rest.length > 0) return [...rest, "--help"];
  return name === "--version" ? ["version", ...rest] : words;
}

/** Tells people of an error, and gives the exit code. */
function report(error: unknown, debug: boolean): number {
  const told = asTownletError(error);
  if (told === undefined) {
    // A bug, or a fault of the machine: the stack is what helps to mend it.
    const bug = error instanceof Error ? error : new Error(String(error));
    printError(`error: ${stackLines(bug).join("\n")}\n`);
    return EXIT.failed;
  }
  const paint = openPaint(showsColours("stderr"));
  const head = told.code === "config.invalid" ? "" : `${paint.red("error:")} `;
  const lines = [
    ...faultLines(told, paint),
    ...(debug ? stackLines(told) : []),
  ];
  printError(`${head}${lines.join("\n")}\n`);
  return told.exit;
}

/** The error as one for people, or undefined for a bug. */
function asTownletError(error: unknown): TownletError | undefined {
  if (error instanceof TownletError) return error;
  if (!(error instanceof Deno.errors.PermissionDenied)) return undefined;
  return new TownletError(error.message, {
    code: "security.system",
    exit: EXIT.refused,
    hint: "Look at what the system lets this process do",
    cause: error,
  });
}

async function unknownCommand(name: string): Promise<TownletError> {
  const { findSimilar } = await import("@optique/core/suggestion");
  const [closest] = findSimilar(name, Object.keys(COMMANDS));
  return new TownletError(`There is no command ${name}`, {
    code: "usage",
    hint: closest === undefined
      ? `Commands are ${Object.keys(COMMANDS).join(", ")}`
      : `Did you mean ${closest}?`,
  });
}

function checkRuntime(version: string): void {
  const [major, minor] = version.split(".").map(Number);
  if (major > 2 || (major === 2 && minor >= LOWEST_MINOR)) return;
  throw new TownletError(`Deno ${version} is too old for Townlet`, {
    code: "runtime",
    hint: "npx -y deno@2.9.6 task COMMAND runs it with a current one",
  });
}

function overview(): string {
  const paint = openPaint(showsColours("stdout"));
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) =>
    `  ${name.padEnd(10)}${summary}`
  );
  return [
    `${paint.bold("Townlet")}: a small town that lives`,
    "",
    `Usage: ${PROGRAM} COMMAND [FLAGS]`,
    "",
    "Commands:",
    ...commands,
    "",
    "Examples:",
    `  ${PROGRAM} simulate --ticks 200`,
    `  ${PROGRAM} COMMAND --help`,
    "",
  ].join("\n");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
