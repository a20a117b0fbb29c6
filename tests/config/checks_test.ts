/** Rules across values and sections. @module */
import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/load.ts";
import { faultLines, withLines } from "../helpers/config_text.ts";

/** What is added to the shortest configuration, and what is said of it. */
const FAULTS: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  "a threshold outside of its scores": [
    "conflict: { rivalry: { max_value: 0.5 } }",
    [
      "4:13 conflict.rivalry.avoid_threshold: must lie within min_value and max_value (got 0.7); they are 0 and 0.5",
    ],
  ],
  "a shift past the end of the day": [
    "jobs: { a: { start_tick: 1440, end_tick: 1500 } }",
    [
      "4:26 jobs.a.start_tick: must be before the end of the day (got 1440); world.ticks_per_day is 1440",
      "4:42 jobs.a.end_tick: must be before the end of the day (got 1500); world.ticks_per_day is 1440",
    ],
  ],
  "a job off the grid": [
    "jobs: { a: { location: [48, 0] } }",
    [
      "4:24 jobs.a.location: must lie on the grid (got [48,0]); world.grid_size is [48, 48]",
    ],
  ],
  "a job at an object that does not exist": [
    "jobs: { a: { location: cafe_1 } }",
    ['4:24 jobs.a.location: no such object (got "cafe_1")'],
  ],
  "a built-in job past the end of a short day": [
    "world: { ticks_per_day: 500 }",
    [
      "1:1 jobs.barista.end_tick: must be before the end of the day (got 560); this job is built in: write jobs of your own, or jobs: {}",
    ],
  ],
  "an object off the grid": [
    "world: { grid_size: [4, 4], objects: [{ id: a, type: bed, position: [0, 4] }] }",
    [
      "4:69 world.objects[0].position: must lie on the grid (got [0,4]); world.grid_size is [4, 4]",
    ],
  ],
  "an object's id that is used twice": [
    "world: { objects: [{ id: a, type: bed }, { id: a, type: bed }] }",
    [
      '4:48 world.objects[1].id: used twice (got "a"); world.objects[0] has it already',
    ],
  ],
  "a scenario's object with the id of a generated one": [
    "world: { districts: { d: { area: [0, 0, 3, 3], objects: { bed: 1 } } } }\nscenario: { objects: [{ id: d_bed_1, type: bed }] }",
    [
      '5:29 scenario.objects[0].id: used twice (got "d_bed_1"); world.districts.d.objects.bed has it already',
    ],
  ],
  "a resident's id that is used twice": [
    "population: { residents: [{ id: ann }] }\nscenario: { agents: [{ id: ann }] }",
    [
      '5:28 scenario.agents[0].id: used twice (got "ann"); population.residents[0] has it already',
    ],
  ],
  "a resident with the id of a generated one": [
    "world: { districts: { d: { area: [0, 0, 3, 3], residents: { any: 2 } } } }\npopulation: { residents: [{ id: d_2 }] }",
    [
      '4:59 world.districts.d.residents: used twice (got "d_2"); population.residents[0] has it already',
    ],
  ],
  "a home off the grid": [
    "population: { residents: [{ id: ann, home: [50, 1] }] }",
    [
      "4:44 population.residents[0].home: must lie on the grid (got [50,1]); world.grid_size is [48, 48]",
    ],
  ],
  "a home under an object": [
    "world: { objects: [{ id: b, type: bed, position: [2, 2] }] }\npopulation: { residents: [{ id: ann, home: [2, 2] }] }",
    [
      "5:44 population.residents[0].home: must be free to walk on (got [2,2]); b stands there",
    ],
  ],
  "a start under an object": [
    "scenario: { objects: [{ id: b, type: bed, position: [2, 2] }], agents: [{ id: ann, position: [2, 2] }] }",
    [
      "4:94 scenario.agents[0].position: must be free to walk on (got [2,2]); b stands there",
    ],
  ],
  "a start by default under an object": [
    "world: { objects: [{ id: b, type: bed, position: [0, 0] }] }\npopulation: { residents: [{ id: ann }] }",
    [
      "5:27 population.residents[0]: starts at [0, 0], where b stands; give it a home or a position",
    ],
  ],
  "a job that nobody offers": [
    "population: { residents: [{ id: ann, job: smith }] }",
    [
      '4:43 population.residents[0].job: no such job (got "smith"); jobs are grocer, barista',
    ],
  ],
  "a district that is turned round": [
    "world: { districts: { d: { area: [5, 0, 3, 3] } } }",
    [
      "4:34 world.districts.d.area: must be [x0, y0, x1, y1] from west to east and north to south (got [5,0,3,3])",
    ],
  ],
  "a district off the grid": [
    "world: { districts: { d: { area: [0, 0, 48, 3] } } }",
    [
      "4:34 world.districts.d.area: must lie on the grid (got [0,0,48,3]); world.grid_size is [48, 48]",
    ],
  ],
  "a district without room": [
    "world: { districts: { d: { area: [0, 0, 4, 4], objects: { bed: 3, stove: 2 } } } }",
    [
      "4:57 world.districts.d.objects: must fit into the area (got 5); it has room for 4 objects",
    ],
  ],
  "a district with a profile that does not exist": [
    "world: { districts: { d: { area: [0, 0, 4, 4], residents: { happy: 3 } } } }",
    [
      "4:61 world.districts.d.residents.happy: unknown profile; known are balanced, socialite, industrious, stoic, any",
    ],
  ],
  "a district with a job that does not exist": [
    "world: { districts: { d: { area: [0, 0, 4, 4], jobs: [smith] } } }",
    [
      '4:55 world.districts.d.jobs[0]: no such job (got "smith"); jobs are grocer, barista',
    ],
  ],
  "a district whose ids would be too long": [
    `world: { districts: { ${
      "d".repeat(62)
    }: { area: [0, 0, 4, 4], objects: { bed: 1 } } } }`,
    [
      `4:125 world.districts.${
        "d".repeat(62)
      }.objects.bed: would generate a name that is too long (got "${
        "d".repeat(39)
      }…"); shorten the district's name`,
    ],
  ],
  "less room than residents": [
    "world: { agent_capacity: 1 }\npopulation: { residents: [{ id: a }, { id: b }] }",
    [
      "4:26 world.agent_capacity: must be at least the number of residents, which is 2 (got 1)",
    ],
  ],
  "too many residents": [
    "world: { districts: { d: { area: [0, 0, 9, 9], residents: { any: 10000, stoic: 1 } } } }",
    [
      "1:1 population: must not have more than 10000 residents (got 10001)",
    ],
  ],
  "friends and rivals without relationships": [
    "observations: { social_snippet: { top_friends: 2, top_rivals: 1 } }",
    [
      "4:48 observations.social_snippet.top_friends: must be 0 while features.stages.relationships is OFF (got 2)",
      "4:63 observations.social_snippet.top_rivals: must be 0 while features.stages.relationships is OFF (got 1)",
    ],
  ],
  "hook files without a digest": [
    "affordances: { hooks: { allow: [{ specifier: ./hooks/spa.js, names: [on_spa] }] } }",
    [
      "4:33 affordances.hooks.allow[0].sha256: is not pinned by a digest (rule H4); hooks pin FILE prints the entry",
    ],
  ],
  "unpinned hooks outside of profile dev": [
    "affordances: { hooks: { allow_unpinned: true } }",
    [
      "4:41 affordances.hooks.allow_unpinned: needs profile: dev (rule H4) (got true)",
    ],
  ],
  "a hook file that names no hooks": [
    `affordances: { hooks: { allow: [{ specifier: ./hooks/spa.js, sha256: "${
      "a".repeat(64)
    }" }] } }`,
    ["4:33 affordances.hooks.allow[0].names: must list the hooks of the file"],
  ],
  "built-in hooks with a digest": [
    `affordances: { hooks: { allow: [{ specifier: "townlet:default", sha256: "${
      "a".repeat(64)
    }" }] } }`,
    [
      "4:65 affordances.hooks.allow[0].sha256: built-in hooks take neither sha256 nor names",
    ],
  ],
  "hooks listed twice": [
    'affordances: { hooks: { allow: [{ specifier: "townlet:default" }, { specifier: "townlet:default" }] } }',
    [
      '4:80 affordances.hooks.allow[1].specifier: is listed twice (got "townlet:default")',
    ],
  ],
  "two ways to name transports": [
    "telemetry: { transport: { type: stdout }, transports: [] }",
    [
      "4:43 telemetry.transports: needs transport to be left out; put all of them into transports",
    ],
  ],
  "parts of events that are to be left out": [
    "telemetry: { redact: [agents/*/wallet, events/agent] }",
    [
      '4:40 telemetry.redact[1]: must be a channel of states, then /key once or more; * is any one key; events are left out by channel, with enabled: false (got "events/agent")',
    ],
  ],
  "deterministic telemetry over a network": [
    "telemetry: { deterministic: true, transport: { type: tcp, endpoint: 'a:1' } }",
    [
      '4:54 telemetry.transport.type: must be stdout or file while telemetry.deterministic is true (got "tcp")',
    ],
  ],
  "plaintext without consent (rule N6)": [
    "telemetry: { transport: { type: tcp, endpoint: '127.0.0.1:1', tls: { enabled: false } } }",
    [
      "4:14 telemetry.transport.allow_plaintext: must be true while tls.enabled is false (rule N6)",
      "4:14 telemetry.transport.i_accept_plaintext_risk: must be true while tls.enabled is false (rule N6)",
    ],
  ],
  "plaintext beyond this machine (rule N6)": [
    "telemetry: { transport: { type: tcp, endpoint: 'localhost.evil.com:1', allow_plaintext: true, i_accept_plaintext_risk: true, tls: { enabled: false } } }",
    [
      '4:48 telemetry.transport.endpoint: must be of this machine while tls.enabled is false (rule N6) (got "localhost.evil.com:1")',
    ],
  ],
  "certificates for a file": [
    "telemetry: { transport: { type: file, file_path: out/t.ndjson, tls: {} } }",
    [
      "4:64 telemetry.transport.tls: unknown key; type file allows type, file_path, file",
    ],
  ],
  "an address in place of the name in a certificate": [
    "telemetry: { transport: { type: tcp, endpoint: 'a:1', tls: { server_name: 10.0.0.1 } } }",
    [
      '4:75 telemetry.transport.tls.server_name: must be a host\'s name, not an address (got "10.0.0.1")',
    ],
  ],
  "a certificate without its key": [
    "telemetry: { transport: { type: tcp, endpoint: 'a:1', tls: { cert_file: a.pem } } }",
    [
      "4:60 telemetry.transport.tls: must have both cert_file and key_file, or neither (got a mapping)",
    ],
  ],
  "two keys that sign": [
    "telemetry: { sign: { keys: [{ id: a, env: A, use: sign }, { id: b, env: B, use: sign }] } }",
    [
      "4:65 telemetry.sign.keys[1].id: belongs to a second key that signs; only one may",
    ],
  ],
  "signatures that are required without a key": [
    "telemetry: { sign: { required: true } }",
    [
      "4:14 telemetry.sign.keys: must have a key that signs; telemetry.sign.required is true",
    ],
  ],
  "unsigned telemetry over a network in production": [
    "profile: production\ntelemetry: { transport: { type: http, endpoint: 'https://a' } }",
    [
      "5:1 telemetry.sign.keys: must have a key that signs; in profile production what is sent over a network is signed",
    ],
  ],
  "unchecked telemetry in production": [
    "profile: production\ntelemetry: { validate: off }",
    [
      '5:24 telemetry.validate: must not be off in profile production (got "off")',
    ],
  ],
  "pauses between tries that shrink": [
    "telemetry: { retry: { base_ms: 500, max_ms: 100 } }",
    [
      "4:45 telemetry.retry.max_ms: must be at least base_ms, which is 500 (got 100)",
    ],
  ],
  "narration thresholds the wrong way round": [
    "telemetry: { relationship_narration: { friendship_priority_threshold: 0.5, rivalry_escalation_threshold: 0.2 } }",
    [
      "4:71 telemetry.relationship_narration.friendship_priority_threshold: must not be below friendship_trust_threshold (got 0.5); that is 0.6",
      "4:106 telemetry.relationship_narration.rivalry_escalation_threshold: must not be below rivalry_avoid_threshold (got 0.2); that is 0.7",
    ],
  ],
  "an export to nowhere": [
    "telemetry: { otel: { enabled: true } }",
    [
      "4:14 telemetry.otel.endpoint: must be set while telemetry.otel.enabled is true",
    ],
  ],
  "an export that a network could read": [
    "telemetry: { otel: { endpoint: 'http://localhost.example:4318' } }",
    [
      '4:32 telemetry.otel.endpoint: must be an https address beyond this machine (rule N4) (got "http://localhost.example:4318")',
    ],
  ],
  "operators without tokens": [
    "serve: { operator: true }",
    ["4:20 serve.operator: needs console.auth.enabled: true (got true)"],
  ],
  "a gateway open to a network": [
    "serve: { listen: '0.0.0.0:8787' }",
    [
      '4:18 serve.listen: needs tls or behind_proxy: true beyond this machine (got "0.0.0.0:8787")',
    ],
  ],
  "an annealed training without stages": [
    "training: { source: anneal }",
    [
      "4:1 training.anneal_schedule: must have stages while training.source is anneal",
    ],
  ],
};

