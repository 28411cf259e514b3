/**
 * Truncated, damaged and malicious archives: each is refused with a clear error, and leaves nothing behind.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { Encrypter } from 'age-encryption';
import t, { type Test } from 'tap';
import { pack } from 'tar-stream';
import { readArchive } from '../../src/daemon/move/archive.js';
import { Fault } from '../../src/protocol/fault.js';
import { WACTL } from '../harness/wactl.js';
import { WAD } from '../harness/wad.js';

// For a slow machine; it usually takes a tenth of this.
t.setTimeout(300_000);

const passphrase = 'correct horse battery staple';
const MANIFEST = { format: 1, account: 'default', wid: '15550001111@c.us', linkedAt: null, lastSeenAt: null };
const BLOCK = 512;
/** A chunk of the payload of an age file: 64 KiB and a tag. */
const CHUNK = 65_552;
const MB = 1_048_576;

function scratch(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'wad-hostile-move-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Encrypts with a small work factor, because some hundred files are opened here. */
async function encrypt(content: Uint8Array): Promise<Buffer> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(4);
  return Buffer.from(await encrypter.encrypt(content));
}

interface Entry {
  readonly name: string;
  readonly content?: Uint8Array | string;
  readonly type?: 'symlink' | 'link' | 'directory' | 'fifo' | 'character-device';
}

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const packed = pack();
  const whole = buffer(packed as unknown as Readable);
  for (const { name, content = '', type } of entries)
    if (type === undefined) packed.entry({ name }, content as Buffer);
    else packed.entry({ name, type, linkname: '/etc' });
  packed.finalize();
  return whole;
}

const session = (manifest: object = MANIFEST): Entry => ({
  name: 'session.json',
  content: JSON.stringify(manifest),
});
/** Bytes that gzip cannot compress, always the same. */
function noise(bytes: number): Buffer {
  const all = Buffer.alloc(bytes);
  for (let at = 0, seed = 1; at + 4 <= bytes; at += 4) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    all.writeUInt32LE(seed, at);
  }
  return all;
}
const LARGE: readonly Entry[] = [
  session(),
  { name: 'profile/Default/first', content: 'x'.repeat(700) },
  { name: 'profile/Default/large', content: noise(3 * MB + 100) },
  { name: 'profile/Default/last', content: noise(MB) },
];

/** Returns the text of the fault, or that the file was read. */
async function reading(file: string, profile: string, secret = passphrase): Promise<string> {
  try {
    await readArchive(file, { passphrase: secret, profile });
    return 'read';
  } catch (error) {
    return error instanceof Fault && error.kind === 'usage' ? error.message : `not a usage fault: ${error}`;
  }
}

t.test('an archive that is truncated anywhere is refused as damaged', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'cut.age');
  const whole = await encrypt(gzipSync(await tar(LARGE)));
  writeFileSync(file, whole);
  t.equal(await reading(file, join(directory, 'whole')), 'read');
  const header = whole.indexOf('\n--- ') + 1;
  const payload = whole.indexOf('\n', header) + 1;
  const cuts = [
    ...[0, 1, 10, 22, 40, header, header + 10, payload - 1, payload, payload + 1, payload + 16],
    ...[payload + 17, payload + 16 + 100, payload + 16 + CHUNK - 1],
    ...[1, 2, 20, 40, 60].flatMap((n) => [0, 1, 16, 30_000].map((more) => payload + 16 + n * CHUNK + more)),
    ...[1, 8, 16, 17, 1_000, MB, 2 * MB].map((n) => whole.length - n),
  ];
  for (const [n, cut] of cuts.entries()) {
    writeFileSync(file, whole.subarray(0, cut));
    t.match(await reading(file, join(directory, `to-${n}`)), /cannot be used: /, `cut at ${cut}`);
  }
});

