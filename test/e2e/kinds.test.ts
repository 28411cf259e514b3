/** Every kind of message, from the command line to the recipient, each under the id that we chose. */
import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import { blackPng, widthOf } from '../harness/pictures.js';
import { lacks } from '../harness/program.js';
import { FILM, OGG, PIXEL } from '../harness/sample-files.js';
import type { Wad } from '../harness/wad.js';
import type { Contact, Received } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const FILES = {
  'wide.png': blackPng(3_000, 1),
  'dot.png': Buffer.from(PIXEL, 'base64'),
  'film.mp4': FILM,
  'song.mp3': Buffer.concat([Buffer.from('ID3\x03'), Buffer.alloc(2_000, 2)]),
  'note.ogg': OGG,
  'sticker.webp': Buffer.concat([Buffer.from('RIFF0000WEBPVP8 '), Buffer.alloc(500, 3)]),
  'table.csv': Buffer.from('one,two\n1,2\n'),
  // More than one chunk, on the socket and into the page.
  'large.bin': Buffer.alloc(7 * 2 ** 20, 4),
};

async function sent(t: Test, wad: Wad, to: Contact, args: readonly string[]): Promise<Received> {
  const end = await wad.wactl(['send', to.number, ...args, '-o', 'json'], { timeoutMs: 60_000 });
  t.equal(end.code, 0, `${args.join(' ')}: ${end.stderr}`);
  const { messageId, state } = JSON.parse(end.stdout) as { messageId: string; state: string };
  t.match(state, /^(sent|delivered|read)$/);
  const got = await to.waitForMessage(({ id }) => id === messageId);
  t.equal(to.received.filter(({ id }) => id === messageId).length, 1, 'the message arrives once');
  return got;
}

async function files(t: Test, wad: Wad, dir: string, ana: Contact): Promise<void> {
  for (const [name, bytes] of Object.entries(FILES)) await writeFile(join(dir, name), bytes);
  const file = (name: string, ...more: string[]) => sent(t, wad, ana, ['--file', join(dir, name), ...more]);

  const image = await file('dot.png', '--caption', 'a dot');
  t.match(image, { type: 'image', message: { extra: { caption: 'a dot', mimetype: 'image/jpeg' } } });
  t.equal(
    ana.download(image).subarray(0, 2).toString('hex'),
    'ffd8',
    'the image is a JPEG, as WhatsApp Web encodes it',
  );
  const film = await file('film.mp4', 'look');
  t.match(film, { type: 'video', message: { extra: { caption: 'look', mimetype: 'video/mp4' } } });
  t.same(ana.download(film), FILES['film.mp4']);
  const gif = await file('film.mp4', '--as', 'gif');
  t.match(gif, { type: 'video', message: { extra: { isGif: true } } });
  t.same(ana.download(gif), FILES['film.mp4']);
  const videoNote = await file('film.mp4', '--as', 'video-note');
  t.equal(videoNote.type, 'ptv');
  t.same(ana.download(videoNote), FILES['film.mp4']);
  const once = await file('dot.png', '--view-once');
  t.match(once, { type: 'image', message: { extra: { isViewOnce: true } } });
  const [standard, hd] = [await file('wide.png'), await file('wide.png', '--quality', 'hd')];
  t.same(
    [widthOf(ana.download(standard)), widthOf(ana.download(hd))],
    [1_600, 2_560],
    'the width of a picture',
  );
  const song = await file('song.mp3');
  t.match(song, { type: 'audio', message: { extra: { mimetype: 'audio/mpeg' } } });
  const note = await file('note.ogg', '--as', 'voice');
  t.equal(note.type, 'ptt');
  t.same(ana.download(note), OGG);
  await ana.play(note.id);
  await wad.event('message.ack', ({ messageId, ack }) => messageId === note.id && ack === 4);
  const sticker = await file('sticker.webp', '--as', 'sticker');
  t.equal(sticker.type, 'sticker');
  t.same(ana.download(sticker), FILES['sticker.webp']);
  const table = await file('table.csv', '--caption', 'the numbers');
  t.match(table, {
    type: 'document',
    message: { extra: { filename: 'table.csv', mimetype: 'text/csv', caption: 'the numbers' } },
  });
  t.same(ana.download(table), FILES['table.csv']);
  const asFile = await file('dot.png', '--as', 'document');
  t.equal(asFile.type, 'document');
  t.same(ana.download(asFile), FILES['dot.png'], 'the document is identical');
  const several = ['--file', join(dir, 'dot.png'), '--file', join(dir, 'table.csv'), 'both', '--key', 'two'];
  const ids: string[][] = [];
  for (let round = 0; round < 2; round++) {
    const end = await wad.wactl(['send', ana.number, ...several, '-o', 'json'], { timeoutMs: 60_000 });
    t.equal(end.code, 0, end.stderr);
    ids.push((JSON.parse(end.stdout) as { messageId: string }[]).map(({ messageId }) => messageId));
  }
  t.same(ids[0], ids[1], 'repeating the command gives the same two messages');
  const pair = ana.received.filter(({ id }) => ids[0]?.includes(id));
  t.match(pair, [
    { type: 'image', message: { extra: { caption: 'both' } } },
    { type: 'document', message: { extra: { caption: undefined, filename: 'table.csv' } } },
  ]);
  const large = await file('large.bin');
  t.ok(ana.download(large).equals(FILES['large.bin']), 'seven megabytes arrive unchanged');
}

