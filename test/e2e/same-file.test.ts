/** D16: the same file under one type after another, which the page has one upload for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { Home } from '../harness/home.js';
import type { Contact, Received } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const film = (fill: number): Buffer =>
  Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42'), Buffer.alloc(50_000, fill)]);
const FILES = {
  'film.mp4': film(1),
  'paper.mp4': film(2),
  'note.ogg': Buffer.concat([
    ...[Buffer.from('OggS'), Buffer.alloc(24), Buffer.from('OpusHead'), Buffer.alloc(400, 7)],
  ]),
  'sticker.webp': Buffer.concat([Buffer.from('RIFF0000WEBPVP8 '), Buffer.alloc(500, 3)]),
} as const;
/** The file, how it is sent, how it arrives, and the row whose upload it is; `null`: an upload of its own. */
const SENDS = [
  ['film.mp4', [], 'video', null],
  ['film.mp4', ['--as', 'document'], 'document', null],
  ['film.mp4', ['--as', 'document'], 'document', 1],
  ['film.mp4', ['--as', 'gif'], 'video', 0],
  ['film.mp4', ['--as', 'video-note'], 'ptv', 0],
  ['paper.mp4', ['--as', 'document'], 'document', null],
  ['paper.mp4', [], 'video', null],
  ['note.ogg', ['--as', 'voice'], 'ptt', null],
  ['note.ogg', [], 'audio', 7],
  ['note.ogg', ['--as', 'document'], 'document', null],
  ['sticker.webp', ['--as', 'sticker'], 'sticker', null],
  ['sticker.webp', ['--as', 'document'], 'document', null],
] as const;
const pathOf = (got: Received | undefined): unknown => got?.message.extra?.directPath;

t.test('a file that was sent under one type can be opened under another', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const wad = await home.start({ env: { WAD_PACING_MODE: 'off' } });
  await wad.link(phone);
  for (const [name, bytes] of Object.entries(FILES)) await writeFile(join(home.tmp, name), bytes);
  const send = async (to: Contact, name: string, args: readonly string[]): Promise<Received> => {
    const all = ['send', to.number, '--file', join(home.tmp, name), ...args, '-o', 'json'];
    const { code, stdout, stderr } = await wad.wactl(all, { timeoutMs: 60_000 });
    t.equal(code, 0, `${all.join(' ')}: ${stderr}`);
    const { messageId } = JSON.parse(stdout) as { messageId: string };
    return to.waitForMessage(({ id }) => id === messageId);
  };
  const forward = async (key: string, to: Contact): Promise<Received | undefined> => {
    const before = to.received.length;
    t.match(await wad.wactl(['forward', key, to.number]), { code: 0 });
    await to.waitForMessage(() => to.received.length > before);
    return to.received.at(-1);
  };

  const arrivals: Received[] = [];
  for (const [name, args, type, like] of SENDS) {
    const got = await send(ana, name, args);
    const what = `${name} ${args.join(' ')}`;
    t.equal(got.type, type, what);
    t.same(ana.download(got), FILES[name], `${what} can be opened`);
    const others = arrivals.map(pathOf);
    if (like === null) t.notOk(others.includes(pathOf(got)), `${what} is uploaded`);
    else t.equal(pathOf(got), others[like], `${what} is not uploaded again`);
    arrivals.push(got);
  }
  for (const n of [0, 1]) {
    const [name, args] = SENDS[n] as (typeof SENDS)[number];
    t.equal(pathOf(await send(ben, name, args)), pathOf(arrivals[n]), 'nor for another chat');
    const forwarded = await forward((arrivals[n] as Received).id, ben);
    t.equal(forwarded?.type, arrivals[n]?.type);
    t.same(ben.download(forwarded as Received), FILES[name], 'and can be opened when it is forwarded');
  }

  // In two chats at the same time.
  await sim.set('uploadMs', 2_000);
  await writeFile(join(home.tmp, 'both.mp4'), film(3));
  const [one, other] = await Promise.all([
    send(ana, 'both.mp4', []),
    send(ben, 'both.mp4', ['--as', 'document']),
  ]);
  t.same([ana.download(one), ben.download(other)], [film(3), film(3)]);
  await sim.set('uploadMs', 0);

  // What a person has sent counts as an upload too.
  for (const [n, type, args] of [
    [4, 'video', ['--as', 'document']],
    [5, 'document', []],
  ] as const) {
    const id = await ana.sendMedia({ bytes: film(n), mimetype: 'video/mp4', type, filename: 'a.mp4' });
    await wad.event('message', ({ messageId }) => messageId === id);
    await writeFile(join(home.tmp, 'theirs.mp4'), film(n));
    t.same(ana.download(await send(ana, 'theirs.mp4', args)), film(n), `received as ${type}, then sent`);
    const returned = await forward(id, ben);
    t.equal(returned?.type, type);
    t.same(ben.download(returned as Received), film(n));
  }
  await wad.stop();
  t.same(wad.strayLines, []);
});
