/** Checks of what the program runs on. @module */
import { FULL_MINOR, isFullRuntime } from "../../src/base/runtime.ts";
import { type Finding, fine, note } from "./finding.ts";

/** Versions of Deno that the whole suite runs on. */
export const TESTED = ["2.9.6", "2.7.11"];

/** Systems that the suite runs on. */
const TESTED_TARGETS = ["x86_64-unknown-linux-gnu"];

/** What a runtime is, as far as it matters here. */
export interface Runtime {
  /** Version of Deno, `2.9.6`. */
  readonly deno: string;
  /** What it was built for, `x86_64-unknown-linux-gnu`. */
  readonly target: string;
  /** Whether the program is a compiled binary. */
  readonly standalone: boolean;
}

/** The runtime of this process. */
export const RUNTIME: Runtime = {
  deno: Deno.version.deno,
  target: Deno.build.target,
  standalone: Deno.build.standalone,
};

/** Whether the version is one that is tested. */
export function checkVersion({ deno }: Runtime): Finding {
  return TESTED.includes(deno)
    ? fine("runtime", `Deno ${deno}, which all tests run on`)
    : note(
      "runtime",
      `Deno ${deno}, which nobody has run the tests on`,
      `Tested are ${TESTED.join(" and ")}`,
    );
}

/** Whether the system is one that is tested. */
export function checkTarget({ target }: Runtime): Finding {
  return TESTED_TARGETS.includes(target)
    ? fine("system", `${target}, which all tests run on`)
    : note(
      "system",
      `${target}, which nobody has run the tests on`,
      `Tested is ${TESTED_TARGETS.join(" and ")}; please tell how it went`,
    );
}

/** What this kind of runtime cannot do, each a note. */
export function limitsOf({ deno, standalone }: Runtime): Finding[] {
  const isFull = isFullRuntime(deno);
  const source = `Run from source on Deno 2.${FULL_MINOR} or later`;
  return [
    ...isFull ? [] : [
      note(
        "servers",
        `TLS servers of Deno ${deno} cannot ask for client certificates`,
        source,
      ),
    ],
    ...isFull || !standalone ? [] : [
      note("telemetry", "A binary of it exports no OpenTelemetry", source),
    ],
  ];
}
