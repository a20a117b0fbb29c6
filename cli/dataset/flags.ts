/** The folder that commands about datasets read. @module */
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import type { Needs } from "../../src/security/permissions.ts";
import { says } from "../flags.ts";

/** `DIR`. */
export const folderArgument = argument(
  string({ metavar: "DIR" }),
  says("Folder of the dataset"),
);

/** What reading a dataset needs. */
export function folderNeeds(
  { folder }: { readonly folder: string },
): Partial<Needs> {
  return { reads: [folder] };
}
