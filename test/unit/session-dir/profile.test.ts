/** The state directory is created, checked and narrowed safely, and sessions in it are found and removed. */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { layout, ownDirectory, prepare, quarantinePath } from '../../../src/session-dir/layout.js';
import { hasSession, readMarker, removeMarker, writeMarker } from '../../../src/session-dir/marker.js';
import { prune, quarantine, remove } from '../../../src/session-dir/quarantine.js';
import { place } from './place.js';

const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8);
const faultOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no fault',
    (error: unknown) => error,
  );
const MARKER = {
  linkedAt: '2026-01-01T00:00:00.000Z',
  wid: '15550001111@c.us',
  lastSeenAt: '2026-01-02T00:00:00.000Z',
};

t.test('an existing LocalAuth session is used in place', (t) => {
  t.match(layout('/srv/app/.wwebjs_auth', 'energenie-whatsapp'), {
    profile: '/srv/app/.wwebjs_auth/session-energenie-whatsapp',
    lock: '/srv/app/.wwebjs_auth/session-energenie-whatsapp.lock',
    owner: '/srv/app/.wwebjs_auth/session-energenie-whatsapp.holder.json',
    marker: '/srv/app/.wwebjs_auth/session-energenie-whatsapp.linked.json',
  });
  for (const bad of ['', '../x', 'a/b', 'a.b', 'a b'])
    t.throws(() => layout('/x', bad), { message: /client id/ }, bad);
  t.end();
});

t.test('wider permissions are narrowed and reported, links are not followed', async (t) => {
  const { dir, log, said, write } = place(t);
  write({ 'session-shop/Default/Cookies': 'x', 'session-shop/tool': 'x', 'session-shop.linked.json': '{}' });
  const outside = mkdtempSync(join(tmpdir(), 'wad-outside-'));
  t.teardown(() => rmSync(outside, { recursive: true, force: true }));
  chmodSync(outside, 0o755);
  symlinkSync(outside, join(dir.profile, 'link'));
  for (const path of [dir.dataPath, dir.profile, join(dir.profile, 'Default')]) chmodSync(path, 0o755);
  for (const path of [join(dir.profile, 'Default/Cookies'), dir.marker]) chmodSync(path, 0o644);
  chmodSync(join(dir.profile, 'tool'), 0o755);
  await prepare(dir, log);
  t.match(said, [['session-dir.narrowed', { count: 6, first: [dir.dataPath, dir.profile, String] }]]);
  for (const [path, mode] of [
    [dir.dataPath, '700'],
    [dir.profile, '700'],
    [join(dir.profile, 'Default'), '700'],
    [join(dir.profile, 'Default/Cookies'), '600'],
    [join(dir.profile, 'tool'), '700'],
    [dir.marker, '600'],
    [outside, '755'],
  ] as const)
    t.equal(modeOf(path), mode, path);
  await prepare(dir, log);
  t.equal(said.length, 1, 'nothing to report the second time');
});

t.test('a missing directory is created for its owner only', async (t) => {
  const { dir, log, said } = place(t);
  const deep = layout(join(dir.dataPath, 'a/b'), 'x');
  await prepare(deep, log);
  t.equal(modeOf(deep.dataPath), '700');
  t.same(said, []);
});

t.test('a directory shared by everybody, a linked profile and another owner are refused', async (t) => {
  const { dir, log, write } = place(t);
  const shared = join(dir.dataPath, 'tmp');
  mkdirSync(shared);
  chmodSync(shared, 0o1777);
  t.match(await faultOf(ownDirectory(shared)), { kind: 'permission_denied' });
  t.equal(modeOf(shared), '777', 'its mode is unchanged');

  symlinkSync(shared, dir.profile);
  t.match(await faultOf(prepare(dir, log)), { kind: 'permission_denied', message: /symbolic link/ });
  rmSync(dir.profile);

  if (process.geteuid?.() === 0) {
    write({ 'session-shop/Default/Cookies': 'x' });
    chownSync(join(dir.profile, 'Default/Cookies'), 12345, 12345);
    t.match(await faultOf(prepare(dir, log)), {
      kind: 'permission_denied',
      message: /Cookies belongs to user 12345/,
      hint: /chown/,
    });
  }
});

