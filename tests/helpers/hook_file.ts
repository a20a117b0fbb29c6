/** Files of hooks for tests. @module */
import { sha256Hex } from "../../src/base/hash.ts";
import type { HookSettings } from "../../src/config/hooks.ts";
import type { HookSource } from "../../src/config/hook_source.ts";

/** A hook that answers with what an expression of its context gives. */
export function hookText(answer: string, name = "on_x"): string {
  return `export default { names: ["${name}"], call(ctx) { return ${answer}; } };\n`;
}

/** Writes a hook into the folder `hooks` of a folder; gives its entry. */
export function writeHook(
  folder: string,
  name: string,
  text: string,
  names: readonly string[] = ["on_x"],
): HookSource {
  Deno.mkdirSync(`${folder}/hooks`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/hooks/${name}.js`, text);
  return {
    specifier: `./hooks/${name}.js`,
    sha256: sha256Hex(new TextEncoder().encode(text)),
    names,
  };
}

/** Settings that allow these entries, in time enough for a busy machine. */
export function hookSettings(
  allow: readonly HookSource[],
  more: Partial<HookSettings> = {},
): HookSettings {
  return {
    allow,
    root: ".",
    allow_unpinned: false,
    on_fault: "halt",
    call_timeout_ms: 1000,
    tick_budget_ms: 5000,
    ...more,
  };
}

/**
 * A town file in which somebody sits at a desk again and again, and every hook
 * is called before; by all its names but `on_nothing`.
 */
export function deskTown(allow: readonly HookSource[]): string {
  const called = allow.flatMap(({ names }) => names)
    .filter((name) => name !== "on_nothing");
  return JSON.stringify({
    config_id: "desk",
    seed: 1,
    features: { stages: {}, systems: {} },
    rewards: {
      needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 },
      decay_rates: { hunger: 0, hygiene: 0, energy: 0 },
    },
    jobs: {},
    affordances: {
      hooks: {
        allow,
        call_timeout_ms: 1000,
        tick_budget_ms: 5000,
      },
    },
    world: { movement: "teleport", reach: "any" },
    queue_fairness: { cooldown_ticks: 0 },
    scenario: {
      description: "A desk",
      objects: [{ id: "desk", type: "desk", position: [1, 1] }],
      affordances: [{
        id: "sit",
        object_type: "desk",
        duration: 1,
        effects: {},
        hooks: { before: called },
      }],
      agents: [{
        id: "ann",
        position: [1, 1],
        schedule: [
          { kind: "request", object: "desk" },
          { kind: "start", object: "desk", affordance: "sit" },
        ],
      }],
    },
  });
}

/** The file of a small town whose showers have the hook of an entry. */
export function bathTown(
  entry: object,
  more: {
    /** Lines of the section `affordances.hooks`. */
    readonly hooks?: string;
    /** Sections of their own. */
    readonly sections?: string;
  } = {},
): string {
  const { hooks = "", sections = "" } = more;
  return `config_id: bath
seed: 5
features: { stages: { relationships: B }, systems: {} }
rewards:
  needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 }
  decay_rates: { hunger: 0, hygiene: 0.02, energy: 0 }
affordances:
  hooks:
    call_timeout_ms: 1000
    tick_budget_ms: 5000
    ${hooks}
    allow: [{ specifier: "townlet:default" }, ${JSON.stringify(entry)}]
world:
  grid_size: [8, 8]
  objects:
    - { id: shower_1, type: shower, position: [2, 2] }
    - { id: shower_2, type: shower, position: [5, 5] }
population:
  wallet: 5
  needs: { hygiene: 0.2 }
  residents: [{ id: ada }, { id: bo }, { id: cy }]
${sections}
`;
}