async function others(t: Test, wad: Wad, ana: Contact): Promise<void> {
  const place = await sent(t, wad, ana, ['--location', '52.52,13.405 Berlin']);
  t.match(place, { type: 'location', message: { extra: { lat: 52.52, lng: 13.405, loc: 'Berlin' } } });
  const card = await sent(t, wad, ana, ['--contact', 'Doe, Jo=+1 555 000 3333']);
  t.equal(card.type, 'vcard');
  t.match(card.body, /FN:Doe\\, Jo\nTEL;[^\n]*waid=15550003333:\+15550003333/);
  const cards = await sent(t, wad, ana, ['--contact', 'A=15550003333', '--contact', 'B=15550004444']);
  t.equal(cards.type, 'multi_vcard');
  const poll = await sent(t, wad, ana, ['--poll', 'When?', '--option', 'now, at once', '--option', 'later']);
  t.match(poll, {
    type: 'poll_creation',
    message: {
      extra: {
        pollName: 'When?',
        pollSelectableOptionsCount: 1,
        pollOptions: [{ name: 'now, at once' }, { name: 'later' }],
      },
    },
  });
  const page = await wad.request('chat.messages', { chat: ana.number });
  t.match(
    page.messages.find(({ type }) => type === 'poll'),
    { body: 'When?', details: { question: 'When?', options: ['now, at once', 'later'], multiple: false } },
  );

  const asked = await ana.send('do you come?');
  await wad.event('message', ({ body }) => body === 'do you come?');
  const answer = await sent(t, wad, ana, ['yes', '--reply-to', asked]);
  t.equal(answer.message.extra?.quotedStanzaID, asked);
  const named = await sent(t, wad, ana, ['ask @15550003333', '--mention', '+1 555 000 3333']);
  t.match(JSON.stringify(named.message.extra?.mentionedJidList), /15550003333@c\.us/);
  const plain = await sent(t, wad, ana, ['see https://example.org/']);
  t.equal(plain.message.extra?.canonicalUrl, undefined, 'there is no preview unless it is requested');
  const linked = await sent(t, wad, ana, ['see https://example.org/', '--preview']);
  t.match(linked.message.extra, { title: 'A page', subtype: 'url' });
  const own = await sent(t, wad, ana, ['see https://example.org/a now', '--preview-title', 'Mine']);
  t.match(own.message.extra, { title: 'Mine', subtype: 'url', matchedText: 'https://example.org/a' });
  const event = ['--event', 'Tea', '--starts', '2027-01-01T17:00Z', '--place', 'Park', '--call', 'video'];
  t.match(await sent(t, wad, ana, event), {
    type: 'event_creation',
    message: {
      extra: {
        eventName: 'Tea',
        eventStartTime: 1_798_822_800,
        eventLocation: { name: 'Park' },
        eventJoinLink: 'https://call.whatsapp.com/video/simulated',
      },
    },
  });
}

