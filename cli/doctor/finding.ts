/** What a check found. @module */

/** One thing that was looked at. */
export interface Finding {
  /** One word: what was looked at. */
  readonly name: string;
  /** All is well; good to know; or something that is needed is not there. */
  readonly state: "fine" | "note" | "missing";
  /** What was found, without a full stop. */
  readonly says: string;
  /** What to do about it, without a full stop, or null. */
  readonly remedy: string | null;
}

/** All is well. */
export function fine(name: string, says: string): Finding {
  return { name, state: "fine", says, remedy: null };
}

/** Good to know; it keeps nobody from anything. */
export function note(name: string, says: string, remedy: string): Finding {
  return { name, state: "note", says, remedy };
}

/** Something that is needed is not there. */
export function missing(name: string, says: string, remedy: string): Finding {
  return { name, state: "missing", says, remedy };
}
