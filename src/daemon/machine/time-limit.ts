// A wait with a limit of its own besides its caller's. Not by AbortSignal.any over AbortSignal.timeout: in Node 20 the
// joined signal holds its sources weakly, so the time-out is collected with the next garbage and never fires.

/**
 * Runs with a signal that aborts after so many milliseconds or with one of the others, whichever comes first. Nothing
 * of it is left when that has settled.
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
    // Lets go of whatever in there lost a race.
    ending.abort();
  }
}
