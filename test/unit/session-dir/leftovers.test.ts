/** A browser left over from an earlier daemon is recognised, ended, and its lock files are removed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { clearAfter, clearLeftovers, findBrowsers } from '../../../src/session-dir/leftovers.js';
import { suspend } from '../../harness/processes.js';
import { place } from './place.js';

/** A process with the given arguments that prints "up". A `stubborn` one ignores SIGTERM. */
async function run(
  t: { teardown(end: () => void): unknown },
  args: readonly string[],
  { stubborn = false, cwd = '/', detached = true } = {},
): Promise<ChildProcess> {
  const script = `${stubborn ? "process.on('SIGTERM', () => {});" : ''} setInterval(() => {}, 1000); console.log('up')`;
  const child = spawn(process.execPath, ['-e', script, '--', ...args], {
    cwd,
    detached,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}
const pidsOn = async (profile: string) => (await findBrowsers(profile)).map(({ pid }) => pid);

t.test('a process is recognised as a browser on our profile by its arguments', async (t) => {
  const { dir, write } = place(t);
  write({ 'session-shop/x': '' });
  const ours = `--user-data-dir=${dir.profile}`;
  for (const [args, found, name, cwd] of [
    [[ours, '--remote-debugging-pipe'], true, 'a browser of ours'],
    [[`${ours}/`, '--remote-debugging-port=0'], true, 'one with a slash at the end, over another transport'],
    [['--user-data-dir=session-shop', '--remote-debugging-pipe'], true, 'a relative path', dir.dataPath],
    [[ours, '--remote-debugging-pipe', '--type=renderer'], false, 'a child of a browser'],
    [[ours], false, 'something that merely names the path'],
    [[`${ours}2`, '--remote-debugging-pipe'], false, 'a browser on another profile'],
    [['--remote-debugging-pipe'], false, 'a browser on no profile'],
  ] as const) {
    const child = await run(t, args, cwd === undefined ? {} : { cwd });
    t.same(await pidsOn(dir.profile), found ? [child.pid] : [], name);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

t.test('a browser is also recognised by its program', async (t) => {
  const { dir } = place(t);
  const fake = join(dir.dataPath, 'chromium');
  // A shell under that name, because it accepts an unknown argument.
  copyFileSync('/bin/sh', fake);
  chmodSync(fake, 0o755);
  const child = spawn(fake, ['-c', 'echo up; read x', fake, `--user-data-dir=${dir.profile}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  t.same(await pidsOn(dir.profile), [child.pid]);
  child.stdin.end();
  await once(child, 'exit');
});

t.test('a browser left over is ended by SIGTERM, and its lock files are removed', async (t) => {
  const { dir, log, said } = place(t);
  mkdirSync(dir.profile);
  for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie'])
    symlinkSync('another-host-4242', join(dir.profile, name));
  writeFileSync(join(dir.profile, 'Preferences'), '{}');
  const child = await run(t, [`--user-data-dir=${dir.profile}`, '--remote-debugging-pipe']);
  const exit = once(child, 'exit');
  await clearLeftovers(dir, { log });
  t.same(await exit, [null, 'SIGTERM']);
  t.match(said, [
    ['leftover.found', { pid: child.pid }],
    ['leftover.ended', { by: 'SIGTERM' }],
    ['leftover.singletons-removed', { names: { length: 3 } }],
  ]);
  t.notOk(lstatSync(join(dir.profile, 'SingletonLock'), { throwIfNoEntry: false }));
  t.ok(existsSync(join(dir.profile, 'Preferences')));
});

t.test('after a browser was killed, only its own lock files are removed', async (t) => {
  const { dir, log } = place(t);
  mkdirSync(dir.profile, { recursive: true });
  const lock = join(dir.profile, 'SingletonLock');
  for (const [holder, stays] of [
    [`${hostname()}-4242`, false],
    [`${hostname()}-4243`, true],
    ['another-host-4242', true],
  ] as const) {
    rmSync(lock, { force: true });
    symlinkSync(holder, lock);
    await clearAfter(4242, dir, log);
    t.equal(lstatSync(lock, { throwIfNoEntry: false }) !== undefined, stays, holder);
  }
  rmSync(lock);
  await clearAfter(4242, dir, log);
});

t.test('the directory of its socket is removed too, if its name fits and it is empty', async (t) => {
  const { dir, log } = place(t);
  const tmp = t.testdir({
    'org.chromium.Chromium.aB3dE6': { SingletonSocket: '', SingletonCookie: '' },
    'org.chromium.Chromium.xxxxxx': { SingletonSocket: '', more: '' },
    precious: { SingletonSocket: '' },
  });
  mkdirSync(dir.profile, { recursive: true });
  for (const name of [
    'org.chromium.Chromium.aB3dE6',
    'org.chromium.Chromium.xxxxxx',
    'precious',
    'nowhere',
  ]) {
    symlinkSync(join(tmp, name, 'SingletonSocket'), join(dir.profile, 'SingletonSocket'));
    await clearLeftovers(dir, { log });
    t.notOk(lstatSync(join(dir.profile, 'SingletonSocket'), { throwIfNoEntry: false }));
  }
  t.same(readdirSync(tmp).sort(), ['org.chromium.Chromium.xxxxxx', 'precious']);
  t.same(readdirSync(join(tmp, 'precious')), ['SingletonSocket'], 'nothing of others is removed');
});

t.test('its crash mark is removed from the preferences, and nothing else is changed', async (t) => {
  const { dir, log, said, write } = place(t);
  const text = (exit: string) => `{"a":1.50,"profile":{"exit_type":"${exit}","name":"Crashed"},"z":[]}`;
  const path = join(dir.profile, 'Default', 'Preferences');
  const [profile] = dir.profile.split('/').slice(-1);
  write({ [`${profile}/Default/Preferences`]: text('Crashed') });
  chmodSync(path, 0o600);
  await clearLeftovers(dir, { log });
  t.equal(readFileSync(path, 'utf8'), text('Normal'));
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(join(dir.profile, 'Default')), ['Preferences']);
  t.match(said, [['leftover.crash-mark-removed']]);
  for (const exit of ['Normal', 'SessionEnded']) {
    write({ [`${profile}/Default/Preferences`]: text(exit) });
    await clearLeftovers(dir, { log });
    t.equal(readFileSync(path, 'utf8'), text(exit), `${exit} is left unchanged`);
  }
  t.equal(said.length, 1);
});

t.test('a browser that ignores SIGTERM or is stopped is killed with its process group', async (t) => {
  for (const how of ['stubborn', 'stopped'] as const) {
    const { dir, log, said } = place(t);
    const child = await run(t, [`--user-data-dir=${dir.profile}`, '--remote-debugging-pipe'], {
      stubborn: how === 'stubborn',
    });
    if (how === 'stopped') await suspend(child.pid as number);
    const exit = once(child, 'exit');
    await clearLeftovers(dir, { log, termMs: 200 });
    t.same(await exit, [null, 'SIGKILL'], how);
    t.match(said.at(-1), ['leftover.ended', { by: 'SIGKILL' }]);
  }
});

t.test('a browser that leads no process group is killed alone', async (t) => {
  const { dir, log } = place(t);
  const args = [`--user-data-dir=${dir.profile}`, '--remote-debugging-pipe'];
  const child = await run(t, args, { stubborn: true, detached: false });
  const exit = once(child, 'exit');
  await clearLeftovers(dir, { log, termMs: 200 });
  t.same(await exit, [null, 'SIGKILL']);
});

t.test('without a browser left over nothing is logged, and a missing profile is accepted', async (t) => {
  const { dir, log, said } = place(t);
  await clearLeftovers(dir, { log });
  t.same(said, []);
});
