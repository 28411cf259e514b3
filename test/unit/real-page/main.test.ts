/** `scripts/real-page` when it is interrupted before there is a browser. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const PROGRAM = fileURLToPath(new URL('../../real-page/main.js', import.meta.url));

t.test('an interruption before the account is linked ends it, and leaves nothing', async (t) => {
  const place = t.testdir({ modules: { 'Root.js': '__d("Root", [], function () {}, 98);' }, tmp: {} });
  const tmp = join(place, 'tmp');
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const child = spawn(process.execPath, [PROGRAM, '--modules', join(place, 'modules')], {
      env: { ...process.env, TMPDIR: tmp },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    const exit = once(child, 'exit');
    const errors = child.stderr.setEncoding('utf8').toArray();
    child.stdout.once('data', () => {
      child.kill(signal);
      // An impatient person.
      child.stdout.once('data', () => child.kill(signal));
      child.kill(signal);
    });
    t.same(await exit, [status, null], signal);
    t.match((await errors).join(''), `interrupted by ${signal}`);
    t.same(readdirSync(tmp), [], 'no directory is left');
  }
});
