/** Starts the real program, with the permissions of its task. @module */

const tasks: Record<string, { readonly command: string }> = JSON.parse(
  Deno.readTextFileSync("deno.json"),
).tasks;

/** How a process of the command line ended. */
export interface Ended {
  /** Exit code. */
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly err: string;
}

/** What to leave out of, or add to, a task's flags. */
export interface StartOptions {
  /** Flags of the task that are left out, by how they begin. */
  readonly without?: readonly string[];
  /** Flags of the runtime that are added. */
  readonly flags?: readonly string[];
  /** Environment variables that are added. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The words after `deno` that run a task's program with more words. */
export function taskWords(
  task: string,
  words: readonly string[],
  { without = [], flags = [] }: StartOptions = {},
): string[] {
  const [, ...rest] = tasks[task].command.split(" ");
  const kept = rest.filter((word) =>
    !without.some((start) => word.startsWith(start))
  );
  // Types are checked by a task of their own; here they would take seconds.
  return [kept[0], "--no-check", ...flags, ...kept.slice(1), ...words];
}

/** Runs a task's program to its end. */
export async function townlet(
  task: string,
  words: readonly string[],
  options: StartOptions = {},
): Promise<Ended> {
  const output = await new Deno.Command("deno", {
    args: taskWords(task, words, options),
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
  }).output();
  return ended(output);
}

/** Starts a task's program and leaves it running. */
export function start(
  task: string,
  words: readonly string[],
  options: StartOptions = {},
): Deno.ChildProcess {
  return new Deno.Command("deno", {
    args: taskWords(task, words, options),
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Exit code and texts of an output. */
export function ended(output: Deno.CommandOutput): Ended {
  const decoder = new TextDecoder();
  return {
    code: output.code,
    out: decoder.decode(output.stdout),
    err: decoder.decode(output.stderr),
  };
}

/** A new folder below `out/`, removed when it goes out of scope. */
export function scratch(): Disposable & { readonly path: string } {
  Deno.mkdirSync("out", { recursive: true });
  const path = Deno.makeTempDirSync({ dir: "out", prefix: "test-" });
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}