for (const [name, [lines, expected]] of Object.entries(FAULTS)) {
  Deno.test(`loadConfig() refuses ${name}`, async () => {
    assertEquals(
      await faultLines(withLines(lines)),
      expected.map((line) => `t.yaml:${line}`),
    );
  });
}

Deno.test("loadConfig() allows an export to this machine, and to any other one encrypted", async () => {
  for (
    const endpoint of [
      "http://localhost:4318",
      "http://127.0.0.1:4318/base",
      "http://[::1]:4318",
      "https://collector.example",
    ]
  ) {
    const { telemetry } = await loadConfig(
      withLines(
        `telemetry: { otel: { enabled: true, endpoint: '${endpoint}' } }`,
      ),
    );
    assertEquals(telemetry.otel, { enabled: true, endpoint });
  }
});

Deno.test("loadConfig() refuses more friends and rivals than fit", async () => {
  const text = withLines(
    "observations: { social_snippet: { top_friends: 8, top_rivals: 1 } }",
  ).replace("stages: {}", "stages: { relationships: B }");
  assertEquals(await faultLines(text), [
    "t.yaml:4:17 observations.social_snippet: must not tell of more than 8 friends and rivals (got 9)",
  ]);
});

Deno.test("loadConfig() allows homes under objects where nobody walks", async () => {
  const config = await loadConfig(withLines(`world:
  movement: teleport
  objects: [{ id: b, type: bed, position: [0, 0] }]
population: { residents: [{ id: ann }] }`));
  assertEquals(config.population.residents[0].home, [0, 0]);
});

Deno.test("loadConfig() leaves jobs at unknown objects to a manifest of one's own", async () => {
  const config = await loadConfig(withLines(
    "jobs: { a: { location: cafe_1 } }\naffordances: { manifest: m.yaml }",
  ));
  assertEquals(config.jobs.a.location, "cafe_1");
});

Deno.test("loadConfig() refuses more than 100000 objects before it names them", async () => {
  const districts = Array.from(
    { length: 5 },
    (_, i) =>
      `    d${i}: { area: [0, 0, 1023, 1023], objects: { bed: 25000 } }`,
  );
  const text = withLines(
    `world:\n  grid_size: [1024, 1024]\n  districts:\n${districts.join("\n")}`,
  );
  assertEquals(await faultLines(text), [
    "t.yaml:4:1 world: must not have more than 100000 objects (got 125000)",
  ]);
});

Deno.test("a faulty section does not hide the faults of others", async () => {
  const lines = await faultLines(withLines(`behavior: { hunger_threshold: 7 }
serve: { operator: true }`));
  assertEquals(lines.length, 2);
});