async function refusals(t: Test, wad: Wad, dir: string, ana: Contact): Promise<void> {
  const before = ana.received.length;
  const rows: readonly (readonly [string[], number, RegExp])[] = [
    [['--file', join(dir, 'nothing')], 2, /there is no such file/],
    [['--file', dir], 2, /directory/],
    [['--file', join(dir, 'dot.png'), '--file', join(dir, 'nothing')], 2, /nothing: there is no such file/],
    [
      ['--file', join(dir, 'table.csv'), '--as', 'image'],
      2,
      /text\/csv, which WhatsApp does not accept as image/,
    ],
    [['--file', join(dir, 'large.bin'), '--as', 'sticker'], 2, /does not accept as sticker/],
    [['--location', '91,0'], 2, /LAT,LON/],
    [['--poll', 'When?', '--option', 'now'], 2, /two options/],
    [['--poll', 'When?', '--location', '1,1'], 2, /separate messages/],
    [['--contact', 'X=nobody'], 2, /neither a phone number/],
    [['text', '--caption', 'c'], 2, /goes with --file/],
    [['answer', '--reply-to', '3EB0000000000000000000'], 7, /no message 3EB0/],
  ];
  for (const [args, code, stderr] of rows) {
    const end = await wad.wactl(['send', ana.number, ...args]);
    t.match(end, { code, stdout: code === 7 ? /failed/ : '', stderr }, args.join(' '));
  }
  t.equal(ana.received.length, before, 'nothing was sent');
}

