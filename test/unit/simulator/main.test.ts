/** The simulator as a program prints one line of JSON, obeys signals, and ends with the right exit codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const MAIN = fileURLToPath(new URL('../../simulator/main.js', import.meta.url));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args]);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (part) => (texts.stdout += part));
  child.stderr.on('data', (part) => (texts.stderr += part));
  const [code] = await once(child, 'close');
  return { code, ...texts };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`prints its address and exits 0 on ${signal}`, async (t) => {
    const child = spawn(process.execPath, [MAIN, '--generation', '2026-07', '--set', 'qrCount=3']);
    t.teardown(() => child.kill('SIGKILL'));
    const [line] = await once(createInterface(child.stdout), 'line');
    const up = JSON.parse(line);
    t.match(up, {
      port: Number,
      control: /^http:\/\/127\.0\.0\.1:\d+$/,
      generation: '2026-07',
      pid: child.pid,
    });
    t.match(up.chromiumArgs[0], `MAP web.whatsapp.com:443 127.0.0.1:${up.port}`);
    const { knobs } = (await (await fetch(`${up.control}/knobs`)).json()) as { knobs: unknown };
    t.match(knobs, { qrCount: 3, msgKeyString: '$1' });
    child.kill(signal);
    t.same(await once(child, 'close'), [0, null]);
  });
}

t.test('usage errors go to stderr, with exit 64', async (t) => {
  t.match(await run('--set', 'qrCont=3'), { code: 64, stdout: '', stderr: /did you mean "qrCount"/ });
  t.match(await run('--set', 'qrCount=three'), { code: 64, stderr: /accepts a whole number/ });
  t.match(await run('--generation', '2026-4'), { code: 64, stderr: /did you mean "2026-04"/ });
  t.match(await run('--port', 'x'), { code: 64, stderr: /is no port/ });
  t.match(await run('--nonsense'), { code: 64, stderr: /nonsense/ });
});

t.test('help and the knobs go to stdout', async (t) => {
  t.match(await run('--help'), { code: 0, stdout: /^usage: / });
  t.match(await run('--knobs'), { code: 0, stdout: /^qrFirstMs \(ms, 60000\)/m });
});
