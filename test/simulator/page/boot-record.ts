/** The server's data in the document: its identity, and the knobs, which later orders update. */
import type { KnobValues } from '../knobs.js';
import type { BootRecord } from '../wire.js';

const record = JSON.parse(document.getElementById('boot')?.textContent ?? '{}') as BootRecord;

export const documentId = record.document;
export const knobs: KnobValues = record.knobs;

const waiting = new Set<() => void>();

export function turnKnobs(values: KnobValues): void {
  Object.assign(knobs, values);
  for (const check of [...waiting]) check();
}

/** Waits until the knobs satisfy `test`. */
export function whenKnobs(test: () => boolean): Promise<void> {
  if (test()) return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (!test()) return;
      waiting.delete(check);
      resolve();
    };
    waiting.add(check);
  });
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** A promise that never settles. */
export const never = <T>(): Promise<T> => new Promise(() => {});
