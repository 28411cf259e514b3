// Refuses a move while a daemon runs the account. Root finds that daemon by its socket, because root's own
// environment names other directories than the service's.
import { stat } from 'node:fs/promises';
import { Fault } from '../../protocol/fault.js';
import { Client } from '../../socket/client.js';
import { type ClientPath, clientPath } from '../../socket/path.js';
import type { Settings } from '../settings.js';

const ASK_MS = 2_000;

/**
 * @throws (rejects) Fault lock_held, which names the daemon and how to stop it with
 * its link kept; unsafe_socket
 */
export async function refuseRunning({ account, config, dir }: Settings): Promise<void> {
  const uid = process.geteuid?.() ?? 0;
  const target = clientPath({ account, socket: config.socket.path ?? undefined, env: process.env, uid });
  const info = await ask(target);
  // A user may move another session of their own while this one runs.
  if (info === null || (uid !== 0 && info.profileDir !== dir.profile)) return;
  const owner = (await stat(`/proc/${info.pid}`).catch(() => null))?.uid ?? 'unknown';
  const isService = target.path.startsWith('/run/wad/');
  throw new Fault('lock_held', {
    reason: `the account ${info.account} is run by wad, process ${info.pid} of user ${owner}, on ${info.profileDir}; stop it first, then run this as user ${owner}`,
    hint: isService
      ? `touch /run/wad-no-logout && systemctl stop wad@${info.account} && rm /run/wad-no-logout`
      : `kill ${info.pid}`,
    more: { pid: info.pid, owner, profile: info.profileDir },
  });
}

async function ask(path: ClientPath) {
  try {
    const client = await Client.connect(path, { timeoutMs: ASK_MS });
    try {
      return await client.request('daemon.info', {}, { timeoutMs: ASK_MS });
    } finally {
      await client.close();
    }
  } catch (error) {
    // The answer on a socket that may be anybody's cannot be trusted; the Fault names its owner.
    if (error instanceof Fault && error.kind === 'unsafe_socket') throw error;
    // No daemon answers: the lock decides.
    return null;
  }
}
