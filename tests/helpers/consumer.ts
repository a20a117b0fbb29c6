/** Programs of somebody else, who imports the package from a folder of theirs. @module */
import { type Ended, ended } from "./townlet.ts";

const project: {
  readonly version: string;
  readonly imports: Readonly<Record<string, string>>;
} = JSON.parse(Deno.readTextFileSync("deno.json"));

/** Runs `deno` in the folder of such a program. */
export type Consumer = (...words: readonly string[]) => Promise<Ended>;

/**
 * Sets up a folder, two levels below this checkout, which stands for the
 * registry; `@townlet/townlet` is an entry of its import map.
 */
export function openConsumer(folder: string): Consumer {
  const fromNpm = Object.entries(project.imports).filter(([, specifier]) =>
    specifier.startsWith("npm:")
  );
  Deno.writeTextFileSync(
    `${folder}/deno.json`,
    JSON.stringify({
      links: ["../../"],
      // What is locked is in the cache; nothing has to be asked for.
      imports: {
        ...Object.fromEntries(fromNpm),
        "@townlet/townlet": "jsr:@townlet/townlet@^0.1.0",
      },
    }),
  );
  Deno.writeTextFileSync(`${folder}/deno.lock`, lockOfConsumer());
  return async (...words) =>
    ended(
      await new Deno.Command("deno", {
        args: [...words],
        cwd: folder,
        env: { NO_COLOR: "1" },
      }).output(),
    );
}

/** This checkout's lock, as it would be with the package as a link. */
function lockOfConsumer(): string {
  const lock = JSON.parse(Deno.readTextFileSync("deno.lock"));
  const { dependencies } = lock.workspace;
  lock.workspace = {
    dependencies: ["jsr:@townlet/townlet@0.1", ...dependencies],
    links: { [`jsr:@townlet/townlet@${project.version}`]: { dependencies } },
  };
  return JSON.stringify(lock);
}
