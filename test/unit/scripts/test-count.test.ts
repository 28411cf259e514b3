// scripts/test counts passed, failed and skipped tests correctly. This test runs small files under tap
// itself.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

interface Count {
  take(line: string): void;
  readonly passed: number;
  readonly failed: number;
  readonly assertions: number;
  readonly skipped: readonly {
    readonly name: string;
    readonly reason: string;
    readonly lacks: string | null;
  }[];
  readonly empty: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const { TestCount } = (await import(join(ROOT, 'scripts/test-count.mjs'))) as { TestCount: new () => Count };

// Inside the checkout, so that `tap` can be imported. It is a separate project, because tap empties the
// `.tap` of the project in which it starts, and the tests running in parallel still write there.
mkdirSync(join(ROOT, 'build'), { recursive: true });
const place = mkdtempSync(join(ROOT, 'build/test-count-'));
t.teardown(() => rmSync(place, { recursive: true, force: true }));
writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
copyFileSync(join(ROOT, '.taprc'), join(place, '.taprc'));

const ROWS: readonly {
  readonly name: string;
  readonly body: string;
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: number;
  readonly assertions?: number;
}[] = [
  {
    name: 'a block is one test, however many assertions it has',
    body: `t.test('a', async (t) => { t.ok(1); t.ok(1); t.ok(1); });`,
    passed: 1,
    assertions: 3,
  },
  { name: 'a file without blocks is one test', body: `t.ok(1); t.ok(1);`, passed: 1, assertions: 2 },
  {
    name: 'a block around others is not counted',
    body: `t.test('a', async (t) => { t.ok(1); await t.test('b', async (t) => t.ok(1)); await t.test('c', async (t) => t.ok(1)); });`,
    passed: 2,
    assertions: 3,
  },
  {
    name: 'a failure is counted once, in its own block',
    body: `t.test('a', async (t) => { await t.test('b', async (t) => { t.ok(0); t.ok(0); }); await t.test('c', async (t) => t.ok(1)); });`,
    passed: 1,
    failed: 1,
    assertions: 3,
  },
  {
    name: 'a failure in a block around passing ones counts too',
    body: `t.test('a', async (t) => { t.ok(0); await t.test('b', async (t) => t.ok(1)); });`,
    passed: 1,
    failed: 1,
    assertions: 2,
  },
  {
    name: 'so does a failure at the top of a file',
    body: `t.test('a', async (t) => t.ok(1)); t.ok(0);`,
    passed: 1,
    failed: 1,
    assertions: 2,
  },
  {
    name: 'an error is a failure',
    body: `t.test('a', async (t) => { throw new Error('no'); });`,
    failed: 1,
    assertions: 1,
  },
  {
    name: 'a test that never ends is a failure',
    body: `t.test('a', async (t) => { t.ok(1); await new Promise(() => {}); });`,
    failed: 1,
    assertions: 2,
  },
  {
    name: 'a killed process is a failure',
    body: `t.test('a', async (t) => { t.ok(1); process.kill(process.pid, 'SIGKILL'); });`,
    failed: 1,
    assertions: 1,
  },
  {
    name: 'a skipped test is neither passed nor failed',
    body: `t.test('a', { skip: 'not root' }, async (t) => t.ok(1)); t.test('b', async (t) => t.plan(0, 'no disk')); t.test('c', async (t) => t.ok(1));`,
    passed: 1,
    skipped: 2,
    assertions: 1,
  },
];

const BODIES: readonly string[] = [
  ...ROWS.map(({ body }) => body),
  '',
  `t.test('a', async (t) => { await t.test('b', { skip: 'lacks promtool' }, async (t) => t.ok(1)); });
   t.test('c', { skip: 'needs root' }, async (t) => t.ok(1));`,
];

/** The output of tap for each file, from one run for all of them. */
const printed = BODIES.map(() => '');
t.before(() => {
  const files = BODIES.map((body, at) => {
    const file = join(place, `${at}.js`);
    writeFileSync(file, body && `import t from 'tap';\n${body}`);
    return file;
  });
  // The settings of this tap run must not reach the inner run.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(_?TAP|NODE_OPTIONS)/.test(name)),
  );
  const args = [join(ROOT, 'node_modules/tap/dist/esm/run.mjs'), 'run', '--reporter=tap', ...files];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: place, env, encoding: 'utf8' });
  if (!/^# \{ total: /m.test(stdout)) throw new Error(`tap died: ${stderr}${stdout.slice(-2_000)}`);
  for (const part of stdout.split(/^(?=# Subtest)/m)) {
    const [, at] = /^# Subtest: (?:.*\/)?(\d+)\.js$/m.exec(part) ?? [];
    if (at !== undefined) printed[Number(at)] = part;
  }
});

function counted(at: number): Count {
  const count = new TestCount();
  for (const line of printed[at]?.split('\n') ?? []) count.take(line);
  return count;
}

for (const [at, { name, passed = 0, failed = 0, skipped = 0, assertions = 0 }] of ROWS.entries())
  t.test(name, async (t) => {
    const count = counted(at);
    t.match(count, { passed, failed, assertions, empty: [] });
    t.equal(count.skipped.length, skipped);
  });

t.test('a file that ends before its first test counts as no test', async (t) => {
  const { empty, passed, skipped } = counted(ROWS.length);
  t.match(empty, [/\.js$/]);
  t.match({ passed, skipped }, { passed: 0, skipped: [] });
});

t.test('a skip names its place and the missing program', async (t) => {
  const { skipped } = counted(ROWS.length + 1);
  t.match(skipped, [
    { name: /\.js: a: b$/, reason: 'lacks promtool', lacks: 'promtool' },
    { name: /\.js: c$/, reason: 'needs root', lacks: null },
  ]);
});
