// Attacks on the files that a command writes: something else exists in their place, or is put there
// meanwhile.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openWholeFile, putNew } from '../../src/local/whole-file.js';
import { startWactl, wactl } from '../harness/wactl.js';
import { type FakeDaemon, fakeDaemon } from '../unit/cli/daemon.js';

// For a slow machine; it usually takes a twentieth of this.
t.setTimeout(300_000);

const BYTES = Buffer.from('what a stranger sent');
let daemon: FakeDaemon;
let dir: string;
t.before(async () => {
  daemon = await fakeDaemon({
    'media.fetch': () => ({ id: 'f-1', name: 'a', mimetype: 'image/png', size: BYTES.length }),
    'media.read': () => ({ id: 'f-1', offset: 0, data: BYTES.toString('base64'), end: true }),
  });
});
t.beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wactl-out-'));
});
t.afterEach(() => rmSync(dir, { recursive: true, force: true }));
t.teardown(() => daemon.close());

/** Every command that writes a file. */
const WRITERS: readonly (readonly [command: string, line: (file: string) => string[]])[] = [
  ['media -O', (file) => ['media', 'AC0C1D2E3F', '-O', file]],
  ['qr --png', (file) => ['qr', '--png', file]],
  ['bugreport', (file) => ['bugreport', file]],
];

for (const [command, line] of WRITERS)
  t.test(`${command} replaces only a regular file`, async (t) => {
    const run = (file: string) => wactl(line(file), { socket: daemon.socket, timeoutMs: 120_000 });
    const victim = join(dir, 'victim');
    writeFileSync(victim, 'mine');
    const link = join(dir, 'link');
    symlinkSync(victim, link);
    t.match(await run(link), { code: 2, stderr: /symbolic link/ });
    t.equal(readlinkSync(link), victim, 'the link still exists');
    t.equal(readFileSync(victim, 'utf8'), 'mine', 'the target of the link is unchanged');
    const dangling = join(dir, 'dangling');
    symlinkSync(join(dir, 'nowhere'), dangling);
    t.match(await run(dangling), { code: 2, stderr: /symbolic link/ });
    const socket = join(dir, 'socket');
    const server = createServer().listen(socket);
    await once(server, 'listening');
    t.match(await run(socket), { code: 2, stderr: /it is a socket/ });
    t.ok(lstatSync(socket).isSocket());
    server.close();
    await once(server, 'close');
    t.match(await run(dir), { code: 2, stderr: /it is a directory/ });
    t.match(await run(join(dir, 'no', 'such')), { code: 2, stderr: /no such directory/ });
    t.same(readdirSync(dir).sort(), ['dangling', 'link', 'victim'], 'no other file is left');

    const file = join(dir, 'file');
    t.match(await run(file), { code: 0 });
    if (command !== 'media -O') t.equal(lstatSync(file).mode & 0o777, 0o600);
    const { ino } = lstatSync(file);
    chmodSync(file, 0o640);
    t.match(await run(file), { code: 0 });
    t.not(lstatSync(file).ino, ino, 'the file is replaced');
    const handedOn = command === 'media -O' ? 0o640 : 0o600;
    t.equal(
      lstatSync(file).mode & 0o777,
      handedOn,
      'the new file has the old mode, but a secret is not accessible to others',
    );
    t.same(readdirSync(dir).sort(), ['dangling', 'file', 'link', 'victim']);
  });

/** Makes a block device; false when the kernel refuses it: not root, or a container without CAP_MKNOD. */
function makeDisk(path: string): boolean {
  try {
    // An unattached loop device, so that a program that wrote to it would do no harm.
    execFileSync('mknod', [path, 'b', '7', '250'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

t.test('a disk is neither written to nor replaced', async (t) => {
  const disk = join(dir, 'disk');
  if (!makeDisk(disk)) return void t.plan(0, 'no device can be made here');
  const { rdev } = lstatSync(disk);
  for (const [command, line] of WRITERS) {
    const run = wactl(line(disk), { socket: daemon.socket, timeoutMs: 120_000 });
    t.match(await run, { code: 2, stderr: /it is a device/ }, command);
    t.ok(lstatSync(disk).isBlockDevice(), command);
    t.equal(lstatSync(disk).rdev, rdev);
  }
  t.same(readdirSync(dir), ['disk'], 'no other file is left');
});

t.test('a pipe and a device are written to, and not replaced', async (t) => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = spawn('cat', [pipe]);
  const closed = once(reader, 'close');
  const read: Buffer[] = [];
  reader.stdout.on('data', (chunk: Buffer) => read.push(chunk));
  const line = (out: string) => ['media', 'AC0C1D2E3F', '-O', out];
  t.match(await wactl(line(pipe), { socket: daemon.socket }), { code: 0 });
  await closed;
  t.ok(Buffer.concat(read).equals(BYTES));
  t.ok(lstatSync(pipe).isFIFO());
  const before = lstatSync('/dev/null');
  t.match(await wactl(line('/dev/null'), { socket: daemon.socket }), { code: 0 });
  t.equal(lstatSync('/dev/null').ino, before.ino);
  t.match(await wactl(line('/dev/stdout'), { socket: daemon.socket }), { code: 0, stdout: BYTES.toString() });
  t.match(await wactl(line('/dev/fd/1'), { socket: daemon.socket }), { code: 0, stdout: BYTES.toString() });
});

t.test('Ctrl-C ends a program that waits for a reader of its pipe', async (t) => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const asked = daemon.asked.length;
  const { child, end } = startWactl(['media', 'AC0C1D2E3F', '-O', pipe], { socket: daemon.socket });
  while (daemon.asked.length === asked) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
  t.match(await end, { code: 130 });
});

t.test('a partial file has an unpredictable name, and only its owner can access it', async (t) => {
  const path = join(dir, 'file');
  const first = await openWholeFile(path, 0o644);
  const second = await openWholeFile(path, 0o644);
  await first.write(BYTES);
  const parts = readdirSync(dir);
  t.equal(parts.length, 2);
  for (const name of parts) {
    t.match(name, /^\.[0-9a-f]{24}\.part$/);
    t.equal(lstatSync(join(dir, name)).mode & 0o777, 0o600);
  }
  await first.done();
  t.equal(lstatSync(path).mode & 0o777, 0o644);
  await t.rejects(
    second.done(),
    { kind: 'usage', message: /it exists already/ },
    'a file that was created meanwhile is not replaced',
  );
  t.ok(readFileSync(path).equals(BYTES));
  t.same(readdirSync(dir), ['file']);
  const third = await openWholeFile(path);
  rmSync(path);
  mkdirSync(path);
  await t.rejects(third.done(), { kind: 'usage', message: /it is a directory/ });
  t.same(readdirSync(dir), ['file']);
  symlinkSync('nowhere', join(dir, 'taken'));
  writeFileSync(join(dir, 'part'), '');
  await t.rejects(
    putNew(join(dir, 'part'), join(dir, 'taken')),
    { message: /exists already/ },
    'a symbolic link is not replaced',
  );
});
