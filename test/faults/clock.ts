// Makes the clock of a daemon adjustable (node --import): on SIGUSR2 its wall clock is set ahead of the true
// time by the ms in the file TEST_CLOCK. The machine's clock is shared by all processes, and no namespace has
// its own.
import { readFileSync } from 'node:fs';

const True = Date;
let aheadMs = 0;

globalThis.Date = class extends True {
  constructor(...args: unknown[]) {
    super(...((args.length === 0 ? [True.now() + aheadMs] : args) as []));
  }
  static override now(): number {
    return True.now() + aheadMs;
  }
} as DateConstructor;

process.on('SIGUSR2', () => {
  aheadMs = Number(readFileSync(process.env.TEST_CLOCK ?? '', 'utf8'));
});
