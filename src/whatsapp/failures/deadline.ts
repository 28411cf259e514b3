// Limits the time of a wait on the page. Puppeteer's own time-outs come late, and a crashed page never answers (H4).

/** A time limit of ours has passed. */
export class TimedOut extends Error {}

/** Rejects with TimedOut when the work is not done in time. The page's own work continues (H6). */
export async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(`${what} timed out after ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
