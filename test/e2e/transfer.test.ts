/** Long transfers draw progress on a terminal only, and a killed transfer leaves nothing harmful behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { WACTL, wactl } from '../harness/wactl.js';
import { WAD } from '../harness/wad.js';
import { fakeDaemon } from '../unit/cli/daemon.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const MiB = 2 ** 20;
const PIECE = MiB / 4;
const CLEARED = '\r\u001b[K';
/** The delay of each answer. The sum exceeds the time below which no progress is drawn. */
const SLOW_MS = 150;

function scratch(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'wad-transfer-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

interface Shown {
  readonly code: number | null;
  /** stdout and stderr, in the order of the terminal. */
  readonly text: string;
}

/** Runs a program on its own terminal. */
async function onTerminal(t: Test, line: readonly string[], env: NodeJS.ProcessEnv): Promise<Shown> {
  const quoted = line.map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', quoted, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

/** Checks that a line was redrawn in place, and is cleared at the end. */
function isDrawn(t: Test, text: string, line: RegExp): void {
  const drawn = text.split(CLEARED).filter((part) => line.test(part));
  t.ok(drawn.length >= 2, `${line} is redrawn: ${JSON.stringify(text.slice(0, 300))}`);
  t.notMatch(drawn.join(''), /\n/, 'the progress stays on one line');
  const last = text.lastIndexOf(drawn.at(-1) ?? '');
  t.ok(text.indexOf(CLEARED, last) > last, 'the line is cleared at the end');
}

async function slowDaemon(t: Test) {
  const bytes = randomBytes(10 * PIECE);
  let upload = 0;
  const daemon = await fakeDaemon({
    'media.put': async ({ done }) => {
      await pause(SLOW_MS);
      upload += 1;
      const file = { id: `f-${'0'.repeat(40)}`, mimetype: 'text/plain', name: 'a', size: 1 };
      return { upload: `u-${upload}`, bytes: 1, file: done ? file : null };
    },
    'media.fetch': () => ({ id: 'f-1', name: 'a', mimetype: 'image/png', size: bytes.length }),
    'media.read': async ({ offset }) => {
      await pause(SLOW_MS);
      const at = Number(offset);
      const data = bytes.toString('base64', at, at + PIECE);
      return { id: 'f-1', offset: at, data, end: at + PIECE >= bytes.length };
    },
  });
  t.teardown(() => daemon.close());
  return { daemon, bytes };
}

t.test('an upload and a download draw their progress on a terminal only', async (t) => {
  const directory = scratch(t);
  const { daemon, bytes } = await slowDaemon(t);
  const file = join(directory, 'offer.bin');
  writeFileSync(file, randomBytes(4 * MiB));
  const sends = ['send', '+15550002222', '--file', file, '--wait', 'accepted'];
  const env = { WAD_SOCKET: daemon.socket, HOME: directory };

  const sent = await onTerminal(t, [process.execPath, WACTL, ...sends], env);
  t.equal(sent.code, 0, sent.text);
  isDrawn(t, sent.text, /^uploading {2}\d\.\d of 4\.0 MiB, \d+ %$/);
  t.match(sent.text, /queued {2}m-/, 'the result is printed');

  const out = join(directory, 'fetched');
  const fetches = ['media', 'AC0C1D2E3F', '-O', out];
  const fetched = await onTerminal(t, [process.execPath, WACTL, ...fetches], env);
  t.equal(fetched.code, 0, fetched.text);
  isDrawn(t, fetched.text, /^fetching {2}\d\.\d of 2\.5 MiB, \d+ %$/);
  t.ok(readFileSync(out).equals(bytes));

  const json = await onTerminal(t, [process.execPath, WACTL, '-o', 'json', ...fetches], env);
  t.notMatch(json.text, 'fetching', 'nothing is drawn with -o json');
  for (const line of [sends, fetches]) {
    const plain = await wactl(line, { socket: daemon.socket });
    t.match(plain, { code: 0, stderr: '' }, 'nothing is drawn when stderr is not a terminal');
  }
});

t.test('a file that is too large is refused before any file is read or sent', async (t) => {
  const directory = scratch(t);
  const { daemon } = await slowDaemon(t);
  const sparse = join(directory, 'sparse.bin');
  writeFileSync(sparse, '');
  truncateSync(sparse, 2 ** 40);
  const small = join(directory, 'small.txt');
  writeFileSync(small, 'small');
  for (const files of [[sparse], [small, sparse]]) {
    const line = ['send', '+15550002222', ...files.flatMap((file) => ['--file', file])];
    const { code, stderr } = await wactl(line, { socket: daemon.socket });
    t.not(code, 0);
    t.match(stderr, /sparse\.bin is too large \(1048576\.0 MiB\)/);
    t.same(
      daemon.asked.filter(({ method }) => /^media|^message/.test(method)),
      [],
    );
  }
});

const PASSPHRASE = 'correct horse battery staple';

/** Creates a session with one file that takes some time to pack. */
function session(directory: string): string {
  const profile = join(directory, 'state', 'auth', 'session-default');
  const folder = join(profile, 'Default', 'IndexedDB', 'https_web.whatsapp.com_0.indexeddb.leveldb');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, '000001.ldb'), randomBytes(12 * MiB));
  const marker = { linkedAt: '2026-01-01T00:00:00.000Z', wid: null, lastSeenAt: null };
  writeFileSync(`${profile}.linked.json`, JSON.stringify(marker), { mode: 0o600 });
  writeFileSync(join(directory, 'words'), PASSPHRASE, { mode: 0o600 });
  return profile;
}
const move = (directory: string, state: string, ...args: readonly string[]) => [
  ...[process.execPath, WAD, '--state-dir', join(directory, state), '--socket', join(directory, 's')],
  ...['--no-sandbox', '--browser', '/bin/true', '--passphrase-file', join(directory, 'words'), ...args],
];

