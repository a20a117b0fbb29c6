/** How often a list is looked at: work counted, not timed. @module */

/** A list that counts the looks at its elements. */
export interface Counted<T extends object> {
  /** The list, as it was. */
  readonly list: T;
  /** Looks at elements so far. */
  readonly looks: () => number;
}

/** Wraps a list or typed array, so that every look at an element counts. */
export function counted<T extends object>(source: T): Counted<T> {
  let looks = 0;
  const list = new Proxy(source, {
    get(target, key) {
      if (typeof key === "string" && /^\d+$/.test(key)) looks++;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" && key !== "constructor"
        ? value.bind(list)
        : value;
    },
  });
  return { list, looks: () => looks };
}
