/**
 * Effects: what the hook of a file may answer, looked at as a whole and then
 * done as a whole.
 *
 * @module
 */
import { z } from "zod";
import { escapeText } from "../base/text.ts";
import { HookFault } from "./hooks.ts";
import type { Use } from "./outside_hooks.ts";
import { adjustStock, stockOf } from "./stock.ts";
import { relate, TIE_CAUSES } from "./ties.ts";
import type { Town } from "./town.ts";
import { MOST, type Turn } from "./turn.ts";
import { UTILITIES } from "./utilities.ts";
import {
  COUNTER,
  type Counter,
  COUNTERS,
  findAgent,
  NEED_COUNT,
  NEEDS,
  type World,
} from "./world.ts";

/** Most effects of one answer. */
const EFFECTS_MAX = 64;
/** Most bytes of what an event of a hook carries, as JSON. */
const PAYLOAD_BYTES_MAX = 1024;
/** Most a hook may change a tie by. */
const TIE_STEP = 0.5;
/** Most money a hook may bring somebody to: all of it is told exactly. */
const MONEY_MAX = 1e12;
/** Stocks that are on or off. */
const FLAGS: readonly string[] = UTILITIES.map(({ stock }) => stock);
/** Stocks that beds keep by themselves, with every sleeper. */
const KEPT: readonly string[] = ["sleep_slots", "sleep_capacity"];

const word = z.string().regex(/^[a-z_]{1,32}$/, {
  error: "must be 1 to 32 of a to z and _",
});
const id = z.string().max(128);
const step = z.number().min(-TIE_STEP).max(TIE_STEP).default(0);
const payload = z.custom<Readonly<Record<string, string | number | boolean>>>(
  isPayload,
  { error: "must be a map of plain names to texts, numbers and flags" },
).refine(
  (value) =>
    new TextEncoder().encode(JSON.stringify(value)).length <=
      PAYLOAD_BYTES_MAX,
  { error: `must have at most ${PAYLOAD_BYTES_MAX} bytes as JSON` },
);

/** Schema of what a hook of a file may answer. */
export const effects = z.array(z.discriminatedUnion("effect", [
  z.strictObject({ effect: z.literal("cancel"), reason: word }),
  z.strictObject({
    effect: z.literal("need"),
    agent: id,
    need: z.enum(NEEDS),
    delta: z.number(),
  }),
  z.strictObject({
    effect: z.literal("wallet"),
    agent: id,
    delta: z.number(),
  }),
  z.strictObject({
    effect: z.literal("inventory"),
    agent: id,
    item: z.enum(COUNTERS),
    delta: z.int(),
  }),
  z.strictObject({
    effect: z.literal("stock"),
    object: id,
    item: z.string().max(64),
    delta: z.int(),
  }),
  z.strictObject({
    effect: z.literal("relationship"),
    a: id,
    b: id,
    trust: step,
    familiarity: step,
    rivalry: step,
    cause: z.enum(TIE_CAUSES),
  }),
  z.strictObject({
    effect: z.literal("emit"),
    event: word,
    payload: payload.default({}),
  }),
])).max(EFFECTS_MAX);

/** One thing a hook wants done. */
type Effect = z.infer<typeof effects>[number];

/**
 * Does what a hook answered, all of it or nothing. Gives "" or, before a use,
 * why it is stopped.
 *
 * Writes what {@link Effect} names.
 *
 * @param others rows of the agents the hook was told of
 * @throws {HookFault} for an answer that is no list of effects, or asks for
 * what no hook may do; nothing is done then
 */
export function applyEffects(
  town: Town,
  world: World,
  turn: Turn,
  answer: unknown,
  specifier: string,
  use: Use,
  others: readonly number[],
): string {
  const parsed = effects.safeParse(answer);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw fault(path[0], message, path.slice(1));
  }
  const agentIds = [use.agent, ...others]
    .map((row) => world.records.agentIds[row]);
  checkAll(town, world, parsed.data, use, agentIds);
  const file = specifier.slice("./hooks/".length, -".js".length);
  let stopped = "";
  for (const effect of parsed.data) {
    if (effect.effect === "cancel") stopped ||= effect.reason;
    else apply(town, world, turn, effect, file, use);
  }
  return stopped;
}

