/** Finding things by their id or name. @module */

const TABLES = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/**
 * Place of an id in a list that is replaced and never changed; -1 when it is
 * not there. The empty id marks free places and is never found.
 *
 * The first question about a list makes a table of it, so that asking about
 * everybody takes no longer for each in a large town than in a small one.
 */
export function placeOf(ids: readonly string[], id: string): number {
  let table = TABLES.get(ids);
  if (table === undefined) {
    table = new Map(
      ids.flatMap((one, place) => one === "" ? [] : [[one, place]]),
    );
    TABLES.set(ids, table);
  }
  return table.get(id) ?? -1;
}

/** The place of every name in a closed list: its code in columns. */
export function codesOf<Name extends string>(
  names: readonly Name[],
): Readonly<Record<Name, number>> {
  const entries = names.map((name, i) => [name, i] as const);
  return Object.fromEntries(entries) as Record<Name, number>;
}
