import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { resolve } from "node:path";
import { TownletError } from "../../src/base/error.ts";
import { loadConfig } from "../../src/config/load.ts";
import {
  type Needs,
  NEEDS_NOTHING,
  type Permissions,
  permissionsFor,
  programFlags,
} from "../../src/security/permissions.ts";
import { withLines } from "../helpers/config_text.ts";

/** What a run opens of its town. */
const RUN = [
  ...["manifest", "hooks", "saves", "snapshots", "telemetry"] as const,
];

const NOTHING: Permissions = { read: [], write: [], net: [], env: [], run: [] };

/** Permissions of a run of a town in `towns/t.yaml` that has more lines. */
async function forRun(
  lines: string,
  needs: Partial<Needs> = {},
): Promise<Permissions> {
  const file = "towns/t.yaml";
  const config = await loadConfig(withLines(lines), { file });
  return permissionsFor(
    { ...NEEDS_NOTHING, towns: [file], opens: RUN, ...needs },
    [{ file, config }],
  );
}

/** What a run of the plainest town reads. */
const PLAIN = ["towns/t.yaml", "out"];

Deno.test("permissionsFor() gives nothing to what touches nothing", () => {
  assertEquals(permissionsFor(NEEDS_NOTHING, []), NOTHING);
});

Deno.test("permissionsFor() lets a run read its town and its snapshots", async () => {
  assertEquals(await forRun("snapshot: {}"), {
    ...NOTHING,
    read: ["towns/t.yaml", "out"],
  });
  assertEquals((await forRun("snapshot: { root: /srv/states }")).read, [
    "towns/t.yaml",
    "/srv/states",
  ]);
});

Deno.test("permissionsFor() looks at each part of the way to a folder", async () => {
  const { read } = await forRun("snapshot: { root: data/states/here }");
  assertEquals(read, ["towns/t.yaml", "data"]);
});

Deno.test("permissionsFor() gives a folder of snapshots to who opens it, and none that holds more", async () => {
  const opens = ["manifest", "saves"] as const;
  assertEquals(
    (await forRun("snapshot: { root: /srv/states }", { opens })).read,
    ["towns/t.yaml"],
  );
  for (const root of ["/", "..", ".", "/home/ann", "/root", "towns"]) {
    const error = await assertRejects(
      () => forRun(`snapshot: { root: ${root}, on_failure: true }`),
      TownletError,
    );
    assertEquals([error.code, error.exit], ["root.too_wide", 5], root);
  }
});

Deno.test("permissionsFor() lets a run write snapshots only if it saves by itself", async () => {
  const failing = "snapshot: { root: data/states, on_failure: true }";
  assertEquals((await forRun(failing)).write, ["data/states"]);
  const hook = JSON.stringify({
    specifier: "./hooks/a.js",
    sha256: "0".repeat(64),
    names: ["on_a"],
  });
  const writes = async (fault: string) =>
    (await forRun(`snapshot: { root: data/states }
affordances: { hooks: { on_fault: ${fault}, allow: [${hook}] } }`)).write;
  assertEquals(await writes("halt"), ["data/states"]);
  assertEquals(await writes("disable"), []);
});

Deno.test("permissionsFor() reads the folder of checkpoints only if the policy is one", async () => {
  const opens = ["policy"] as const;
  const reads = async (policy: string) =>
    (await forRun(`policy: { ${policy} }`, { opens })).read;
  assertEquals(await reads("root: data/mine"), ["towns/t.yaml"]);
  assertEquals(await reads('backend: "onnx:a", root: data/mine'), [
    "towns/t.yaml",
    "data",
  ]);
  const error = await assertRejects(
    () => reads('backend: "onnx:a", root: .'),
    TownletError,
  );
  assertEquals([error.code, error.exit], ["root.too_wide", 5]);
});

Deno.test("permissionsFor() reads the datasets that a town learns from, by folder or manifest", async () => {
  const opens = ["datasets"] as const;
  const named = "replay_manifest: ../data/a, " +
    "bc: { manifest: ../data/b/manifest.json }";
  assertEquals((await forRun(`training: { ${named} }`, { opens })).read, [
    "towns/t.yaml",
    "data/a",
    "data/b",
  ]);
  assertEquals((await forRun("", { opens })).read, ["towns/t.yaml"]);
});

