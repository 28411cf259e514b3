/** Files of messages: their types, WhatsApp's limits, and the media store. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import {
  chmod,
  type FileHandle,
  mkdtemp,
  open,
  readdir,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import t from 'tap';
import { contentOf } from '../../../../src/daemon/media/content.js';
import { MediaStore } from '../../../../src/daemon/media/media-store.js';
import { mimetypeOf } from '../../../../src/daemon/media/mime.js';
import { referencedFiles } from '../../../../src/daemon/media/referenced-files.js';
import { Transcoder } from '../../../../src/daemon/media/voice.js';
import { Outbox } from '../../../../src/daemon/outgoing/outbox.js';
import { MAX_BYTES, MAX_FILE_BYTES } from '../../../../src/protocol/content.js';
import type { Fault } from '../../../../src/protocol/fault.js';
import { keepLines } from '../../log/lines.js';
import { opened, scratch, WID } from '../../store/scratch.js';

const kind = (error: Fault): string => error.kind;
const hex = (text: string) => Buffer.from(text.replace(/ /g, ''), 'hex');
const OPUS = Buffer.concat([
  Buffer.from('OggS'),
  Buffer.alloc(24),
  Buffer.from('OpusHead'),
  Buffer.alloc(40),
]);
const PNG = hex('89504e470d0a1a0a 0000000d');

async function place(
  t: { teardown(end: () => unknown): unknown },
  wanted: () => ReadonlySet<string> = () => new Set(),
): Promise<MediaStore & { dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'wad-media-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  return Object.assign(await MediaStore.open(join(dir, 'media'), wanted), { dir: join(dir, 'media') });
}

const LATER = '2027-01-01T10:00:00.000Z';
const SOONER = '2027-01-01T09:00:00.000Z';

const content = (request: Parameters<typeof contentOf>[0], mediaStore: MediaStore) =>
  contentOf(request, mediaStore, new Transcoder(mediaStore), new AbortController().signal);

async function put(mediaStore: MediaStore, bytes: Buffer, name: string | null = null) {
  const id = await mediaStore.begin(name);
  await mediaStore.add(id, 0, bytes);
  return mediaStore.finish(id);
}

t.test('the type of a file is detected from its bytes', async (t) => {
  const rows: readonly (readonly [Buffer, string | null, string])[] = [
    [hex('ffd8ffe0 0010'), 'a.png', 'image/jpeg'],
    [PNG, null, 'image/png'],
    [Buffer.from('GIF89a'), null, 'image/gif'],
    [Buffer.from('RIFF0000WEBPVP8 '), null, 'image/webp'],
    [Buffer.from('RIFF0000WAVEfmt '), null, 'audio/wav'],
    [Buffer.from('\0\0\0\x18ftypmp42'), null, 'video/mp4'],
    [Buffer.from('\0\0\0\x18ftypM4A '), null, 'audio/mp4'],
    [Buffer.from('\0\0\0\x18ftypqt  '), null, 'video/quicktime'],
    [OPUS, 'a.ogg', 'audio/ogg; codecs=opus'],
    [Buffer.from('ID3\x03'), null, 'audio/mpeg'],
    [hex('fffb9064'), null, 'audio/mpeg'],
    [Buffer.from('%PDF-1.7'), 'a.jpg', 'application/pdf'],
    [hex('504b0304'), 'a.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    [hex('504b0304'), 'a', 'application/zip'],
    [Buffer.from('a,b\n1,2\n'), 'A.CSV', 'text/csv'],
    [Buffer.from('grüße'), null, 'text/plain'],
    [hex('00010203'), 'a.txt', 'application/octet-stream'],
    [hex('00010203'), null, 'application/octet-stream'],
    [Buffer.alloc(100, 4), null, 'application/octet-stream'],
    [Buffer.alloc(0), null, 'application/octet-stream'],
  ];
  for (const [head, name, expected] of rows) {
    t.equal(mimetypeOf(head, name), expected, `${head.subarray(0, 8).toString('hex')} ${name}`);
  }
});

t.test('a file is uploaded in pieces, and the same file gets the same id', async (t) => {
  const mediaStore = await place(t);
  const bytes = Buffer.from('one,two\n');
  const first = await put(mediaStore, bytes, 'a.csv');
  t.match(first, { mimetype: 'text/csv', name: 'a.csv', size: 8 });
  const id = await mediaStore.begin('/etc/../a.csv\n');
  t.equal(await mediaStore.add(id, 0, bytes.subarray(0, 3)), 3);
  t.equal(await mediaStore.add(id, 5, bytes.subarray(5)).catch(kind), 'invalid_params', 'no holes');
  await mediaStore.add(id, 3, bytes.subarray(3));
  const second = await mediaStore.finish(id);
  t.same(second, first, 'whatever path its name had');
  const sha = (data: Buffer) => createHash('sha256').update(data).digest('hex');
  t.equal(sha(await mediaStore.read(first.id, 0, 100)), sha(bytes));
  t.same((await mediaStore.read(first.id, 4, 2)).toString(), 'tw');
  t.same(await mediaStore.get(first.id), first);
  t.not((await put(mediaStore, bytes, 'b.csv')).id, first.id, 'another name makes another id');
  t.equal((await stat(mediaStore.path(first.id))).mode & 0o777, 0o600);
});

t.test('no path sent by a peer is opened', async (t) => {
  const mediaStore = await place(t);
  // Each of these paths leads to an existing file with a metadata file next to it.
  const there = [
    '../outside',
    'inside',
    `f-${'g'.repeat(40)}`,
    `F-${'0'.repeat(40)}`,
    `../media/f-${'0'.repeat(39)}`,
  ];
  for (const id of there) {
    await writeFile(join(mediaStore.dir, id), 'secret');
    await writeFile(
      join(mediaStore.dir, `${id}.json`),
      '{"id":"x","mimetype":"text/plain","name":null,"size":6}',
    );
  }
  for (const id of [...there, '../outbox.db', '/etc/passwd', 'f-..', '.u-1']) {
    t.equal(await mediaStore.get(id).catch(kind), 'no_such_media', id);
    t.equal(await mediaStore.read(id, 0, 1).catch(kind), 'no_such_media', id);
  }
  t.equal(
    await mediaStore.get(`f-${'0'.repeat(40)}`).catch(kind),
    'no_such_media',
    'an id that does not exist',
  );
  t.throws(() => mediaStore.add('u-0', 0, Buffer.alloc(1)), /no upload u-0/);
});

t.test('a file has a maximum size, and one byte more is refused', async (t) => {
  const mediaStore = await place(t);
  const whole = await mediaStore.begin(null);
  const bytes = Buffer.alloc(MAX_FILE_BYTES);
  t.equal(await mediaStore.add(whole, 0, bytes), MAX_FILE_BYTES);
  t.equal(await mediaStore.add(whole, MAX_FILE_BYTES, Buffer.alloc(1)).catch(kind), 'media_too_large');
  t.same(await readdir(mediaStore.dir), [], 'nothing of it is left');
});

t.test('incomplete and old files are removed, and files in use stay', async (t) => {
  const mediaStore = await place(t);
  const old = await put(mediaStore, Buffer.from('old'));
  const used = await put(mediaStore, Buffer.from('used'));
  const past = new Date(Date.now() - 40 * 86_400_000);
  for (const { id } of [old, used]) await utimes(mediaStore.path(id), past, past);
  await mediaStore.get(used.id);
  await writeFile(join(mediaStore.dir, '.u-half'), 'x');
  const open = await mediaStore.begin(null);
  await mediaStore.sweep(Date.now());
  const left = (await readdir(mediaStore.dir)).filter((name) => !name.startsWith('.'));
  t.same(left.sort(), [used.id, `${used.id}.json`].sort());
  t.ok((await readdir(mediaStore.dir)).includes(`.${open}`), 'an upload in progress');
  t.notOk((await readdir(mediaStore.dir)).includes('.u-half'));
  await mediaStore.abandon(open);
});

t.test('the note of a message stays as long as its file', async (t) => {
  const mediaStore = await place(t);
  const [used, old] = [await put(mediaStore, Buffer.from('used')), await put(mediaStore, Buffer.from('old'))];
  await mediaStore.noteMessage('message', used.id);
  await mediaStore.noteMessage('other', old.id);
  const past = new Date(Date.now() - 40 * 86_400_000);
  for (const name of await readdir(mediaStore.dir)) await utimes(join(mediaStore.dir, name), past, past);
  await mediaStore.get(used.id);
  await mediaStore.sweep(Date.now());
  t.match(await mediaStore.ofMessage('message'), { id: used.id });
  t.equal((await readdir(mediaStore.dir)).filter((name) => name.startsWith('m-')).length, 1);
  t.equal(await mediaStore.forget(['message'], [], false), 1, 'a purge finds the file');
});

t.test('the files of unfinished messages stay, however old they are', async (t) => {
  const store = opened(t, scratch(t));
  const mediaStore = await place(t, () => referencedFiles(store));
  const outbox = new Outbox(store, keepLines());
  const ids: Record<string, string> = {};
  for (const state of ['queued', 'sending', 'unknown', 'sent', 'cancelled']) {
    const file = await put(mediaStore, Buffer.from(state));
    const chatId = '15550002222@c.us';
    const { id } = await outbox.accept({
      ...{ wid: WID, recipient: chatId, chatId, kind: 'document', payload: { file }, key: null },
      ...{ notBeforeMs: null, expiresAtMs: null },
    });
    if (state === 'cancelled') await outbox.cancel(id);
    else if (state !== 'queued') await outbox.take(id, { type: 'submit' }, { attempted: true });
    if (state === 'unknown') await outbox.take(id, { type: 'lost' });
    if (state === 'sent') await outbox.take(id, { type: 'ack', ack: 1 });
    t.equal(outbox.get(id).state, state);
    ids[file.id] = state;
    const past = new Date(Date.now() - 40 * 86_400_000);
    await utimes(mediaStore.path(file.id), past, past);
  }
  await mediaStore.sweep(Date.now());
  const left = (await readdir(mediaStore.dir)).filter((name) => !name.endsWith('.json'));
  t.same(left.map((id) => ids[id]).sort(), ['queued', 'sending', 'unknown']);
});

t.test('a finished upload is on disk: both files first, then their names', async (t) => {
  const mediaStore = await place(t);
  const probe = await open(mediaStore.dir);
  const handle = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const { sync } = handle;
  const synced: string[] = [];
  t.teardown(() => Object.assign(handle, { sync }));
  handle.sync = function (this: FileHandle) {
    const path = readlinkSync(`/proc/self/fd/${this.fd}`);
    synced.push(path === mediaStore.dir ? readdirSync(path).sort().join(' ') : basename(path));
    return sync.call(this);
  };
  const upload = await mediaStore.begin(null);
  await mediaStore.add(upload, 0, PNG);
  const { id } = await mediaStore.finish(upload);
  t.match(synced, [`.${upload}`, new RegExp(`^\\.${id}-.*\\.json$`), `${id} ${id}.json`]);
  t.equal(synced.length, 3);
});

const small = scratch(t);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small], { encoding: 'utf8' });
const skip =
  mounted.status === 0 ? false : `no small disk can be mounted: ${mounted.stderr ?? mounted.error}`.trim();
if (!skip) t.before(() => t.teardown(() => execFileSync('umount', ['--lazy', small])));

t.test(
  'a piece that the disk stores only partly is refused, and its space is free again',
  { skip },
  async (t) => {
    const mediaStore = await MediaStore.open(join(small, 'media'), () => new Set());
    const id = await mediaStore.begin(null);
    const half = Buffer.alloc(512 * 1024, 1);
    t.equal(await mediaStore.add(id, 0, half), half.length);
    t.equal(await mediaStore.add(id, half.length, Buffer.alloc(1024 * 1024, 2)).catch(kind), 'disk_full');
    const rest = Buffer.alloc(256 * 1024, 3);
    await mediaStore.add(id, half.length, rest);
    const file = await mediaStore.finish(id);
    t.equal(file.size, half.length + rest.length);
    t.ok((await mediaStore.read(file.id, 0, 2 * 1024 * 1024)).equals(Buffer.concat([half, rest])));
  },
);

t.test('each request becomes the content to send', async (t) => {
  const mediaStore = await place(t);
  const png = await put(mediaStore, PNG, 'a.png');
  const opus = await put(mediaStore, OPUS, 'a.ogg');
  const text = await put(mediaStore, Buffer.from('hello'), 'a.txt');
  const to = '15550002222';
  t.same(await content({ to, text: 'x', mentions: ['+1 555 000 3333'] }, mediaStore), {
    kind: 'text',
    text: 'x',
    mentions: ['15550003333@c.us'],
  });
  t.same(await content({ to, media: png.id, caption: 'c' }, mediaStore), {
    kind: 'image',
    file: png,
    caption: 'c',
  });
  t.match(await content({ to, media: png.id, as: 'document' }, mediaStore), { kind: 'document' });
  t.match(await content({ to, media: opus.id }, mediaStore), { kind: 'audio' });
  t.same(
    await content({ to, media: opus.id, as: 'voice' }, mediaStore),
    { kind: 'voice', file: opus },
    'unchanged',
  );
  t.match(await content({ to, media: text.id }, mediaStore), {
    kind: 'document',
    file: { mimetype: 'text/plain' },
  });
  t.same(await content({ to, contacts: [{ name: 'Ana', number: '+1 555 000 3333' }] }, mediaStore), {
    kind: 'contact',
    contacts: [{ name: 'Ana', number: '15550003333' }],
  });
  t.match(await content({ to, poll: { question: 'q', options: ['a', 'b'] } }, mediaStore), {
    multiple: false,
  });
  const refused = [
    [{}, 'invalid_params'],
    [{ text: 'x', media: png.id }, 'invalid_params'],
    [{ text: 'x', caption: 'c' }, 'invalid_params'],
    [{ text: 'x', quality: 'hd' }, 'invalid_params'],
    [{ text: 'x', viewOnce: true }, 'invalid_params'],
    [{ media: opus.id, viewOnce: true, as: 'document' }, 'invalid_params'],
    [{ media: opus.id, as: 'gif' }, 'media_unusable'],
    [{ choice: 'Yes' }, 'invalid_params'],
    [{ event: { name: 'x', startsAt: LATER, endsAt: SOONER } }, 'invalid_params'],
    [{ text: 'no link', linkPreview: { title: 'x' } }, 'invalid_params'],
    [
      { text: 'see https://a.example', linkPreview: { title: 'x', url: 'https://b.example' } },
      'invalid_params',
    ],
    [{ media: opus.id, as: 'voice', caption: 'c' }, 'invalid_params'],
    [{ poll: { question: 'q', options: ['a', 'a'] } }, 'invalid_params'],
    [{ media: `f-${'0'.repeat(40)}` }, 'no_such_media'],
    [{ media: text.id, as: 'image' }, 'media_unusable'],
    [{ media: text.id, as: 'voice' }, 'media_unusable'],
    [{ media: (await put(mediaStore, Buffer.alloc(0))).id }, 'media_unusable'],
    [{ text: 'x', mentions: ['120363000000000000@g.us'] }, 'invalid_params'],
    [{ contacts: [{ name: 'x', number: 'nobody' }] }, 'invalid_recipient'],
  ] as const;
  for (const [request, expected] of refused)
    t.equal(
      await content({ to, ...request } as never, mediaStore).catch(kind),
      expected,
      JSON.stringify(request),
    );
  const large = await put(mediaStore, Buffer.concat([PNG, Buffer.alloc(MAX_BYTES.sticker)]));
  t.equal(await content({ to, media: large.id, as: 'sticker' }, mediaStore).catch(kind), 'media_too_large');
});

t.test(
  'a sound becomes a voice message with ffmpeg, and is refused with the reason without it',
  async (t) => {
    const mediaStore = await place(t);
    const mp3 = await put(mediaStore, Buffer.from('ID3 not really'), 'a.mp3');
    const before = process.env.PATH;
    t.teardown(() => {
      process.env.PATH = before;
    });
    const bin = await mkdtemp(join(tmpdir(), 'wad-bin-'));
    t.teardown(() => rm(bin, { recursive: true, force: true }));
    process.env.PATH = bin;
    const missing = await content({ to: '15550002222', media: mp3.id, as: 'voice' }, mediaStore).catch(
      (e: Fault) => e,
    );
    t.match(missing, {
      kind: 'tool_missing',
      message: /requires ffmpeg, which is not installed/,
      hint: /apt-get install ffmpeg/,
    });

    // This replacement for ffmpeg prints its arguments and passes its input on. The pipes are under test.
    const ffmpeg = join(bin, 'ffmpeg');
    await writeFile(ffmpeg, '#!/bin/sh\nprintf "OggS%s" "$*"\n/bin/cat <&3\n');
    await chmod(ffmpeg, 0o755);
    const made = await content({ to: '15550002222', media: mp3.id, as: 'voice' }, mediaStore);
    if (made.kind !== 'voice') throw new Error(made.kind);
    t.match(made.file, { mimetype: 'audio/ogg; codecs=opus', name: 'a.mp3' });
    const bytes = (await mediaStore.read(made.file.id, 0, 1_000)).toString();
    t.match(bytes, /^OggS.*-i pipe:3.*libopus.*pipe:1ID3 not really$/);

    await writeFile(ffmpeg, '#!/bin/sh\necho "Invalid data found" >&2\nexit 1\n');
    const broken = await content({ to: '15550002222', media: mp3.id, as: 'voice' }, mediaStore).catch(
      (e: Fault) => e,
    );
    t.match(broken, { kind: 'media_unusable', message: /Invalid data found/ });
    t.same(
      (await readdir(mediaStore.dir)).filter((name) => name.startsWith('.')),
      [],
      'no partial file is left',
    );
  },
);
