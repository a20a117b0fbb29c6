/**
 * The tea house: who is tired pays half, every third cup is free, and guests
 * get to know somebody who is near.
 *
 * It remembers nothing by itself. What it counts is stock of the tea house.
 */

/** What a cup costs somebody: half a meal, or less. */
function priceOf({ agent, object, prices }) {
  if (object.stock.served % 3 === 2) return 0;
  const share = agent.needs.energy < 0.3 ? 0.25 : 0.5;
  return prices.meal_cost * share;
}

/** Before: a guest pays and gets a cup, or is told why not. */
function serve(ctx) {
  const { agent, object } = ctx;
  if (object.stock.tea < 1) return [{ effect: "cancel", reason: "sold_out" }];
  const price = priceOf(ctx);
  if (agent.wallet < price) {
    return [{ effect: "cancel", reason: "insufficient_funds" }];
  }
  return [
    { effect: "wallet", agent: agent.id, delta: -price },
    { effect: "stock", object: object.id, item: "tea", delta: -1 },
    { effect: "stock", object: object.id, item: "served", delta: 1 },
    {
      effect: "emit",
      event: "served",
      payload: { guest: agent.id, price, left: object.stock.tea - 1 },
    },
  ];
}

/** After: a guest has talked to one of those around. */
function partWith({ agent, others, rng }) {
  if (others.length === 0) return [];
  const other = others[Math.floor(rng() * others.length)];
  return [
    {
      effect: "relationship",
      a: agent.id,
      b: other.id,
      trust: 0.05,
      familiarity: 0.1,
      cause: "hook",
    },
    {
      effect: "emit",
      event: "talked",
      payload: { guest: agent.id, other: other.id },
    },
  ];
}

/** On failure: the town hears of it. */
function turnAway({ agent, reason }) {
  return [
    {
      effect: "emit",
      event: "turned_away",
      payload: { guest: agent.id, reason },
    },
  ];
}

const answers = {
  on_attempt_tea: serve,
  on_finish_tea: partWith,
  on_tea_fail: turnAway,
};

export default {
  names: Object.keys(answers),
  call: (ctx) => answers[ctx.hook](ctx),
};
