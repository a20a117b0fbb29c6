/** The runtime's exporter, with somebody listening where it sends. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { OTEL_VARIABLES } from "../../src/security/otel.ts";
import { withLines } from "../helpers/config_text.ts";
import { deskTown, hookText, writeHook } from "../helpers/hook_file.ts";
import { type Ended, scratch, townlet } from "../helpers/townlet.ts";

/** A part of what an exporter sends, as JSON. */
type Sent = { readonly [key: string]: Sent } & Iterable<Sent>;

/** Somebody who listens where an exporter sends. */
interface Listener extends AsyncDisposable {
  /** Address to send to. */
  readonly url: string;
  /** What came, by path. */
  readonly came: Map<string, Sent[]>;
}

function listen(): Listener {
  const came = new Map<string, Sent[]>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      came.set(pathname, [...came.get(pathname) ?? [], await request.json()]);
      return Response.json({});
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    came,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The environment of a runtime that exports. */
function exporting(url: string): Record<string, string> {
  return {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  };
}

/** Runs a town of these lines for a few ticks. */
async function simulate(
  lines: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Ended> {
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  Deno.writeTextFileSync(file, withLines(lines));
  const words = ["--config", file, "--ticks", "5"];
  return await townlet("simulate", words, { env, flags });
}

/** What the town's own code had sent, of one kind. */
function sentOf(
  { came }: Listener,
  path: string,
  resource: string,
  scope: string,
  kind: string,
): readonly Sent[] {
  return (came.get(path) ?? []).flatMap((body) => [...body[resource]])
    .flatMap((one) => [...one[scope]])
    .filter((one) => String(one.scope.name) === "townlet")
    .flatMap((one) => [...one[kind]]);
}

function spansOf(listener: Listener): readonly Sent[] {
  return sentOf(
    listener,
    "/v1/traces",
    "resourceSpans",
    "scopeSpans",
    "spans",
  );
}

function metricsOf(listener: Listener): ReadonlyMap<string, Sent> {
  return new Map(
    sentOf(
      listener,
      "/v1/metrics",
      "resourceMetrics",
      "scopeMetrics",
      "metrics",
    ).map((metric) => [String(metric.name), metric]),
  );
}

/** A town that wants to export to an address, and is warned of a meeting. */
function wanting(url: string): string {
  return `telemetry: { otel: { enabled: true, endpoint: "${url}" } }
perturbations: { events: { meet: { kind: arranged_meet } } }`;
}

const GRANT = [`--allow-env=${OTEL_VARIABLES.join()}`];

Deno.test("simulate exports nothing unless the runtime is told to, wherever that would send (rule N4)", async () => {
  await using listener = listen();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: listener.url };
  assertEquals((await simulate("", env)).code, 0);
  const wanted = await simulate(wanting(listener.url), env);
  assertEquals(wanted.code, 0);
  assertEquals([...listener.came.keys()], []);
});

Deno.test("simulate tells of an exporter that nobody asked for, and refuses it in production (rule N4)", async () => {
  await using listener = listen();
  const env = exporting(listener.url);
  const told = await simulate("", env);
  assertEquals(told.code, 0, told.err);
  assertStringIncludes(told.err, "security.otel_enabled");
  // Not even switched off as a whole, if its share in what is logged is on.
  const logs = { ...env, OTEL_DENO: "false", OTEL_DENO_CONSOLE: "capture" };
  for (const one of [env, logs]) {
    const refused = await simulate("profile: production", one);
    assertEquals([refused.code, refused.out], [5, ""]);
    assertStringIncludes(refused.err, "(rule N4)");
  }
  assert(!listener.came.has("/v1/traces"));
});

Deno.test("simulate refuses an exporter that sends elsewhere, as a whole or in part (rule N4)", async () => {
  await using listener = listen();
  const { url } = listener;
  const other = "http://127.0.0.1:9";
  const ways: readonly (readonly [string, Readonly<Record<string, string>>])[] =
    [
      ["OTEL_EXPORTER_OTLP_ENDPOINT", { OTEL_EXPORTER_OTLP_ENDPOINT: other }],
      ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", {
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${other}/v1/logs`,
      }],
      // What is logged would still come here, and does not.
      ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${other}/v1/traces`,
      }],
    ];
  for (const [name, env] of ways) {
    const refused = await simulate(
      wanting(url),
      { ...exporting(url), ...env },
      GRANT,
    );
    assertEquals(refused.code, 5, refused.err);
    assertStringIncludes(refused.err, name);
    assert(!refused.err.includes(other));
  }
  assertEquals(listener.came.has("/v1/logs"), false);
  const blind = await simulate(wanting(url), exporting(url));
  assertEquals(blind.code, 5, blind.err);
  assertStringIncludes(blind.err, "perms");
  const right = await simulate(wanting(url), exporting(url), GRANT);
  assertEquals(right.code, 0, right.err);
});

