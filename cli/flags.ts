/** Flags that commands share. @module */
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { type Message, text } from "@optique/core/message";
import type { NonEmptyString } from "@optique/core/nonempty";
import { option } from "@optique/core/primitives";
import {
  choice,
  float,
  integer,
  string,
  type ValueParser,
} from "@optique/core/valueparser";
import { DEFAULT_TOWN, townFile } from "./town_file.ts";

/** Help text of a flag. */
export function says(description: string): { readonly description: Message } {
  return { description: [text(description)] };
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  metavar: NonEmptyString,
): ValueParser<"sync", Words[number]> {
  return choice(words, {
    metavar,
    errors: {
      invalidChoice: (
        input,
      ) => [text(`${input} is none of ${words.join(", ")}`)],
    },
  });
}

/** A whole number in a range. */
export function wholeNumber(
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): ValueParser<"sync", number> {
  return integer({
    metavar: "N",
    min,
    max,
    errors: {
      ...outOfRange(min, max),
      invalidInteger: (input) => [text(`${input} is no whole number`)],
      unsafeInteger: (input) => [text(`${input} is too large`)],
    },
  });
}

/** A number in a range. */
export function realNumber(
  min: number,
  max: number,
): ValueParser<"sync", number> {
  return float({
    metavar: "X",
    min,
    max,
    errors: {
      ...outOfRange(min, max),
      invalidNumber: (input) => [text(`${input} is no number`)],
    },
  });
}

/** What to say of a number that is too small or too large. */
function outOfRange(min: number, max: number) {
  return {
    belowMinimum: (value: number) => [
      text(`must be at least ${min}, and is ${value}`),
    ],
    aboveMaximum: (value: number) => [
      text(`must be at most ${max}, and is ${value}`),
    ],
  };
}

/** `--config FILE`. */
export const configFlag = withDefault(
  option("--config", townFile, says("Town file, or townlet:NAME")),
  DEFAULT_TOWN.path,
  { message: [text(DEFAULT_TOWN.name)] },
);

/** `--seed N`. */
export const seedFlag = optional(
  option(
    "--seed",
    wholeNumber(0),
    says("Seed of the run, instead of the configuration's"),
  ),
);

/** `--set path=value`, any number of times. */
export const setFlag = multiple(
  option(
    "--set",
    string({ metavar: "PATH=VALUE" }),
    says("Set a key of the configuration for this run; may be repeated"),
  ),
);

/** `--json`. */
export const jsonFlag = option(
  "--json",
  says("Print one JSON object instead of a report"),
);

/** `--quiet`. */
export const quietFlag = option(
  "--quiet",
  says("Print no report and no progress"),
);

/** How much a program says of itself, from everything to errors only. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = typeof LOG_LEVELS[number];

/** `--log-level L`. */
export const logLevelFlag = optional(
  option(
    "--log-level",
    oneOf(LOG_LEVELS, "LEVEL"),
    says("What to tell on the standard error, instead of log.level"),
  ),
);

/** Flags of every command. */
export const commonFlags = {
  debug: option("--debug", says("Show the stack of an error")),
  strictPermissions: option(
    "--strict-permissions",
    says("Refuse to run when a permission is granted without a list"),
  ),
};
