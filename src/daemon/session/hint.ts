// Names the command that helps a person out of a state; null when the daemon recovers by itself.
import { type Address, addressed } from '../../protocol/address.js';
import type { ProxyCause } from '../../protocol/proxy.js';
import type { Reason } from '../../protocol/state.js';
import type { State } from '../../session/state.js';
import { isOver, reasonOf } from '../../session/state.js';

const BY_REASON: Partial<Record<Reason, string>> = {
  qr_waiting: 'wactl qr',
  logged_out_by_phone: 'wactl qr',
  logged_out_by_page: 'wactl qr',
  auth_failed: 'wactl qr',
  session_corrupt: 'wactl qr',
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
  memory_low: 'free -m',
  lock_held: 'wactl doctor',
};

/**
 * The command for this state, with the address of this daemon.
 * @param proxy why the proxy of the account cannot be used; null: it can, or there is none
 */
export function hintFor(state: State, to: Address, proxy: ProxyCause | null = null): string | null {
  if (state.name === 'stopped' && !isOver(state)) return addressed('wactl init', to);
  if (state.name === 'starting') return null;
  const reason = reasonOf(state);
  // Without a proxy the daemon recovers by itself; the configuration of a proxy needs a person.
  const hint = reason === 'network_down' && proxy !== null ? 'wactl doctor' : BY_REASON[reason];
  return hint === undefined ? null : addressed(hint, to);
}

/** The command for an incident with this reason; never null. */
export const alertHint = (reason: Reason | 'restricted', to: Address): string =>
  addressed((reason === 'restricted' ? null : BY_REASON[reason]) ?? 'wactl status', to);
