/** What `town` looks like. @module */
import { ECONOMY_KEYS } from "../../config/economy.ts";
import {
  byId,
  count,
  flag,
  list,
  members,
  real,
  type Shape,
  text,
  tile,
  word,
} from "./shape.ts";

const spec = text("Perturbation of the configuration");
const kind = word(
  "What kind of perturbation",
  "price_spike",
  "blackout",
  "outage",
  "arranged_meet",
);
const targets = list("Residents, prices, or nobody in particular", text("Id"));
const payload = members("What is particular to its kind", {
  "magnitude?": real("Factor of the prices, of a price spike", 0),
  "utility?": word("What fails, of a blackout or an outage", "power", "water"),
  "location?": text("Where, of a meeting"),
});

/** The channel `town`. */
export const TOWN: Shape = members("The town without its people", {
  queues: members("Queues of all objects, counted since the town began", {
    cooldown: count("Refusals for coming back too soon"),
    ghost_steps: count("Turns lost by not using them"),
    rotations: count("Turns given to who is liked best"),
  }),
  objects: byId(
    "Objects",
    members("An object", {
      type: text("Type"),
      "pos?": tile("Where; absent without a place"),
      "by?": text("Who holds it; absent while nobody does"),
      stock: byId("What is in stock", count("How much")),
      waiting: list("Who waits for it, in order", text("Id")),
      "stall?": count("Ticks its queue has stalled; absent for 0", 1),
    }),
  ),
  running: byId(
    "Uses that are going on, by object",
    members("A use", {
      agent: text("Who uses it"),
      aff: text("Affordance"),
      left: count("Ticks left"),
    }),
  ),
  prices: members(
    "Prices and amounts in force",
    Object.fromEntries(
      ECONOMY_KEYS.map((key) => [key, real("Price or amount", 0)]),
    ),
  ),
  spikes: byId(
    "Price spikes that are going on, by event",
    members("A price spike", {
      magnitude: real("Factor of the prices", 0),
      targets,
    }),
  ),
  utilities: members("Whether utilities are on", {
    power: flag("Power"),
    water: flag("Water"),
  }),
  perturbations: members("What happens to the town", {
    active: byId(
      "What is going on, by event",
      members("A perturbation", {
        spec,
        kind,
        targets,
        ends_at: count("First tick after it"),
        payload,
      }),
    ),
    pending: byId(
      "What was asked for and has not begun, by event",
      members("A perturbation to come; what its start decides is absent", {
        spec,
        kind,
        starts_at: count("First tick of it"),
        "duration?": count("Ticks it will last"),
        "targets?": targets,
        payload,
      }),
    ),
    cooldowns: members("What cannot happen again yet", {
      spec: byId("Perturbations", count("Tick before which not")),
      agents: byId(
        "Residents no meeting may call",
        count("Tick before which not"),
      ),
    }),
  }),
  manifest: members("What the town can do", {
    name: text("Name of the manifest's file, or built-in", "^[^/\\\\]*$"),
    sha256: text("Its digest", "^[0-9a-f]{64}$"),
    objects: count("Objects of the town"),
    affordances: count("Affordances of the town"),
  }),
});