Deno.test("simulate has what it warns of arrive where the exporter sends", async () => {
  await using listener = listen();
  const { url } = listener;
  const { code, err } = await simulate(
    wanting(url),
    exporting(url),
    GRANT,
  );
  assertEquals(code, 0, err);
  const line = "warn: perturbations.events.meet.location: no object has";
  assertStringIncludes(err, line);
  const sent = JSON.stringify(listener.came.get("/v1/logs"));
  assertStringIncludes(sent, line);
  assertStringIncludes(sent, '"severityText":"WARN"');
});

Deno.test("simulate has spans of the run and its hundreds, and the metrics, arrive", async () => {
  await using listener = listen();
  const { code, err } = await townlet(
    "simulate",
    [
      "--ticks=250",
      "--set=telemetry.otel.enabled=true",
      `--set=telemetry.otel.endpoint=${listener.url}`,
    ],
    { env: exporting(listener.url), flags: GRANT },
  );
  assertEquals(code, 0, err);
  const spans = spansOf(listener);
  const [run] = spans.filter(({ name }) => String(name) === "simulate");
  const blocks = spans.filter(({ name }) => String(name) === "ticks");
  assertEquals(Number(run.status.code), 0);
  assertEquals(
    blocks.map((block) => [
      block.parentSpanId === run.spanId,
      ...[...block.attributes].map(({ key, value }) => [
        String(key),
        Number(value.doubleValue),
      ]).filter(([key]) => key !== "agents"),
    ]),
    [
      [true, ["tick", 100], ["dropped", 0]],
      [true, ["tick", 200], ["dropped", 0]],
      [true, ["tick", 250], ["dropped", 0]],
    ],
  );
  const metrics = metricsOf(listener);
  const [ticks] = metrics.get("townlet.ticks.total")?.sum.dataPoints ?? [];
  assertEquals(Number(ticks.asDouble ?? ticks.asInt), 250);
  const [times] =
    metrics.get("townlet.tick.duration.seconds")?.histogram.dataPoints ?? [];
  assertEquals(Number(times.count), 250);
  assertEquals([...times.explicitBounds].length, 15);
  assert(Number(times.sum) > 0 && Number(times.sum) < 10, String(times.sum));
  const [events] = metrics.get("townlet.events.total")?.sum.dataPoints ?? [];
  assertEquals(String([...events.attributes][0].key), "event");
});

Deno.test("simulate has a run that failed arrive as one", async () => {
  await using listener = listen();
  using folder = scratch();
  const file = `${folder.path}/t.yaml`;
  const hook = writeHook(folder.path, "never", hookText("nowhere"));
  const town = JSON.parse(deskTown([hook]));
  town.telemetry = { otel: { enabled: true, endpoint: listener.url } };
  Deno.writeTextFileSync(file, JSON.stringify(town));
  const { code, err } = await townlet(
    "simulate",
    ["--config", file, "--ticks", "50"],
    { env: exporting(listener.url), flags: GRANT },
  );
  assertEquals(code, 1, err);
  const [run] = spansOf(listener)
    .filter(({ name }) => String(name) === "simulate");
  assertEquals(Number(run.status.code), 2);
});
