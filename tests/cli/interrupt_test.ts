/** The first signal asks to stop, its echo is nothing, the second stops. @module */
import { assertEquals } from "@std/assert";

Deno.test("a signal and its echo ask to stop once; a later one ends the process", async () => {
  const process = new Deno.Command("deno", {
    args: ["run", "--no-check", "--no-prompt", "tests/helpers/never_ends.ts"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  assertEquals((await reader.read()).value, "ready\n");
  process.kill("SIGINT");
  assertEquals((await reader.read()).value, "asked\n");
  process.kill("SIGINT");
  // Long enough for the echo to be over, and for the process to have ended
  // if it had taken the echo for a second signal.
  const early = await Promise.race([
    process.status.then(() => "ended"),
    new Promise((resolve) => setTimeout(resolve, 800, "still there")),
  ]);
  assertEquals(early, "still there");
  process.kill("SIGINT");
  assertEquals((await process.status).code, 130);
  await reader.cancel();
});
