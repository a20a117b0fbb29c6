/** Commands that make keys: what they print, and what they leave alone. @module */
import { assert, assertEquals } from "@std/assert";
import { inScratch } from "../helpers/scratch.ts";
import { townlet } from "../helpers/townlet.ts";

/** Words of text files that nobody is to read elsewhere: long ones. */
async function secretsBelow(folder: string): Promise<string[]> {
  const secrets: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".key")) continue;
    const text = await Deno.readTextFile(`${folder}/${name}`);
    secrets.push(...text.match(/[A-Za-z0-9+/=]{20,}/g) ?? []);
  }
  assert(secrets.length > 0);
  return secrets;
}

Deno.test("S6: keygen and dev-certs print no secret, as text or as JSON, and replace nothing", async () => {
  for (const json of [[], ["--json"]]) {
    await inScratch(async (folder) => {
      const lines = [
        ["keygen", "--out", `${folder}/town.key`, ...json],
        ["dev-certs", "--out", folder, "--name", "town.example", ...json],
      ];
      let printed = "";
      for (const code of [0, 5]) {
        for (const line of lines) {
          const { out, err, ...ended } = await townlet("telemetry", line);
          assertEquals(ended.code, code, err);
          assertEquals(code === 0 ? err : out, "");
          if (json.length > 0 && code === 0) JSON.parse(out);
          printed += out + err;
        }
      }
      for (const secret of await secretsBelow(folder)) {
        assert(!printed.includes(secret));
      }
    });
  }
});
