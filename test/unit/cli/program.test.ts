/** A program that wactl runs in its place is told of SIGTERM, and its exit status is that of wactl. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';

const PROGRAM = new URL('../../../src/cli/program.js', import.meta.url).href;

/** Hands over to a program, as text for Node.js. @param told whether SIGTERM is sent once it says that it runs */
async function handedOver(program: string, told: boolean): Promise<{ code: number; stdout: string }> {
  const script = `
    import { handOver } from ${JSON.stringify(PROGRAM)};
    process.exitCode = await handOver([process.execPath, '-e', ${JSON.stringify(program)}]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (told && stdout === '') child.kill('SIGTERM');
    stdout += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout };
}

const LIVES = 'setInterval(() => undefined, 60_000); console.log("runs");';

t.test('SIGTERM is passed on, and the program decides', async (t) => {
  const closes = `process.on('SIGTERM', () => { console.log('closes'); process.exit(143); }); ${LIVES}`;
  t.same(await handedOver(closes, true), { code: 143, stdout: 'runs\ncloses\n' });
  t.same(await handedOver(LIVES, true), { code: 143, stdout: 'runs\n' }, 'one that does not listen');
});

t.test('statuses are those of wactl', async (t) => {
  for (const [status, ours] of [
    [0, 0],
    [1, 1],
    [64, 2],
    [69, 5],
    [70, 5],
    [73, 5],
    [75, 5],
    [77, 5],
    [78, 2],
    [129, 129],
    [130, 130],
  ] as const)
    t.equal((await handedOver(`process.exit(${status})`, false)).code, ours, String(status));
  for (const [signal, ours] of [
    ['SIGINT', 130],
    ['SIGHUP', 129],
    ['SIGKILL', 1],
  ] as const)
    t.equal((await handedOver(`process.kill(process.pid, '${signal}'); ${LIVES}`, false)).code, ours, signal);
});
