// Whether a daemon runs the account that a session is to come from or go to. Root finds it by its socket: the directories
// that root's own environment names are others than those of the service.
import { stat } from 'node:fs/promises';
import { Fault } from '../../protocol/fault.js';
import { Client } from '../../socket/client.js';
import { type ClientPath, clientPath } from '../../socket/path.js';
import type { Settings } from '../settings.js';

const ASK_MS = 2_000;

/** @throws (rejects) Fault lock_held, which names it and says how to stop it without losing the link */
export async function refuseRunning({ account, config, dir }: Settings): Promise<void> {
  const uid = process.geteuid?.() ?? 0;
  const target = clientPath({ account, socket: config.socket.path ?? undefined, env: process.env, uid });
  const info = await ask(target);
  // Somebody may move a session of their own while another one runs.
  if (info === null || (uid !== 0 && info.profileDir !== dir.profile)) return;
  const owner = (await stat(`/proc/${info.pid}`).catch(() => null))?.uid ?? 'unknown';
  const isService = target.path.startsWith('/run/wad/');
  throw new Fault('lock_held', {
    reason: `the account ${info.account} is run by wad, process ${info.pid} of user ${owner}, on ${info.profileDir}: stop it first, and do this as that user`,
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
  } catch {
    // Nobody is there, or nobody who can be asked: the lock decides.
    return null;
  }
}
