/**
 * State files of another user, or of a wrong kind: the daemon refuses them with a helpful message, and does
 * not change them.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openStore } from '../../src/store/open.js';
import { Home } from '../harness/home.js';
import { WAD } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For a slow machine; it usually takes a tenth of this.
t.setTimeout(300_000);

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? {} : { skip: 'needs root, to become another user' };

function scratch(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'wad-hostile-state-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs the daemon without a browser. It exits because of what is wrong with its state. */
function start(home: string, args: readonly string[], user = {}): { status: number | null; says: string } {
  const line = ['--no-sandbox', '--no-auto-init', '--socket', join(home, 'control.sock'), ...args];
  // env(1) removes tap's variables, which name files that another user may not write.
  const clean = ['-i', `PATH=${process.env.PATH}`, `HOME=${home}`, process.execPath, WAD];
  const { status, stdout, stderr } = spawnSync('/usr/bin/env', [...clean, ...line], {
    encoding: 'utf8',
    timeout: 60_000,
    ...user,
  });
  return { status, says: stdout + stderr };
}

t.test('a directory that others also use is refused, and its mode does not change', (t) => {
  const home = scratch(t);
  const project = join(home, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'index.html'), '');
  chmodSync(project, 0o755);
  chmodSync(home, 0o755);
  for (const path of ['/', '/var/lib', '/tmp', '/etc', '/run', home, project]) {
    const { mode } = statSync(path);
    for (const flag of ['--state-dir', '--data-path']) {
      const { status, says } = start(home, [
        flag,
        path,
        ...(flag === '--data-path' ? ['--state-dir', join(home, 'state')] : []),
      ]);
      t.equal(status, 77, `${flag} ${path}`);
      t.match(says, /not used by the daemon alone .* such as /, `${flag} ${path}`);
      t.equal(statSync(path).mode, mode, `${path} is unchanged`);
    }
  }
  t.end();
});

t.test(
  'a fresh volume of Kubernetes, which belongs to root and is writable by its group, can be used',
  asRoot,
  async (t) => {
    const user = { uid: 10_001, gid: 10_001 };
    if (spawnSync(process.execPath, ['-e', 'fs.readFileSync(process.argv[1])', WAD], user).status !== 0)
      return void t.plan(0, 'an ordinary user cannot read the folder of the built program');
    await using sim = await Simulator.start();
    await using home = await Home.make(sim, { t, sandbox: true, user });
    rmSync(home.stateDir, { recursive: true });
    chownSync(home.dir, 0, user.gid);
    chmodSync(home.dir, 0o2775);
    const wad = await home.start();
    // Not queried: a client refuses a socket in a directory that a group may write to.
    await wad.logged('session.transition', ({ to }) => to === 'linking', { timeoutMs: 60_000 });
    t.equal(statSync(home.stateDir).uid, user.uid);
    t.equal(statSync(home.stateDir).mode & 0o777, 0o700);
    await wad.stop();

    rmSync(home.stateDir, { recursive: true });
    mkdirSync(home.stateDir);
    chownSync(home.stateDir, 0, user.gid);
    chmodSync(home.stateDir, 0o2775);
    const refused = await home.start({ listening: false });
    t.match(await refused.ended(), { code: 77 });
    const hint = `sudo chown -R ${user.uid}: ${home.stateDir}`;
    t.ok(
      refused.log.some((record) => record.hint === hint),
      'the hint names the directory',
    );
  },
);

t.test('files of the store that belong to another user end the start with 77', asRoot, (t) => {
  const user = { uid: 10_001, gid: 10_001 };
  for (const [name, mode] of [
    ...[['wad.sqlite', 0o600] as const, ['wad.sqlite', 0o644] as const, ['wad.sqlite.lock', 0o600] as const],
    ...[['wad.sqlite-wal', 0o600] as const, ['wad.sqlite-shm', 0o600] as const, ['media', 0o700] as const],
  ]) {
    const home = scratch(t);
    const state = join(home, 'state');
    mkdirSync(state, { mode: 0o700 });
    using store = openStore({ directory: state });
    store.close();
    for (const file of readdirSync(state)) chownSync(join(state, file), user.uid, user.gid);
    const path = join(state, name);
    if (name === 'media') mkdirSync(path);
    else writeFileSync(path, '', { flag: 'a' });
    // An empty log is removed by any process that may do so, so it gets some content.
    if (name === 'wad.sqlite-wal') writeFileSync(path, Buffer.alloc(64));
    chownSync(path, 0, 0);
    chmodSync(path, mode);
    for (const directory of [home, state]) chownSync(directory, user.uid, user.gid);
    const { status, says } = start(home, ['--state-dir', state], user);
    t.equal(status, 77, `${name} ${mode.toString(8)}: ${says.slice(-100)}`);
  }
  t.end();
});
