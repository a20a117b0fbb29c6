/** The examples of the documentation, as programs of somebody else. @module */
import { assert, assertEquals } from "@std/assert";
import { openConsumer } from "../helpers/consumer.ts";
import { filesBelow } from "../helpers/sources.ts";
import { scratch } from "../helpers/townlet.ts";

const pages = ["README.md", "mod.ts", ...filesBelow("docs", ".md")];

/** Code blocks of TypeScript, in pages and in comments. */
const examples = pages.flatMap((page) => {
  const text = Deno.readTextFileSync(page).replace(/^ \* ?/gm, "");
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)]
    .map(([, program]) => ({
      page,
      // Readers have a checkout beside their project; here it is above.
      program: program.replaceAll('"../townlet/', '"../../'),
    }));
});

Deno.test("the examples of the documentation run as they stand", async () => {
  for (
    const page of [
      "mod.ts",
      "docs/getting-started.md",
      "docs/hooks.md",
      "docs/vector.md",
    ]
  ) {
    assert(examples.some((example) => example.page === page), page);
  }
  using folder = scratch();
  const deno = openConsumer(folder.path);
  const files = examples.map(({ program }, i) => {
    Deno.writeTextFileSync(`${folder.path}/example_${i}.ts`, program);
    return `example_${i}.ts`;
  });
  const checked = await deno("check", ...files);
  assertEquals(checked.code, 0, checked.err);
  for (const [i, { page }] of examples.entries()) {
    const { code, err } = await deno(
      ...["run", "--no-check", "--no-prompt", "--cached-only"],
      // What docs/hooks.md wants of programs that have hooks of files.
      "--v8-flags=--disallow-code-generation-from-strings",
      "--unstable-worker-options",
      ...["--allow-read=../../configs", files[i]],
    );
    assertEquals([code, err], [0, ""], page);
  }
});