/** Looks at each effect as if those before it were done. */
function checkAll(
  town: Town,
  world: World,
  list: readonly Effect[],
  { stage, agent, object }: Use,
  agentIds: readonly string[],
): void {
  const me = agentIds[0];
  let money = world.wallet[agent];
  const counters = new Map<Counter, number>();
  const stocks = new Map<string, number>();
  for (const [i, effect] of list.entries()) {
    const check = (allowed: boolean, message: string) => {
      if (!allowed) throw fault(i, message);
    };
    switch (effect.effect) {
      case "cancel":
        check(stage === "before", "only a hook before a use may cancel it");
        break;
      case "need":
        check(
          agentIds.includes(effect.agent),
          "the agent is neither the one that acts nor one of the others",
        );
        break;
      case "wallet":
        check(effect.agent === me, "the agent is not the one that acts");
        money += effect.delta;
        check(money >= 0 && money <= MONEY_MAX, `money would be ${money}`);
        break;
      case "inventory": {
        check(effect.agent === me, "the agent is not the one that acts");
        const at = agent * COUNTERS.length + COUNTER[effect.item];
        const count = effect.delta +
          (counters.get(effect.item) ?? world.inventory[at]);
        check(
          count >= 0 && count <= MOST,
          `${effect.item} would be ${count}`,
        );
        counters.set(effect.item, count);
        break;
      }
      case "stock": {
        check(
          effect.object === town.objectIds[object],
          "the object is not the one that is used",
        );
        const { item } = effect;
        const had = stocks.get(item) ?? stockOf(town, world, object, item);
        if (had === null) throw fault(i, "the object has no such stock");
        check(!KEPT.includes(item), `${item} is kept by the beds themselves`);
        const utility = object * UTILITIES.length + FLAGS.indexOf(item);
        check(
          !FLAGS.includes(item) || effect.delta <= 0 ||
            world.utilityBaseline[utility] < 0,
          `${item} cannot rise: there is an outage`,
        );
        const count = had + effect.delta;
        const most = FLAGS.includes(item) ? 1 : MOST;
        check(count >= 0 && count <= most, `${item} would be ${count}`);
        stocks.set(item, count);
        break;
      }
      case "relationship":
        check(effect.a === me, "a is not the agent that acts");
        check(effect.b !== me, "b is the agent that acts");
        check(findAgent(world, effect.b) >= 0, "nobody has the id of b");
        break;
    }
  }
}

function apply(
  town: Town,
  world: World,
  turn: Turn,
  effect: Exclude<Effect, { readonly effect: "cancel" }>,
  file: string,
  { agent, object }: Use,
): void {
  switch (effect.effect) {
    case "need": {
      const row = findAgent(world, effect.agent);
      const at = row * NEED_COUNT + NEEDS.indexOf(effect.need);
      world.need[at] = Math.min(1, Math.max(0, world.need[at] + effect.delta));
      break;
    }
    case "wallet":
      world.wallet[agent] += effect.delta;
      break;
    case "inventory":
      world.inventory[agent * COUNTERS.length + COUNTER[effect.item]] +=
        effect.delta;
      break;
    case "stock":
      adjustStock(town, world, object, effect.item, effect.delta);
      break;
    case "relationship": {
      const { trust, familiarity, rivalry, cause } = effect;
      const other = findAgent(world, effect.b);
      const delta = { trust, familiarity, rivalry };
      relate(town, world, turn, agent, other, cause, delta);
      break;
    }
    case "emit":
      turn.events.push({
        event: `hook.${file}.${effect.event}`,
        tick: world.tick[0],
        payload: effect.payload,
      });
      break;
  }
}

/**
 * A map of plain names to texts, finite numbers and flags. Names of one
 * letter belong to the event itself.
 */
function isPayload(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.entries(value).every(([key, item]) =>
      /^[a-z][a-z0-9_]{1,31}$/.test(key) &&
      key !== "constructor" && key !== "prototype" &&
      (typeof item === "string" || typeof item === "boolean" ||
        typeof item === "number" && Number.isFinite(item))
    );
}

/** The rule that answers are kept to, and what is wrong with one. */
function fault(
  index: PropertyKey | undefined,
  message: string,
  path: readonly PropertyKey[] = [],
): HookFault {
  const where = index === undefined
    ? "its answer"
    : ["effect " + (Number(index) + 1), ...path].join(", ");
  const said = escapeText(`${where}: ${message}`);
  return new HookFault("H11", said.slice(0, 500));
}
