/** Only permitted users may run the daemon, and others cannot read the session. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Home } from '../harness/home.js';
import { WAD } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? {} : { skip: 'needs root, to become another user' };

/**
 * Lists files and directories below a path that others may access, with their modes. Links and sockets are
 * ignored.
 */
function open(path: string, found: string[] = []): string[] {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return found; // renamed meanwhile
  if ((entry.isFile() || entry.isDirectory()) && entry.mode & 0o077)
    found.push(`${path} ${(entry.mode & 0o777).toString(8)}`);
  if (entry.isDirectory()) for (const name of names(path)) open(join(path, name), found);
  return found;
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

t.test('root without --no-sandbox is refused with 78 and a clear message', asRoot, async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [WAD, '--state-dir', home.stateDir, '--socket', home.socket, '--browser', home.browser],
    { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: home.dir }, timeout: 20_000 },
  );
  t.equal(status, 78);
  t.match(stderr, /root[\s\S]*--no-sandbox/);
  t.equal(stdout, '');
  t.same(readdirSync(home.stateDir), [], 'no file was created');
});

t.test('an ordinary user runs it with the sandbox on', asRoot, async (t) => {
  const name = `wad-e2e-${process.pid}`;
  execFileSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', name], {
    stdio: 'pipe',
  });
  t.teardown(() => execFileSync('userdel', [name], { stdio: 'pipe' }));
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  const user = { uid: id('-u'), gid: id('-g') };
  const reach = spawnSync(
    process.execPath,
    ['-e', `require('fs').readFileSync(${JSON.stringify(WAD)})`],
    user,
  );
  if (reach.status !== 0)
    return void t.plan(0, 'an ordinary user cannot read the folder of the built program');

  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t, sandbox: true, user });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.start();
  await wad.link(phone);
  t.match(await wad.request('daemon.info'), { browser: { sandbox: true } });
  const all = await home.processes();
  t.notOk(all.some(({ command }) => command.includes('--no-sandbox')));
  for (const { pid } of all) t.equal(statSync(`/proc/${pid}`).uid, user.uid, `process ${pid}`);
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
  const again = await home.start();
  await again.until('ready');
  t.same(await again.events('qr'), []);
  await again.stop();
  t.same(await again.leftBehind({ profile: 'kept' }), []);
});

t.test('only the owner can access the session, and wider modes are narrowed and reported', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  // The working directory is read-only, and nothing is written to it (H17).
  chmodSync(home.cwd, 0o555);
  const first = await home.start();
  await first.link(phone);
  t.same(open(home.stateDir), [], 'nothing is accessible to others while it runs');
  t.equal(statSync(home.socket).mode & 0o077, 0);
  await first.stop();
  t.same(open(home.stateDir), [], 'nothing is accessible to others afterwards');
  t.same(
    readdirSync(home.stateDir).filter((name) => !/^(auth|media|(wad|search)\.sqlite.*)$/.test(name)),
    [],
    'the state directory contains session, files, store and index',
  );
  t.same(await first.leftBehind({ profile: 'kept' }), []);
  t.notOk(first.log.some(({ event }) => event === 'session-dir.narrowed'));

  chmodSync(home.profile, 0o755);
  const preferences = join(home.profile, 'Default', 'Preferences');
  chmodSync(preferences, 0o644);
  const second = await home.start();
  t.match(await second.logged('session-dir.narrowed'), { level: 'warn', count: 2 });
  t.same(open(home.stateDir), []);
  await second.until('ready');
  t.same(await second.events('qr'), []);
  await second.stop();
  t.same(await second.leftBehind({ profile: 'kept' }), []);
});

t.test("another user's session is refused with 77", asRoot, async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  mkdirSync(home.profile, { recursive: true, mode: 0o700 });
  writeFileSync(join(home.profile, 'file'), '');
  chownSync(home.profile, 12345, 12345);
  const wad = await home.start({ listening: false });
  t.match(await wad.ended(), { code: 77, signal: null });
  t.match(wad.stderr, /belongs to user 12345/);
  t.same(await home.browsers(), []);
  t.equal(statSync(home.profile).uid, 12345, 'the session is unchanged');
});