t.test('an export and an import draw their progress on a terminal only', async (t) => {
  const directory = scratch(t);
  session(directory);
  const env = { HOME: directory };
  const first = join(directory, 'first.age');
  const exported = await onTerminal(t, move(directory, 'state', '--export', first), env);
  t.equal(exported.code, 0, exported.text);
  isDrawn(t, exported.text, /^writing {2}\d+\.\d of 12\.0 MiB, \d+ %$/);
  t.match(exported.text, /Written to .*first\.age/);
  const imported = await onTerminal(t, move(directory, 'other', '--import', first), env);
  // The browser of this test does not exist, so the import fails after the reading.
  t.equal(imported.code, 1, imported.text);
  isDrawn(t, imported.text, /^reading {2}\d+\.\d of 12\.0 MiB, \d+ %$/);
  const [program = '', ...line] = move(directory, 'state', '--export', join(directory, 'second.age'));
  const child = spawn(program, line, { env: { PATH: process.env.PATH, ...env } });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  t.same(await once(child, 'close'), [0, null]);
  t.equal(said, '');
});

/** The names of partial files in a directory. */
const partsIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.endsWith('.part'));

async function untilPart(directory: string, child: ChildProcess): Promise<void> {
  const isBegun = () => partsIn(directory).some((name) => statSync(join(directory, name)).size > MiB);
  for (const end = performance.now() + 60_000; !isBegun(); await pause(10))
    if (performance.now() > end || child.exitCode !== null) throw new Error('no part is written');
}

t.test('a killed export leaves one encrypted partial file, which later exports ignore', async (t) => {
  const directory = scratch(t);
  session(directory);
  const to = join(directory, 'out');
  mkdirSync(to, { mode: 0o755 });
  const file = join(to, 'account.age');
  const [program = '', ...line] = move(directory, 'state', '--export', file);
  const start = () => spawn(program, line, { env: { PATH: process.env.PATH, HOME: directory } });
  const killed = start();
  await untilPart(to, killed);
  const gone = once(killed, 'exit');
  killed.kill('SIGKILL');
  await gone;
  t.notOk(existsSync(file), 'there is no partial file under the final name');
  const [part = '', ...others] = readdirSync(to);
  t.same(others, []);
  t.match(part, /^\.[0-9a-f]{24}\.part$/);
  t.equal(statSync(join(to, part)).mode & 0o777, 0o600);
  t.match(
    readFileSync(join(to, part)).subarray(0, 22).toString(),
    'age-encryption.org/v1\n',
    'the partial file is encrypted',
  );
  const again = start();
  t.teardown(() => again.kill('SIGKILL'));
  t.same(await once(again, 'close'), [0, null]);
  t.same(readdirSync(to).sort(), [part, 'account.age']);
});
