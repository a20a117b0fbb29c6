/** Watching a town that lives: through pipes, files and folders. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { recording } from "../helpers/recording.ts";
import { inScratch } from "../helpers/scratch.ts";
import { ended, start, townlet } from "../helpers/townlet.ts";

/** Reads lines of a process until there are so many. */
async function linesOf(
  stream: ReadableStream<Uint8Array>,
  count: number,
): Promise<string[]> {
  const decoder = new TextDecoder();
  let text = "";
  const reader = stream.getReader();
  while (text.split("\n").length <= count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text.split("\n").slice(0, count);
}

/** Waits until a file is there. */
async function isThere(path: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const info = await Deno.stat(path).catch(() => null);
    if (info !== null && info.size > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${path} is not there`);
}

Deno.test("watch --follow shows a town that is being simulated, until Ctrl-C", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    const town = start("simulate", [
      ...["--ticks", "100000", "--realtime", "200", "--quiet"],
      ...["--telemetry", path],
    ]);
    await isThere(path);
    const watch = start("telemetry", [
      ...["watch", path, "--follow", "--json", "--channel", "agents"],
    ]);
    const lines = await linesOf(watch.stdout, 20);
    const ticks = lines.map((line) => JSON.parse(line).t);
    assertEquals(ticks, ticks.toSorted((a, b) => a - b));
    watch.kill("SIGINT");
    assertEquals(ended(await watch.output()).code, 130);
    const alert = await townlet("telemetry", [
      ...["watch", path, "--follow", "--alert", "agents.ada.needs.hunger<=1"],
    ]);
    assertEquals(alert.code, 4);
    assertStringIncludes(
      alert.err,
      "alert: agents.ada.needs.hunger<=1 at tick",
    );
    town.kill("SIGINT");
    assertEquals(ended(await town.output()).code, 130);
    const whole = await townlet("telemetry", ["verify", path, "--strict"]);
    assertEquals([whole.code, whole.err], [0, ""]);
  });
});

Deno.test("a replay over a WebSocket is watched with its signatures", async () => {
  await inScratch(async (folder) => {
    const path = `${folder}/town.ndjson`;
    await Deno.writeTextFile(path, recording().text());
    const key = `${folder}/k1.key`;
    const hex = new TextEncoder()
      .encode("townlet-test-key-townlet-test-key").toHex();
    await Deno.writeTextFile(key, `hex:${hex}`, { mode: 0o600 });
    const port = String(20_000 + Math.floor(Math.random() * 20_000));
    const net = { flags: [`--allow-net=127.0.0.1:${port}`] };
    const replay = start("telemetry", [
      ...["replay", path, "--to-ws", port, "--speed", "1000"],
    ], net);
    const [ready] = await linesOf(replay.stderr, 1);
    assertStringIncludes(ready, `ws://127.0.0.1:${port}/`);
    const address = `ws://127.0.0.1:${port}/`;
    const watch = await townlet("telemetry", [
      ...["watch", address, "--verify-key", `k1=${key}`, "--json"],
    ], net);
    assertEquals([watch.code, watch.err], [0, ""]);
    assert(watch.out.includes('"k":"bye"'));
    const refused = await townlet("telemetry", ["watch", address]);
    assertEquals(refused.code, 5);
    assertStringIncludes(refused.err, `perms telemetry watch ${address}`);
    const perms = await townlet("perms", ["telemetry", "watch", address]);
    assertStringIncludes(perms.out, `--allow-net=127.0.0.1:${port}`);
    replay.kill("SIGINT");
    assertEquals(ended(await replay.output()).code, 130);
  });
});

Deno.test("what a town tells goes through a pipe", async () => {
  const line =
    "deno task -q simulate --ticks 50 --telemetry stdout --quiet | deno task -q telemetry watch - --json --channel meta";
  const { code, out } = ended(
    await new Deno.Command("deno", {
      args: ["task", "--quiet", "--eval", line],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output(),
  );
  assertEquals(code, 0);
  const kinds = out.trim().split("\n").map((line) => JSON.parse(line).k);
  assertEquals(kinds, ["hello", "bye"]);
});
