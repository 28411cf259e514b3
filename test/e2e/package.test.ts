/** The npm tarball has the right content, and runs on a machine that has nothing else installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

t.setTimeout(600_000);

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'wad-npm-'));
t.teardown(() => rmSync(place, { recursive: true, force: true, maxRetries: 5 }));
const { NODE_OPTIONS: _, PUPPETEER_SKIP_DOWNLOAD: __, ...clean } = process.env;

const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', place], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
) as { filename: string; files: { path: string }[] }[];
const files = packed?.files.map(({ path }) => path) ?? [];

/** Documents outside docs/ to which others link. */
const LINKED = [
  ...['ARCHITECTURE.md', 'CONTRIBUTING.md'],
  ...['src/waserver', 'test/real-page', 'test/simulator'].map((room) => `${room}/README.md`),
];

t.test('the tarball contains programs, library, units, page, guides and examples, and nothing else', (t) => {
  for (const path of [
    ...[
      'dist/wad.cjs',
      'dist/wactl.cjs',
      'dist/wad-gateway.cjs',
      'dist/wad-agent.cjs',
      'dist/fleet.cjs',
      'dist/console/index.html',
      'dist/client.js',
      'dist/types/client/index.d.ts',
    ],
    'dist/THIRD-PARTY-NOTICES.txt',
    ...['dist/waserver.js', 'dist/waserver.cjs', 'dist/waserver-main.cjs'],
    ...['dist/types-waserver/index.d.ts', 'dist/types-waserver-cjs/index.d.ts'],
    ...['dist/client.cjs', 'dist/types-cjs/client/index.d.ts', 'dist/types-cjs/package.json'],
    ...['systemd/wad@.service', 'systemd/notify.pl', 'web/index.html', 'docs/man/wad.8', 'examples/echo.mjs'],
    ...['README.md', 'LICENSE', 'package.json', ...LINKED],
  ])
    t.ok(files.includes(path), path);
  const strange = files.filter(
    (path) =>
      !/^(dist|systemd|web|docs|examples)\/|^(README|CHANGELOG)\.md$|^(LICENSE|package\.json)$/.test(path) &&
      !LINKED.includes(path),
  );
  t.same(strange, []);
  const inner = files.filter((path) => /simulator|test|\.map$|(?<!\.d)\.ts$/.test(path));
  t.same(
    inner.filter((path) => !path.startsWith('docs/decisions/') && !LINKED.includes(path)),
    [],
  );
  t.end();
});

const offline = spawnSync('npm', ['ping'], { env: clean, timeout: 60_000 }).status !== 0;
const skip = offline && 'the registry of npm cannot be reached';
t.test('after npm install -g both programs run, and no browser was downloaded', { skip }, async (t) => {
  const home = join(place, 'home');
  const prefix = join(place, 'prefix');
  const env = {
    ...clean,
    HOME: home,
    npm_config_cache: join(place, 'cache'),
    XDG_CACHE_HOME: join(home, '.cache'),
  };
  const run = (program: string, ...args: string[]) =>
    spawnSync(program, args, { env, cwd: place, encoding: 'utf8', timeout: 300_000 });
  // npm runs the install scripts of packages only if they are permitted here; older versions always run them.
  // Puppeteer's script must be permitted too.
  const scripts = '--allow-scripts=@photostructure/sqlite,puppeteer';
  const line = [
    'install',
    '-g',
    '--prefix',
    prefix,
    '--no-audit',
    '--no-fund',
    scripts,
    join(place, packed?.filename ?? ''),
  ];
  const installed = run('npm', ...line);
  t.equal(installed.status, 0, installed.stderr);
  const bin = (name: string) => join(prefix, 'bin', name);
  const version = JSON.parse(execFileSync('cat', [join(ROOT, 'package.json')], { encoding: 'utf8' })).version;
  t.match(run(bin('wactl'), 'version', '-o', 'json'), { status: 0 });
  t.equal(run(bin('wad'), '--version').stdout, `wad ${version}\n`);
  t.match(run(bin('wad'), '--check-config'), { status: 0, stdout: /dataPath/ });
  t.notOk(existsSync(join(home, '.cache', 'puppeteer')), 'there is no browser in the cache');
  t.same(readdirSync(join(prefix, 'lib/node_modules/wactl/src/waserver')), ['README.md']);
  t.ok(existsSync(join(prefix, 'share/man/man8/wad.8')), 'the manual pages are installed');
  const program = join(prefix, 'lib/node_modules/program.mjs');
  writeFileSync(program, `import { connect } from 'wactl'; console.log(typeof connect);`);
  t.equal(run(process.execPath, program).stdout, 'function\n');
  t.match(run('npm', 'uninstall', '-g', '--prefix', prefix, 'wactl'), { status: 0 });
  t.same(readdirSync(join(prefix, 'bin')), []);
});
