/** `townlet promote`, as a process. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ended, scratch, taskWords, townlet } from "../helpers/townlet.ts";

const FLAGS = { loss_flag: false, queue_flag: false, intensity_flag: false };
const PASSED = { mode: "bc", cycle: 0, passed: true };
const FLAGGED = { mode: "ppo", cycle: 2, ...FLAGS, intensity_flag: true };

Deno.test("promote evaluate reads the standard input, and its exit code is the decision", async () => {
  const input = {
    status: "PASS",
    promotion: { candidate_ready: true, pass_streak: 2 },
    results: [PASSED, { mode: "ppo", cycle: 1, ...FLAGS }],
  };
  const process = new Deno.Command("deno", {
    args: taskWords("promote", [
      ...["evaluate", "--input", "-", "--format", "json"],
    ]),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(input)));
  await writer.close();
  const { code, out, err } = ended(await process.output());
  assertEquals([code, err], [0, ""]);
  assertEquals(JSON.parse(out), {
    status: "PASS",
    decision: "PROMOTE",
    candidate_ready: true,
    promotion: input.promotion,
    results: input.results,
    reasons: [],
  });
});

Deno.test("promote evaluate holds what is flagged, and refuses what tells nothing", async () => {
  using folder = scratch();
  const file = `${folder.path}/results.json`;
  const promotion = { candidate_ready: true };
  const results = [PASSED, FLAGGED];
  Deno.writeTextFileSync(file, JSON.stringify({ promotion, results }));
  const held = await townlet("promote", ["evaluate", "--input", file]);
  assertEquals([held.code, held.err], [4, ""]);
  assertEquals(
    held.out,
    "HOLD: 2 stages, status HOLD, the candidate is ready\n" +
      "  intensity_flag_cycle_2\n",
  );
  Deno.writeTextFileSync(file, JSON.stringify({ promotion }));
  const refused = await townlet("promote", ["evaluate", "--input", file]);
  assertEquals([refused.code, refused.out], [2, ""]);
  assertStringIncludes(refused.err, `${file}: The results make no sense`);
});
