// Runs a wait with its own limit in addition to its caller's. It does not use AbortSignal.any over
// AbortSignal.timeout: in Node 20 the joined signal holds its sources weakly, so the time-out is
// garbage-collected and never fires.

/**
 * Runs with a signal that aborts after this many milliseconds or with one of the others, whichever comes
 * first. No timer or listener is left when it has settled.
 * @param ms no limit when undefined
 */
export async function limited<T>(
  ms: number | undefined,
  signals: readonly AbortSignal[],
  run: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const end = (event: { readonly target: unknown }) => ending.abort((event.target as AbortSignal).reason);
  const timer = ms === undefined ? undefined : setTimeout(() => ending.abort(), ms);
  for (const signal of signals) {
    if (signal.aborted) ending.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
  }
  try {
    return await run(ending.signal);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', end);
    // Ends everything in it that lost a race.
    ending.abort();
  }
}

/**
 * Waits for work that cannot be aborted.
 * @throws Error with this text when the work has not settled in time; it continues, and its outcome is ignored
 */
export async function within<T>(ms: number, work: Promise<T>, text: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(text)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
