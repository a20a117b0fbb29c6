/**
 * A process that reads or writes one file, for tests of permissions:
 * `use_file.ts read|write PATH` ends with the exit code of what happened.
 * @module
 */
import { TownletError } from "../../src/base/error.ts";
import { readText, writeFile } from "../../src/security/paths.ts";

const [action, path] = Deno.args;
try {
  if (action === "read") await readText(path, { what: "note", limit: 1 << 20 });
  else await writeFile(path, "note", { what: "note", isKind: () => true });
} catch (error) {
  if (!(error instanceof TownletError)) throw error;
  const line = `${error.code}: ${error.hint}`;
  await Deno.stdout.write(new TextEncoder().encode(line));
  Deno.exit(error.exit);
}
