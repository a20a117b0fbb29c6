/**
 * Folders that a configuration names, and files in them that go by a name.
 *
 * A root is a folder of its own: never the whole disk, a home, the folder the
 * program runs in, or one that holds the configuration or the program. It may
 * not be a symbolic link, and where it is named from the working directory no
 * folder on the way may be one. What an absolute path leads through is the
 * system's affair: there `/tmp` and `/var` may be links.
 * @module
 */
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, TownletError } from "../base/error.ts";
import { FILE_NAME } from "../config/schema.ts";
import { checkNoLinks } from "./links.ts";
import { explainFileError } from "./paths.ts";

/** Names that some systems keep for devices, with or without an ending. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** A folder that holds the homes of people, on the systems Townlet runs on. */
const HOME = /^(\/root|(\/home|\/Users|[A-Za-z]:\\Users)[/\\][^/\\]+)$/;

/**
 * Checks a folder before anything is read from it or written to it.
 *
 * `keeps` are files the folder must not contain, such as the configuration.
 * Throws a {@link TownletError} with exit code 5.
 */
export async function checkRoot(
  root: string,
  options: { readonly what: string; readonly keeps: readonly string[] },
): Promise<void> {
  const { what, keeps } = options;
  checkOwn(root, what, keeps);
  try {
    await checkNoLinks(beforeRoot(root), root, `folder of ${what}`);
  } catch (error) {
    throw explainFileError(error, "read", root, `folder of ${what}`);
  }
}

/**
 * Checks by its name alone that a folder is one of its own: not the disk, a
 * home, the working directory, nor one that holds the program or `keeps`.
 *
 * Throws a {@link TownletError} with exit code 5.
 */
export function checkOwn(
  root: string,
  what: string,
  keeps: readonly string[],
): void {
  const folder = resolve(root);
  const program = import.meta.url.startsWith("file:")
    ? [fileURLToPath(import.meta.url)]
    : [];
  const isWhole = dirname(folder) === folder || HOME.test(folder);
  const held = [resolve("."), ...program, ...keeps.map((file) => resolve(file))]
    .find((path) => contains(folder, path));
  if (!isWhole && held === undefined) return;
  throw new TownletError(
    `The folder of ${what} would hold more than that (rule F3)`,
    {
      code: "root.too_wide",
      where: root,
      hint: "Name a folder of its own, such as out/mine",
      exit: EXIT.refused,
    },
  );
}

/**
 * The folder from which no link may lead to a root, or to what is in it: the
 * working directory for a relative one, else the folder that holds it.
 */
export function beforeRoot(root: string): string {
  return isAbsolute(root) ? dirname(resolve(root)) : ".";
}

/**
 * The path of a file that goes by a name, below a root.
 *
 * Throws a {@link TownletError} (exit code 5) for names that are no plain
 * names: folders, dots that lead upwards, names of devices.
 */
export function pathInRoot(root: string, name: string, what: string): string {
  if (FILE_NAME.test(name) && !DEVICE.test(name)) return join(root, name);
  throw new TownletError(`The name of the ${what} is no file name (rule F1)`, {
    code: "root.name",
    where: root,
    hint: "Use letters, digits, dots, dashes and underscores only",
    exit: EXIT.refused,
  });
}

/** Whether a path is the folder itself or lies in it. */
export function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" ||
    (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`));
}
