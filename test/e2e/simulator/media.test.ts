/** Media are encrypted in the page, uploaded, downloaded, expired, and broken as in September 2026. */

import t from 'tap';
import wweb from 'whatsapp-web.js';
import { PIXEL } from '../../harness/sample-files.js';
import { BareClient } from '../../simulator/bare-client.js';
import type { Received } from '../../simulator/contact.js';
import { Simulator } from '../../simulator/simulator.js';

const sim = await Simulator.start();
const phone = sim.createPhone({ number: '15550001111' });
const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
const bare = await BareClient.linked(t, sim, phone);

t.test('a document arrives unchanged', async (t) => {
  const bytes = Buffer.from('one,two\n1,2\n');
  const media = new wweb.MessageMedia('text/csv', bytes.toString('base64'), 'table.csv');
  const sent = await bare.client.sendMessage(ana.wid, media, {
    sendMediaAsDocument: true,
    caption: 'the table',
  });
  const got = await ana.waitForMessage(({ id }) => id === sent.id.id);
  t.equal(got.type, 'document');
  t.match(got.message.extra, { filename: 'table.csv', mimetype: 'text/csv', caption: 'the table' });
  t.same(ana.download(got), bytes);
  await bare.wait('media_uploaded', ({ id }) => id.id === sent.id.id);
  await bare.wait('message_ack', ({ id }, ack) => id.id === sent.id.id && ack === 3);
});

t.test('a film that is then sent as a document cannot be opened, as it has the keys of a film', async (t) => {
  const film = Buffer.from('\0\0\0\x18ftypmp42');
  const media = new wweb.MessageMedia('video/mp4', film.toString('base64'), 'a.mp4');
  const got: Received[] = [];
  for (const sendMediaAsDocument of [false, true, false]) {
    const sent = await bare.client.sendMessage(ana.wid, media, { sendMediaAsDocument });
    got.push(await ana.waitForMessage(({ id }) => id === sent.id.id));
  }
  const [first, document, second] = got as [Received, Received, Received];
  t.equal(document.type, 'document');
  t.throws(() => ana.download(document), /wrong signature/);
  for (const one of [first, second]) t.same(ana.download(one), film);
  t.equal(new Set(got.map(({ message }) => message.extra?.directPath)).size, 1, 'it was uploaded once');
});

t.test('an image is encoded again and gets a thumbnail', async (t) => {
  const sent = await bare.client.sendMessage(ana.wid, new wweb.MessageMedia('image/png', PIXEL, 'dot.png'));
  const got = await ana.waitForMessage(({ id }) => id === sent.id.id);
  t.equal(got.type, 'image');
  t.equal(got.message.extra?.mimetype, 'image/jpeg');
  t.equal(ana.download(got).subarray(0, 2).toString('hex'), 'ffd8');
  t.equal(
    Buffer.from(got.body, 'base64').subarray(0, 2).toString('hex'),
    'ffd8',
    'the body is the thumbnail',
  );
});

