// Checks what is in use: the owner of the lock, a browser that was left over, a daemon at the socket.
import { createConnection } from 'node:net';
import { Fault } from '../../protocol/fault.js';
import { findBrowsers } from '../../session-dir/leftovers.js';
import { lockState } from '../../session-dir/lock.js';
import { serverPath } from '../../socket/path.js';
import { checkSafePath } from '../../socket/safe-path.js';
import { type Check, fail, ok, warn } from './finding.js';

export const lock: Check = {
  name: 'lock',
  run: async ({ dir }) => {
    const state = await lockState(dir);
    if (typeof state === 'object') return ok(`held by process ${state.pid} since ${state.since}`);
    const browsers = await findBrowsers(dir.profile);
    if (browsers.length > 0)
      return warn(
        `no daemon holds it, but a browser uses the profile (process ${browsers.map(({ pid }) => pid).join(', ')}); the next start ends it`,
        `kill ${browsers.map(({ pid }) => pid).join(' ')}`,
      );
    return state === 'free'
      ? ok('free')
      : ok('left behind by a daemon that died; the next start waits 10 s for it');
  },
};

const ANSWER_MS = 2_000;

/** Whether a daemon answers on the socket; the code of the error if it cannot be reached. */
function knock(path: string): Promise<'answers' | 'silent' | string> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const end = (says: string) => {
      socket.destroy();
      resolve(says);
    };
    socket.setTimeout(ANSWER_MS, () => end('silent'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.once('close', () => end('silent'));
    socket.once('data', () => end('answers'));
    socket.write('{"jsonrpc":"2.0","id":1,"method":"daemon.ping","params":{}}\n');
  });
}

export const socket: Check = {
  name: 'socket',
  run: async ({ account, config, env, uid }) => {
    let path: string;
    try {
      path = serverPath({
        account,
        env,
        uid,
        ...(config.socket.path && { explicit: config.socket.path }),
      }).path;
    } catch (error) {
      if (error instanceof Fault) return fail(error.message, error.hint);
      throw error;
    }
    try {
      checkSafePath({ path, explicit: true }, { uid });
    } catch (error) {
      if (error instanceof Fault) return fail(error.message, error.hint);
      // It does not exist, or is closed to us: connect(2) shows which.
    }
    const answer = await knock(path);
    switch (answer) {
      case 'answers':
        return ok(`a daemon answers at ${path}`);
      case 'ENOENT':
        return ok(`no daemon runs; it would listen at ${path}`);
      case 'ECONNREFUSED':
        return ok(`no daemon runs; the next start replaces the socket left at ${path}`);
      case 'silent':
        return fail(`something listens at ${path} and does not answer`, `ss -xlp src ${path}`);
      case 'EACCES':
        return warn(`no permission on ${path}`, 'sudo usermod -aG wad $USER');
      default:
        return fail(`${path}: ${answer}`, `ls -l ${path}`);
    }
  },
};