t.test(
  'a directory is narrowed only if it holds nothing but our files, or a store or session of ours',
  async (t) => {
    const { dir } = place(t);
    const LOCAL_AUTH = '.wwebjs_auth';
    const NARROWED = '700';
    const REFUSED = '750';
    for (const [name, entries, mode] of [
      ['empty', [], NARROWED],
      [
        'a state',
        ['auth/', 'media/', 'wad.sqlite', 'wad.sqlite-wal', 'http-token', 'webhook-crm.secret'],
        NARROWED,
      ],
      ['sessions', ['session/', 'session-shop/', 'session-shop.linked.json', '.gitignore'], NARROWED],
      [LOCAL_AUTH, ['session-shop/', '.gitkeep', '.DS_Store', 'RemoteAuth-shop/'], NARROWED],
      ['a new one', ['.gitkeep', '.DS_Store', '.wwebjs_cache/', 'wad.sqlite.corrupt-1'], NARROWED],
      ['a project with its sessions', ['package.json', 'session-shop/'], NARROWED],
      ['a project with its state', ['package.json', 'auth/session/'], NARROWED],
      ['a store', ['notes', 'wad.sqlite'], NARROWED],
      ['a project', ['package.json', 'auth/index.js'], REFUSED],
      ['a project with a file of that name', ['package.json', 'session-shop'], REFUSED],
      ['a spool', ['mail'], REFUSED],
    ] as const) {
      const path = join(dir.dataPath, name);
      mkdirSync(path);
      for (const entry of entries) {
        mkdirSync(join(path, dirname(entry)), { recursive: true });
        if (entry.endsWith('/')) mkdirSync(join(path, entry));
        else writeFileSync(join(path, entry), '');
      }
      // Access by the group alone counts, as with 0750.
      chmodSync(path, 0o750);
      if (mode === NARROWED) t.equal(await ownDirectory(path), true, name);
      else
        t.match(await faultOf(ownDirectory(path)), {
          kind: 'permission_denied',
          message: new RegExp(
            `open to others and holds .*such as ${path}/wad-state; .*: chmod 700 '${path}'$`,
          ),
          hint: `install -d -m 700 '${path}/wad-state'`,
        });
      t.equal(modeOf(path), mode, name);
    }
    // A closed directory was closed by a person for this daemon, so it is accepted.
    const closed = join(dir.dataPath, 'a project');
    chmodSync(closed, 0o700);
    t.equal(await ownDirectory(closed), false);
  },
);

t.test('a home directory is used only if it is closed to others and already holds our state', async (t) => {
  const { dir } = place(t);
  const home = join(dir.dataPath, 'home');
  const before = process.env.HOME;
  t.teardown(() => {
    process.env.HOME = before;
  });
  process.env.HOME = home;
  mkdirSync(home, { mode: 0o700 });
  writeFileSync(join(home, '.profile'), '');
  t.match(await faultOf(ownDirectory(home)), { kind: 'permission_denied', message: /it is a home/ });
  mkdirSync(join(home, 'auth', 'session-shop'), { recursive: true });
  t.equal(await ownDirectory(home), false);
  chmodSync(home, 0o755);
  t.match(await faultOf(ownDirectory(home)), { message: /it is a home.*close it to others: chmod 700 / });
  t.equal(modeOf(home), '755');
});

t.test('a file that its group can read is narrowed', async (t) => {
  const { dir, log, write } = place(t);
  write({ 'session-shop/Default/Cookies': 'x' });
  chmodSync(join(dir.profile, 'Default/Cookies'), 0o640);
  await prepare(dir, log);
  t.equal(modeOf(join(dir.profile, 'Default/Cookies')), '600');
});

t.test('a marker is written durably and read back', async (t) => {
  const { dir } = place(t);
  t.equal(await readMarker(dir), null);
  await writeMarker(dir, MARKER);
  t.same(await readMarker(dir), MARKER);
  t.equal(modeOf(dir.marker), '600');
  t.same(readdirSync(dir.dataPath), ['session-shop.linked.json'], 'no temporary file is left');
  await removeMarker(dir);
  await removeMarker(dir);
  t.equal(await readMarker(dir), null);
  for (const bad of ['', '{"linkedAt":', 'null', '[]', '{"wid":7}']) {
    writeFileSync(dir.marker, bad);
    t.match(await readMarker(dir), { wid: null, linkedAt: /^20/ }, `still counts as linked: ${bad}`);
  }
});

