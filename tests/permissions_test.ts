/** What deno.json grants, docs/security.md says and commands need agree. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../cli/commands.ts";
import { programFlags } from "../src/security/permissions.ts";

/** A task of deno.json. */
interface Task {
  /** What it is for. */
  readonly description: string;
  /** The command line. */
  readonly command: string;
  /** Tasks that run before. */
  readonly dependencies?: readonly string[];
}

const tasks: Record<string, Task> = JSON.parse(
  Deno.readTextFileSync("deno.json"),
).tasks;
const page = Deno.readTextFileSync("docs/security.md");

/** What gives a task the permissions that a configuration asks for. */
const ASKED = "$(deno task -q perms simulate --config $TOWNLET_CONFIG)";

/** The flags by which a task has what only learning needs. */
const LEARNING = [
  "--import-map=cli/learning/imports.json",
  "--lock=cli/learning/deno.lock",
];

/** Tasks that start or make one of our programs, with their flags and the words after. */
const programs = Object.entries(tasks).flatMap(([name, { command }]) => {
  const words = command.split(" ");
  const verbs = ["run", "test", "bench", "compile"];
  if (words[0] !== "deno" || !verbs.includes(words[1])) return [];
  if (command.includes(ASKED)) return [];
  const end = words.findIndex((word, at) => at > 1 && !word.startsWith("--"));
  return [{
    name,
    verb: words[1],
    flags: words.slice(2, end),
    words: words.slice(end),
  }];
});

/** Tasks whose permissions are worked out when they run. */
const granted = Object.entries(tasks).filter(([, { command }]) =>
  command.includes("$(")
);

/** The flags every program has, from the page's first code block. */
const common = (/```\n(--[^\n]+)\n```/.exec(page)?.[1] ?? "").split(" ");

/** Rows of the table: task, read, write, net, run, more. */
const rows = page.split("\n")
  .filter((line) => /^\| `/.test(line) && line.split("|").length === 8)
  .map((line) => line.split("|").slice(1, -1).map(cell));

Deno.test("docs/security.md has a row for each task that runs a program, and no other", () => {
  assertEquals(
    rows.map(([task]) => task).sort(),
    [...programs.map(({ name }) => name), ...granted.map(([name]) => name)]
      .sort(),
  );
});

Deno.test("R2: a task's flags are those of its row, and no others", () => {
  for (const { name, flags } of programs) {
    const row = rows.find(([task]) => task === name) ?? [];
    assertEquals(flags.filter(isGrant).sort(), grantsOf(row).sort(), name);
  }
});

Deno.test("the task of a command has the flags of its entry, and no others", () => {
  const named = new Set<string>();
  for (const { name, verb, flags, words } of programs) {
    // A binary holds all commands, and is granted what the first one is.
    const [script, command, part] = verb === "compile"
      ? ["cli/main.ts", "simulate"]
      : words;
    if (script !== "cli/main.ts") continue;
    named.add(command);
    const { grants, parts, v8Flags, packageFlags } = COMMANDS[command];
    const nothing = { net: [], env: [], run: [] };
    const allowed = parts?.[part] ?? grants;
    const own = programFlags({ ...nothing, ...allowed }, v8Flags);
    assertEquals(flags.filter(isGrant).sort(), own.sort(), name);
    // The same command may have a task with more packages.
    const packages = flags.filter((flag) => LEARNING.includes(flag));
    if (name === command) {
      assertEquals(packages, packageFlags ?? [], name);
    }
  }
  assertEquals([...named].sort(), Object.keys(COMMANDS).sort());
});

Deno.test("what is granted by a configuration is what perms prints for it, checked before", () => {
  assertEquals(
    tasks["simulate:granted"].command,
    `deno run ${ASKED} cli/main.ts simulate --config $TOWNLET_CONFIG`,
  );
  for (const [name, { command, dependencies }] of granted) {
    assertStringIncludes(command, ASKED, name);
    assertEquals(dependencies, ["perms:granted"], name);
    assertEquals(command.replace(ASKED, "").includes("--allow-"), false, name);
  }
  assertEquals(tasks["perms:granted"].dependencies, ["deps"]);
});

Deno.test("no task has a permission without a list, or one that switches checks off", () => {
  const broad =
    /^(?:-A|--allow-all|--allow-[a-z]+|--unsafely-.*|--cert.*|--allow-(?:env|ffi|sys|import)=.*)$/;
  for (const [name, { command }] of Object.entries(tasks)) {
    assertEquals(
      command.split(" ").filter((word) =>
        broad.test(word) && word !== "--allow-dirty"
      ),
      [],
      name,
    );
  }
});

Deno.test("every task that needs packages first installs what the lock says", () => {
  const install = "deno install --quiet --frozen";
  const learning = LEARNING.join(" ");
  assertEquals(tasks.deps.command, install);
  assertEquals(tasks["deps:learning"].command, `${install} ${learning}`);
  for (const { name, flags } of programs) {
    const learns = LEARNING.some((flag) => flags.includes(flag));
    const { command, dependencies } = tasks[name];
    assertEquals(dependencies, [learns ? "deps:learning" : "deps"], name);
    assertEquals(command.includes(learning), learns, name);
  }
});

Deno.test("the tasks that learn, and those of tests, alone fetch what learning needs", () => {
  assertEquals(
    programs.filter(({ flags }) => flags.includes(LEARNING[0]))
      .map(({ name }) => name).sort(),
    [
      "bench:learning",
      "capture",
      "evaluate",
      "golden",
      "simulate:onnx",
      "test",
      "test:core",
      "test:slow",
      "train",
    ],
  );
});

/** A table cell without its back quotes; a dash is nothing. */
function cell(text: string): string {
  const bare = text.trim().replaceAll("`", "");
  return bare === "–" ? "" : bare;
}

/** Whether a flag decides what the program may do. */
function isGrant(flag: string): boolean {
  return !/^--(?:import-map=|lock=|ignore=|parallel$|sanitize-|include=|output=|quiet$|no-check$|no-code-cache$)/
    .test(flag);
}

/** The flags a row of the table stands for. */
function grantsOf(row: readonly string[]): string[] {
  const [, read, write, net, run, more] = row;
  const flags = [...common];
  if (more?.startsWith("--v8-flags=")) {
    const at = flags.findIndex((flag) => flag.startsWith("--v8-flags="));
    flags[at] += `,${more.slice("--v8-flags=".length)}`;
  }
  if (read) flags.push(`--allow-read=${read}`);
  if (write) flags.push(`--allow-write=${write}`);
  if (net) flags.push(`--allow-net=${net}`);
  if (run) flags.push(`--allow-run=${run}`);
  return flags;
}
