/** Letters that stand for types of objects on a map. @module */

/** A letter for each type: of its own name if one is free, else `?`. */
export function lettersFor(types: readonly string[]): string[] {
  const taken = new Set<string>();
  return types.map((type) => {
    const letter = [...type, ...type.toUpperCase()].find((char) =>
      /[A-Za-z]/.test(char) && !taken.has(char)
    ) ?? "?";
    taken.add(letter);
    return letter;
  });
}
