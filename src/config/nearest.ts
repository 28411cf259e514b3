// Finds the known name nearest to an unknown one, for "did you mean". Pure.

/** Case, dashes and underscores are what people get wrong first: `delays_ms` is `delaysMs`. */
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

/** The candidate nearest to `name`, or null when none is near enough. */
export function nearest(name: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = distance(plain(name), plain(candidate));
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best !== null && least <= Math.max(1, Math.floor(plain(best).length / 3)) ? best : null;
}
