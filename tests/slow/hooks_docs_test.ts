/** The commands of docs/hooks.md, as they stand, where the page says. @module */
import { assert, assertEquals } from "@std/assert";
import { codeBlocks } from "../helpers/pages.ts";
import { ended, scratch, taskWords } from "../helpers/townlet.ts";

const page = Deno.readTextFileSync("docs/hooks.md");

Deno.test("the commands of docs/hooks.md do what they are for", async () => {
  const lines = codeBlocks(page, "sh").flatMap((block) =>
    block.trim().split("\n")
  )
    .filter((line) => line.startsWith("deno task "));
  assert(lines.length >= 6, `${lines.length} commands`);
  using folder = scratch();
  Deno.mkdirSync(`${folder.path}/configs/hooks`, { recursive: true });
  const [hook] = codeBlocks(page, "js");
  const [town] = codeBlocks(page, "yaml");
  Deno.writeTextFileSync(`${folder.path}/configs/hooks/bench.js`, hook);
  Deno.writeTextFileSync(`${folder.path}/configs/park.yaml`, town);
  for (const line of lines) {
    const [, , task, ...words] = line.split(" ");
    // What readers save lies below out/ here, which every task may read.
    const args = words.map((word) =>
      /park|bench/.test(word) ? `${folder.path}/${word}` : word
    );
    const { code, out, err } = ended(
      await new Deno.Command("deno", {
        args: taskWords(task, args),
        env: { NO_COLOR: "1" },
      }).output(),
    );
    assertEquals([code, out === ""], [0, false], `${line}\n${err}`);
  }
});