Deno.test("permissionsFor() reads a manifest from the folder of its town", async () => {
  const lines = "affordances: { manifest: ../lists/m.yaml }";
  assertEquals((await forRun(lines)).read, [
    "towns/t.yaml",
    "lists/m.yaml",
    "out",
  ]);
  const load = await forRun(lines, { opens: ["manifest"] });
  assertEquals(load, { ...NOTHING, read: ["towns/t.yaml", "lists/m.yaml"] });
  const show = await forRun(lines, { opens: [] });
  assertEquals(show, { ...NOTHING, read: ["towns/t.yaml"] });
});

Deno.test("permissionsFor() reads the folder of hooks only if a file is listed", async () => {
  const file = '{ specifier: "./hooks/spa.js", names: [on_spa], sha256: "' +
    "0".repeat(64) + '" }';
  const hooks = (allow: string, root = ".") =>
    forRun(`affordances: { hooks: { root: "${root}", allow: [${allow}] } }`);
  assertEquals((await hooks("")).read, PLAIN);
  assertEquals((await hooks('{ specifier: "townlet:default" }')).read, PLAIN);
  assertEquals((await hooks(file)).read, [
    "towns/t.yaml",
    "towns/hooks",
    "out",
  ]);
  assertEquals((await hooks(file, "../ours")).read[1], "ours/hooks");
});

Deno.test("permissionsFor() reaches the one address of a transport, with its files", async () => {
  const tls = "{ ca_file: tls/ca.pem, cert_file: /run/c.pem, key_file: k.pem }";
  assertEquals(
    await forRun(
      `telemetry: { transport: { type: tcp, endpoint: "collector.example:9443", tls: ${tls} } }`,
    ),
    {
      ...NOTHING,
      read: [
        "towns/t.yaml",
        "out",
        "towns/tls/ca.pem",
        "/run/c.pem",
        "towns/k.pem",
        "src",
      ],
      net: ["collector.example:9443"],
    },
  );
});

Deno.test("permissionsFor() writes addresses as the configuration does", async () => {
  const net = async (transport: string) =>
    (await forRun(`telemetry: { transport: ${transport} }`)).net;
  assertEquals(await net('{ type: tcp, endpoint: "[::1]:9443" }'), [
    "[::1]:9443",
  ]);
  assertEquals(await net('{ type: tcp, endpoint: "localhost:9443" }'), [
    "localhost:9443",
  ]);
  assertEquals(await net('{ type: http, endpoint: "https://a.example/in" }'), [
    "a.example:443",
  ]);
  assertEquals(
    await net('{ type: http, endpoint: "https://a.example:8443/in" }'),
    ["a.example:8443"],
  );
  assertEquals(await net("{ type: stdout }"), []);
  assertEquals(await net("{ type: none }"), []);
});

Deno.test("permissionsFor() leaves out the files of a connection without TLS", async () => {
  const { read, net } = await forRun(
    `telemetry:
  transport:
    type: tcp
    endpoint: "127.0.0.1:9"
    allow_plaintext: true
    i_accept_plaintext_risk: true
    tls: { enabled: false, ca_file: ca.pem }`,
  );
  assertEquals([read, net], [["towns/t.yaml", "out", "src"], ["127.0.0.1:9"]]);
});

Deno.test("permissionsFor() writes into the folders of a transport's files", async () => {
  const { read, write } = await forRun(
    `telemetry:
  transports:
    - { type: file, file_path: data/frames/today.ndjson }
    - { type: prometheus, file_path: out/metrics.prom }`,
  );
  assertEquals(write, ["data/frames", "out"]);
  assertEquals(read, ["towns/t.yaml", "out", "src", "data/frames"]);
});

Deno.test("permissionsFor() reads the one key that signs, if anything is sent", async () => {
  const keys = (transport: string, source: string) =>
    forRun(
      `telemetry:
  transport: { type: ${transport} }
  sign: { keys: [{ id: a, ${source}, use: sign }, { id: b, env: OTHERS, use: verify }] }`,
    );
  assertEquals((await keys("stdout", "env: TOWNLET_KEY")).env, ["TOWNLET_KEY"]);
  assertEquals((await keys("stdout", "file: a.key")).read, [
    "towns/t.yaml",
    "out",
    "towns/a.key",
    "src",
  ]);
  assertEquals((await keys("none", "env: TOWNLET_KEY")).env, []);
});

