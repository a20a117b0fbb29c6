/** `townlet doctor`: every line is a check, and says what to do. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Finding } from "../../cli/doctor/finding.ts";
import { checkOut, checkTelemetry, checkTown } from "../../cli/doctor/parts.ts";
import { checkEnvironment, checkExporter } from "../../cli/doctor/process.ts";
import {
  checkTarget,
  checkVersion,
  limitsOf,
} from "../../cli/doctor/runtime.ts";
import { townlet } from "../helpers/townlet.ts";

const NEW = {
  deno: "2.9.6",
  target: "x86_64-unknown-linux-gnu",
  standalone: false,
};
const OLD = { ...NEW, deno: "2.7.11" };
const UNTRIED = { ...NEW, deno: "2.10.0", target: "aarch64-apple-darwin" };

Deno.test("checkVersion() and checkTarget() know what the suite runs on", () => {
  for (const runtime of [NEW, OLD]) {
    assertEquals(checkVersion(runtime).state, "fine");
    assertEquals(checkTarget(runtime).state, "fine");
  }
  assertEquals(checkVersion(UNTRIED).state, "note");
  assertStringIncludes(checkVersion(UNTRIED).says, "2.10.0");
  assertEquals(checkTarget(UNTRIED).state, "note");
  assertStringIncludes(checkTarget(UNTRIED).says, "aarch64-apple-darwin");
});

Deno.test("limitsOf() tells what older runtimes and their binaries cannot do", () => {
  const names = (runtime: typeof NEW) =>
    limitsOf(runtime).map(({ name, state }) => `${name}: ${state}`);
  assertEquals(names(NEW), []);
  assertEquals(names({ ...NEW, standalone: true }), []);
  assertEquals(names(OLD), ["servers: note"]);
  assertEquals(names({ ...OLD, standalone: true }), [
    "servers: note",
    "telemetry: note",
  ]);
  assertEquals(names(UNTRIED), []);
  assertEquals(names({ ...NEW, deno: "3.0.0" }), []);
});

Deno.test("doctor tries the town, the output, the writer and the exporter for real", async () => {
  assertEquals((await checkTown()).state, "fine");
  assertEquals((await checkOut()).state, "fine");
  assertEquals((await checkTelemetry()).state, "fine");
  assertEquals(
    [...Deno.readDirSync("out")].filter(({ name }) => /doctor-/.test(name)),
    [],
  );
  assertEquals(checkExporter().state, "fine");
});

Deno.test("doctor does not know variables that it may not read, and says so", () => {
  const { state, says } = checkEnvironment();
  assertEquals(state, "note");
  assertStringIncludes(says, "may read no variables");
});

Deno.test("townlet doctor finds nothing missing with the flags of its task", async () => {
  const { code, out, err } = await townlet("doctor", []);
  assertEquals([code, err], [0, ""], out);
  assertEquals(out.split("\n")[0], "Townlet 0.1.0, run from source");
  const marks = out.split("\n").slice(2, 8).map((line) => line[0]);
  assertEquals(marks, Array(6).fill("✓"));
});

Deno.test("townlet doctor names what is missing, with a remedy, and exits 1", async () => {
  const { code, out, err } = await townlet("doctor", ["--json"], {
    without: ["--allow-", "--v8-flags", "--ignore-env"],
  });
  assertEquals([code, err], [1, ""]);
  const { format, well, findings } = JSON.parse(out);
  assertEquals([format, well], ["townlet.doctor", false]);
  const gone = (findings as Finding[]).filter(({ state }) =>
    state === "missing"
  );
  assertEquals(gone.map(({ name }) => name), [
    "modules",
    "town",
    "permissions",
    "output",
    "hooks",
    "writer",
  ]);
  assertEquals(gone.filter(({ remedy }) => remedy === null), []);
  assertStringIncludes(
    gone[2].says,
    "--allow-read=configs,out,src --allow-write=out",
  );
});

Deno.test("townlet doctor looks at variables it may read, and at an exporter that is on", async () => {
  const { out } = await townlet("doctor", ["--json"], {
    flags: ["--allow-env=DENO_CERT,NODE_OPTIONS"],
    env: {
      NODE_OPTIONS: "--no-deprecation",
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    },
  });
  const { findings } = JSON.parse(out);
  const says = Object.fromEntries(
    (findings as Finding[]).map(({ name, says }) => [name, says]),
  );
  assertEquals(says.environment, "Set: NODE_OPTIONS");
  assertStringIncludes(says.exporter, "is on");
});
