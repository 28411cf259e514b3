// A log that keeps its lines, for tests of log output.
import type { Log } from '../../../src/protocol/log.js';

export type Line = readonly [level: string, event: string, fields: Readonly<Record<string, unknown>>];

export function keepLines(): Log & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const at =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      lines.push([level, event, fields]);
    };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Returns the rejection reason of a promise, or a text if it was fulfilled. */
export const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );

/** Lets everything run that waits only for its turn of the event loop. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
