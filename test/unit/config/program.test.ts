// How `wad-gateway` and `wad-agent` refuse to start: the text, its priority in a journal, the exit status.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const DIST = fileURLToPath(new URL('../../../../dist', import.meta.url));

/** Runs a program to its end. */
const ended = (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ status: unknown; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const options = { env: { ...process.env, JOURNAL_STREAM: '', ...env }, timeout: 20_000 };
    execFile(process.execPath, [join(DIST, `${program}.cjs`), ...args], options, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : error.code, stdout, stderr }),
    );
  });

for (const program of ['wad-gateway', 'wad-agent'])
  t.test(program, async (t) => {
    const wrong = join(t.testdir(), 'wrong.toml');
    await writeFile(wrong, '[log]\nlevel = "loud"\n');
    const cases = [
      { args: ['--nope'], status: 64, says: /^wad-\w+: .*nope/ },
      { args: ['--config', wrong], status: 78, says: /^wad-\w+: .*log\.level/ },
    ];
    for (const { args, status, says } of cases) {
      const plain = await ended(program, args);
      t.match(plain, { status, stdout: '', stderr: says }, `${args[0]}`);
      const journal = await ended(program, args, { JOURNAL_STREAM: '8:1' });
      t.equal(
        journal.stderr,
        plain.stderr.replace(/^(?=.)/gm, '<3>'),
        'each line is an error for journalctl -p err',
      );
    }
    const help = await ended(program, ['--help']);
    t.match(help, { status: 0, stderr: '', stdout: new RegExp(`^${program}`) });
    const check = await ended(program, ['--check-config', '--config', '/dev/null']);
    t.match(check, { status: 0, stdout: /\[log\]/ });
  });
