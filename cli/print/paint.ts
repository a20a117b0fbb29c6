/** Colours, where they are wanted. @module */

/** Functions that colour text, or leave it alone. */
export interface Paint {
  /** Stands out. */
  readonly bold: (text: string) => string;
  /** Stands back. */
  readonly dim: (text: string) => string;
  /** Bad. */
  readonly red: (text: string) => string;
  /** Good. */
  readonly green: (text: string) => string;
  /** In between. */
  readonly yellow: (text: string) => string;
}

/** Colours, or with `colours` false text as it is. */
export function openPaint(colours: boolean): Paint {
  const paint = (on: number, off: number) => (text: string) =>
    colours && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
  };
}
