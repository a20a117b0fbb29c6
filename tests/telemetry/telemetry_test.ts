/** Telemetry of whole runs, through threads and into files. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Readable } from "node:stream";
import { TownletError } from "../../src/base/error.ts";
import { configFrom } from "../../src/config/load.ts";
import { Simulation } from "../../src/simulation.ts";
import { STATE_CHANNELS } from "../../src/telemetry/channels.ts";
import type { Frame } from "../../src/telemetry/reader/envelope.ts";
import { TelemetryReader } from "../../src/telemetry/reader/reader.ts";
import { StateView } from "../../src/telemetry/reader/state_view.ts";
import { Telemetry, type TelemetryEnd } from "../../src/telemetry/telemetry.ts";
import { copyWorld, emptyWorld, type World } from "../../src/world/world.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import type { Town } from "../../src/world/town.ts";
import type { Plain } from "../../src/snapshots/plain.ts";
import { busyTown } from "../helpers/busy_town.ts";
import { inScratch } from "../helpers/scratch.ts";
import { openTold } from "../helpers/told.ts";
import { openCollector } from "./delivery/collector.ts";
import { plainTcp } from "./delivery/open.ts";

const BUSY = busyTown({ movement: "walk", backend: "scripted" });

/** The busy town with telemetry. */
function townWith(telemetry: object): Town {
  const { config } = BUSY;
  const { telemetry: settings } = configFrom({
    config_id: "busy",
    features: { stages: {}, systems: {} },
    rewards: { needs_weights: { hunger: 1, hygiene: 1, energy: 1 } },
    telemetry,
  });
  return compileTown({ ...config, telemetry: settings });
}

/** A transport into a file. */
function into(file_path: string, file: object = {}): object {
  return { type: "file", file_path, file };
}

/** What a run leaves. */
interface Run {
  readonly simulation: Simulation;
  readonly end: TelemetryEnd;
  readonly stories: Plain;
  readonly logs: readonly string[];
}

