// Where this process looks for accounts: its environment, user and home directory.
import { homedir } from 'node:os';
import type { Machine } from './known-accounts.js';

/** This machine, as the calling user sees it. */
export const thisMachine = (): Machine => ({ env: process.env, uid: process.getuid?.() ?? 0, home: home() });

/** A user without an entry in passwd, as under DynamicUser=, may have none: Node then throws. */
function home(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}
