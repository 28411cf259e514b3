// `scripts/test --all` installs every program whose absence skips a test.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
/** Programs that are installed with the package of another one, for a machine without systemd. */
const WITH_OTHERS: Readonly<Record<string, string>> = {
  unshare: 'setpriv',
  nsenter: 'setpriv',
  pivot_root: 'setpriv',
  systemctl: 'systemd-analyze',
  journalctl: 'systemd-analyze',
};

/** Runs lines after those of setup.sh, on a machine where only `programs` are installed. */
function setup(lines: string, programs: readonly string[] = []): string {
  const installed = programs.map((name) => `${name}() { :; }`).join('\n');
  const script = `root=.; . scripts/setup.sh\nPATH=/nonexistent\n${installed}\n${lines}`;
  const { stdout, stderr, status } = spawnSync('bash', ['-euc', script], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const rows = setup('echo "$EXTRAS"')
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
  .filter(([program]) => program !== '');
const programs = rows.map(([program = '']) => program);

t.test('every program that tests can be skipped for is in the list', async (t) => {
  const wanted = new Set(['chromium-headless-shell', 'fish', 'zsh']);
  for (const name of readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.test.ts')) continue;
    const text = readFileSync(join(ROOT, 'test', name), 'utf8');
    for (const [, program = ''] of text.matchAll(/\blacks\('([\w-]+)'\)/g))
      wanted.add(WITH_OTHERS[program] ?? program);
  }
  const lab = readFileSync(join(ROOT, 'test/systemd/systemd-lab'), 'utf8');
  const [, tools = ''] = /for t in ([\w -]+);/.exec(lab) ?? [];
  t.match(tools, /\bsetpriv\b/);
  for (const program of tools.split(' ')) wanted.add(WITH_OTHERS[program] ?? program);
  for (const program of wanted) t.ok(programs.includes(program), program);
  const [, packages = ''] = /and: apt-get install (.+)/.exec(lab) ?? [];
  for (const name of packages.split(' '))
    t.ok(
      rows.some(([, from]) => from === name),
      name,
    );
});

t.test('only the packages of missing programs are installed', async (t) => {
  const install = 'install_package() { echo "$1"; }; need_extras';
  t.same(
    setup(install).trim().split('\n'),
    rows.map(([, from]) => from),
  );
  t.equal(
    setup(
      install,
      programs.filter((name) => name !== 'promtool'),
    ),
    'prometheus\n',
  );
});

t.test('a package that cannot be installed does not prevent the others', async (t) => {
  const reported = setup('install_package() { [ "$1" != groff ]; }; need_extras');
  t.match(reported, /==> without groff the tests that need groff are skipped/);
  t.notMatch(reported, /zsh/);
});
