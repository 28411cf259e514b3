/**
 * Something else in place of a file that is read: a FIFO makes no program hang, and an endless file takes no
 * memory.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { loadConfig } from '../../src/config/load.js';
import { readSecret } from '../../src/config/secret-file.js';
import { MediaStore } from '../../src/daemon/media/media-store.js';
import { removeCrashMark } from '../../src/session-dir/crash-mark.js';
import { layout } from '../../src/session-dir/layout.js';
import { readLockOwner } from '../../src/session-dir/lock-owner.js';
import { readMarker } from '../../src/session-dir/marker.js';
import { writtenBy } from '../../src/session-dir/profile-files.js';
import { mendLogs } from '../../src/session-dir/torn-log.js';
import { mendTransactions } from '../../src/session-dir/unfinished-transactions.js';
import { storeFault } from '../../src/store/errors.js';
import { OwnerLock } from '../../src/store/owner-lock.js';
import { stopReason } from '../../src/systemd/stop-reason.js';
import { piecesOf } from '../../src/whatsapp/requests/media.js';
import { eventually } from '../harness/eventually.js';
import { WACTL } from '../harness/wactl.js';
import { WAD } from '../harness/wad.js';

t.setTimeout(120_000);

const INVOCATION = '0123456789abcdef0123456789abcdef';
const FILE_ID = `f-${'0'.repeat(40)}`;

/** How the daemon reads each of its files, in a directory, and the expected result for an unfit file. */
type Reader = readonly [file: string, read: (path: string, directory: string) => unknown, says: unknown];
const sessions = (directory: string) => layout(directory, 'shop');
const READERS: readonly Reader[] = [
  ['wad.toml', (path) => configured(path), /wad\.toml: is a pipe|wad\.toml: has more than 1048576 bytes/],
  [
    'token',
    (path) => readSecret({ path, key: 'http.tokenFile', make: null }),
    /http\.tokenFile: .*token (is a pipe|has more than 4096 bytes)/,
  ],
  ['session-shop.holder.json', (_, directory) => readLockOwner(sessions(directory)), null],
  [
    'session-shop.linked.json',
    (_, directory) => readMarker(sessions(directory)),
    { wid: null, linkedAt: /^20/ },
  ],
  ['session-shop/Default/Preferences', (_, directory) => removeCrashMark(sessions(directory).profile), false],
  ['session-shop/Last Version', (_, directory) => writtenBy(sessions(directory).profile), null],
  [
    'stop/shop',
    (path) =>
      stopReason({
        ...{ account: 'shop', invocation: INVOCATION, directory: dirname(path) },
        owner: process.getuid?.() ?? 0,
      }).why,
    /is a pipe|has more than 512 bytes/,
  ],
  [`media/${FILE_ID}.json`, async (path) => (await mediaStore(path)).get(FILE_ID), /There is no file/],
];

const mediaStore = (path: string) => MediaStore.open(dirname(path), () => new Set([FILE_ID]));
const configured = (path: string) =>
  loadConfig({
    ...{ account: 'default', stateDir: '/var/lib/wad', configFiles: [path] },
    ...{ env: {}, flags: {}, cwd: '/srv/shop', home: '/home/ana' },
  });

function scratch(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'wad-hostile-files-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
const fifo = (path: string) => execFileSync('mkfifo', ['-m', '600', path]);
/** Makes a sparse file of 1 TiB, which takes no disk space. */
const endless = (path: string) => {
  writeFileSync(path, '', { mode: 0o600 });
  truncateSync(path, 2 ** 40);
};

for (const [kind, make] of Object.entries({ fifo, endless })) {
  t.test(`every file that the daemon reads whole can be replaced by ${kind} without harm`, async (t) => {
    for (const [file, read, says] of READERS) {
      const directory = scratch(t);
      const path = join(directory, file);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      make(path);
      const result = await Promise.resolve()
        .then(() => read(path, directory))
        .catch((error: Error) => error.message);
      t.match(result, says, file);
    }
  });

  t.test(`the daemon does not change the log of a database that is ${kind}`, async (t) => {
    const dir = sessions(scratch(t));
    const folder = join(dir.profile, 'Default', 'IndexedDB', 'x.leveldb');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'CURRENT'), '');
    make(join(folder, '000001.log'));
    const said: unknown[] = [];
    const say = (_: string, fields: unknown) => void said.push(fields);
    await mendLogs(dir, { info: say, warn: say } as never);
    t.match(said, kind === 'fifo' ? [] : [{ err: /000001\.log has more than 268435456 bytes/ }]);
    said.length = 0;
    rmSync(join(folder, 'CURRENT'));
    make(join(folder, 'CURRENT'));
    await mendTransactions(dir, { info: say, warn: say } as never);
    t.match(said, kind === 'fifo' ? [] : [{ err: /CURRENT has more than 64 bytes/ }]);
  });
}

