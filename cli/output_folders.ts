/** Where folders that a command makes come to lie. @module */
import { dirname } from "node:path";
import { contains } from "../src/security/roots.ts";

/** Where everything goes, unless somebody names another folder. */
const OUTPUT_FOLDER = "out";

/** Folders to be written in, so that each of the paths can be made. */
export function foldersFor(paths: readonly string[]): string[] {
  return [
    OUTPUT_FOLDER,
    ...paths.filter((path) => !contains(OUTPUT_FOLDER, path)).map((path) =>
      dirname(path)
    ),
  ];
}
