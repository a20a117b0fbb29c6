/** docs/hooks.md is held to its word. @module */
import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { openTown } from "../src/app.ts";
import { sha256Hex } from "../src/base/hash.ts";
import { configFrom } from "../src/config/load.ts";
import { hostAddress } from "../src/security/hook_boot.ts";
import { Simulation } from "../src/simulation.ts";
import { parse } from "../src/std/yaml.ts";
import { compileTown } from "../src/world/compile/town.ts";
import { effects } from "../src/world/effects.ts";
import type { HookContext } from "../src/world/hooks.ts";
import { outsideHook } from "./helpers/outside.ts";
import { codeBlocks } from "./helpers/pages.ts";
import { scratch } from "./helpers/townlet.ts";

const page = Deno.readTextFileSync("docs/hooks.md");
const [hook] = codeBlocks(page, "js");
const [town] = codeBlocks(page, "yaml");
const file = /Save that as `configs\/(hooks\/[a-z]+\.js)`/.exec(page)?.[1] ??
  "";

Deno.test("the hook of docs/hooks.md has the entry that its town shows, and acts there", async () => {
  using folder = scratch();
  Deno.mkdirSync(`${folder.path}/hooks`);
  Deno.writeTextFileSync(`${folder.path}/${file}`, hook);
  Deno.writeTextFileSync(`${folder.path}/park.yaml`, town);
  using simulation = await openTown(`${folder.path}/park.yaml`);
  const { allow } = simulation.town.config.affordances.hooks;
  assertEquals(allow[1], {
    specifier: `./${file}`,
    sha256: sha256Hex(hook),
    names: ["on_rest"],
  });
  const { events } = simulation.runFor(60);
  assertEquals(events["hook.bench.rested"], 5);
});

Deno.test("docs/hooks.md names all that a hook is told", () => {
  const told = new Set<string>();
  const ask = (context: HookContext) => {
    for (const path of pathsOf(context)) told.add(path);
    return context.stage === "before"
      ? [{ effect: "cancel", reason: "shut" }]
      : [];
  };
  const config = parse(town, { schema: "core" }) as {
    scenario: { affordances: [{ hooks: unknown }] };
  };
  config.scenario.affordances[0].hooks = { before: "on_rest", fail: "on_rest" };
  const bench = outsideHook(["on_rest"], ask, "./hooks/bench.js");
  new Simulation(compileTown(configFrom(config), undefined, [bench]))
    .runFor(10);
  // The sandbox makes that one of the words it is given.
  told.add("rng()");
  assertEquals(
    rowsOf("Member").map(([name]) => name).sort(),
    [...told].sort(),
  );
});

Deno.test("docs/hooks.md names all effects with their members, and all they may be", () => {
  const { items, maxItems } = z.toJSONSchema(effects, {
    io: "input",
    unrepresentable: "any",
  });
  assertEquals(maxItems, 64);
  assert(page.includes(`at most ${maxItems} effects`));
  const kinds = (items as { readonly oneOf: readonly Kind[] }).oneOf;
  const rows = rowsOf("Effect");
  assertEquals(
    rows.map(([name, members]) => [name, members.replaceAll("`", "")]),
    kinds.map(({ properties: { effect, ...others }, required }) => [
      effect.const,
      Object.keys(others).map((name) =>
        required.includes(name) ? name : `${name}?`
      ).join(", "),
    ]),
  );
  for (const [i, { properties }] of kinds.entries()) {
    const text = rows[i].join(" ");
    for (const [name, { enum: words = [] }] of Object.entries(properties)) {
      for (const word of words) {
        assert(text.includes(`\`${word}\``), `${name}: ${word}`);
      }
    }
  }
});

Deno.test("docs/hooks.md lists the names that a hook has, and no others", () => {
  const [, list] = /these names\s+and no others:\n\n([^]*?)\n\n/.exec(page) ??
    [];
  const program = decodeURIComponent(hostAddress());
  const [, names] = /"NAMES":(\[[^\]]*\])/.exec(program) ?? [];
  assertEquals(
    [...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    JSON.parse(names),
  );
});

/** An effect in the schema. */
interface Kind {
  /** Its members. */
  readonly properties: Readonly<
    Record<
      string,
      { readonly const?: string; readonly enum?: readonly string[] }
    >
  >;
  /** Members that must be there. */
  readonly required: readonly string[];
}

/** Rows of the table whose first heading this is; the first cell without quotes. */
function rowsOf(heading: string): string[][] {
  const [, table] = page.split(`\n| ${heading} |`);
  return table.split("\n\n")[0].split("\n").slice(2)
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .map(([name, ...others]) => [name.replaceAll("`", ""), ...others]);
}

/** Paths of what a hook is told, in order; what is a map by names is one. */
function pathsOf(context: HookContext): string[] {
  return Object.entries(context).flatMap(([name, value]) => {
    if (name === "others") {
      return Object.keys(context.others[0]).map((key) => `others[].${key}`);
    }
    return ["agent", "object", "affordance"].includes(name)
      ? Object.keys(value).map((key) => `${name}.${key}`)
      : [name];
  });
}
