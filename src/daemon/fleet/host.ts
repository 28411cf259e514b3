// Identifies the place where an account runs: this boot of this machine, and this folder. Only one living daemon has it,
// because the folder has a lock.
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/** @param folder exists */
export function hostOf(folder: string, isShared: boolean): string {
  // On a shared disk the lock of the folder is taken only with the lease: each process counts by itself.
  if (isShared) return randomUUID();
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const { dev, ino } = statSync(folder);
  return `${boot} ${dev} ${ino}`;
}