Deno.test("permissionsFor() compares the exporter's address when it is wanted", async () => {
  const otel = (enabled: boolean) =>
    forRun(
      `telemetry: { otel: { enabled: ${enabled}, endpoint: "https://a" } }`,
    );
  assertEquals((await otel(true)).env, [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    "OTEL_DENO_VSOCK",
  ]);
  assertEquals((await otel(false)).env, []);
});

Deno.test("permissionsFor() names no folder twice, and none within another", () => {
  const needs = {
    ...NEEDS_NOTHING,
    reads: ["a/b.txt", "./a", "out/x", resolve("out")],
    writes: ["out", "out/reports/", "outer"],
  };
  assertEquals(permissionsFor(needs, []), {
    ...NOTHING,
    read: ["a", resolve("out"), "outer"],
    write: ["out", "outer"],
  });
});

Deno.test("programFlags() gives the common flags, and a list for each kind that has one", () => {
  const common = programFlags(NOTHING);
  assertEquals(common.some((flag) => flag.startsWith("--allow")), false);
  assertEquals(
    programFlags({
      read: ["a", "b"],
      write: ["b"],
      net: ["[::1]:1", "h:2"],
      env: ["A"],
      run: ["deno"],
    }),
    [
      ...common,
      "--allow-read=a,b",
      "--allow-write=b",
      "--allow-net=[::1]:1,h:2",
      "--allow-env=A",
      "--allow-run=deno",
    ],
  );
  assertEquals(
    programFlags(NOTHING, ["--expose-gc"]).at(-1),
    `${common.at(-1)},--expose-gc`,
  );
});

Deno.test("programFlags() refuses paths that a list of flags cannot carry", () => {
  const bad = [
    ...["a b", "a,b", "a\tb", "a\nb", "a*", "a?", "[a]", "", "a\u00a0b"],
    // What is printed is pasted into shells.
    ...["a;b", "a&b", "a|b", "a<b", "a>b", "(a)", "{a}", "$HOME", "$(a)"],
    ...["`a`", "a'b", 'a"b', "a\\b", "a#b", "a!b", "~/a", "a\u202eb"],
  ];
  for (const path of bad) {
    const error = assertThrows(
      () => programFlags({ ...NOTHING, read: ["fine", path] }),
      TownletError,
    );
    assertEquals([error.code, error.where, error.exit], [
      "perms.path",
      path,
      2,
    ]);
  }
  const fine = ["büro/ä.yaml", "a=b", "-x", "a@b:c", "a+b%20", "../a_b.c"];
  programFlags({ ...NOTHING, read: fine });
});

Deno.test("programFlags() refuses to let a program write itself", () => {
  for (
    const folder of [".", "..", "/", resolve("."), "src/..", "src", "cli/print"]
  ) {
    const error = assertThrows(
      () => programFlags({ ...NOTHING, read: ["."], write: [folder] }),
      TownletError,
    );
    assertEquals([error.code, error.exit], ["perms.wide", 5]);
  }
  programFlags({ ...NOTHING, read: ["."], write: ["out", "/somewhere"] });
});

Deno.test("permissionsFor() lets who looks at connections reach them, and read their certificates", async () => {
  const opens = ["connections"] as const;
  const granted = await forRun(
    `telemetry:
  sign: { keys: [{ id: k1, env: TOWN_KEY, use: sign }] }
  transports:
    - { type: file, file_path: out/t.ndjson }
    - type: tcp
      endpoint: harbour.example:9443
      tls: { ca_file: tls/ca.pem, cert_file: tls/c.pem, key_file: tls/c.key }
    - { type: http, endpoint: "https://[::1]/in" }`,
    { opens },
  );
  assertEquals(granted, {
    ...NOTHING,
    read: [
      "towns/t.yaml",
      "towns/tls/ca.pem",
      "towns/tls/c.pem",
      "towns/tls/c.key",
    ],
    net: ["harbour.example:9443", "[::1]:443"],
  });
});
