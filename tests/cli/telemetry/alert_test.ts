import { assert, assertEquals } from "@std/assert";
import {
  alertExpression,
  alertOf,
  AlertWatch,
} from "../../../cli/telemetry/alert.ts";
import { StreamCheck } from "../../../src/telemetry/reader/check.ts";
import { StateView } from "../../../src/telemetry/reader/state_view.ts";
import { Writer } from "../../helpers/recording.ts";

/** Ticks at which an alert is true, of what is written. */
function ticksOf(text: string, write: (writer: Writer) => void): number[] {
  const alert = alertOf(text);
  if (alert === null) throw new TypeError(text);
  const writer = new Writer({ key: null });
  writer.hello(0);
  write(writer);
  const watch = new AlertWatch(alert);
  const check = new StreamCheck();
  const view = new StateView();
  return writer.lines.flatMap((line) => {
    const verdict = check.accept(new TextEncoder().encode(line));
    if (verdict.kind !== "frame") throw new TypeError(verdict.kind);
    view.apply(verdict.frame);
    return watch.look(verdict.frame, view)?.tick ?? [];
  });
}

Deno.test("alertOf() reads a channel, a path, an operator and a number", () => {
  const cases: Record<string, readonly unknown[]> = {
    "health.transports.0.lag_ticks>100": [
      "health",
      "transports.0.lag_ticks",
      ">",
      100,
    ],
    "ops.kpis.employment_lateness >= 5": [
      "ops",
      "kpis.employment_lateness",
      ">=",
      5,
    ],
    "training.kl_divergence>0.05": ["training", "kl_divergence", ">", 0.05],
    "agents.ana.needs.hunger<-1e-3": [
      "agents",
      "ana.needs.hunger",
      "<",
      -0.001,
    ],
    "events.queue.conflict!=0": ["events", "queue.conflict", "!=", 0],
    "town.prices.meal==2": ["town", "prices.meal", "==", 2],
    "town.a<=2": ["town", "a", "<=", 2],
  };
  for (
    const [text, [channel, path, operator, number]] of Object.entries(cases)
  ) {
    assertEquals(
      alertOf(text),
      { text, channel, path, operator, number },
      text,
    );
  }
  const wrong = [
    "",
    "health",
    "health>1",
    ".a>1",
    "health.>1",
    "health.a",
    "health.a>",
    "health.a>x",
    "health.a>Infinity",
    "health.a=1",
    "health.a=>1",
    "health.a>1>2",
    ">1",
  ];
  for (const text of wrong) assertEquals(alertOf(text), null, text);
});

Deno.test("--alert refuses what no channel tells: it would never come true", () => {
  assert(alertExpression.parse("training.kl_divergence>0.05").success);
  assertEquals(alertExpression.parse("helth.loop.failures>0").success, false);
});

Deno.test("an alert is true for frames of its channel, as the state is then", () => {
  const write = (writer: Writer) => {
    writer.key("health", { transports: { 0: { lag: 1 } }, list: [5, 6] }, 1);
    writer.patch("health", { transports: { 0: { lag: 3 } }, list: [5, 6] }, 2);
    writer.key("town", { transports: { 0: { lag: 9 } } }, 3);
    writer.patch("health", { transports: {}, list: [5, 6] }, 4);
  };
  assertEquals(ticksOf("health.transports.0.lag>2", write), [2]);
  assertEquals(ticksOf("health.transports.0.lag<2", write), [1]);
  assertEquals(ticksOf("health.list.1==6", write), [1, 2, 4]);
  assertEquals(ticksOf("health.list.7==6", write), []);
  assertEquals(ticksOf("health.transports<2", write), []);
  assertEquals(ticksOf("health.__proto__.x!=2", write), []);
});

Deno.test("an alert looks into records, and knows keys with dots in them", () => {
  const write = (writer: Writer) => {
    writer.events("training", [{ loss: 1 }, { loss: 3 }], 1);
    writer.key("agents", { "ana.b": { wallet: 5 } }, 2);
  };
  assertEquals(ticksOf("training.loss==3", write), [1]);
  assertEquals(ticksOf("agents.ana.b.wallet==5", write), [2]);
});

Deno.test("events are counted in the last 100 ticks", () => {
  const write = (writer: Writer) => {
    for (const tick of [1, 2, 100, 101, 102, 250]) {
      writer.events("events", [{ e: "a.b" }, { e: "a.c" }], tick);
    }
  };
  assertEquals(ticksOf("events.a.b>2", write), [100, 101, 102]);
  assertEquals(ticksOf("events.a.b>3", write), []);
  // That there are few is known after a whole window only.
  assertEquals(ticksOf("events.a.b<4", write), [100, 101, 102, 250]);
  assertEquals(ticksOf("events.nothing==0", write), [100, 101, 102, 250]);
});
