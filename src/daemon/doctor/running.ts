// Asks the running daemon, if one answers: its settings count, and not those that a new one would have.
import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import type { Status } from '../../protocol/methods/session.js';
import { Client } from '../../socket/client.js';
import { type Surroundings, serverPath } from '../../socket/path.js';

export interface Running {
  readonly info: Result<(typeof METHODS)['daemon.info']>;
  readonly status: Status;
}

const ASK_MS = 2_000;

/** Null when no daemon answers; the checks of socket and lock say why. */
export async function askRunning(from: Surroundings): Promise<Running | null> {
  try {
    await using client = await Client.connect(serverPath(from).path, { timeoutMs: ASK_MS });
    const options = { timeoutMs: ASK_MS, writes: false };
    const [info, status] = await Promise.all([
      client.request('daemon.info', {}, options),
      client.request('session.status', {}, options),
    ]);
    return { info, status };
  } catch {
    return null;
  }
}
