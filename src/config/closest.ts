/** The known word closest to a mistyped one. @module */

/**
 * The word of `known` that `word` was most likely meant to be, or null.
 *
 * Small words may differ in one letter, longer ones in a third of theirs;
 * neighbours that changed places count as one letter.
 */
export function closestWord(
  word: string,
  known: readonly string[],
): string | null {
  const typed = word.toLowerCase();
  if (typed.length > 64) return null;
  const limit = Math.max(1, Math.floor(typed.length / 3));
  let best: string | null = null;
  let least = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(typed, candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/**
 * Letters to insert, remove, replace or swap with their neighbour (optimal
 * string alignment distance).
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(
        last[j] + 1,
        row[j - 1] + 1,
        last[j - 1] + (same ? 0 : 1),
      );
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] &&
        a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length];
}
