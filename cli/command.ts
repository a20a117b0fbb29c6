/** What a command of the command line is, and how its words are read. @module */
import { runParserSync } from "@optique/core/facade";
import type { Parser } from "@optique/core/parser";
import type { Usage, UsageTerm } from "@optique/core/usage";
import {
  formatMessage,
  lineBreak,
  type Message,
  text,
} from "@optique/core/message";
import { command as word } from "@optique/core/primitives";
import { TownletError } from "../src/base/error.ts";
import { type Needs, NEEDS_NOTHING } from "../src/security/permissions.ts";
import { PROGRAM } from "./program.ts";

/** Columns that help is wrapped at where there is no terminal. */
const WIDTH = 80;

/** What every command is told. */
interface CommonFlags {
  /** Whether to refuse permissions that are granted without a list. */
  readonly strictPermissions: boolean;
}

/** What a command is made of. */
export interface CommandParts<Flags extends CommonFlags> {
  /** Command lines that show it at work, the program's name left out. */
  readonly examples: readonly string[];
  /** Reads its flags; its help is made from the same. */
  readonly flags: Parser<"sync", Flags, unknown>;
  /** What it touches, as far as its flags say; nothing unless given. */
  needs?(flags: Flags): Partial<Needs> | Promise<Partial<Needs>>;
  /**
   * Does it, and gives the exit code.
   *
   * Throws a TownletError for what people should be told.
   */
  run(flags: Flags): number | Promise<number>;
}

/** A command, ready to be given words. */
export interface Command {
  /**
   * Reads the words after the command's name.
   *
   * Throws a TownletError when they make no sense.
   */
  read(words: readonly string[], page: Page): Reading;
}

/** What came of the words: a page of help, or something to run. */
export type Reading =
  | { readonly help: string }
  | {
    readonly help?: undefined;
    /** Whether to refuse permissions that are granted without a list. */
    readonly strictPermissions: boolean;
    /** What running it touches. */
    needs(): Promise<Needs>;
    /** Runs it and gives the exit code. */
    run(): number | Promise<number>;
  };

/** What a page of help is for. */
export interface Page {
  /** Name of the command. */
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** Whether to use colours. */
  readonly colours: boolean;
  /** Columns to wrap at, or undefined. */
  readonly width: number | undefined;
}

/** Makes a command of its parts. */
export function command<Flags extends CommonFlags>(
  parts: CommandParts<Flags>,
): Command {
  return {
    read(words, { name, summary, colours, width }) {
      const program = `${PROGRAM} ${name}`;
      const help: string[] = [];
      const flags = runParserSync(parts.flags, program, words, {
        brief: [text(summary)],
        examples: examplesOf(parts.examples),
        help: {
          option: { names: ["-h", "--help"], hidden: "usage" },
          onShow: () => undefined,
        },
        usageLine: shortUsage,
        colors: colours,
        maxWidth: width ?? WIDTH,
        termWidth: 28,
        showDefault: true,
        showChoices: true,
        aboveError: "none",
        stdout: (page) => void help.push(page),
        stderr: () => {},
        onError: (_exit, fault) => {
          const part = partsOf(parts.flags.usage).find((one) =>
            one === words[0]
          );
          throw usageError(
            fault,
            part === undefined ? program : `${program} ${part}`,
          );
        },
      });
      if (help.length > 0) {
        return { help: help.join("\n").replace(/ +$/gm, "").trimEnd() };
      }
      return {
        strictPermissions: flags.strictPermissions,
        needs: async () => ({
          ...NEEDS_NOTHING,
          ...await parts.needs?.(flags),
        }),
        run: () => parts.run(flags),
      };
    },
  };
}

/** A command within a command: its name, what it does, its flags. */
export function subcommand<Flags>(
  name: string,
  summary: string,
  flags: Parser<"sync", Flags, unknown>,
): Parser<"sync", Flags, unknown> {
  return word(name, flags, {
    brief: [text(summary)],
    usageLine: shortUsage,
  });
}

/** What to say when none of some commands within a command is given. */
export function anyOf(
  ...names: readonly string[]
): { readonly errors: { readonly noMatch: Message } } {
  const last = names[names.length - 1];
  const list = `${names.slice(0, -1).join(", ")} or ${last}`;
  return { errors: { noMatch: [text(`Say what to do: ${list}`)] } };
}

/** Names of the commands within a command. */
function partsOf(usage: Usage): readonly string[] {
  return usage.flatMap((term) =>
    term.type === "command"
      ? [term.name]
      : term.type === "exclusive"
      ? term.terms.flatMap(partsOf)
      : []
  );
}

/** A line of usage in which all flags are one word; they are listed below it. */
function shortUsage(usage: Usage): Usage {
  const short: UsageTerm[] = usage.filter((term) => !isFlag(term)).map((term) =>
    term.type === "exclusive"
      ? { ...term, terms: term.terms.filter(isNotHelp).map(shortUsage) }
      : term
  );
  const at = short.findLastIndex(({ type }) => type === "command") + 1;
  return usage.some(isFlag) ? short.toSpliced(at, 0, FLAGS) : short;
}

/** `--help` is everywhere, and needs no line of its own. */
function isNotHelp(usage: Usage): boolean {
  return !usage.every((term) =>
    term.type === "option" && term.names.includes("--help")
  );
}

/** What stands for all flags. */
const FLAGS: UsageTerm = {
  type: "optional",
  terms: [{ type: "argument", metavar: "FLAGS" }],
};

function isFlag(term: UsageTerm): boolean {
  return term.type === "option" ||
    (term.type === "optional" || term.type === "multiple") &&
      term.terms.every(isFlag);
}

/** What the command line got wrong, for people; suggestions become the hint. */
function usageError(fault: Message, program: string): TownletError {
  const [what, ...more] = formatMessage(fault, { quotes: false })
    .split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return new TownletError(what.replace(/\.$/, ""), {
    code: "usage",
    hint: more.length > 0 ? more.join(" ") : `See ${program} --help`,
  });
}

function examplesOf(examples: readonly string[]): Message {
  return examples.flatMap((example, i) => [
    ...(i === 0 ? [] : [lineBreak()]),
    text(`${PROGRAM} ${example}`),
  ]);
}