t.test('an answer to a passkey is read up to its limit', async (t) => {
  const directory = scratch(t);
  const socket = join(directory, 's');
  const server = createServer().listen(socket);
  t.teardown(() => server.close());
  await once(server, 'listening');
  endless(join(directory, 'answer'));
  for (const file of [join(directory, 'answer'), '/dev/zero']) {
    const { status, stderr } = spawnSync(process.execPath, [WACTL, 'passkey', '--answer', file], {
      ...{ encoding: 'utf8', timeout: 30_000 },
      env: { PATH: process.env.PATH, WAD_SOCKET: socket },
    });
    t.match({ status, stderr }, { status: 2, stderr: /has more than 262144 bytes/ });
  }
});

t.test("a FIFO in place of a stored file or of the store's lock is an error", async (t) => {
  const directory = scratch(t);
  const kept = await MediaStore.open(directory, () => new Set([FILE_ID]));
  fifo(kept.path(FILE_ID));
  await t.rejects(kept.read(FILE_ID, 0, 10), /There is no file|not kept any more/);
  await t.rejects(piecesOf(kept.path(FILE_ID)).next(), /There is no file|not kept any more/);
  const store = join(directory, 'wad.db');
  fifo(`${store}.lock`);
  try {
    new OwnerLock(store);
    t.fail('the lock was taken');
  } catch (error) {
    t.match(storeFault(error, store), { kind: 'usage', message: /ENXIO/ });
  }
});

t.test('Ctrl-C ends a program that waits for a passphrase from a FIFO', async (t) => {
  const directory = scratch(t);
  fifo(join(directory, 'words'));
  writeFileSync(join(directory, 'account.age'), 'age-encryption.org/v1\n--- x\n');
  const { status, stderr } = spawnSync(
    'timeout',
    [
      ...['--foreground', '--signal=INT', '--kill-after=20', '5', process.execPath, WAD],
      ...[
        '--state-dir',
        join(directory, 'state'),
        '--no-sandbox',
        '--import',
        join(directory, 'account.age'),
      ],
      ...['--passphrase-file', join(directory, 'words')],
    ],
    { encoding: 'utf8', timeout: 60_000, env: { PATH: process.env.PATH, HOME: directory } },
  );
  // timeout(1) exits with 124 when the program ended after its signal, and with 137 when it had to be killed.
  t.match({ status, stderr }, { status: 124, stderr: /Interrupted/ });
});

t.test('wactl waits for a pipe without a writer, until --timeout or Ctrl-C', async (t) => {
  const directory = scratch(t);
  const path = join(directory, 'film');
  fifo(path);
  const socket = join(directory, 's');
  const server = createServer().listen(socket);
  t.teardown(() => server.close());
  await once(server, 'listening');
  const waiting = (args: readonly string[], input: 'pipe' | 'ignore' = 'ignore') =>
    spawn(process.execPath, [WACTL, 'send', '15550002222', ...args], {
      stdio: [input, 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, WAD_SOCKET: socket },
      ...{ timeout: 30_000, killSignal: 'SIGKILL' },
    });
  const late = waiting(['--file', path, '--timeout', '0.5']);
  const [[status], said] = await Promise.all([once(late, 'exit'), text(late.stderr as Readable)]);
  t.match({ status, said }, { status: 2, said: /film: it is a pipe, and nobody has written to it/ });
  const pipe = waiting(['--file', path]);
  const isOpen = () =>
    readdirSync(`/proc/${pipe.pid}/fd`).some((fd) => linkOf(`/proc/${pipe.pid}/fd/${fd}`) === path);
  await eventually(isOpen, 'wactl has opened the pipe', 20_000);
  const stdin = waiting(['--file', '-'], 'pipe');
  // Less than one piece of an upload, and more than a pipe holds: when it is taken, wactl waits for more.
  await new Promise((resolve) => stdin.stdin?.write(Buffer.alloc(300 * 1024), resolve));
  for (const [name, program] of Object.entries({ pipe, stdin })) {
    const ended = once(program, 'exit');
    program.kill('SIGINT');
    t.same(await ended, [130, null], name);
  }
});

const linkOf = (path: string): string | null => {
  try {
    return readlinkSync(path);
  } catch {
    return null; // closed in the meantime
  }
};
