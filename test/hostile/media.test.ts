/** Strangers' files: what they claim to be, how much space they take, and what they make the machine do. */
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { MediaStore } from '../../src/daemon/media/media-store.js';
import { Transcoder } from '../../src/daemon/media/voice.js';
import type { FileRef } from '../../src/protocol/content.js';
import type { Fault } from '../../src/protocol/fault.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For a slow machine; it usually takes a tenth of this.
t.setTimeout(300_000);

const kind = (error: Fault): string => error.kind;
const KB = 1_024;

async function scratch(t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wad-media-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function put(mediaStore: MediaStore, bytes: Buffer, name: string | null = null): Promise<FileRef> {
  const id = await mediaStore.begin(name);
  await mediaStore.add(id, 0, bytes);
  return mediaStore.finish(id);
}

t.test('the size of a file is that of its bytes, whatever its message claims', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const eve = sim.createContact({ number: '15550006666' });
  const wad = await home.start({ env: { WAD_JOURNAL_MEDIA_RULES: 'document<=1KB' } });
  await wad.link(phone);
  const file = { mimetype: 'application/pdf', filename: 'a.pdf' };
  const id = await eve.sendMedia({ ...file, bytes: Buffer.alloc(2 ** 20, 'large'), says: 1_000 });
  t.match(await wad.event('message', ({ messageId }) => messageId === id), {
    data: { media: { size: 1_000 } },
  });
  await eve.sendMedia({ ...file, bytes: Buffer.alloc(1_000, 'small') });
  await wad.logged('media.collected');
  t.match(await wad.logged('media.not-collected'), { kind: 'media_too_large' });
  const files = (await readdir(join(home.stateDir, 'media'))).filter((name) => /^f-[0-9a-f]+$/.test(name));
  t.equal(files.length, 1);
  t.equal((await readFile(join(home.stateDir, 'media', String(files[0])))).length, 1_000);
  t.match(await wad.request('media.fetch', { id }), { size: 2 ** 20 }, 'a file is still fetched on request');
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});

t.test('when files take too much space, the least recently used are removed first', async (t) => {
  const wanted = new Set<string>();
  const dir = join(await scratch(t), 'media');
  const mediaStore = await MediaStore.open(dir, () => wanted, { maxBytes: 10 * KB });
  const made: string[] = [];
  const add = async (size: number): Promise<string> => {
    const { id } = await put(mediaStore, Buffer.alloc(size, made.length + 1));
    const at = new Date(Date.now() - 1_000_000 + made.length * 1_000);
    await utimes(mediaStore.path(id), at, at);
    made.push(id);
    return id;
  };
  const left = async (): Promise<number[]> =>
    (await readdir(dir))
      .filter((name) => !name.includes('.'))
      .map((id) => made.indexOf(id))
      .sort();
  for (let n = 0; n < 3; n += 1) await add(3 * KB);
  wanted.add(made[0] as string);
  await add(3 * KB);
  t.same(await left(), [0, 2, 3], 'a file that is still to be sent stays');
  t.equal(mediaStore.bytes, 9 * KB);
  await mediaStore.get(made[2] as string);
  await add(3 * KB);
  t.same(await left(), [0, 2, 4], 'a recently used file stays');
  await add(30 * KB);
  t.same(await left(), [0, 5], 'the newest file stays, whatever its size');
  wanted.clear();
  await mediaStore.sweep(Date.now());
  t.same(await left(), []);
  t.same(await readdir(dir), [], 'their metadata are removed, too');
  await Promise.all(Array.from({ length: 9 }, (_, n) => put(mediaStore, Buffer.alloc(3 * KB, 100 + n))));
  t.ok(mediaStore.bytes <= 10 * KB, 'the limit also holds for simultaneous additions');
});

t.test('one ffmpeg runs at a time, with a low priority, and none survives the daemon', async (t) => {
  const dir = await scratch(t);
  const mediaStore = await MediaStore.open(join(dir, 'media'), () => new Set());
  const log = join(dir, 'log');
  const ffmpeg = join(dir, 'ffmpeg');
  const says = (script: string) => writeFile(ffmpeg, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  await says(`echo "begin $$" >> ${log}; /bin/cat <&3; echo "end $$" >> ${log}`);
  await chmod(ffmpeg, 0o755);
  const before = process.env.PATH;
  process.env.PATH = `${dir}:${before}`;
  t.teardown(() => {
    process.env.PATH = before;
  });
  const sounds = await Promise.all(
    Array.from({ length: 20 }, (_, n) => put(mediaStore, Buffer.from(`ID3 ${n}`), `${n}.mp3`)),
  );
  const none = new AbortController().signal;
  const voices = new Transcoder(mediaStore);
  const all = await Promise.all(sounds.map((one) => voices.asVoice(one, none).then(() => 'made', kind)));
  t.equal(all.filter((word) => word === 'made').length, 16);
  t.equal(all.filter((word) => word === 'busy').length, 4, 'the length of the queue is limited');
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  t.equal(lines.length, 32);
  for (let n = 0; n < lines.length; n += 2) {
    const [, pid] = String(lines[n]).split(' ');
    t.same(
      [lines[n], lines[n + 1]],
      [`begin ${pid}`, `end ${pid}`],
      'no conversion begins before the last one has ended',
    );
  }

  // A conversion that hangs: others wait, and it ends when its caller aborts or the daemon ends.
  await says(`echo $$ > ${log}; exec sleep 300`);
  const running = () => readFile(log, 'utf8').then(Number, () => 0);
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const hang = async (signal: AbortSignal): Promise<{ pid: number; end: Promise<string> }> => {
    await rm(log, { force: true });
    const end = voices.asVoice(sounds[0] as FileRef, signal).then(() => 'made', kind);
    return { pid: await eventually(async () => (await running()) || null, 'ffmpeg runs', 60_000), end };
  };
  const gone = new AbortController();
  const first = await hang(gone.signal);
  const nice = async (pid: number) =>
    (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[16];
  await eventually(async () => Number(await nice(first.pid)) >= 10, 'ffmpeg has a low priority');
  gone.abort();
  t.not(await first.end, 'made');
  await eventually(() => !isAlive(first.pid), 'ffmpeg ends when its caller aborts');
  const second = await hang(none);
  const waits = voices.asVoice(sounds[1] as FileRef, none).then(() => 'made', kind);
  await voices.close();
  t.equal(await second.end, 'shutting_down');
  t.equal(await waits, 'shutting_down', 'a waiting conversion does not begin');
  await eventually(() => !isAlive(second.pid), 'no ffmpeg is left');
  t.same(
    (await readdir(join(dir, 'media'))).filter((name) => name.startsWith('.')),
    [],
  );
});
