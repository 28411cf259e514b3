// `scripts/up --simulator --fleet`: the account survives the loss of its machine, and an interrupt leaves nothing.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

t.setTimeout(300_000);

/** The second half of scripts/up; the first installs what is missing. */
const UP = fileURLToPath(new URL('../../scripts/up.js', import.meta.url));

/** Resolves with the match in what it prints from now on. */
function prints(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let text = '';
  return new Promise((resolve, reject) => {
    const look = (chunk: string): void => {
      text += chunk;
      const match = pattern.exec(text);
      if (match === null) return;
      child.stdout?.off('data', look);
      resolve(match);
    };
    child.stdout?.setEncoding('utf8').on('data', look);
    child.once('exit', () => reject(new Error(`it ended before it printed ${pattern}: ${text}`)));
  });
}

/** Processes of which a path of the trial is part of the command line. */
const processesOf = (directory: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory);
    } catch {
      return false;
    }
  });

t.test('the machine of the account is lost, and the other one runs it', async (t) => {
  const child = spawn(process.execPath, [UP, '--simulator', '--fleet'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGTERM'));
  const logs = prints(child, /The logs: (\/\S+)\/\*\.log/);
  const [, runs, m1, m2] = await prints(
    child,
    /(m\d) runs the account\. Press Enter[\s\S]*m1: kill -KILL -- -(\d+)\s+m2: kill -KILL -- -(\d+)/,
  );
  const [, directory = ''] = await logs;
  t.ok(processesOf(directory).length > 0);
  const back = prints(child, /(m\d) runs the account, \d+ s later/);
  process.kill(-Number(runs === 'm1' ? m1 : m2), 'SIGKILL');
  const [, next] = await back;
  t.not(next, runs);
  await prints(child, /Press Enter/);
  child.kill('SIGINT');
  t.same(await once(child, 'exit'), [0, null]);
  t.same(processesOf(directory), []);
  t.notOk(existsSync(directory));
});
