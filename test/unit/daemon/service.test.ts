/** A stop asks the service manager for the time of its steps. */
import t from 'tap';
import type { Config } from '../../../src/config/keys.js';
import type { Account } from '../../../src/daemon/account.js';
import { openService } from '../../../src/daemon/service.js';
import { Actor, type Executors } from '../../../src/daemon/session/actor.js';
import { manager } from '../../harness/service-manager.js';
import { keepLines } from '../log/lines.js';
import { POLICY, state } from '../session/machine.js';

const CONFIG = { shutdown: { drainMs: 1_000, wakeMs: 20_000, logoutMs: 300 } } as Config;
/** No effect is carried out. */
const IDLE = {} as Executors;

// Closing the browser may take 25 s.
const ROWS = [
  ['ready', false, 26_300, 'stopped: the daemon is shutting down'],
  ['hibernating', false, 26_300, 'stopped: the daemon is shutting down'],
  ['hibernating', true, 45_300, 'logging-out: the daemon is shutting down'],
] as const;

for (const [name, logout, ms, status] of ROWS)
  t.test(`${name}, ${logout ? 'unlinked' : 'kept'}: ${ms} ms`, async (t) => {
    const { socket, received } = await manager(t);
    const service = openService({ NOTIFY_SOCKET: socket }, keepLines());
    const actor = new Actor(state({ name }), POLICY, keepLines());
    actor.begin(IDLE);
    service.serves({ actor, hint: null } as unknown as Account, CONFIG);
    t.equal(await received(), 'READY=1');
    t.match(await received(), /^STATUS=/);
    actor.post({ type: 'shutdown', logout });
    t.equal(await received(), 'STOPPING=1');
    t.equal(await received(), `EXTEND_TIMEOUT_USEC=${ms}000`);
    t.equal(await received(), `STATUS=${status}`);
    actor.end();
    await service.close();
  });
