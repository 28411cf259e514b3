/** Messages of every kind, and what is done to them, on WhatsApp Web's own page. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { MP3, OGG, PNG } from '../../src/canary/steps/files.js';
import { Schema } from '../../src/waserver/wire/protobuf.js';
import { CONTENT } from '../../src/waserver/wire/schemas.js';
import type { Received } from '../../src/waserver/world/content.js';
import { blackPng, widthOf } from '../harness/pictures.js';
import { MP4, PDF, WEBP } from './media-files.js';
import { type Linked, lacksModules, linked } from './world.js';

t.setTimeout(600_000);

/** Files in both directions. */
const FILES = [
  ['dot.png', PNG, 'image', 'image/png', ['--caption', 'a dot']],
  ['paper.pdf', PDF, 'document', 'application/pdf', []],
  ['sticker.webp', WEBP, 'sticker', 'image/webp', ['--as', 'sticker']],
  ['song.mp3', MP3, 'audio', 'audio/mpeg', []],
  ['note.ogg', OGG, 'voice', 'audio/ogg; codecs=opus', ['--as', 'voice']],
  ['film.mp4', MP4, 'video', 'video/mp4', []],
] as const;
/** Other forms in which they are sent, and how they arrive. */
const FORMS = [
  ['film.mp4', ['--as', 'gif'], { type: 'video' }],
  ['film.mp4', ['--as', 'video-note'], { type: 'video_note' }],
  ['dot.png', ['--as', 'sticker'], { type: 'sticker' }],
  ['dot.png', ['--view-once'], { type: 'image', viewOnce: true }],
  ['film.mp4', ['--view-once'], { type: 'video', viewOnce: true }],
  ['note.ogg', ['--as', 'voice', '--view-once'], { type: 'voice', viewOnce: true }],
] as const;
/** Where a part of an album names its heading (WAWebProtobufsE2E.pb). */
const PART = new Schema({
  messageContextInfo: [
    35,
    new Schema({ messageAssociation: [10, new Schema({ parent: [2, new Schema({ id: [3, 'text'] })] })] }),
  ],
});
/** The page encodes pictures again, and sends everything else as it is. */
const isPicture = (type: string): boolean => type === 'image' || type === 'sticker';

/** Sends with the command line; returns WhatsApp's id of the message. */
async function send(t: Test, { wad }: Linked, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await wad.wactl(['send', ...args, '-o', 'json'], { timeoutMs: 120_000 });
  t.equal(code, 0, `send ${args.join(' ')} ${stderr}`);
  return (JSON.parse(stdout) as { messageId: string }).messageId;
}

async function texts(t: Test, all: Linked): Promise<void> {
  const { world, wad } = all;
  const id = world.ana.send('hello, me');
  t.match((await wad.event('message', ({ body }) => body === 'hello, me')).data, {
    ...{ messageId: id, fromMe: false, type: 'text' },
  });
  await world.ana.waitForDelivery(id);
  const answer = await send(t, all, [world.ana.number, 'hello, Ana', '--wait', 'delivered']);
  const got = await world.ana.waitForMessage(({ body }) => body === 'hello, Ana');
  t.match(got, { id: answer, type: 'chat' });
  world.ana.read(got);
  t.match(await wad.request('message.wait', { id: answer, for: 'read', timeoutMs: 30_000 }), {
    state: 'read',
  });
  await wad.wactl(['chat', 'read', world.ana.number]);
  await world.ana.waitForRead(id);
}

