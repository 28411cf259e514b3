/** wactl runs where nothing else is installed: a copy of dist/ is enough. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { Home } from '../harness/home.js';
import { WACTL } from '../harness/wactl.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

t.test('every common command works from a directory that contains only dist/', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'wactl-thin-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  cpSync(dirname(WACTL), join(dir, 'dist'), { recursive: true });
  t.same(readdirSync(dir), ['dist']);
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.start();
  const run = (...args: string[]) =>
    wad.wactl(args, { program: join(dir, 'dist', 'wactl.cjs'), cwd: dir, env: { NODE_PATH: undefined } });

  await wad.until('linking');
  const qr = await run('qr', '--raw');
  t.match(qr, { code: 0, stderr: '' });
  await phone.scan(qr.stdout.trim());
  t.match(await run('wait', 'ready'), { code: 0 });
  t.match(await run('status'), { code: 0, stdout: /ready/, stderr: '' });
  t.match(await run('send', contact.number, 'thin'), { code: 0 });
  t.equal(contact.received.length, 1);
  t.match(await run('events', '--type', 'message', '-o', 'jsonl'), { code: 0, stdout: /"body":"thin"/ });
  t.match(await run('call', 'daemon.ping'), { code: 0, stdout: /pong/ });
  t.match(await run('--help'), { code: 0, stdout: /clear-session/ });
  t.match(await run('version'), { code: 0 });
  t.match(await run('no-such-command'), { code: 2 });
  t.match(await run('init', '--restart'), { code: 0 });
  t.match(await run('wait', 'ready'), { code: 0 });
  t.match(await run('disconnect'), { code: 0, stderr: '' });
  t.match(await run('clear-session'), { code: 0 });
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'gone' }), []);
  t.match(await run('status'), { code: 3 });
});
