/** `wactl wait` waits for a state, and ends early when only a person can continue. */
import t from 'tap';
import type { Context } from '../../../src/cli/command.js';
import { waitUnlessStuck } from '../../../src/cli/commands/wait.js';
import { Fault } from '../../../src/protocol/fault.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import type { StateName } from '../../../src/protocol/state.js';
import { wactl } from '../../harness/wactl.js';
import { fakeDaemon } from './daemon.js';

const STATUS = METHODS['session.status'].example.result;

/** An account that is linking and changes to the next state after a delay. */
async function linkingThen(t: { teardown(end: () => unknown): void }, next: StateName | null, afterMs = 200) {
  const startedAt = performance.now();
  const now = (): StateName => (next !== null && performance.now() - startedAt > afterMs ? next : 'linking');
  const daemon = await fakeDaemon({
    'session.status': () => ({ ...STATUS, status: now(), reason: 'qr_waiting', hint: 'wactl qr' }),
    'session.wait': async ({ states, timeoutMs }) => {
      const until = performance.now() + Number(timeoutMs);
      while (!(states as StateName[]).includes(now())) {
        if (performance.now() >= until) throw new Fault('wait_expired');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return { status: now(), reason: 'none', timestamp: STATUS.timestamp };
    },
  });
  t.teardown(() => daemon.close());
  return (...args: string[]) => wactl(['wait', ...args], { socket: daemon.socket });
}

t.test('a state that needs a person exits 4 with the hint, long before the timeout', async (t) => {
  const wait = await linkingThen(t, null);
  t.match(await wait('ready'), {
    code: 4,
    stdout: '',
    stderr: /a person must act \(qr_waiting\)\n {2}try: wactl qr\n$/,
  });
});

t.test('a timeout that comes first exits 8', async (t) => {
  const wait = await linkingThen(t, null);
  t.match(await wait('ready', '--timeout', '0.5'), { code: 8, stdout: '' });
});

t.test('a wait continues while linking is in progress', async (t) => {
  const wait = await linkingThen(t, 'ready', 500);
  t.match(await wait('ready'), { code: 0, stdout: 'ready\n' });
});

t.test('a wait for the state linking is possible', async (t) => {
  const wait = await linkingThen(t, null);
  t.match(await wait('ready,linking'), { code: 0, stdout: 'linking\n' });
});

t.test('a state of a newer daemon that this wactl does not know ends the wait, and is named', async (t) => {
  let asked = 0;
  const daemon = await fakeDaemon({
    'session.wait': async () => {
      asked += 1;
      return { status: 'archived', reason: 'none', timestamp: STATUS.timestamp };
    },
  });
  t.teardown(() => daemon.close());
  for (const more of [[], ['--timeout', '5']])
    t.match(await wactl(['wait', 'ready', ...more], { socket: daemon.socket }), {
      code: 1,
      stdout: '',
      stderr:
        /answered the state "archived", which this wactl does not know: install the wactl of the daemon's version/,
    });
  t.equal(asked, 2, 'no further request follows');
});

t.test('an account that alternates between two states for ever ends the wait at the timeout', async (t) => {
  const ask = async (_method: string, { states = [] }: { states?: readonly string[] }) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const status = states.includes('linking') ? 'linking' : 'starting';
    return { status, reason: 'none', timestamp: STATUS.timestamp };
  };
  const waited = waitUnlessStuck({ ask: ask as unknown as Context['ask'] }, ['ready'], 300);
  t.match(await waited.catch((fault: unknown) => fault), { kind: 'wait_expired' });
});
