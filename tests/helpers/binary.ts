/** The compiled binary, for tests that start it. @module */
import { type Ended, ended } from "./townlet.ts";

const tasks: Record<string, { readonly command: string }> = JSON.parse(
  Deno.readTextFileSync("deno.json"),
).tasks;

/** What there is to start. */
export type Binary =
  /** Path of the binary, from the disk's root. */
  | { readonly path: string; readonly why?: undefined }
  /** Why there is none: nothing to compile with. */
  | { readonly path?: undefined; readonly why: string };

/**
 * Compiles the binary as its task does, with the runtime that runs the tests.
 *
 * There is none where denort, which it is made of, is neither named by
 * DENORT_BIN nor to be downloaded. Throws whatever else goes wrong.
 */
export async function compile(): Promise<Binary> {
  const [line] = tasks.compile.command.split(" || ");
  const words = line.replace(" $COMPILE_FLAGS", "").split(" ").slice(1);
  const { code, err } = await run("deno", [
    words[0],
    // Types are checked by a task of their own; here they would take seconds.
    "--no-check",
    ...words.slice(1),
  ]);
  if (code === 0) return { path: `${Deno.cwd()}/dist/townlet` };
  if (!err.includes("Setting up base binary")) throw new Error(err);
  return { why: "denort can neither be downloaded nor is DENORT_BIN set" };
}

/** How to start a process. */
export interface RunOptions {
  /** Folder it is started in. */
  readonly cwd?: string;
  /** Environment variables that are added. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  words: readonly string[],
  { cwd, env }: RunOptions = {},
): Promise<Ended> {
  const output = await new Deno.Command(program, {
    args: [...words],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  return ended(output);
}