/** 1.5 s of silence. */
function silence(): Buffer {
  const samples = Buffer.alloc(12_000, 0x80);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

t.test('a voice message has a size and a duration, and gets its fourth ack when it is played', async (t) => {
  const bytes = silence();
  const media = new wweb.MessageMedia('audio/wav', bytes.toString('base64'), 'a.wav');
  const sent = await bare.client.sendMessage(ana.wid, media, { sendAudioAsVoice: true });
  t.match(sent, { type: 'ptt', duration: '1', _data: { size: bytes.length } });
  const got = await ana.waitForMessage(({ id }) => id === sent.id.id);
  t.match(got.message.extra, { duration: '1', size: bytes.length });
  await bare.wait('message_ack', ({ id }, ack) => id.id === sent.id.id && ack === 3);
  await ana.play(got.id);
  await bare.wait('message_ack', ({ id }, ack) => id.id === sent.id.id && ack === 4);
  t.match(await sent.getInfo(), { played: [{}] });

  const id = await ana.sendMedia({ bytes, mimetype: 'audio/ogg', type: 'ptt', seconds: 7 });
  const [theirs] = await bare.wait('message', (one) => one.id.id === id);
  t.match(theirs, { type: 'ptt', duration: '7', _data: { size: bytes.length } });
});

t.test("a sticker is a webp of 512 by 512, with the sender's metadata", async (t) => {
  const picture = new wweb.MessageMedia('image/png', PIXEL, 'dot.png');
  const sent = await bare.client.sendMessage(ana.wid, picture, {
    sendMediaAsSticker: true,
    stickerAuthor: 'A',
    stickerName: 'B',
  });
  const got = await ana.waitForMessage(({ id }) => id === sent.id.id);
  t.equal(got.type, 'sticker');
  const bytes = ana.download(got);
  t.equal(`${bytes.toString('latin1', 0, 4)} ${bytes.toString('latin1', 8, 12)}`, 'RIFF WEBP');
  // VP8X, which a file with metadata uses: width and height minus one.
  t.equal(bytes.toString('latin1', 12, 16), 'VP8X');
  t.same([bytes.readUIntLE(24, 3), bytes.readUIntLE(27, 3)], [511, 511]);
  t.match(bytes.toString('latin1'), /"sticker-pack-publisher":"A"/);
});

t.test(
  'media from a contact can be downloaded, and the phone uploads them again when they have expired',
  async (t) => {
    const bytes = Buffer.from('%PDF-1.4 not really');
    const id = await ana.sendMedia({
      bytes,
      mimetype: 'application/pdf',
      filename: 'a.pdf',
      caption: 'read',
    });
    const [message] = await bare.wait('message', (one) => one.id.id === id);
    t.equal(message.hasMedia, true);
    t.equal(message.body, 'read');
    const media = await message.downloadMedia();
    t.same(Buffer.from(media.data, 'base64'), bytes);
    t.equal(media.filename, 'a.pdf');

    const next = await ana.sendMedia({ bytes: Buffer.from('late'), mimetype: 'application/pdf' });
    const [late] = await bare.wait('message', (one) => one.id.id === next);
    sim.media.expire(late._data.directPath);
    t.equal(Buffer.from((await late.downloadMedia()).data, 'base64').toString(), 'late');

    await sim.set('phoneReuploads', false);
    const lost = await ana.sendMedia({ bytes: Buffer.from('lost'), mimetype: 'application/pdf' });
    const [gone] = await bare.wait('message', (one) => one.id.id === lost);
    sim.media.expire(gone._data.directPath);
    t.equal(await gone.downloadMedia(), undefined);
  },
);

t.test('with a media model that spreads its private id texts are sent and media are not', async (t) => {
  await sim.set('mediaSpreadsId', true);
  const media = new wweb.MessageMedia('text/plain', Buffer.from('x').toString('base64'), 'x.txt');
  await t.rejects(
    bare.client.sendMessage(ana.wid, media),
    /Data passed to getter must include an id property/,
  );
  t.ok(await bare.client.sendMessage(ana.wid, 'text'));
  await sim.set('mediaSpreadsId', false);
});

t.test("with a download that requires the mimetype, only the library's own call fails", async (t) => {
  await sim.set('downloadNeedsMimetype', true);
  const id = await ana.sendMedia({ bytes: Buffer.from('new'), mimetype: 'application/pdf' });
  await bare.wait('message', (one) => one.id.id === id);
  const asked = `(async () => {
    const { Msg } = window.require('WAWebCollections');
    const { directPath, filehash, mediaKey, type, mimetype } = Msg.filter((msg) => msg.id.id === '${id}')[0];
    const { downloadManager } = window.require('WAWebDownloadManager');
    const download = (more) => downloadManager.downloadAndMaybeDecrypt({ directPath, filehash, mediaKey, type, ...more });
    const without = await download({}).catch((error) => error.name);
    return [without, (await download({ mimetype })).byteLength];
  })()`;
  t.same(await bare.client.pupPage?.evaluate(asked), ['TypeError', 3]);
});