/** Runs a town with its telemetry, from a world and stories or anew. */
async function run(
  town: Town,
  ticks: number,
  { seed = 1, world, stories }: {
    readonly seed?: number;
    readonly world?: World;
    readonly stories?: Plain;
  } = {},
): Promise<Run> {
  const simulation = new Simulation(
    town,
    world === undefined ? { seed } : { world },
  );
  const logs: string[] = [];
  await using telemetry = await Telemetry.open(simulation, {
    file: "configs/busy.yaml",
    app: "test",
    ...stories === undefined
      ? {}
      : { stories: { saved: stories, where: "memory" } },
    onLog: (level, text) => logs.push(`${level}: ${text}`),
  });
  telemetry.begin();
  for (let i = 0; i < ticks; i++) {
    simulation.step();
    telemetry.tick(0.1);
    // The event loop has its turn now and then, as in a real run.
    if (i % 16 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const saved = telemetry.save();
  const end = await telemetry.close("complete");
  return { simulation, end, stories: saved, logs };
}

async function framesOf(path: string): Promise<Frame[]> {
  return await Array.fromAsync(new TelemetryReader(path));
}

/** Events of a channel, with their ticks. */
function eventsOf(frames: readonly Frame[], channel: string): unknown[] {
  return frames.flatMap((frame) =>
    frame.kind === "event" && frame.channel === channel
      ? frame.payload.map((element) => [frame.tick, element])
      : []
  );
}

/** A state without what is counted from frame to frame, or by the stories. */
function withoutMemory(state: object): object {
  return { ...state, churn: undefined, switches: undefined };
}

Deno.test("what arrives adds up to the town's last state, in every channel", () =>
  inScratch(async (folder) => {
    for (const backpressure of ["conflate", "drop_oldest", "block"]) {
      const path = `${folder}/${backpressure}.ndjson`;
      const town = townWith({
        transport: into(path),
        backpressure,
        // So little room that some ticks must be told together.
        buffer: { max_bytes: 24_000, batch_bytes: 4096, flush_ticks: 3 },
        channels: { health: { every: 10 } },
      });
      const { simulation, end } = await run(town, 400);
      assertEquals(end.undelivered, 0, backpressure);
      const view = new StateView();
      for await (const frame of new TelemetryReader(path)) view.apply(frame);
      const { told, producer, view: now } = openTold(simulation, {
        ...town.config.telemetry,
        channels: {
          ...town.config.telemetry.channels,
          health: { enabled: false, every: 1 },
        },
      });
      producer.tell(now, {});
      const whole = told.fold();
      for (const channel of STATE_CHANNELS) {
        if (channel === "health") continue;
        const state: object = view.state(channel) ?? {};
        assertEquals(
          withoutMemory(state),
          withoutMemory(whole[channel] ?? {}),
          `${backpressure}: ${channel}`,
        );
      }
      assert(view.state("health") !== undefined);
    }
  }));

Deno.test("the same seed gives the same bytes, rotated or not", () =>
  inScratch(async (folder) => {
    const bytesOf = async (name: string, file: object, ticks: number) => {
      await Deno.mkdir(`${folder}/${name}`);
      const town = townWith({
        transport: into(`${folder}/${name}/run.ndjson`, file),
        deterministic: true,
        keyframe_ticks: 100,
      });
      const { end } = await run(town, ticks, { seed: 5 });
      assertEquals([end.undelivered, end.lost], [0, 0]);
      const files = [...Deno.readDirSync(`${folder}/${name}`)]
        .map(({ name }) => name).sort();
      return files.map((file) => [
        file,
        Deno.readTextFileSync(`${folder}/${name}/${file}`),
      ]);
    };
    const one = await bytesOf("one", {}, 300);
    assertEquals(one, await bytesOf("two", {}, 300));
    assertEquals(one.length, 1);
    assert(!/"ts":|"health"|"beat"/.test(one[0][1]));

    const rotated = await bytesOf("three", { max_bytes: 65_536 }, 300);
    assertEquals(rotated, await bytesOf("four", { max_bytes: 65_536 }, 300));
    assert(rotated.length > 2, `${rotated.length} files`);
    for (const [file] of rotated) {
      // Each file can be read by itself.
      const view = new StateView();
      const path = `${folder}/three/${file}`;
      for await (const frame of new TelemetryReader(path)) view.apply(frame);
      assertEquals(view.ignored, 0, file);
      assertEquals(view.channels.length, STATE_CHANNELS.length - 1, file);
    }
  }));

Deno.test("telemetry that is on, off, failing or stuck leaves the town as it is", () =>
  inScratch(async (folder) => {
    using stuck = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const gone = (closed.addr as Deno.NetAddr).port;
    closed.close();
    const held: Deno.Conn[] = [];
    const accepting = (async () => {
      for await (const connection of stuck) held.push(connection);
    })();
    const plain = (port: number) => ({
      type: "tcp",
      endpoint: `127.0.0.1:${port}`,
      tls: { enabled: false },
      allow_plaintext: true,
      i_accept_plaintext_risk: true,
      send_timeout_ms: 200,
    });
    const hashes = new Map<string, string>();
    for (
      const [name, telemetry] of Object.entries({
        off: {},
        on: {
          transport: into(`${folder}/run.ndjson`),
          channels: { trace: { enabled: true } },
        },
        failing: { transport: plain(gone), retry: { base_ms: 10 } },
        stuck: {
          transport: plain((stuck.addr as Deno.NetAddr).port),
          buffer: { max_bytes: 8192 },
        },
      })
    ) {
      const { simulation, end } = await run(townWith(telemetry), 300);
      hashes.set(name, simulation.hash());
      if (name === "off") assertEquals(end.health.transports, {});
      if (name === "on") assertEquals(end.undelivered, 0);
      if (name === "failing") {
        assert(end.undelivered > 0);
        assert(end.health.transports[0].send_failures_total > 0);
      }
      if (name === "stuck") {
        assert(end.health.transports[0].queue_bytes_peak <= 8192);
      }
    }
    stuck.close();
    await accepting;
    for (const connection of held) connection.close();
    assertEquals(new Set(hashes.values()).size, 1, JSON.stringify([...hashes]));
  }));

Deno.test("a collector that is slow has less than half as much waiting for it as with whole states", async () => {
  const peakOf = async (mode: string) => {
    // It acknowledges what it has read: what it has not read waits.
    await using collector = openCollector({ acks: true, restMs: 10 });
    const { end, simulation } = await run(
      townWith({
        mode,
        transport: plainTcp(collector.port, { ack: true }),
        buffer: { max_bytes: 67_108_864, max_frames: 65_536 },
      }),
      200,
    );
    assertEquals(end.lost, 0);
    const peak = end.health.transports[0].queue_bytes_peak;
    return { peak, hash: simulation.hash() };
  };
  const changes = await peakOf("diff");
  const whole = await peakOf("full");
  assertEquals(changes.hash, whole.hash);
  assert(
    changes.peak < 0.5 * whole.peak,
    `${changes.peak} of ${whole.peak} bytes`,
  );
});

Deno.test("the last state finds room, however much waits at the end", async () => {
  await using collector = openCollector({ acks: true, restMs: 20 });
  const town = townWith({
    transport: plainTcp(collector.port, { ack: true }),
    buffer: { max_bytes: 12_000, batch_bytes: 1024, flush_ticks: 1 },
    channels: { health: { enabled: false }, events: { enabled: false } },
  });
  const { simulation, end } = await run(town, 120, { seed: 3 });
  assert(end.health.transports[0].conflated_ticks_total > 0);
  const view = new StateView();
  const bytes = new TextEncoder().encode(await collector.arrived());
  for await (const frame of new TelemetryReader(Readable.from([bytes]))) {
    view.apply(frame);
  }
  const { told, producer, view: now } = openTold(
    simulation,
    town.config.telemetry,
  );
  producer.tell(now, {});
  const { agents, town: objects } = told.fold();
  assertEquals(view.state("agents"), agents);
  assertEquals(view.state("town"), objects);
});

Deno.test("a run that is saved and gone on with tells the same stories", () =>
  inScratch(async (folder) => {
    const channels = {
      agents: { enabled: false },
      town: { enabled: false },
      health: { enabled: false },
    };
    const townInto = (name: string) =>
      townWith({
        transport: into(`${folder}/${name}`),
        channels,
        narration: { global_cooldown_ticks: 3, dedupe_window_ticks: 50 },
      });
    const storiesOf = async (name: string) => {
      const frames = await framesOf(`${folder}/${name}`);
      return [
        ...eventsOf(frames, "narration"),
        ...eventsOf(frames, "events"),
      ].map((told) => JSON.stringify(told));
    };
    await run(townInto("whole"), 1500, { seed: 2 });
    const first = await run(townInto("first"), 700, { seed: 2 });
    const town = townInto("second");
    const world = emptyWorld(town);
    copyWorld(first.simulation.world, world);
    await run(town, 800, { world, stories: first.stories });
    const whole = await storiesOf("whole");
    const halves = [
      ...await storiesOf("first"),
      ...await storiesOf("second"),
    ];
    assertEquals(halves.sort(), whole.sort());
    assert(whole.some((told) => told.includes("relationship.window_closed")));
    assert(whole.filter((told) => told.includes('"category"')).length > 20);
  }));

Deno.test("actions have a channel of their own, and commands theirs", () =>
  inScratch(async (folder) => {
    const path = `${folder}/run.ndjson`;
    const town = townWith({
      transport: into(path),
      channels: { trace: { enabled: true } },
    });
    const simulation = new Simulation(town, { seed: 1 });
    await using telemetry = await Telemetry.open(simulation, {
      file: "configs/busy.yaml",
      app: "test",
    });
    const [id] = simulation.world.records.agentIds;
    const args = { agent: id, needs: { hunger: 0.5 } };
    simulation.command({ name: "setneed", args });
    simulation.command({ name: "setneed", args: { ...args, agent: "nobody" } });
    telemetry.begin();
    for (let i = 0; i < 50; i++) {
      simulation.step();
      telemetry.tick(0);
    }
    await telemetry.close("complete");
    const frames = await framesOf(path);
    // deno-lint-ignore no-explicit-any
    const of = (channel: string) => eventsOf(frames, channel) as any[];
    assert(of("trace").length >= 50);
    assert(of("trace").every(([, { e }]) => e.startsWith("action.")));
    assert(of("events").length > 0);
    assert(of("events").every(([, { e }]) => !e.startsWith("action.")));
    const [fine, refused] = of("console");
    assertEquals(fine, [1, {
      e: "console.result",
      name: "setneed",
      status: "ok",
      args,
      result: fine[1].result,
    }]);
    assertEquals([refused[1].status, refused[1].error.code], [
      "error",
      "not_found",
    ]);
  }));

Deno.test("a failed tick is told of, and the state stays as it was", () =>
  inScratch(async (folder) => {
    const path = `${folder}/run.ndjson`;
    const simulation = new Simulation(townWith({ transport: into(path) }), {
      seed: 1,
    });
    await using telemetry = await Telemetry.open(simulation, {
      file: "configs/busy.yaml",
      app: "test",
    });
    telemetry.begin();
    simulation.step();
    telemetry.tick(0);
    simulation.policy = {
      name: "broken",
      sees: "nothing",
      releases: false,
      act: () => {
        throw new Error("out of order");
      },
    } as unknown as Simulation["policy"];
    for (let i = 0; i < 20; i++) {
      try {
        simulation.step();
        telemetry.tick(0);
      } catch {
        telemetry.fail();
        break;
      }
    }
    await telemetry.close("error");
    const frames = await framesOf(path);
    const told = JSON.stringify(eventsOf(frames, "events"));
    assert(
      told.includes(
        '"e":"loop.failed","error":"Error","message":"out of order"',
      ),
    );
    const bye = frames.at(-1);
    assert(bye?.kind === "bye");
    assertEquals(bye.payload.reason, "error");
  }));

Deno.test("metrics are written beside frames", () =>
  inScratch(async (folder) => {
    const town = townWith({
      transports: [
        into(`${folder}/run.ndjson`),
        { type: "prometheus", file_path: `${folder}/town.prom` },
      ],
    });
    const { end } = await run(town, 60);
    assertEquals(Object.keys(end.health.transports), ["0", "1"]);
    const text = await Deno.readTextFile(`${folder}/town.prom`);
    assert(text.includes("\ntownlet_ticks_total 60\n"));
    assert(
      /^townlet_telemetry_frames_total\{transport="0:file",channel="agents"\} \d+$/m
        .test(text),
    );
    for (const id of town.residents.map(({ id }) => id)) {
      assert(!text.includes(`"${id}"`), `${id} is a label`);
    }
  }));

Deno.test("a transport that cannot be opened leaves none of the others behind", () =>
  inScratch(async (folder) => {
    await Deno.writeTextFile(`${folder}/letter.txt`, "Dear all,\n");
    const town = townWith({
      transports: [
        into(`${folder}/run.ndjson`),
        into(`${folder}/letter.txt`),
      ],
    });
    const error = await assertRejects(() => run(town, 1), TownletError);
    assertEquals([error.exit, error.where], [5, `${folder}/letter.txt`]);
    assertEquals(Deno.readTextFileSync(`${folder}/letter.txt`), "Dear all,\n");
  }));
