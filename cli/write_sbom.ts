/** Writes what a release has beside the binary: `deno task sbom`. @module */
import project from "../deno.json" with { type: "json" };
import { openSha256 } from "../src/base/hash.ts";
import { print } from "./print/output.ts";
import { sbomOf } from "./sbom.ts";

/** Name of the file of sums, in the form that `sha256sum --check` reads. */
const SUMS = "SHA256SUMS";

/**
 * Writes the bill of materials into a folder, then the SHA-256 of every file
 * that lies there. Gives the lines of sums.
 */
export async function writeSbom(folder: string): Promise<string[]> {
  const sbom = sbomOf(JSON.parse(Deno.readTextFileSync("deno.lock")), project);
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(
    `${folder}/townlet.sbom.json`,
    JSON.stringify(sbom, null, 2) + "\n",
  );
  const names = [...Deno.readDirSync(folder)]
    .filter(({ name, isFile }) => isFile && name !== SUMS)
    .map(({ name }) => name).sort();
  const lines: string[] = [];
  for (const name of names) {
    lines.push(`${await sumOf(`${folder}/${name}`)}  ${name}\n`);
  }
  Deno.writeTextFileSync(`${folder}/${SUMS}`, lines.join(""));
  return lines;
}

/** SHA-256 of a file, read piece by piece. */
async function sumOf(path: string): Promise<string> {
  using file = Deno.openSync(path);
  const sum = openSha256();
  for await (const piece of file.readable) sum.update(piece);
  return sum.hex();
}

if (import.meta.main) print((await writeSbom("dist")).join(""));