t.test('a truncated tar in a complete envelope is refused', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'cut.age');
  const whole = await tar(LARGE);
  const end = whole.length - 2 * BLOCK;
  const header = whole.indexOf('profile/Default/large');
  const cuts = {
    ...{ 'nothing at all': 0, 'inside the first header': 100, 'before the manifest': BLOCK },
    ...{ 'inside the manifest': BLOCK + 20, 'inside its padding': BLOCK + 200, 'behind it': 2 * BLOCK },
    ...{ 'inside a header': header + 10, 'behind a header': header + BLOCK },
    ...{ 'inside a large file': header + 2 * MB, 'at its end': header + BLOCK + 3 * MB + 100 },
    ...{ 'inside its padding, too': header + BLOCK + 3 * MB + 101, 'before the end': end },
    ...{ 'inside the end': end + 100, 'half an end': end + BLOCK, 'a byte of the end': whole.length - 1 },
  };
  for (const [what, cut] of Object.entries(cuts)) {
    writeFileSync(file, await encrypt(gzipSync(whole.subarray(0, cut), { level: 1 })));
    t.match(await reading(file, join(directory, what)), /cannot be used: /, what);
  }
  // The same for gzip, whose end has the length.
  const zipped = gzipSync(whole, { level: 1 });
  for (const cut of [5, 1_000, zipped.length - 8, zipped.length - 1]) {
    writeFileSync(file, await encrypt(zipped.subarray(0, cut)));
    t.match(await reading(file, join(directory, `gzip ${cut}`)), /cannot be used: /, `gzip at ${cut}`);
  }
});

t.test('an archive with a flipped bit is refused, and so is another passphrase', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'flipped.age');
  const whole = await encrypt(gzipSync(await tar(LARGE)));
  const payload = whole.indexOf('\n', whole.indexOf('\n--- ') + 1) + 1;
  const places = [0, 25, 40, 60, payload - 5, payload, payload + 16, payload + 16 + CHUNK, whole.length - 1];
  for (const place of [...places, Math.floor(whole.length / 2)]) {
    const flipped = Buffer.from(whole);
    flipped[place] = (flipped[place] ?? 0) ^ 1;
    writeFileSync(file, flipped);
    t.match(await reading(file, join(directory, `to-${place}`)), /cannot be used: /, `bit at ${place}`);
  }
  writeFileSync(file, whole);
  t.match(await reading(file, join(directory, 'other'), 'another passphrase'), /passphrase is wrong/);
  // A tar header has its own checksum, against damage on an honest writer's disk.
  const damaged = await tar(LARGE);
  damaged[damaged.indexOf('profile/Default/large') + 3] = 0x51;
  writeFileSync(file, await encrypt(gzipSync(damaged)));
  t.match(await reading(file, join(directory, 'sum')), /is damaged/);
});

