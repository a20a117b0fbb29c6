/** Symbolic links on the way to a file. @module */
import { join, relative, sep } from "node:path";
import { EXIT, TownletError } from "../base/error.ts";

/**
 * Refuses symbolic links between a folder and a path below it, the path
 * itself included; what is not there yet is none.
 *
 * Throws a {@link TownletError} (exit code 5) for a link, and what the system
 * says where it may not be looked at.
 */
export async function checkNoLinks(
  from: string,
  path: string,
  what: string,
): Promise<void> {
  let way = from;
  for (const part of relative(from, path).split(sep)) {
    way = join(way, part);
    // What is above the folder was named by whoever runs the program.
    if (part === ".." || part === "") continue;
    let info: Deno.FileInfo;
    try {
      info = await Deno.lstat(way);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    if (!info.isSymlink) continue;
    throw new TownletError(
      `The ${what} lies behind a symbolic link (rule F2)`,
      {
        code: "root.link",
        where: way,
        hint: "Name the real folder instead",
        exit: EXIT.refused,
      },
    );
  }
}
