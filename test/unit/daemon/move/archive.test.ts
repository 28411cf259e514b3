// A session is packed into one file and unpacked unchanged, and no entry is written elsewhere.
import {
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
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { Encrypter } from 'age-encryption';
import t, { type Test } from 'tap';
import { pack } from 'tar-stream';
import type { Manifest } from '../../../../src/archive/manifest.js';
import { readArchive, writeArchive } from '../../../../src/daemon/move/archive.js';
import { copyProfile } from '../../../../src/session-dir/profile-files.js';

// The key derivation of the passphrase is slow by design.
t.setTimeout(300_000);

const passphrase = 'correct horse battery staple';
const manifest: Manifest = {
  ...{ format: 1, account: 'default', wid: '15550001111@c.us', linkedAt: '2026-01-01T00:00:00.000Z' },
  ...{ browser: '156.0.8078.79', made: '2026-01-02T00:00:00.000Z' },
};

function scratch(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'wad-move-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function profile(directory: string): string {
  const path = join(directory, 'profile');
  for (const folder of ['Default/IndexedDB', 'Default/Code Cache', 'Default/Service Worker'])
    mkdirSync(join(path, folder), { recursive: true });
  writeFileSync(join(path, 'Default/IndexedDB/000003.log'), Buffer.alloc(300_000, 'key'));
  writeFileSync(join(path, 'Default/Service Worker/empty'), '');
  writeFileSync(join(path, 'Default/Code Cache/big'), 'not needed');
  writeFileSync(join(path, 'Last Version'), '156.0.8078.79');
  symlinkSync('elsewhere-1', join(path, 'SingletonLock'));
  return path;
}
const files = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
const SESSION = ['Default/IndexedDB/000003.log', 'Default/Service Worker/empty', 'Last Version'];

t.test(
  'a session is restored as it was packed, readable by its owner only, without caches and locks',
  async (t) => {
    const directory = scratch(t);
    const from = profile(directory);
    const file = join(directory, 'a.age');
    const to = join(directory, 'to');
    t.equal(await writeArchive(file, { profile: from, manifest, passphrase }), SESSION.length);
    t.match(await readArchive(file, { passphrase }), {
      manifest: { ...manifest, files: SESSION.length, bytes: 300_013 },
      count: SESSION.length,
    });
    await readArchive(file, { passphrase, profile: to });
    t.same(files(to), SESSION);
    for (const name of SESSION) {
      t.ok(readFileSync(join(to, name)).equals(readFileSync(join(from, name))), name);
      t.equal(statSync(join(to, name)).mode & 0o077, 0, name);
    }
    t.notOk(readFileSync(file).includes('keykey'), 'the archive reveals no content');
    await t.rejects(writeArchive(file, { profile: from, manifest, passphrase }), /it exists already/);
  },
);

t.test('an archive gets its name only when it is complete', async (t) => {
  const directory = scratch(t);
  const out = join(directory, 'out');
  mkdirSync(out);
  const file = join(out, 'a.age');
  const seen: string[][] = [];
  const from = profile(directory);
  let bytes = 0;
  const onBytes = (more: number) => {
    bytes += more;
    seen.push(readdirSync(out));
  };
  await writeArchive(file, { profile: from, manifest, passphrase, onBytes });
  t.equal(bytes, 300_013, 'the progress was reported');
  for (const name of seen.flat()) t.match(name, /^\.[0-9a-f]{24}\.part$/);
  t.notOk(seen.flat().includes('a.age'));
  t.same(readdirSync(out), ['a.age']);
  t.equal(statSync(file).mode & 0o777, 0o600);

  const link = join(out, 'link');
  symlinkSync(join(directory, 'nowhere'), link);
  await t.rejects(writeArchive(link, { profile: from, manifest, passphrase }), /it exists already/);
  const meanwhile = join(out, 'b.age');
  const made = () => writeFileSync(meanwhile, 'somebody else');
  await t.rejects(writeArchive(meanwhile, { profile: from, manifest, passphrase, onBytes: made }), /already/);
  t.equal(readFileSync(meanwhile, 'utf8'), 'somebody else', 'the existing archive stays');
  const stopped = join(out, 'c.age');
  const stop = new AbortController();
  const session = { profile: from, manifest, passphrase, signal: stop.signal, onBytes: () => stop.abort() };
  await t.rejects(writeArchive(stopped, session));
  t.same(readdirSync(out).sort(), ['a.age', 'b.age', 'link'], 'nothing is left of the aborted archive');
});

t.test('a copied profile has the same files', async (t) => {
  const directory = scratch(t);
  const to = join(directory, 'copy');
  await copyProfile(profile(directory), to);
  t.same(files(to), SESSION);
});

async function crafted(file: string, entries: readonly { name: string; type?: 'symlink' }[]): Promise<void> {
  const tar = pack();
  tar.entry({ name: 'session.json' }, JSON.stringify(manifest));
  for (const { name, type } of entries)
    if (type === undefined) tar.entry({ name }, 'x');
    else tar.entry({ name, type, linkname: '/etc' });
  tar.finalize();
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(10);
  writeFileSync(file, await encrypter.encrypt(gzipSync(await buffer(tar as unknown as Readable))));
}

t.test('no entry is written outside the profile', async (t) => {
  const directory = scratch(t);
  const to = join(directory, 'to');
  for (const entry of [
    { name: 'profile/../../outside' },
    { name: 'profile//etc/outside' },
    { name: '../outside' },
    { name: '/tmp/outside' },
    { name: 'elsewhere' },
    { name: 'profile/link', type: 'symlink' as const },
  ]) {
    const file = join(directory, 'crafted.age');
    await crafted(file, [entry]);
    await t.rejects(
      readArchive(file, { passphrase, profile: to }),
      /does not belong in a session/,
      entry.name,
    );
    t.same(files(directory), ['crafted.age'], entry.name);
  }
});
