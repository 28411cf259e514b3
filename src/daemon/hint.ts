// What a person can do about a state: a command, or null when the daemon helps itself.
import type { Reason } from '../protocol/state.js';
import type { State } from '../session/state.js';
import { reasonOf } from '../session/state.js';

const BY_REASON: Partial<Record<Reason, string>> = {
  qr_waiting: 'wactl qr',
  pairing_waiting: 'wactl pair NUMBER',
  passkey_required: 'wactl passkey',
  browser_missing: 'sudo apt-get install chromium',
  launch_failed: 'wactl doctor',
  attempts_exhausted: 'wactl init',
  outdated_library: 'wactl doctor',
  banned: 'wactl logs',
  conflict: 'wactl init',
  action_required: 'wactl doctor',
  disk_full: 'df -h',
  lock_held: 'wactl doctor',
};

/** The command for this state, naming the account where it is not the default one. */
export function hintFor(state: State, account: string): string | null {
  const hint =
    state.name === 'linking'
      ? (BY_REASON[reasonOf(state)] ?? 'wactl qr')
      : state.name === 'stopped'
        ? 'wactl init'
        : (BY_REASON[reasonOf(state)] ?? null);
  return account === 'default' ? hint : (hint?.replace(/^wactl\b/, `wactl -a ${account}`) ?? null);
}
