/** Sessions are adopted from another program, exported, imported, or left unchanged. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import { Receiver } from '../harness/receiver.js';
import { type WactlEnd, wactl } from '../harness/wactl.js';
import type { Wad } from '../harness/wad.js';
import type { Phone } from '../simulator/phone.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(1_200_000);

/** Runs wactl as the user of this home, with the daemon stopped. */
const run = (
  home: Home,
  args: readonly string[],
  input?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<WactlEnd> =>
  wactl(['-o', 'json', ...args], {
    timeoutMs: 240_000,
    cwd: home.dir,
    ...(input === undefined ? {} : { input }),
    env: {
      HOME: home.dir,
      TMPDIR: home.tmp,
      WAD_SOCKET: home.socket,
      WAD_SESSION_DATA_PATH: home.authDir,
      WAD_BROWSER_PATH: home.browser,
      WAD_BROWSER_SANDBOX: 'false',
      ...env,
    },
  });
const kindOf = ({ stderr }: WactlEnd): unknown =>
  JSON.parse(stderr.trim().split('\n').at(-1) ?? '').data?.kind;

interface World {
  readonly sim: Simulator;
  readonly phone: Phone;
  /** The home in which the session was linked. Its daemon is stopped. */
  readonly old: Home;
  /** The home in which the session continues. */
  readonly home: Home;
}

function moves(name: string, act: (t: Test, world: World) => Promise<void>): void {
  t.test(name, async (t) => {
    await using sim = await Simulator.start();
    await using old = await Home.make(sim, { t });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111' });
    await old.saveSession(phone);
    await act(t, { sim, phone, old, home });
  });
}

/** Checks that a daemon starts on the session without a code, and that the phone has no other device. */
async function goesOn(t: Test, { sim, phone, home }: World, device: string | undefined): Promise<void> {
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.start();
  await wad.until('ready');
  t.notOk((await wad.states()).includes('linking'));
  t.same(
    phone.devices.map(({ id }) => id),
    [device],
  );
  t.match(await wad.wactl(['send', contact.number, 'from here']), { code: 0 });
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
}

moves('a session of another program is adopted, and the original is unchanged', async (t, world) => {
  const { phone, old, home } = world;
  const [device] = phone.devices.map(({ id }) => id);
  // OpenWA's layout, readable by everyone.
  const folder = join(old.dir, '_IGNORE_shop');
  renameSync(old.profile, folder);
  chmodSync(folder, 0o755);
  const before = readdirSync(folder).sort();
  const adopted = await run(home, ['adopt', old.dir]);
  t.match(adopted, { code: 0, stderr: '' });
  t.match(JSON.parse(adopted.stdout), {
    adopted: true,
    phone: '15550001111',
    from: folder,
    profile: home.profile,
  });
  t.same(readdirSync(folder).sort(), before);
  t.same(home.sessions(), ['session-default', 'session-default.linked.json']);
  t.equal(statSync(home.profile).mode & 0o777, 0o700);
  await goesOn(t, world, device);
  t.equal(kindOf(await run(home, ['adopt', old.dir])), 'already_linked', 'a second adoption is refused');
});

moves('a session that is in use, not linked, newer or missing is not adopted', async (t, world) => {
  const { phone, old, home } = world;
  const nothing = (what: string) => {
    t.same(home.sessions(), [], what);
    t.same(readdirSync(home.tmp), [], what);
  };
  const running = await old.start();
  await running.until('ready');
  const inUse = await run(home, ['adopt', old.authDir]);
  t.equal(inUse.code, 1);
  t.equal(kindOf(inUse), 'lock_held');
  t.match(await running.status(), { status: 'ready' });
  await running.stop();

  t.match(await run(home, ['adopt', home.dir]), { code: 2, stderr: /contains none/ });
  t.match(await run(home, ['adopt', join(home.dir, 'nowhere')]), {
    code: 2,
    stderr: /not a readable directory/,
  });

  const newer = join(old.dir, 'newer');
  cpSync(old.profile, newer, { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(newer, 'Last Version'), '999.0.1.2');
  t.match(await run(home, ['adopt', newer]), { code: 1, stderr: /Chromium 999\.0\.1\.2/ });
  nothing('a newer Chromium');

  phone.unlink();
  const unlinked = await run(home, ['adopt', old.profile]);
  t.equal(unlinked.code, 1);
  t.equal(kindOf(unlinked), 'not_linked');
  nothing('unlinked meanwhile');
  t.same(await home.processes(), []);
  t.ok(existsSync(join(old.profile, 'Default')), 'the original is unchanged');
});

moves('an exported session continues where it is imported', async (t, world) => {
  const { phone, old, home } = world;
  const [device] = phone.devices.map(({ id }) => id);
  const file = join(old.dir, 'account.age');
  const secret = 'correct horse battery staple';
  const hidden = ['--passphrase-file', '-'];

  const running = await old.start();
  t.equal(
    kindOf(await run(old, ['session', 'export', file, ...hidden], secret)),
    'lock_held',
    'a running session is not exported',
  );
  await running.until('ready');
  await running.stop();
  t.match(await run(old, ['session', 'export', file, ...hidden], 'short'), {
    code: 2,
    stderr: /too easy to guess/,
  });
  t.match(await run(old, ['session', 'export', file]), { code: 2, stderr: /no terminal/ });
  t.notOk(existsSync(file));

  const exported = await run(old, ['session', 'export', file, ...hidden], `${secret}\n`);
  t.match(exported, { code: 0, stderr: '' });
  const bytes = readFileSync(file);
  t.match(JSON.parse(exported.stdout), { exported: true, phone: '15550001111', file, bytes: bytes.length });
  t.match(bytes.toString('latin1', 0, 64), /^age-encryption\.org\/v1\n-> scrypt /);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.match(await run(old, ['session', 'export', file, ...hidden], secret), {
    code: 2,
    stderr: /exists already/,
  });

  const part = join(old.dir, 'part.age');
  writeFileSync(part, bytes.subarray(0, bytes.length - 100_000));
  for (const [from, word, says] of [
    [file, 'another passphrase', /passphrase is wrong/],
    [part, secret, /damaged/],
    [home.browser, secret, /not encrypted with age/],
    [join(home.dir, 'nowhere'), secret, /no such file/],
  ] as const) {
    t.match(await run(home, ['session', 'import', from, ...hidden], word), { code: 2, stderr: says });
    t.same(home.sessions(), []);
  }
  const imported = await run(home, ['session', 'import', file, ...hidden], secret);
  t.match(imported, { code: 0, stderr: '' });
  t.match(JSON.parse(imported.stdout), { imported: true, phone: '15550001111', profile: home.profile });
  await goesOn(t, world, device);
});

const SECRET = 'correct horse battery staple';
const EXPORT = ['session', 'export', 'account.age', '--passphrase-file', '-'];

/** Returns for each reported text whether the event was back-filled. */
async function backfilledByText(wad: Wad): Promise<Record<string, unknown>> {
  const all = await wad.events('message', 0);
  return Object.fromEntries(all.map(({ data }) => [data.body, data.backfilled]));
}

moves(
  'messages that arrive between export and import are reported where the session continues',
  async (t, world) => {
    const { sim, phone, old, home } = world;
    const contact = sim.createContact({ number: '15550002222' });
    t.match(await run(old, EXPORT, SECRET), { code: 0 });
    await contact.send('during the move', { to: phone.number });
    const from = ['session', 'import', join(old.dir, 'account.age'), '--passphrase-file', '-'];
    t.match(await run(home, from, SECRET), { code: 0, stderr: '' });
    await contact.send('before its daemon starts', { to: phone.number });
    const wad = await home.start();
    await wad.event('message', ({ body }) => body === 'during the move', { after: 0 });
    await wad.event('message', ({ body }) => body === 'before its daemon starts', { after: 0 });
    t.match(await backfilledByText(wad), { 'during the move': true, 'before its daemon starts': true });
    t.same(await wad.events('gap', 0), []);
    await wad.stop();
  },
);

moves('a session of another program begins with a gap, wherever it is stored', async (t, world) => {
  const { sim, phone, old, home } = world;
  const contact = sim.createContact({ number: '15550002222' });
  const folder = join(old.dir, '_IGNORE_shop');
  renameSync(old.profile, folder);
  await contact.send('during the move', { to: phone.number });
  t.match(await run(home, ['adopt', folder]), { code: 0, stderr: '' });
  await contact.send('before its daemon starts', { to: phone.number });
  for (const start of ['the first start', 'another start'] as const) {
    const wad = await home.start();
    await wad.event('message', ({ body }) => body === 'before its daemon starts', { after: 0 });
    const gaps = await wad.events('gap', 0);
    t.match(gaps, [{ data: { reason: 'adopted', since: null, until: /^20.*Z$/ } }], start);
    t.equal(gaps.length, 1, start);
    await wad.stop();
  }
  // The same happens when the profile is used in place, without an adoption.
  rmSync(`${home.profile}.linked.json`);
  const wad = await home.start();
  await wad.until('ready');
  await wad.event('gap', (data) => data.reason === 'adopted' && Date.parse(data.until) > 0);
  await wad.stop();
});

moves(
  'the verification run of a move posts no webhook, opens no port and sends nothing',
  async (t, world) => {
    const { sim, phone, old, home } = world;
    await using receiver = await Receiver.start(null);
    const contact = sim.createContact({ number: '15550002222' });
    const config = join(home.dir, 'wad.toml');
    const port = 20_000 + (process.pid % 20_000);
    writeFileSync(
      config,
      `[webhook.crm]\nurl = "${receiver.url}"\n[journal]\nmediaRules = ["image<=1MB"]\n[http]\nlisten = "127.0.0.1:${port}"\n`,
    );
    t.match(await run(old, EXPORT, SECRET), { code: 0 });
    await contact.send('a text', { to: phone.number });
    const bytes = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(20_000)]);
    await contact.sendMedia({ bytes, mimetype: 'image/png', filename: 'a.png' });
    const listens: boolean[] = [];
    const look = setInterval(() => {
      const probe = connect(port, '127.0.0.1');
      probe.once('connect', () => listens.push(true)).once('error', () => {});
      probe.once('connect', () => probe.destroy());
      if (existsSync(home.socket)) listens.push(true);
    }, 50);
    const from = ['session', 'import', join(old.dir, 'account.age'), '--passphrase-file', '-'];
    const env = { XDG_CONFIG_HOME: home.dir, WAD_JOURNAL_MEDIA_RULES: 'image<=1MB' };
    mkdirSync(join(home.dir, 'wad'));
    renameSync(config, join(home.dir, 'wad', 'wad.toml'));
    t.match(await run(home, from, SECRET, env), { code: 0, stderr: '' });
    clearInterval(look);
    t.same(receiver.taken, [], 'no webhook was posted');
    t.same(listens, [], 'no port was open');
    t.same(home.sessions(), ['session-default', 'session-default.linked.json'], 'no file was fetched');
    t.same(phone.sent, [], 'nothing was sent');
    // The daemon reports the messages received during the run.
    const wad = await home.start({ env: { XDG_CONFIG_HOME: home.dir } });
    await receiver.took(1);
    await wad.event('message', ({ body }) => body === 'a text', { after: 0 });
    await wad.stop();
  },
);

moves(
  'what a killed import has decrypted is removed by the next move or the next daemon',
  async (t, world) => {
    const { old } = world;
    for (const next of ['a move', 'a daemon'] as const) {
      const left = join(old.authDir, '.moving-default.AbCdEf');
      mkdirSync(join(left, 'session-default'), { recursive: true });
      const other = join(old.authDir, '.moving-other.AbCdEf');
      mkdirSync(other, { recursive: true });
      if (next === 'a move') t.match(await run(old, EXPORT, SECRET), { code: 0 });
      else await (await old.start()).stop();
      t.notOk(existsSync(left), next);
      t.ok(existsSync(other), 'the files of another account stay');
    }
  },
);
