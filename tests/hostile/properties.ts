/**
 * What holds for every input, however wrong: a value, or a refusal that names
 * its reason. The quick suite tries a little, the slow one a lot.
 * @module
 */
import fc from "fast-check";
import { requireFit } from "../../src/config/check_manifest.ts";
import { parseCondition } from "../../src/config/condition.ts";
import type { Config } from "../../src/config/config.ts";
import { importReference } from "../../src/config/import.ts";
import { configFrom, loadConfig } from "../../src/config/load.ts";
import { CORE_MANIFEST, parseManifest } from "../../src/config/manifest.ts";
import { readYaml } from "../../src/config/yaml_text.ts";
import { Simulation } from "../../src/simulation.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import { compileTown } from "../../src/world/compile/town.ts";
import {
  compileCondition,
  ConditionFault,
} from "../../src/world/preconditions.ts";
import { refusalOf } from "../helpers/answers.ts";
import { SHORTEST } from "../helpers/config_text.ts";
import { OLD_TOWN } from "../helpers/old_town.ts";
import { livelyTown } from "../snapshots/lively_town.ts";
import { forged } from "./forged.ts";
import { change, changed, mangledText } from "./mangled.ts";

/** Something that holds for all of a kind of input. */
export interface Property {
  /** What holds. */
  readonly name: string;
  /** Tries so many inputs, drawn from a seed. */
  check(options: { readonly seed: number; readonly numRuns: number }): unknown;
}

/** All of them, for the texts of shipped towns and manifests. */
export function properties(shipped: {
  readonly towns: readonly string[];
  readonly manifests: readonly string[];
}): readonly Property[] {
  const values = shipped.towns.map((text) => {
    const yaml = readYaml(text);
    if (!yaml.ok) throw new Error(yaml.fault.what);
    return yaml.value;
  });
  return [
    property(
      "a mangled town is a town or faults",
      mangledText([...shipped.towns, SHORTEST]),
      async (text) => {
        await loadConfig(text, { file: "t.yaml" }).then(runBriefly);
      },
    ),
    property(
      "a town with a wrong member is a town or faults",
      fc.tuple(fc.constantFrom(...values), change),
      ([value, edit]) => runBriefly(configFrom(changed(value, edit))),
    ),
    property(
      "a mangled manifest is a manifest or faults",
      mangledText(shipped.manifests),
      async (text) => {
        const manifest = parseManifest(text, { file: "m.yaml" });
        const source = { file: "t.yaml", text: SHORTEST };
        const config = await loadConfig(SHORTEST);
        await requireFit(config, manifest, source);
        compileTown(config, manifest);
      },
    ),
    property(
      "any override is taken or refused",
      fc.array(override, { minLength: 1, maxLength: 3 }),
      (overrides) => loadConfig(SHORTEST, { overrides }),
    ),
    property(
      "a mangled older town is rewritten or refused",
      mangledText([OLD_TOWN]),
      async (text) => {
        const { yaml } = await importReference(text, { file: "old.yaml" });
        await loadConfig(yaml, { file: "new.yaml" });
      },
    ),
    property(
      "an older town with a wrong member is rewritten or refused",
      change,
      async (edit) => {
        const yaml = readYaml(OLD_TOWN);
        const value = changed(yaml.ok && yaml.value, edit);
        const text = JSON.stringify(value) ?? "";
        const imported = await importReference(text, { file: "old.yaml" });
        await loadConfig(imported.yaml, { file: "new.yaml" });
      },
    ),
    property("a condition is answered or refused", condition, (source) => {
      answer(source);
    }),
    property(
      "a snapshot with a wrong member is refused, or loads",
      fc.tuple(fc.boolean(), fc.boolean(), change),
      ([inHeader, drift, edit]) => {
        const { town, world } = drift ? LENIENT : STRICT;
        const text = encodeSnapshot(town, world, { app: "townlet 0.1.0" });
        const mangled = forged(
          text,
          (value) => changed(value, edit),
          inHeader ? "header" : "state",
        );
        decodeSnapshot(mangled, town, { where: "s" });
      },
    ),
    property(
      "a mangled snapshot is refused, or loads",
      mangledText([
        encodeSnapshot(STRICT.town, STRICT.world, { app: "townlet 0.1.0" }),
      ]),
      (text) => decodeSnapshot(text, STRICT.town, { where: "s" }),
    ),
  ];
}

function property<T>(
  name: string,
  input: fc.Arbitrary<T>,
  act: (value: T) => unknown,
): Property {
  return {
    name,
    check: (options) =>
      fc.assert(
        fc.asyncProperty(input, async (value) => {
          await refusalOf(() => act(value));
        }),
        options,
      ),
  };
}

/** Residents up to which an accepted town is run, too. */
const RESIDENTS = 64;

/** What is accepted can be compiled and run. */
function runBriefly(config: Config): void {
  const [width, height] = config.world.grid_size;
  if (config.world.agent_capacity > RESIDENTS || width * height > 4096) return;
  if (config.affordances.manifest !== null) return;
  new Simulation(compileTown(config, CORE_MANIFEST)).runFor(3);
}

const word = fc.constantFrom(
  "config_id",
  "features",
  "world",
  "grid_size",
  "console",
  "telemetry",
  "jobs",
  "__proto__",
  "constructor",
  "a",
  "[0]",
  "[999999]",
  '["a.b"]',
  "x".repeat(300),
);

const override = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.tuple(
    fc.array(word, { maxLength: 5 }).map((words) => words.join(".")),
    fc.constantFrom("=", "==", ":", "", "=="),
    fc.oneof(fc.json({ maxDepth: 2 }), fc.string({ maxLength: 12 })),
  ).map((parts) => parts.join("")),
  fc.constant(`${"a.".repeat(20_000)}a=1`),
  fc.constant(`world=${"[".repeat(20_000)}`),
);

/** Conditions by the grammar, words of it in any order, and anything else. */
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom("wallet", "stock.meals", "agent.needs.hunger", "queue"),
    fc.constantFrom("1", "-1.5e3", "1e999", "'a'", '"b"', "true", "null", "[]"),
    fc.array(
      fc.constantFrom(
        ..."( ) [ ] , . - + == < in not and or true 'x' 1 queue stock { : = ! ` \\ \u202e __proto__"
          .split(" "),
      ),
      { maxLength: 12 },
    ).map((tokens) => tokens.join(" ")),
    fc.string({ maxLength: 20 }),
    fc.constantFrom("(", "[", "-", "not ").map((one) => one.repeat(900)),
    fc.tuple(
      tie("condition"),
      fc.constantFrom("==", "!=", "<", ">=", "in", "not in", "and", "or"),
      tie("condition"),
    ).map((parts) => parts.join(" ")),
    tie("condition").map((inner) => `not (${inner})`),
    tie("condition").map((inner) => `(${inner})[${inner}]`),
    fc.array(tie("condition"), { maxLength: 4 }).map((items) =>
      `[${items.join(", ")}]`
    ),
  ),
}));

/** Answers a condition for a resident; what has no answer is no crash. */
function answer(source: string): void {
  const holds = compileCondition(parseCondition(source));
  try {
    const answer = holds({
      get: (name) => name === "queue" ? ["a"] : name === "wallet" ? 1 : null,
    });
    if (typeof answer !== "boolean") throw new Error(`${source}: ${answer}`);
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
  }
}

const STRICT = livelyTown();
const LENIENT = livelyTown({ snapshot: { allow_config_drift: true } });