async function acts(t: Test, all: Linked): Promise<void> {
  const { world, wad } = all;
  const { ana } = world;
  const question = ana.send('tea or coffee?');
  const { key } = (await wad.event('message', ({ messageId }) => messageId === question)).data;
  const run = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await wad.wactl(args, { timeoutMs: 120_000 });
    t.equal(code, 0, `${args.join(' ')} ${stderr}`);
  };
  await run('react', key, '🍵');
  t.match(await ana.waitForMessage(({ type }) => type === 'reaction'), { body: '🍵', about: question });
  await send(t, all, [ana.number, 'tea', '--reply-to', key]);
  const reply = await ana.waitForMessage(({ body }) => body === 'tea');
  t.ok(reply.plain.includes(question), 'the answer names the question');
  const mine = await send(t, all, [ana.number, 'at eight']);
  await run('edit', mine, 'at nine');
  t.match(await ana.waitForMessage(({ type }) => type === 'edit'), { body: 'at nine', about: mine });
  await run('delete', mine);
  t.match(await ana.waitForMessage(({ type }) => type === 'revoke'), { about: mine });
  await run('star', key);
  await run('forward', key, world.ben.number);
  await world.ben.waitForMessage(({ body }) => body === 'tea or coffee?');
}

/** What a person does to messages afterwards. */
async function changes(t: Test, all: Linked): Promise<void> {
  const { world, wad } = all;
  const { ana } = world;
  const first = ana.send('a typing eror');
  await wad.event('message', ({ messageId }) => messageId === first);
  ana.edit(first, 'a typing error');
  t.match((await wad.event('message.edit', ({ messageId }) => messageId === first)).data, {
    body: 'a typing error',
  });
  const ours = await send(t, all, [ana.number, 'tell me more']);
  const received = await ana.waitForMessage(({ id }) => id === ours);
  ana.react(received, '❤');
  t.match((await wad.event('message.reaction', ({ messageId }) => messageId === ours)).data, {
    ...{ emoji: '❤', fromMe: false },
  });
  ana.revoke(first);
  t.match((await wad.event('message.revoke', ({ fromMe }) => !fromMe)).data, { messageId: first });
}

async function files(t: Test, all: Linked): Promise<void> {
  const { world, wad, home } = all;
  const { ana } = world;
  for (const [name, bytes, type, mimetype, more] of FILES) {
    const path = join(home.tmp, name);
    writeFileSync(path, bytes);
    const id = await send(t, all, [ana.number, '--file', path, ...more]);
    const got = await ana.waitForMessage((message) => message.id === id);
    t.equal(got.type, type, `${name} arrives as ${type}`);
    const file = ana.download(got);
    t.ok(isPicture(type) ? file.length > 0 : file.equals(bytes), `${name} arrives as it was sent`);

    const theirs = ana.sendFile({ bytes, mimetype, type, filename: name });
    const { data } = await wad.event('message', ({ messageId }) => messageId === theirs);
    t.match(data, { hasMedia: true, media: { mimetype } });
    const saved = await wad.wactl(['media', data.key, '--out', `${path}.saved`], { timeoutMs: 120_000 });
    t.equal(saved.code, 0, saved.stderr);
    t.ok(readFileSync(`${path}.saved`).equals(bytes), `${name} came as it was sent`);
  }
}

async function forms(t: Test, all: Linked): Promise<void> {
  const { ana } = all.world;
  const pathOf = (name: string): string => join(all.home.tmp, name);
  const arrival = async (args: readonly string[]): Promise<Received> => {
    const id = await send(t, all, [ana.number, ...args]);
    return ana.waitForMessage((message) => message.id === id);
  };
  for (const [name, args, how] of FORMS) {
    const got = await arrival(['--file', pathOf(name), ...args]);
    t.match(got, how, `${name} ${args.join(' ')}`);
    const isGif = CONTENT.decode(got.plain).videoMessage?.gifPlayback ?? false;
    t.equal(
      isGif,
      args.some((arg) => arg === 'gif'),
    );
    const file = ana.download(got);
    t.ok(isPicture(how.type) || file.equals(readFileSync(pathOf(name))), 'it can be decrypted');
  }
  writeFileSync(pathOf('wide.png'), blackPng(3_000, 300));
  const widths: number[] = [];
  for (const args of [[], ['--quality', 'hd']])
    widths.push(widthOf(ana.download(await arrival(['--file', pathOf('wide.png'), ...args]))));
  t.same(widths, [1_600, 2_560], 'the width of a picture');
}