t.test('the memory and disk space that an archive can take are limited', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'crafted.age');
  const to = join(directory, 'to');
  const header = (size: number, type = '0'): Buffer => {
    const block = Buffer.alloc(BLOCK);
    block.write('profile/huge', 0);
    block.write('0000600\0', 100);
    block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
    block.write(`        ${type}`, 148);
    block.write('ustar\x0000', 257);
    block.write(
      `${block
        .reduce((a, b) => a + b)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return block;
  };
  const start = (await tar([session()])).subarray(0, 2 * BLOCK);
  for (const [what, content, says] of [
    [
      'a manifest of 100 KB',
      await tar([session({ ...MANIFEST, wid: 'x'.repeat(100_000) })]),
      /session\.json/,
    ],
    [
      'a manifest that is no JSON',
      await tar([{ name: 'session.json', content: '{"format":1' }]),
      /session\.json/,
    ],
    ['a manifest that is a list', await tar([{ name: 'session.json', content: '[]' }]), /session\.json/],
    ['a manifest with other types', await tar([session({ ...MANIFEST, wid: 7 })]), /session\.json/],
    ['a newer format', await tar([session({ ...MANIFEST, format: 2 })]), /newer wad/],
    ['no manifest', await tar([{ name: 'profile/x' }]), /not a session exported by wad/],
    ['a name of 5,000 characters', await tar([session(), { name: `profile/${'x'.repeat(5_000)}` }]), /name/],
    [
      'a part of a name that no file system takes',
      await tar([session(), { name: `profile/${'x'.repeat(300)}` }]),
      /name|does not belong/,
    ],
    [
      'the same name twice',
      await tar([session(), { name: 'profile/x' }, { name: 'profile/x' }]),
      /does not belong/,
    ],
    [
      'a file as a folder',
      await tar([session(), { name: 'profile/x' }, { name: 'profile/x/y' }]),
      /does not belong/,
    ],
    ['a symbolic link', await tar([session(), { name: 'profile/x', type: 'symlink' }]), /does not belong/],
    ['a hard link', await tar([session(), { name: 'profile/x', type: 'link' }]), /does not belong/],
    ['a device', await tar([session(), { name: 'profile/x', type: 'character-device' }]), /does not belong/],
    ['a FIFO', await tar([session(), { name: 'profile/x', type: 'fifo' }]), /does not belong/],
    ['a folder', await tar([session(), { name: 'profile/x', type: 'directory' }]), /does not belong/],
    ['content behind the end', Buffer.concat([await tar(LARGE), Buffer.from('x')]), /data after its end/],
    [
      '64 MB of nothing behind the end',
      Buffer.concat([await tar(LARGE), Buffer.alloc(64 * MB)]),
      /data after its end/,
    ],
    [
      'fewer files than it says',
      await tar([session({ ...MANIFEST, files: 2, bytes: 0 }), { name: 'profile/x' }]),
      /1 of 2 files/,
    ],
  ] as const) {
    rmSync(to, { recursive: true, force: true });
    writeFileSync(file, await encrypt(gzipSync(content, { level: 1 })));
    t.match(await reading(file, to), says, what);
  }
  const many = Buffer.alloc(20_001 * BLOCK, header(0));
  writeFileSync(file, await encrypt(gzipSync(Buffer.concat([start, many]))));
  await t.rejects(readArchive(file, { passphrase }), /more than 20000 files/);
  rmSync(to, { recursive: true, force: true });
  // The largest number in a pax header, larger than any disk.
  const record = Buffer.alloc(BLOCK, '25 size=1125899906842624\n'.padEnd(BLOCK, '\0'));
  const huge = [start, header(25, 'x'), record, header(0)];
  writeFileSync(file, await encrypt(gzipSync(Buffer.concat(huge))));
  const error = await readArchive(file, { passphrase, profile: to }).catch((error: unknown) => error);
  t.match(error, { kind: 'disk_full' }, 'a petabyte is refused');
  t.notOk(existsSync(join(to, 'huge')), 'nothing of it is written');
  // Encrypted for a recipient, with a header that does not end.
  writeFileSync(file, `age-encryption.org/v1\n-> ${'x'.repeat(2 * MB)}`);
  t.match(await reading(file, to), /not encrypted with age/);
  for (const [what, path] of [
    ['a directory', directory],
    ['a device that never ends', '/dev/zero'],
  ] as const)
    t.match(await reading(path, to), /is not a regular file/, what);
});

t.test('nothing is written outside the directory, whatever names an archive contains', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'crafted.age');
  const to = join(directory, 'to');
  mkdirSync(join(directory, 'elsewhere'));
  for (const name of [
    ...['profile/../../outside', 'profile/a/../../../outside', 'profile/a/../../outside', 'profile/a/../b'],
    ...['profile//etc/outside', 'profile/./x', 'profile/x/', 'profile/..', 'profile/.', 'profile/'],
    ...['../outside', '/tmp/wad-outside', 'elsewhere', 'Profile/x'],
  ]) {
    rmSync(to, { recursive: true, force: true });
    writeFileSync(file, await encrypt(gzipSync(await tar([session(), { name, content: 'x' }]))));
    t.match(await reading(file, to), /cannot be used: /, name);
    t.same(
      readdirSync(directory).sort(),
      ['crafted.age', 'elsewhere', ...(existsSync(to) ? ['to'] : [])],
      name,
    );
    t.same(existsSync(to) ? readdirSync(to) : [], [], name);
  }
});

/** Runs `wad --import` as a person would. */
function importing(directory: string, file: string, more: readonly string[] = [], env = {}): Ended {
  const state = join(directory, 'state');
  const secret = join(directory, 'passphrase');
  writeFileSync(secret, `${passphrase}\n`);
  const line = ['--state-dir', state, '--no-sandbox', '--passphrase-file', secret, '--import', file, ...more];
  const { status, stdout, stderr } = spawnSync(process.execPath, [WAD, ...line], {
    ...{ encoding: 'utf8', timeout: 60_000, input: '' },
    env: { PATH: process.env.PATH, HOME: directory, TMPDIR: directory, ...env },
  });
  const auth = join(state, 'auth');
  return { status, stdout, stderr, left: existsSync(auth) ? readdirSync(auth) : [] };
}
interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Names in the data path. */
  readonly left: readonly string[];
}

t.test(
  'an import of an archive that is truncated in a large file exits with 64 and a message, and leaves nothing',
  async (t) => {
    const directory = scratch(t);
    const file = join(directory, 'account.age');
    const packed = gzipSync(await tar(LARGE), { level: 1 });
    for (const content of [packed.subarray(0, 2 * MB), gzipSync((await tar(LARGE)).subarray(0, 2 * MB))]) {
      writeFileSync(file, await encrypt(content));
      const { status, stdout, stderr, left } = importing(directory, file);
      t.equal(status, 64);
      t.equal(stdout, '');
      t.match(stderr, /account\.age cannot be used: it is damaged/);
      t.same(left, [], 'nothing of the session is left');
    }
  },
);

t.test('a passphrase is read up to the maximum length', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'account.age');
  writeFileSync(file, '');
  const { status, stderr } = importing(directory, file, [], {});
  t.equal(status, 64);
  t.match(stderr, /not encrypted with age/);
  const line = ['--state-dir', join(directory, 'state'), '--no-sandbox', '--import', file];
  const endless = spawnSync(process.execPath, [WAD, ...line, '--passphrase-file', '/dev/zero'], {
    ...{ encoding: 'utf8', timeout: 60_000 },
    env: { PATH: process.env.PATH, HOME: directory },
  });
  t.match(endless, { status: 64, stderr: /no passphrase in \/dev\/zero/ });
});

t.test('Ctrl-C and Ctrl-D at the passphrase prompt are errors', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'account.age');
  writeFileSync(file, '');
  const line = `${process.execPath} ${WAD} --state-dir ${directory}/state --no-sandbox --import ${file}`;
  for (const key of ['\x04', '\x03']) {
    // A separate terminal, on which only this test types.
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      env: { PATH: process.env.PATH, HOME: directory, TERM: 'dumb' },
    });
    t.teardown(() => child.kill('SIGKILL'));
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!shown.includes('Passphrase:') && (shown + text).includes('Passphrase:')) child.stdin.write(key);
      shown += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    t.equal(status, 130, JSON.stringify(key));
    t.match(shown, /Passphrase:[\s\S]*Interrupted/);
  }
});

t.test('a program that ends while it still waits fails with a message', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'account.age');
  writeFileSync(file, '');
  // The awaited result never comes, and nothing is left that could produce it.
  const preload = join(directory, 'preload.cjs');
  writeFileSync(
    preload,
    `require('node:fs/promises').mkdir = () => new Promise(() => {});
     require('node:net').Socket.prototype.connect = function () { return this.unref(); };
     const { setTimeout } = globalThis;
     globalThis.setTimeout = (...args) => setTimeout(...args).unref();`,
  );
  const env = { NODE_OPTIONS: `--require ${preload}` };
  const { status, stdout, stderr } = importing(directory, file, [], env);
  t.match({ status, stdout }, { status: 70, stdout: '' });
  t.match(stderr, /ended without a result/);
  // The socket is real: without one, wactl ends before it connects.
  const socket = join(directory, 's');
  const server = createServer().listen(socket);
  t.teardown(() => server.close());
  await once(server, 'listening');
  const asked = spawnSync(process.execPath, [WACTL, '--socket', socket, 'status'], {
    ...{ encoding: 'utf8', timeout: 60_000 },
    env: { PATH: process.env.PATH, HOME: directory, ...env },
  });
  t.match(asked, { status: 1, stdout: '', stderr: /ended without a result/ });
});

t.test('no name of a file controls the terminal of a move', async (t) => {
  const directory = scratch(t);
  const name = 'a\u001b[2J\u202eb\nwad: Written.';
  writeFileSync(join(directory, name), '');
  const move = (...args: string[]) =>
    spawnSync(process.execPath, [WAD, '--state-dir', join(directory, 'state'), ...args], {
      ...{ cwd: directory, encoding: 'utf8', timeout: 30_000 },
      env: { PATH: process.env.PATH, HOME: directory },
    });
  const text = move('--export', name);
  t.equal(text.status, 64);
  t.match(text.stderr, /a\\u001b\[2J\\u202eb\\nwad: Written\. exists already\n$/, 'as escapes, on one line');
  const { stderr } = move('--output', 'json', '--export', name);
  t.notMatch(stderr, /\u202e/);
  t.match(JSON.parse(stderr).data.reason, /\u202eb\nwad/, 'and JSON keeps the name');
});
