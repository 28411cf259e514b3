/** `wactl accounts` lists every account of the machine on one screen, running or not. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { knownAccounts } from '../../src/socket/known-accounts.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { startWactl, wactl } from '../harness/wactl.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

/** The directories of one user, in the layout of XDG. */
function surroundings(t: Test) {
  const dir = mkdtempSync(join(tmpdir(), 'wad-user-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const at = (name: string, ...more: string[]) => {
    const path = join(dir, name, 'wad', ...more);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  return {
    env: {
      HOME: dir,
      XDG_RUNTIME_DIR: join(dir, 'run'),
      XDG_STATE_HOME: join(dir, 'state'),
      XDG_CONFIG_HOME: join(dir, 'config'),
    },
    socket: (account: string) => join(at('run', account), 'control.sock'),
    at,
  };
}

interface Listed {
  readonly account: string;
  readonly running: boolean;
  readonly status: { readonly status: string; readonly session: { readonly phone: string } } | null;
  readonly info: { readonly browser: { readonly memoryBytes: number | null } } | null;
  readonly error: { readonly kind: string; readonly hint: string } | null;
}

t.test('running, configured and unresponsive accounts are listed together', async (t) => {
  await using sim = await Simulator.start();
  const { env, socket, at } = surroundings(t);
  await using shop = await Home.make(sim, { t, socket: socket('shop') });
  await using support = await Home.make(sim, { t, socket: socket('support') });
  const wad = await shop.start({ args: ['--account', 'shop'] });
  await wad.link(sim.createPhone({ number: '15550001111' }));
  const other = await support.start({ args: ['--account', 'support', '--no-auto-init'] });
  await eventually(
    async () => (await wad.request('daemon.info')).browser.memoryBytes,
    'the memory is measured once the account is ready',
  );
  at('state', 'old');
  writeFileSync(join(at('config'), 'new.toml'), '');
  writeFileSync(join(at('config'), 'wad.toml'), '');
  const silent = createServer().listen(socket('stuck'));
  t.teardown(() => silent.close());
  await new Promise((resolve) => silent.once('listening', resolve));

  const { stdout, stderr, code } = await wactl(['accounts'], { env });
  t.match({ code, stderr }, { code: 0, stderr: '' });
  // The machine that runs the test may have accounts of its own.
  const ours = ['new', 'old', 'shop', 'stuck', 'support'];
  const [heading = '', ...all] = stdout.trimEnd().split('\n');
  const lines = [heading, ...all.filter((line) => ours.includes(line.split(' ')[0] ?? ''))];
  t.match(lines[0], /^ACCOUNT +STATE +SINCE +NUMBER +QUEUE +MEMORY +HTTP +NOTE$/);
  t.same(
    lines.slice(1).map((line) => line.split(/ {2,}/).slice(0, 2)),
    [
      ['new', 'not running'],
      ['old', 'not running'],
      ['shop', 'ready'],
      ['stuck', 'no answer'],
      ['support', 'stopped'],
    ],
  );
  t.match(lines[3], /\+1 555 000 1111 +0 +\d+ MB/);

  const json = await wactl(['-o', 'json', 'accounts'], { env });
  const listed = (JSON.parse(json.stdout) as { accounts: Listed[] }).accounts;
  const accounts = listed.filter(({ account }) => ours.includes(account));
  t.match(accounts[2], {
    account: 'shop',
    running: true,
    error: null,
    status: { session: { phone: '15550001111' } },
  });
  t.match(accounts[0], { account: 'new', running: false, status: null, error: { kind: 'unreachable' } });
  t.match(accounts[3], { account: 'stuck', running: true, error: { kind: 'deadline_exceeded' } });
  const elsewhere = await wactl(['-o', 'json', 'accounts'], {
    env: { XDG_RUNTIME_DIR: env.HOME },
    socket: shop.socket,
  });
  t.match(
    (JSON.parse(elsewhere.stdout) as { accounts: Listed[] }).accounts.find(
      ({ account }) => account === 'shop',
    ),
    {
      running: true,
    },
  );
  const each = (await wactl(['-o', 'jsonl', 'accounts'], { env })).stdout.trimEnd().split('\n');
  t.same(
    each.map((line) => (JSON.parse(line) as Listed).account),
    listed.map(({ account }) => account),
  );
  const { stdout: words } = await wactl(['--get-yargs-completions', 'wactl', '-a', ''], { env });
  t.same(
    words.split('\n').filter((word) => ours.includes(word)),
    ours,
  );
  for (const one of [wad, other]) t.equal((await one.stop()).code, 0);
});

t.test('a watched list shows changes', async (t) => {
  await using sim = await Simulator.start();
  const { env, socket } = surroundings(t);
  await using home = await Home.make(sim, { t, socket: socket('shop') });
  const wad = await home.start({ args: ['--account', 'shop', '--no-auto-init'] });
  const watching = startWactl(['-o', 'jsonl', 'accounts', '--watch'], { env });
  await watching.printed(/"status":"stopped"/);
  t.equal((await wad.stop()).code, 0);
  await watching.printed(/"kind":"unreachable"/);
  watching.child.kill('SIGINT');
  const { code, stdout, stderr } = await watching.end;
  t.match({ code, stderr }, { code: 130, stderr: '' });
  const own = stdout.split('\n').filter((line) => line.includes('"account":"shop"'));
  t.equal(own.length, 2, 'one line for each change');
});

t.test('one command for several accounts answers for each under its name', async (t) => {
  await using sim = await Simulator.start();
  const { env, socket } = surroundings(t);
  await using shop = await Home.make(sim, { t, socket: socket('shop') });
  await using support = await Home.make(sim, { t, socket: socket('support') });
  const wad = await shop.start({ args: ['--account', 'shop'] });
  await wad.link(sim.createPhone({ number: '15550001111' }));
  const other = await support.start({ args: ['--account', 'support', '--no-auto-init'] });
  // The machine that runs the test may have accounts of its own.
  const run = (args: string[]) => wactl(['-a', 'sho?,support', ...args], { env });

  const status = await run(['status']);
  t.match(status, { code: 0, stderr: '' });
  t.same(
    status.stdout.split('\n').filter((line) => /^s\w+$/.test(line)),
    ['shop', 'support'],
  );
  const json = await run(['-o', 'json', 'status']);
  t.match(JSON.parse(json.stdout), {
    accounts: [
      { account: 'shop', result: { status: 'ready' }, error: null },
      { account: 'support', result: { status: 'stopped' }, error: null },
    ],
  });
  t.match(await run(['wait', 'ready,stopped']), { code: 0, stdout: /^shop +ready\nsupport +stopped\n$/ });
  t.match(await run(['--timeout', '1', 'wait', 'ready']), {
    code: 4,
    stdout: /^shop +ready\n$/,
    stderr: /^wactl: support: .*\n {2}try: wactl -a support/,
  });
  const lists = await run(['outbox', 'list']);
  t.match(lists, { code: 0, stdout: '' });
  t.same(lists.stderr.trimEnd().split('\n').sort(), [
    'wactl: shop: no messages',
    'wactl: support: no messages',
  ]);
  t.match(await wactl(['-a', 'shop,gone', 'status'], { env }), {
    code: 3,
    stdout: /^shop\n/,
    stderr: /^wactl: gone: no daemon is running/,
  });
  const lines = (await wactl(['-a', 'shop,gone', '-o', 'jsonl', 'status'], { env })).stdout
    .trimEnd()
    .split('\n');
  t.match(
    lines.map((line) => JSON.parse(line)),
    [
      { account: 'gone', result: null, error: { data: { kind: 'unreachable' } } },
      { account: 'shop', result: { status: 'ready' }, error: null },
    ],
  );

  const following = startWactl(['-a', 'shop,support', 'events', '--follow', '--since', '1'], { env });
  await following.printed(/^ACCOUNT +\S/m);
  await following.printed(/^shop +\S/m);
  await following.printed(/^support +\S/m);
  t.equal((await other.stop()).code, 0);
  await following.printed(
    /^wactl: support: .*\n {2}try: wactl -a support events --follow --since \d+/m,
    'stderr',
  );
  following.child.kill('SIGINT');
  t.match(await following.end, {
    code: 130,
    stderr: /wactl: shop: interrupted; continue with: wactl -a shop events/,
  });

  t.match(await wactl(['-a', 'shop,support', 'send', '15550002222', 'x'], { env }), {
    code: 2,
    stderr: /send works on one account, and -a "shop,support" means several/,
  });
  t.match(await wactl(['-a', 'shop,support', 'outbox', 'cancel', 'm-1'], { env }), {
    code: 2,
    stderr: /outbox cancel works on one/,
  });
  t.match(await wactl(['-a', 'x*', 'status'], { env }), {
    code: 3,
    stderr: /no account of this machine matches "x\*"/,
  });
  t.equal((await wad.stop()).code, 0);
});

t.test('without accounts the list is empty, and a list that cannot be watched is refused', async (t) => {
  const { env } = surroundings(t);
  // The machine that runs the test may have accounts of its own.
  const uid = process.getuid?.() ?? 0;
  const isEmpty = knownAccounts({ env, uid, home: env.HOME }).length === 0;
  const found = await wactl(['accounts'], { env });
  t.match(found, isEmpty ? { code: 0, stdout: '', stderr: /no account found on this machine/ } : { code: 0 });
  t.match(await wactl(['-o', 'json', 'accounts', '--watch'], { env }), { code: 2, stderr: /-o jsonl/ });
});
