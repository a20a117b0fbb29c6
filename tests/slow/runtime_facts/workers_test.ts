import { assert, assertEquals } from "@std/assert";
import { fact } from "../../helpers/fact.ts";

const FLAGS = [
  "--no-prompt",
  "--cached-only",
  "--no-remote",
  "--unstable-worker-options",
  "--v8-flags=--disallow-code-generation-from-strings",
];

const SANDBOX = ["src/security/hook_boot.ts", "src/security/hook_sandbox.ts"];

fact(
  "terminate() of a spinning worker returns, and the thread spins on",
  SANDBOX,
  async () => {
    const { out } = await play(
      "for (;;) Atomics.add(memory, 0, 1);",
      `await until(() => Atomics.load(memory, 0) > 1000);
      worker.terminate();
      // A runtime that kills such a thread may take two seconds to do so.
      await sleep(4000);
      const before = Atomics.load(memory, 0);
      await sleep(1000);
      console.log(Atomics.load(memory, 0) !== before ? "spins" : "stopped");`,
    );
    assertEquals(out, "spins");
  },
);

fact(
  "terminate() ends a worker that waits for events",
  SANDBOX,
  async () => {
    const { out } = await play(
      "setInterval(() => Atomics.add(memory, 0, 1), 1);",
      `await until(() => Atomics.load(memory, 0) > 10);
      worker.terminate();
      await sleep(2000);
      const before = Atomics.load(memory, 0);
      await sleep(1000);
      console.log(Atomics.load(memory, 0) !== before ? "goes on" : "stopped");`,
    );
    assertEquals(out, "stopped");
  },
);

fact(
  "terminate() leaves a worker where it waits on shared memory, and it goes on when it is woken",
  SANDBOX,
  async () => {
    const { out } = await play(
      `Atomics.store(memory, 0, 1);
      Atomics.wait(memory, 1, 0);
      Atomics.store(memory, 0, 2);`,
      `await until(() => Atomics.load(memory, 0) === 1);
      worker.terminate();
      await sleep(4000);
      Atomics.store(memory, 1, 1);
      Atomics.notify(memory, 1);
      await sleep(1000);
      console.log(Atomics.load(memory, 0) === 2 ? "goes on" : "stopped");`,
    );
    assertEquals(out, "goes on");
  },
);

fact(
  "a process ends though a worker of it spins",
  SANDBOX,
  async () => {
    const { code, out } = await play(
      "Atomics.store(memory, 0, 1); for (;;);",
      `await until(() => Atomics.load(memory, 0) === 1);
      worker.terminate();
      console.log("last line");`,
    );
    assertEquals([code, out], [0, "last line"]);
  },
);

fact(
  "a worker that runs out of memory leaves the process alive, whether it says so or not",
  SANDBOX,
  async () => {
    const { code, out } = await play(
      "const all = []; for (;;) all.push(new Array(1000).fill(1));",
      `const end = await Promise.race([
        new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data)),
        sleep(3000),
      ]);
      console.log(JSON.stringify(end ?? "silent"));
      // A limit that does not hold must not take the machine's memory.
      Deno.exit(0);`,
    );
    assertEquals(code, 0);
    assert(
      ['{"error":"ERR_WORKER_OUT_OF_MEMORY"}', '"silent"'].includes(out),
      out,
    );
  },
);

fact(
  "a limit to the stack turns endless recursion into the end of the process",
  SANDBOX,
  async () => {
    const { code, out } = await play(
      "(function again() { again(); })();",
      `await new Promise((resolve) => worker.onmessage = resolve);
      console.log("alive");`,
      { stackSizeMb: 1 },
    );
    assert(code !== 0);
    assertEquals(out, "");
  },
);

fact(
  "an error of a worker that nobody handles ends the process",
  SANDBOX,
  async () => {
    const { code, out, err } = await play(
      "",
      `const other = startWorker("none", "throw new Error('unheard')");
      await sleep(3000);
      console.log("alive", other);`,
    );
    assertEquals([code, out], [1, ""]);
    assert(err.includes("unheard"), err);
  },
);

/** Runs a process that has a nested worker, and ends within a minute. */
async function play(
  inner: string,
  outer: string,
  limits: Readonly<Record<string, number>> = {},
): Promise<{ code: number; out: string; err: string }> {
  const threads = import.meta.resolve("../../helpers/threads.ts");
  const source = `import { startNested, startWorker } from "${threads}";
    const buffer = new SharedArrayBuffer(16);
    const memory = new Int32Array(buffer);
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const until = async (is) => { while (!is()) await sleep(10); };
    const worker = startNested(${JSON.stringify(inner)}, buffer, {
      maxOldGenerationSizeMb: 64,
      maxYoungGenerationSizeMb: 16,
      ...${JSON.stringify(limits)},
    });
    ${outer}`;
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: [
      "run",
      "--no-check",
      ...FLAGS,
      `data:text/javascript,${encodeURIComponent(source)}`,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    out: decoder.decode(stdout).trim(),
    err: decoder.decode(stderr),
  };
}
