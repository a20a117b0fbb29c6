/** Facts of the runtime that the code relies on, as tests. @module */
import { assert } from "@std/assert";

/**
 * A test of what the runtime does, named after what relies on it.
 *
 * It fails when a new version of the runtime behaves otherwise, and when what
 * relies on it is gone: then it has nothing to say any more.
 */
export function fact(
  name: string,
  reliedOnBy: readonly string[],
  check: () => void | Promise<void>,
): void {
  Deno.test(`${name} (${reliedOnBy.join(", ")})`, async () => {
    for (const path of reliedOnBy) assert(Deno.statSync(path).isFile, path);
    await check();
  });
}
