// Measures the free space of a disk, and refuses a browser when there is too little (H28).
import { statfs } from 'node:fs/promises';
import { Fault } from '../../protocol/fault.js';

/** With less than this Chromium starts or continues, and then fails to store what it receives. */
export const FULL_MB = 50;

/** Whole MB that this user may still write. */
export async function freeMbAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return Math.floor((bavail * bsize) / 2 ** 20);
}

/** @throws Fault disk_full */
export async function refuseFullDisk(path: string): Promise<void> {
  const freeMb = await freeMbAt(path);
  if (freeMb < FULL_MB) throw new Fault('disk_full', { reason: `only ${freeMb} MB are free at ${path}` });
}