/** Files that were sent or received under a type before (D16). */
async function otherTypes(t: Test, all: Linked): Promise<void> {
  const { ana, ben } = all.world;
  const pathOf = (name: string): string => join(all.home.tmp, name);
  const arrival = async (name: string, ...args: string[]): Promise<Received> => {
    const id = await send(t, all, [ben.number, '--file', pathOf(name), ...args]);
    return ben.waitForMessage((message) => message.id === id);
  };
  const opens = (got: Received, bytes: Buffer, what: string): void => {
    t.ok(ben.download(got).equals(bytes), `${what} can be opened`);
  };
  const uploadOf = ({ plain }: Received): string | undefined =>
    CONTENT.decode(plain).documentMessage?.directPath;
  const documents: Received[] = [];
  for (const [name, bytes] of FILES) {
    const got = await arrival(name, '--as', 'document');
    t.equal(got.type, 'document');
    opens(got, bytes, `${name} as a document`);
    documents.push(got);
  }
  opens(await arrival('note.ogg'), OGG, 'a voice note as sound');
  const last = documents.at(-1) as Received;
  t.equal(uploadOf(await arrival('film.mp4', '--as', 'document')), uploadOf(last), 'it is uploaded once');
  opens(await arrival('film.mp4'), MP4, 'the film');

  const theirs = Buffer.concat([MP4, MP4.subarray(0, 32)]);
  writeFileSync(pathOf('theirs.mp4'), theirs);
  const id = ana.sendFile({ bytes: theirs, mimetype: 'video/mp4', type: 'document', filename: 'theirs.mp4' });
  await all.wad.event('message', ({ messageId }) => messageId === id);
  opens(await arrival('theirs.mp4'), theirs, 'a document that came, as a film');
  for (const one of [last.id, id]) {
    const before = ben.received.length;
    const { code, stderr } = await all.wad.wactl(['forward', one, ben.number], { timeoutMs: 120_000 });
    t.equal(code, 0, stderr);
    await ben.waitForMessage(() => ben.received.length > before);
    const got = ben.received.at(-1) as Received;
    t.equal(got.type, 'document');
    opens(got, one === id ? theirs : MP4, 'a document that is forwarded');
  }
}

/** Its heading, and each of its files. */
async function album(t: Test, all: Linked): Promise<void> {
  const { world, wad, home } = all;
  const { ana } = world;
  const before = ana.received.length;
  const path = join(home.tmp, 'dot.png');
  const { code, stderr } = await wad.wactl(['send', ana.number, '--file', path, '--file', path], {
    timeoutMs: 120_000,
  });
  t.equal(code, 0, stderr);
  await ana.waitForMessage(() => ana.received.length === before + 3);
  const [heading, ...parts] = ana.received.slice(before);
  t.equal(heading?.type, 'album');
  for (const { type, plain } of parts) {
    t.equal(type, 'image');
    t.equal(PART.decode(plain).messageContextInfo?.messageAssociation?.parent?.id, heading?.id);
  }
}

async function others(t: Test, all: Linked): Promise<void> {
  const { ana } = all.world;
  for (const args of [
    ['--location', '52.5,13.4 Berlin'],
    ['--contact', 'Bob=15550000003'],
    ['--poll', 'when?', '--option', 'now', '--option', 'later'],
  ]) {
    const id = await send(t, all, [ana.number, ...args]);
    await ana.waitForMessage((message) => message.id === id);
  }
}

t.test('messages of every kind, both ways', { skip: lacksModules }, async (t) => {
  await using all = await linked(t);
  t.test('texts, with receipts', (t) => texts(t, all));
  t.test('reply, react, edit, delete, star, forward', (t) => acts(t, all));
  t.test('what a person does: edit, react, delete', (t) => changes(t, all));
  t.test('files', (t) => files(t, all));
  t.test('files in other forms', (t) => forms(t, all));
  t.test('the same files under other types', (t) => otherTypes(t, all));
  t.test('an album', (t) => album(t, all));
  t.test('location, contact, poll', (t) => others(t, all));
  await t.test('the server understood everything', async (t) => t.same(all.world.server.problems, []));
  await all.wad.stop();
});
