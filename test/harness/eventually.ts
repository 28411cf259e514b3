// Polls for conditions without an event, such as those in /proc and of files, until a deadline.

/** Polls until the result is neither undefined nor false. @throws after `withinMs` */
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
