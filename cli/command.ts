/** What a command of the command line is, and how its words are read. @module */
import { runParserSync } from "@optique/core/facade";
import type { Parser } from "@optique/core/parser";
import {
  formatMessage,
  lineBreak,
  type Message,
  text,
} from "@optique/core/message";
import { TownletError } from "../src/base/error.ts";

/** What a command is made of. */
export interface CommandParts<Flags> {
  /** Command lines that show it at work, `townlet` left out. */
  readonly examples: readonly string[];
  /** Reads its flags; its help is made from the same. */
  readonly flags: Parser<"sync", Flags, unknown>;
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
  | { readonly help?: undefined; run(): number | Promise<number> };

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
export function command<Flags>(parts: CommandParts<Flags>): Command {
  return {
    read(words, { name, summary, colours, width }) {
      const program = `townlet ${name}`;
      const help: string[] = [];
      const flags = runParserSync(parts.flags, program, words, {
        brief: [text(summary)],
        examples: examplesOf(parts.examples),
        help: { option: true, onShow: () => undefined },
        colors: colours,
        maxWidth: width,
        termWidth: 28,
        showDefault: true,
        showChoices: true,
        aboveError: "none",
        stdout: (page) => void help.push(page),
        stderr: () => {},
        onError: (_exit, fault) => {
          throw usageError(fault, program);
        },
      });
      if (help.length > 0) return { help: help.join("\n") };
      return { run: () => parts.run(flags) };
    },
  };
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
    text(`townlet ${example}`),
  ]);
}
