/** Snapshots in which one member is missing, wrong, or has another name. @module */
import {
  decodeSnapshot,
  encodeSnapshot,
} from "../../src/snapshots/snapshot.ts";
import { refusalOf } from "../helpers/answers.ts";
import { livelyTown } from "../snapshots/lively_town.ts";
import { forged } from "./forged.ts";
import { changedAt, placeCount, VALUES } from "./mangled.ts";

/**
 * Changes every `step`th member of a snapshot's header or state in several
 * ways each, and gives those that load all the same: there should be none.
 */
export async function loadedChanges(
  part: "header" | "state",
  step: number,
): Promise<readonly string[]> {
  const { town, world } = livelyTown();
  const text = encodeSnapshot(town, world, { app: "townlet 0.1.0" });
  const line = text.split("\n")[part === "header" ? 0 : 1];
  const loaded: string[] = [];
  for (let nth = 0; nth < placeCount(JSON.parse(line)); nth += step) {
    for (const edit of editsAt(nth, part === "header" ? 1 : 8)) {
      const forgery = forged(
        text,
        (value) => changedAt(value, nth, edit),
        part,
      );
      if (forgery === text) continue;
      const refusal = await refusalOf(() =>
        decodeSnapshot(forgery, town, { where: "s" })
      );
      if (refusal === null) {
        loaded.push(`${edit.kind} member ${nth} of ${part}`);
      }
    }
  }
  return loaded;
}

/** Ways to change a member; of the values, every `step`th in turn. */
function editsAt(nth: number, step: number) {
  return [
    { kind: "remove", name: "", value: null },
    { kind: "rename", name: "renamed", value: null },
    { kind: "rename", name: "__proto__", value: null },
    { kind: "repeat", name: "again", value: null },
    ...VALUES.filter((_, i) => (i + nth) % step === 0)
      .map((value) => ({ kind: "replace", name: "", value }) as const),
  ] as const;
}