t.test('a saved session is a profile with a marker, or one with a database of WhatsApp', async (t) => {
  const db = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb/CURRENT';
  for (const [files, expected, name] of [
    [{}, false, 'nothing'],
    [{ 'session-shop.linked.json': '{}' }, false, 'a marker without a profile'],
    [{ 'session-shop/Default/Preferences': '' }, false, 'a profile that was never linked'],
    [
      { 'session-shop/Default/Preferences': '', 'session-shop.linked.json': '{}' },
      true,
      'a marker and a profile',
    ],
    [{ [`session-shop/${db}`]: '' }, true, 'an adopted profile'],
    [{ 'session-shop/Default/IndexedDB/https_example.org_0/x': '' }, false, 'the database of another site'],
    [{ [`session-other/${db}`]: '' }, false, 'the session of another client id'],
  ] as const) {
    const { dir, write } = place(t);
    write(files);
    t.equal(await hasSession(dir), expected, name);
  }
});

t.test('removing a session removes all of it, and nothing else', async (t) => {
  const { dir, write } = place(t);
  const outside = mkdtempSync(join(tmpdir(), 'wad-outside-'));
  t.teardown(() => rmSync(outside, { recursive: true, force: true }));
  writeFileSync(join(outside, 'keep'), '');
  write({
    'session-shop/Default/Cookies': 'x',
    'session-shop.linked.json': '{}',
    'session-shop2/Default/Cookies': 'x',
    'session-shop.holder.json': '{}',
    'notes.txt': '',
  });
  symlinkSync(outside, join(dir.profile, 'Default', 'link'));
  symlinkSync('another-host-4242', join(dir.profile, 'SingletonLock'));
  await remove(dir);
  t.same(readdirSync(dir.dataPath).sort(), ['notes.txt', 'session-shop.holder.json', 'session-shop2']);
  t.ok(existsSync(join(outside, 'keep')));
  await remove(dir);
  t.equal(await hasSession(dir), false);
});

t.test('a removal that a crash interrupted is completed by the next one', async (t) => {
  const { dir, write } = place(t);
  write({ 'session-shop.removed-20260101T000000000Z/Default/Cookies': 'x' });
  await remove(dir);
  t.same(readdirSync(dir.dataPath), []);
});

t.test('a corrupt profile is quarantined and no longer counts as a session', async (t) => {
  const { dir, write } = place(t);
  write({ 'session-shop/Default/Cookies': 'x', 'session-shop.linked.json': '{}' });
  const moved = await quarantine(dir, 'corrupt');
  t.match(moved, /session-shop\.corrupt-\d{8}T\d{9}Z$/);
  t.equal(readFileSync(join(moved ?? '', 'Default/Cookies'), 'utf8'), 'x');
  t.equal(await hasSession(dir), false);
  t.equal(await readMarker(dir), null);
  t.equal(await quarantine(dir, 'corrupt'), null, 'nothing to move');
});

t.test('two profiles quarantined at the same time are both kept', async (t) => {
  const { dir, write } = place(t);
  const names = new Set<string | null>();
  for (let n = 0; n < 5; n++) {
    write({ 'session-shop/x': String(n) });
    names.add(await quarantine(dir, 'authfailed'));
  }
  t.equal(names.size, 5);
  t.equal(readdirSync(dir.dataPath).length, 5);
});

t.test('quarantined profiles are pruned by number and age', async (t) => {
  const day = 86_400_000;
  const ages = [40, 20, 10, 1];
  for (const [options, left] of [
    [{}, []],
    [{ keep: 1 }, [1]],
    [{ keep: 9 }, ages],
    [{ olderThanMs: 15 * day }, [10, 1]],
    [{ keep: 3, olderThanMs: 15 * day }, [20, 10, 1]],
  ] as const) {
    const { dir, write } = place(t);
    const path = (age: number) => quarantinePath(dir, 'corrupt', new Date(Date.now() - age * day));
    const names = new Map(ages.map((age) => [path(age), age]));
    for (const name of names.keys()) write({ [`${name.slice(dir.dataPath.length + 1)}/x`]: '' });
    write({
      'session-shop/x': '',
      'session-shop.authfailed-20200101T000000000Z/x': '',
      'session-shop.corrupt-x/x': '',
    });
    const gone = await prune(dir, 'corrupt', options);
    const kept = [...names].filter(([name]) => existsSync(name)).map(([, age]) => age);
    t.same(kept, left, JSON.stringify(options));
    t.equal(gone.length, ages.length - left.length);
    t.ok(statSync(dir.profile).isDirectory());
    t.equal(readdirSync(dir.dataPath).length, left.length + 3, 'the others stay');
  }
});
