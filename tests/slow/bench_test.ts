/** The benchmark runs and tells what it promises. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { townlet } from "../helpers/townlet.ts";

Deno.test("bench tick --json has a row for each number of residents", async () => {
  const { code, out, err } = await townlet("bench", [
    ...["tick", "--agents", "8,32", "--rounds", "1", "--json"],
  ]);
  assertEquals([code, err], [0, ""]);
  const { format, rows } = JSON.parse(out);
  assertEquals(format, "townlet.bench");
  assertEquals(rows.map(({ agents }: { agents: number }) => agents), [8, 32]);
  for (const row of rows) {
    for (
      const key of [
        "agent_steps_per_second",
        "ns_per_agent_step",
        "ratio_to_bare_loop",
        "ratio_to_bare_loop_u8",
      ]
    ) assert(row[key] > 0, key);
    assertEquals(typeof row.heap_bytes_per_tick, "number");
    assertEquals(row.systems, {});
    const mix = Object.values<number>(row.actions);
    assert(Math.abs(mix.reduce((a, b) => a + b) - 1) < 1e-9);
    assert(row.actions.move > 0 && row.actions.start > 0, "the town lives");
  }
});

Deno.test("bench step and observe measure what is beside the tick, in both formats", async () => {
  for (const part of ["step", "observe"]) {
    for (const map of ["f32", "u8"]) {
      const { code, out, err } = await townlet("bench", [
        ...[part, "--agents", "8", "--rounds", "1", "--map", map, "--json"],
      ]);
      assertEquals([code, err], [0, ""]);
      const result = JSON.parse(out);
      assertEquals([result.part, result.map], [part, map]);
      const [row] = result.rows;
      assertEquals(row.agents, 8);
      assert(row.ns_per_agent_step > 0);
      assert(row.ratio_to_bare_loop_u8 > 0);
      assertEquals(typeof row.heap_bytes_per_tick, "number");
    }
  }
});

Deno.test("bench vector compares threads, which give the same worlds", async () => {
  const { code, out, err } = await townlet("bench", [
    ...["vector", "--worlds", "4", "--agents", "8", "--rounds", "1", "--json"],
  ]);
  assertEquals([code, err], [0, ""]);
  const { rows } = JSON.parse(out);
  assertEquals(rows.map((row: { workers: number }) => row.workers), [1, 2]);
  for (const row of rows) {
    assertEquals(row.same, true);
    assert(row.agent_steps_per_second > 0);
  }
});

Deno.test("bench hooks tells what a hook adds, to the same worlds", async () => {
  const { code, out, err } = await townlet("bench", [
    ...["hooks", "--agents", "32", "--rounds", "1", "--json"],
  ]);
  assertEquals([code, err], [0, ""]);
  const { part, rows: [row] } = JSON.parse(out);
  assertEquals([part, row.agents, row.same], ["hooks", 32, true]);
  for (const key of ["calls_per_tick", "us_per_call", "us_per_tick_with"]) {
    assert(row[key] > 0, key);
  }
});

Deno.test("bench telemetry tells what telling costs, and how many bytes it takes", async () => {
  const { code, out, err } = await townlet("bench", [
    ...["telemetry", "--agents", "8", "--rounds", "1", "--json"],
  ]);
  assertEquals([code, err], [0, ""]);
  const { part, cost: [cost], bytes, collected } = JSON.parse(out);
  assertEquals([part, cost.agents, collected], ["telemetry", 8, []]);
  for (const key of ["ns_per_agent_step", "ratio_to_bare_loop"]) {
    assert(cost[key] > 0, key);
  }
  assertEquals(typeof cost.heap_bytes_per_tick, "number");
  assertEquals(bytes.length, 3);
});

Deno.test("bench telemetry --collector measures over TLS, where it may", async () => {
  const words = ["telemetry", "--agents", "8", "--rounds", "1", "--collector"];
  const refused = await townlet("bench", words);
  assertEquals([refused.code, refused.out], [5, ""]);
  assertStringIncludes(refused.err, "127.0.0.1:9443");
  const { code, out, err } = await townlet("bench", [...words, "--json"], {
    without: ["--allow-read"],
    flags: ["--allow-read=configs,src,out", "--allow-net=127.0.0.1:9443"],
  });
  assertEquals([code, err], [0, ""]);
  const { collected: [row] } = JSON.parse(out);
  assertEquals(row.agents, 8);
  for (
    const key of [
      "ticks_per_second_without",
      "ticks_per_second_unread",
      "queue_bytes_peak",
      "frames_per_second",
    ]
  ) assert(row[key] > 0, key);
  assert(row.queue_bytes_peak <= 1_048_576, "the queue is bounded");
});

Deno.test("bench vector refuses more threads than worlds", async () => {
  const { code, out, err } = await townlet("bench", [
    ...["vector", "--worlds", "2", "--workers", "3"],
  ]);
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(err, "3 threads are more than 2 worlds");
});

Deno.test("the task profile tells the share of each system", async () => {
  const { code, out } = await townlet("profile", [
    ...["--agents", "32", "--rounds", "1"],
  ]);
  assertEquals(code, 0);
  assertStringIncludes(out, "time by system, 32 residents");
  assertStringIncludes(out, "workShifts");
});

Deno.test("bench refuses numbers of residents that are none", async () => {
  for (const list of ["", "8,", "0", "a", "9000"]) {
    const { code, out, err } = await townlet("bench", [
      "tick",
      "--agents",
      list,
    ]);
    assertEquals([code, out], [2, ""], list);
    assertStringIncludes(err, "--agents");
  }
});
