/** How people name a policy: a word, or where one is that was learned. @module */
import { text } from "@optique/core/message";
import { string, type ValueParser } from "@optique/core/valueparser";
import { escapeText } from "../src/base/text.ts";
import { learnedPath, POLICY_NAMES } from "../src/policy/open.ts";

const word = string({ metavar: "POLICY" });

/** Reads `scripted`, `idle`, `random`, or `onnx:PATH`. */
export const policyName: ValueParser<"sync", string> = {
  ...word,
  parse(input) {
    const path = learnedPath(input);
    const isKnown = path === null
      ? (POLICY_NAMES as readonly string[]).includes(input)
      : path !== "";
    if (isKnown) return { success: true, value: input };
    const names = [...POLICY_NAMES, "onnx:PATH"].join(", ");
    return {
      success: false,
      error: [text(`${escapeText(input)} is none of ${names}`)],
    };
  },
};