for (const generation of ['2026-04', '2026-09'] as const) {
  t.test(`every kind of message reaches the recipient (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    sim.createContact({ number: '15550003333', name: 'Ben' });
    const wad = await home.start({ env: { WAD_PACING_MODE: 'off' } });
    await wad.link(phone);
    const { capabilities } = await wad.status();
    t.match(capabilities, {
      'send.media': generation === '2026-04' ? 'ok' : 'patched',
      'media.download': 'ok',
    });
    await files(t, wad, home.tmp, ana);
    await others(t, wad, ana);
    await refusals(t, wad, home.tmp, ana);
    const wire = sim.ledger.filter(({ repeated }) => repeated);
    t.same(wire, [], 'nothing was sent twice');

    // An accepted file stays the same even if the original changes. A repeated request is the same message.
    const path = join(home.tmp, 'table.csv');
    await sim.faults.send('never-leaves');
    const args = ['send', ana.number, '--file', path, '--key', 'once', '--wait', 'accepted', '-o', 'json'];
    const first = JSON.parse((await wad.wactl(args)).stdout) as { id: string; messageId: string };
    const second = JSON.parse((await wad.wactl(args)).stdout) as { id: string };
    t.equal(second.id, first.id);
    await writeFile(path, 'changed\n');
    t.match(
      await wad.wactl(args),
      { code: 1, stderr: /different content/ },
      'another file under the same key is refused',
    );
    await rm(path);
    await sim.faults.send('none');
    sim.faults.dropSockets();
    const got = await ana.waitForMessage(({ id }) => id === first.messageId, { timeoutMs: 30_000 });
    t.same(ana.download(got), FILES['table.csv']);
    await wad.stop();
    t.same(wad.strayLines, []);
  });
}

t.test('a failed upload is an error of its message, and a hanging one does not delay texts', async (t) => {
  await using sim = await Simulator.start({ knobs: { uploadFault: 'fails' } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const wad = await home.start({ env: { WAD_PACING_MODE: 'off' } });
  await wad.link(phone);
  const path = join(home.tmp, 'a.txt');
  await writeFile(path, 'hello');
  const failed = await wad.wactl(['send', ana.number, '--file', path, '-o', 'json']);
  t.equal(failed.code, 1, failed.stderr);
  t.match(JSON.parse(failed.stdout), {
    state: 'failed',
    error: { kind: 'send_failed', reason: /upload failed/ },
  });
  await sim.set('uploadFault', 'hangs');
  t.match(await wad.wactl(['send', ana.number, '--file', path, '--wait', 'accepted']), { code: 0 });
  t.match(await wad.wactl(['send', ben.number, 'a text']), { code: 0 }, 'a text in another chat is sent');
  t.match(await wad.status(), { outbox: { queued: 1 } });
  await wad.stop();
});

const ffmpeg = (...args: string[]) => spawnSync('ffmpeg', ['-loglevel', 'error', ...args]);

for (const generation of ['2026-07', '2026-09'] as const) {
  t.test(
    `any audio file becomes a voice note, converted by this machine's ffmpeg (${generation})`,
    { skip: lacks('ffmpeg') },
    async (t) => {
      await using sim = await Simulator.start({ generation });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
      const wad = await home.start();
      await wad.link(phone);
      const sounds = { 'tone.m4a': 'aac', 'tone.mp3': 'libmp3lame', 'tone.ogg': 'libopus' };
      for (const [name, codec] of Object.entries(sounds)) {
        const path = join(home.tmp, name);
        const made = ffmpeg('-f', 'lavfi', '-i', 'sine=frequency=440:duration=2', '-c:a', codec, path);
        t.equal(made.status, 0, String(made.stderr));
        const note = await sent(t, wad, ana, ['--file', path, '--as', 'voice']);
        t.match(note, { type: 'ptt', message: { extra: { mimetype: /^audio\/ogg; codecs=opus$/ } } }, name);
        const got = join(home.tmp, `got-${name}`);
        await writeFile(got, ana.download(note));
        const played = ffmpeg(
          '-f',
          'ogg',
          '-c:a',
          'libopus',
          '-i',
          got,
          '-f',
          's16le',
          '-ar',
          '8000',
          'pipe:1',
        );
        t.equal(played.status, 0, String(played.stderr));
        const seconds = played.stdout.length / 2 / 8_000;
        t.ok(seconds > 1.9 && seconds < 2.2, `${name}: ${seconds} s of sound`);
      }
      const path = join(home.tmp, 'broken.mp3');
      await writeFile(path, FILES['song.mp3']);
      t.match(await wad.wactl(['send', ana.number, '--file', path, '--as', 'voice']), {
        code: 2,
        stderr: /ffmpeg could not convert it to a voice message/,
      });
      await wad.stop();
    },
  );
}

t.test(
  'without ffmpeg only audio that needs a conversion is refused, and the error names ffmpeg',
  async (t) => {
    await using sim = await Simulator.start({ generation: '2026-07' });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const linked = await home.start();
    await linked.link(phone);
    await linked.stop();
    // The PATH is empty. The browser's start script also needs it, so the browser is not started yet.
    const bare = await home.start({ args: ['--no-auto-init'], env: { PATH: home.cwd } });
    const voice = async (name: 'song.mp3' | 'note.ogg') => {
      const path = join(home.tmp, name);
      await writeFile(path, FILES[name]);
      return bare.wactl([
        'send',
        ana.number,
        '--file',
        path,
        '--as',
        'voice',
        '--wait',
        'accepted',
        '-o',
        'json',
      ]);
    };
    const refused = await voice('song.mp3');
    t.match(refused, { stdout: '', stderr: /ffmpeg, which is not installed/ });
    t.match(refused.stderr, /apt-get install ffmpeg/, 'the error names the remedy');
    t.equal(refused.code, 1);
    const taken = await voice('note.ogg');
    t.equal(taken.code, 0, taken.stderr);
    t.match(await bare.status(), { outbox: { queued: 1, failed: 0 } }, 'the refused message is not kept');
    await bare.stop();
    const wad = await home.start();
    const { messageId } = JSON.parse(taken.stdout) as { messageId: string };
    const note = await ana.waitForMessage(({ id }) => id === messageId, { timeoutMs: 60_000 });
    t.same(ana.download(note), OGG);
    t.equal(ana.received.length, 1);
    await wad.stop();
  },
);
