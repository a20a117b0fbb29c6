import { assertEquals, assertThrows } from "@std/assert";
import { EXIT, TownletError } from "../../src/base/error.ts";
import { checkExporter, OTEL_VARIABLES } from "../../src/security/otel.ts";
import { tinyConfig } from "../helpers/tiny_town.ts";

/** What comes of a look at the exporter: its answer and what was warned of. */
function look(
  config: Readonly<Record<string, unknown>>,
  isOn: boolean,
  variables: (name: string) => string | undefined = () => {
    throw new Deno.errors.NotCapable("no variable is to be read");
  },
): readonly [isUsed: boolean, ...warnings: string[]] {
  const warnings: string[] = [];
  const log = { warn: (text: string) => void warnings.push(text) };
  const isUsed = checkExporter(tinyConfig({ config }), log, isOn, variables);
  return [isUsed, ...warnings.map((text) => text.split(/[:,]/)[0])];
}

/** How a look at the exporter is refused. */
function refusal(
  config: Readonly<Record<string, unknown>>,
  variables?: (name: string) => string | undefined,
): TownletError {
  const error = assertThrows(() => look(config, true, variables), TownletError);
  assertEquals([error.code, error.exit], ["security.otel", EXIT.refused]);
  assertEquals(error.message.includes("(rule N4)"), true);
  return error;
}

const ENDPOINT = "https://collector.example:4318";

/** A town that wants to export. */
function wanting(endpoint: string) {
  return { telemetry: { otel: { enabled: true, endpoint } } };
}

Deno.test("checkExporter() says nothing of an exporter that is neither wanted nor there", () => {
  assertEquals(look({}, false), [false]);
  assertEquals(look({ profile: "production" }, false), [false]);
});

Deno.test("checkExporter() warns of an exporter that nobody asked for (rule N4)", () => {
  assertEquals(look({}, true), [false, "security.otel_enabled"]);
  assertEquals(look({ profile: "dev" }, true), [
    false,
    "security.otel_enabled",
  ]);
});

Deno.test("checkExporter() refuses that one in production (rule N4)", () => {
  const { message } = refusal({ profile: "production" });
  assertEquals(
    message,
    "The runtime exports traces, metrics and logs (rule N4)",
  );
});

Deno.test("checkExporter() warns where what was asked for is not there", () => {
  assertEquals(look(wanting(ENDPOINT), false), [
    false,
    "telemetry.otel.enabled is true",
  ]);
});

Deno.test("checkExporter() takes an exporter that sends to the configured place (rule N4)", () => {
  const ways: readonly (readonly [string, Readonly<Record<string, string>>])[] =
    [
      [ENDPOINT, { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }],
      [ENDPOINT, { OTEL_EXPORTER_OTLP_ENDPOINT: `${ENDPOINT}/` }],
      [`${ENDPOINT}/`, { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }],
      ["https://a.example/otlp", {
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://A.example:443/otlp",
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "https://a.example/otlp/v1/logs",
      }],
      // Where it sends unless told otherwise.
      ["http://localhost:4318", {}],
    ];
  for (const [endpoint, variables] of ways) {
    assertEquals(
      look(wanting(endpoint), true, (name) => variables[name]),
      [true],
      endpoint,
    );
  }
});

Deno.test("checkExporter() refuses one that sends elsewhere, as a whole or in part, and shows no address (rule N4)", () => {
  const right = { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT };
  const ways: readonly (readonly [string, Readonly<Record<string, string>>])[] =
    [
      ["OTEL_EXPORTER_OTLP_ENDPOINT", {}],
      ["OTEL_EXPORTER_OTLP_ENDPOINT", { OTEL_EXPORTER_OTLP_ENDPOINT: "" }],
      ["OTEL_EXPORTER_OTLP_ENDPOINT", {
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://canary@collector.example:4318",
      }],
      ["OTEL_EXPORTER_OTLP_ENDPOINT", {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${ENDPOINT}.canary`,
      }],
      ["OTEL_EXPORTER_OTLP_ENDPOINT", {
        OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT.replace("https", "http"),
      }],
      ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", {
        ...right,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://canary/v1/traces",
      }],
      ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", {
        ...right,
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${ENDPOINT}/canary`,
      }],
      ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", {
        ...right,
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "",
      }],
      ["OTEL_DENO_VSOCK", { ...right, OTEL_DENO_VSOCK: "canary" }],
    ];
  for (const [where, variables] of ways) {
    const error = refusal(wanting(ENDPOINT), (name) => variables[name]);
    assertEquals(error.where, where);
    assertEquals(`${error.message}${error.hint}`.includes("canary"), false);
  }
});

Deno.test("checkExporter() refuses to use an exporter whose place it may not read (rule N4)", () => {
  const { message, hint } = refusal(wanting(ENDPOINT));
  assertEquals(
    message,
    "The variable OTEL_EXPORTER_OTLP_ENDPOINT cannot be read (rule N4)",
  );
  assertEquals(hint?.includes("perms"), true);
});

Deno.test("checkExporter() reads the variables that it names, and no other", () => {
  const read: string[] = [];
  look(wanting(ENDPOINT), true, (name) => {
    read.push(name);
    return name === "OTEL_EXPORTER_OTLP_ENDPOINT" ? ENDPOINT : undefined;
  });
  assertEquals(read, OTEL_VARIABLES);
});

Deno.test("checkExporter() finds no exporter in a process without one, and needs no permission to", () => {
  const warned: string[] = [];
  const log = { warn: (text: string) => void warned.push(text) };
  assertEquals(checkExporter(tinyConfig(), log), false);
  assertEquals(warned, []);
});
