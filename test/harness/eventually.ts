// Waits for what no event reports, such as /proc and files: it asks again until the answer is there, within a deadline.

/** Asks again until the answer is not undefined or false; for what no event tells of. @throws after `withinMs` */
export async function eventually<T>(
  look: () => T | Promise<T>,
  what: string,
  withinMs = 10_000,
): Promise<Exclude<T, undefined | false | null>> {
  for (const until = performance.now() + withinMs; ; ) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null)
      return found as Exclude<T, undefined | false | null>;
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause();
  }
}

/** The time between two attempts. */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 25));
