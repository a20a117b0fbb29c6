/** The town that the documentation shows. @module */
import { assert, assertEquals } from "@std/assert";
import { configFrom } from "../src/config/load.ts";
import { openSimulation } from "../src/simulation.ts";
import { parse } from "../src/std/yaml.ts";

Deno.test("the town of docs/getting-started.md lives", () => {
  const page = Deno.readTextFileSync("docs/getting-started.md");
  const [, yaml] = /^```yaml\n([^]*?)^```$/m.exec(page) ?? ["", ""];
  const config = configFrom(parse(yaml, { schema: "core" }));
  const { agents, deaths, events } = openSimulation(config, { seed: 1 })
    .runFor(5 * 1440);
  assertEquals([agents, deaths], [2, 0]);
  const names = ["affordance.finished", "shower.completed", "sleep.completed"];
  for (const name of names) assert(events[name] >= 5, name);
});
