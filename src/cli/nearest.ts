// Finds the known word that is nearest to a mistyped one.
/** The number of letters to change, add, drop or swap to turn one word into the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word that was probably meant, if there is one near enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const best = known
    .map((candidate) => ({ candidate, away: distance(word.toLowerCase(), candidate) }))
    .sort((a, b) => a.away - b.away)[0];
  const longer = known.find((candidate) => word.length > 1 && candidate.startsWith(word));
  if (best && best.away <= Math.max(1, Math.floor(word.length / 3))) return best.candidate;
  return longer;
}
