/** What is out to harm is refused by name, and nothing else happens. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadTown } from "../../src/app.ts";
import { EXIT } from "../../src/base/error.ts";
import { refusalOf } from "../helpers/answers.ts";
import { inScratch } from "../helpers/scratch.ts";
import { HOSTILE_TOWNS, type HostileTown } from "./towns.ts";

const byRule = Map.groupBy(HOSTILE_TOWNS, ({ name }) => name.split(":")[0]);

for (const [rule, towns] of byRule) {
  Deno.test(`${rule}: ${towns.length} towns out to harm are refused by name`, () =>
    inScratch(async (folder) => {
      for (const town of towns) await refuses(town, folder);
    }));
}

async function refuses(hostile: HostileTown, folder: string): Promise<void> {
  const { name, town, manifest = "[]", set, says } = hostile;
  await write(`${folder}/t.yaml`, town);
  await write(`${folder}/m.yaml`, manifest);
  const refusal = await refusalOf(() => loadTown(`${folder}/t.yaml`, set));
  assertStringIncludes(refusal?.message ?? "not refused", says, name);
  assertEquals(refusal?.exit, EXIT.usage, name);
  assertEquals(Object.hasOwn(Object.prototype, "polluted"), false, name);
}

async function write(path: string, content: string | Uint8Array) {
  await Deno.writeFile(
    path,
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
}
