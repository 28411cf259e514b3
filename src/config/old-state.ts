// Finds the state of a container of version 0.1. That image kept it at the root of the volume (/var/lib/wad); later
// images keep it in `state` below, because the root of a new Kubernetes volume belongs to root.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { quoted } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';

const holdsState = (directory: string): boolean =>
  ['wad.sqlite', 'auth'].some((name) => existsSync(join(directory, name)));

/**
 * The parent of the `state` directory that STATE_DIRECTORY names, if it contains a state and `state` does not. It is used
 * in place, so that an upgrade moves nothing. Undefined otherwise.
 * @throws Fault permission_denied when other users can access the parent, which a state directory does not allow
 */
export function oldState(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const [given = ''] = env.STATE_DIRECTORY?.split(':') ?? [];
  if (basename(given) !== 'state') return undefined;
  const above = dirname(given);
  if (holdsState(given) || !holdsState(above)) return undefined;
  if ((statSync(above).mode & 0o077) === 0) return above;
  const to = quoted(given);
  throw new Fault('permission_denied', {
    reason: `${above} holds the state of an earlier version and is open to others; move the state into ${given}, where later versions keep it`,
    hint: `mkdir -p -m 700 ${to} && find ${quoted(above)} -mindepth 1 -maxdepth 1 ! -name state ! -name lost+found -exec mv -t ${to} {} +`,
    more: { path: above },
  });
}
