/** Notifications to the service manager arrive at a datagram socket in the right form. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openNotify } from '../../../src/systemd/notify.js';
import { manager } from '../../harness/service-manager.js';

const command = ['perl', fileURLToPath(new URL('../../../../systemd/notify.pl', import.meta.url))] as const;

t.test('each notification arrives in order, as its own datagram', async (t) => {
  const { socket, received } = await manager(t);
  const troubles: string[] = [];
  const notify = openNotify({ socket, command, onTrouble: (says) => troubles.push(says) });
  t.equal(notify.isEnabled, true);
  notify.ready();
  notify.status('linking: a QR code\nREADY=0\twaits — ümlaut');
  notify.alive();
  notify.extend(2_500);
  const before = process.hrtime.bigint() / 1_000n;
  notify.reloading();
  notify.stopping();
  t.equal(await received(), 'READY=1');
  t.equal(
    await received(),
    'STATUS=linking: a QR code READY=0 waits — ümlaut',
    'no other variable can be injected',
  );
  t.equal(await received(), 'WATCHDOG=1');
  t.equal(await received(), 'EXTEND_TIMEOUT_USEC=2500000');
  const [, usec = ''] = /^RELOADING=1\\nMONOTONIC_USEC=(\d+)$/.exec((await received()) ?? '') ?? [];
  t.ok(BigInt(usec) >= before && BigInt(usec) <= process.hrtime.bigint() / 1_000n, usec);
  t.equal(await received(), 'STOPPING=1');
  await notify.close();
  t.same(troubles, []);
});

t.test('notifications sent before the close arrive, and later ones are not sent', async (t) => {
  const { socket, received } = await manager(t);
  const notify = openNotify({ socket, command, onTrouble: t.fail });
  for (let n = 0; n < 200; n++) notify.status(`n ${n}`);
  const closed = notify.close();
  notify.status('too late');
  await Promise.all([closed, notify.close()]);
  for (let n = 0; n < 200; n++)
    if ((await received()) !== `STATUS=n ${n}`) return t.fail(`n ${n} is missing`);
});

t.test('signals meant for the daemon do not end the helper', async (t) => {
  const { socket, received } = await manager(t);
  const notify = openNotify({ socket, command, onTrouble: t.fail });
  notify.ready();
  t.equal(await received(), 'READY=1');
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number);
  const helper = pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('notify.pl'));
  t.ok(helper);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)
    process.kill(Number(helper), signal);
  notify.alive();
  t.equal(await received(), 'WATCHDOG=1');
  await notify.close();
});

t.test('without a service manager nothing is sent', async (t) => {
  const notify = openNotify({ socket: undefined, onTrouble: t.fail, command: ['/nonexistent'] });
  t.equal(notify.isEnabled, false);
  notify.ready();
  notify.alive();
  await notify.close();
});

t.test('a failure to notify is reported once', async (t) => {
  for (const [socket, run, words] of [
    ['/x', ['/nonexistent'], /ENOENT/],
    ['/nonexistent/notify', command, /nonexistent\/notify: No such file/],
    ['/x', ['sh', '-c', 'echo no more >&2; exit 3'], /no more \(exit 3\)/],
  ] as const) {
    let resolveLine: (says: string) => void;
    const line = new Promise<string>((resolve) => {
      resolveLine = resolve;
    });
    const troubles: string[] = [];
    const notify = openNotify({
      socket,
      onTrouble: (says) => {
        troubles.push(says);
        resolveLine(says);
      },
      command: run,
    });
    notify.ready();
    t.match(await line, words);
    notify.status('to nobody');
    await notify.close();
    t.equal(troubles.length, 1);
  }
});

t.test('a helper that does not exit is ended', async (t) => {
  const notify = openNotify({ socket: '/x', onTrouble: t.fail, command: ['sleep', '1000'] });
  notify.ready();
  const startedAt = performance.now();
  await notify.close();
  t.ok(performance.now() - startedAt < 10_000);
});
