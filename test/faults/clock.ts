// Loaded into a daemon (node --import): on SIGUSR2 the wall clock jumps to where the file TEST_CLOCK says, in ms from
// the true time. The clock of the machine is everybody's, and no namespace has one of its own.
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
