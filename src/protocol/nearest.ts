// Finds the known name nearest to an unknown one, for "did you mean". Pure.

/** Ignores case, dashes and underscores, which are the usual mistakes: `delays_ms` is `delaysMs`. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, '');

/** Edits (insert, delete, replace, swap of neighbours) from one text to the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/**
 * The name with the fewest edits to `word`; if none is near, the first that begins with it. Null when there
 * is neither. A name is near when at most a third of the word differs.
 */
export function nearest(word: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const edits = distance(plain(word), plain(name));
    if (edits < least) [best, least] = [name, edits];
  }
  const { length } = plain(word);
  if (best !== null && least <= Math.max(1, Math.floor(length / 3))) return best;
  return (word.length > 1 && names.find((name) => name.startsWith(word))) || null;
}
