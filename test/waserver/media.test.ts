/** Baileys sends files to people and receives theirs, by our media host. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { downloadContentFromMessage, downloadMediaMessage } from 'baileys';
import t from 'tap';
import { ControlHttp } from '../../src/waserver/control/control-http.js';
import { MediaHost } from '../../src/waserver/media-host.js';
import { WaServer } from '../../src/waserver/wa-server.js';
import { CONTENT } from '../../src/waserver/wire/schemas.js';
import { show } from '../../src/waserver/world/content.js';
import { decryptFile } from '../../src/waserver/world/file.js';
import { PNG } from '../harness/sample-files.js';
import { makeCertificate } from '../simulator/certificate.js';
import { linkedWorld } from './world.js';

/** The media host's certificate is signed by itself. Baileys has no option for that. */
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

const PAGE = 'https://web.whatsapp.com';
const PAPER = Buffer.from('%PDF-1.4 a paper of some words '.repeat(500));

t.test('files in both directions', async (t) => {
  const tls = await makeCertificate('127.0.0.1');
  const { server, ana, client } = await linkedWorld(t, { tls });

  await client.socket.sendMessage(ana.jid, {
    document: PAPER,
    mimetype: 'application/pdf',
    fileName: 'paper.pdf',
    caption: 'read this',
  });
  const { plain } = await ana.waitForMessage(({ type }) => type === 'document');
  const { documentMessage } = CONTENT.decode(plain);
  t.match(documentMessage, { fileName: 'paper.pdf', mimetype: 'application/pdf', fileLength: PAPER.length });
  const stored = server.file(documentMessage?.directPath ?? '') ?? Buffer.alloc(0);
  t.notOk(stored.includes('a paper of'), 'the host has it encrypted');
  t.ok(PAPER.equals(decryptFile(stored, documentMessage?.mediaKey ?? Buffer.alloc(0), 'document')));

  ana.sendFile({ bytes: PNG, mimetype: 'image/png', type: 'image', caption: 'look' });
  const message = await client.until('picture', () =>
    client.messages.find((one) => one.message?.imageMessage),
  );
  t.match(message.message?.imageMessage, { caption: 'look', mimetype: 'image/png' });
  t.ok(PNG.equals(await downloadMediaMessage(message, 'buffer', {})));
});

t.test('a document with a caption is in an envelope of its own', async (t) => {
  const documentMessage = { fileName: 'paper.pdf', caption: 'read this' };
  const message = CONTENT.encode({ documentMessage });
  t.match(show({ documentWithCaptionMessage: { message } }), { type: 'document', body: 'read this' });
});

t.test('every type of file is encrypted with keys of its own, which Baileys derives, too', async (t) => {
  const { ana, client } = await linkedWorld(t, { tls: await makeCertificate('127.0.0.1') });
  for (const [type, mimetype] of [
    ['video', 'video/mp4'],
    ['audio', 'audio/mpeg'],
    ['voice', 'audio/ogg; codecs=opus'],
    ['sticker', 'image/webp'],
  ] as const) {
    const bytes = Buffer.from(`a ${type} of some bytes `.repeat(100));
    const id = ana.sendFile({ bytes, mimetype, type });
    const message = await client.until(type, () => client.messages.find(({ key }) => key.id === id));
    t.ok(bytes.equals(await downloadMediaMessage(message, 'buffer', {})), type);
    t.equal(message.message?.audioMessage?.ptt ?? false, type === 'voice');
  }
  await client.socket.sendMessage(ana.jid, { audio: PAPER, mimetype: 'audio/ogg; codecs=opus', ptt: true });
  await client.socket.sendMessage(ana.jid, { video: PAPER, mimetype: 'video/mp4', caption: 'a film' });
  await ana.waitForMessage(({ type }) => type === 'voice');
  t.equal((await ana.waitForMessage(({ type }) => type === 'video')).body, 'a film');
});

t.test('a video note, and what can be opened once', async (t) => {
  const { ana, client } = await linkedWorld(t, { tls: await makeCertificate('127.0.0.1') });
  await client.socket.sendMessage(ana.jid, { video: PAPER, mimetype: 'video/mp4', ptv: true });
  t.ok(PAPER.equals(ana.download(await ana.waitForMessage(({ type }) => type === 'video_note'))));
  await client.socket.sendMessage(ana.jid, { image: PNG, mimetype: 'image/png', viewOnce: true });
  const once = await ana.waitForMessage(({ viewOnce }) => viewOnce === true);
  t.equal(once.type, 'image');
  t.ok(PNG.equals(ana.download(once)));
});

t.test('HTTP sends every type of file, by its mimetype or by name', async (t) => {
  const { server, ana, client } = await linkedWorld(t, { tls: await makeCertificate('127.0.0.1') });
  const control = await ControlHttp.start(server);
  t.teardown(() => control.close());
  for (const [args, field, more] of [
    [{ mimetype: 'image/png' }, 'imageMessage', {}],
    [{ mimetype: 'video/mp4', caption: 'a film' }, 'videoMessage', { caption: 'a film' }],
    [{ mimetype: 'audio/mpeg' }, 'audioMessage', {}],
    [{ mimetype: 'audio/ogg; codecs=opus', type: 'voice' }, 'audioMessage', {}],
    [{ mimetype: 'audio/ogg; codecs=opus', type: 'ptt' }, 'audioMessage', {}],
    [{ mimetype: 'image/webp', type: 'sticker' }, 'stickerMessage', {}],
    [{ mimetype: 'application/pdf' }, 'documentMessage', {}],
    [{ mimetype: 'image/png', type: 'document' }, 'documentMessage', {}],
    [{ type: 'image' }, 'imageMessage', { mimetype: 'image/jpeg' }],
    [{ type: 'voice' }, 'audioMessage', { mimetype: 'audio/ogg; codecs=opus' }],
    [{ type: 'document' }, 'documentMessage', { mimetype: 'application/octet-stream' }],
  ] as const) {
    const response = await fetch(`${control.url}/contacts/${ana.number}/send-media`, {
      method: 'POST',
      body: JSON.stringify({ ...args, data: PNG.toString('base64') }),
    });
    const { id } = (await response.json()) as { id: string };
    const name = JSON.stringify(args);
    const { message } = await client.until(name, () => client.messages.find(({ key }) => key.id === id));
    t.match(message?.[field], { ...('mimetype' in args ? { mimetype: args.mimetype } : {}), ...more }, name);
    t.equal(message?.audioMessage?.ptt ?? false, /"(?:voice|ptt)"/.test(name), name);
  }
});

t.test('the media host as a browser asks it, under a name', async (t) => {
  const server = await WaServer.start({
    tls: await makeCertificate('127.0.0.1'),
    mediaName: 'media.example',
  });
  t.teardown(() => server.close());
  const place = `https://${server.mediaAddress}/mms/image/hash?auth=auth`;
  const asked = await fetch(place, { method: 'OPTIONS' });
  t.equal(asked.headers.get('access-control-allow-origin'), PAGE, 'the page may ask');
  for (const [origin, status] of [
    [PAGE, 200],
    ['https://evil.example', 403],
    ['null', 403],
  ] as const)
    for (const method of ['POST', 'GET'])
      t.equal(
        (await fetch(method === 'GET' ? place : `${place}&resume=1`, { method, headers: { origin } })).status,
        method === 'GET' && status === 200 ? 404 : status,
        `${method} ${origin}`,
      );
  t.same(await (await fetch(`${place}&resume=1`, { method: 'POST' })).json(), { resume: '0' });
  const answer = await (await fetch(place, { method: 'POST', body: 'sealed' })).json();
  const { url, direct_path: path } = answer as { url: string; direct_path: string };
  t.equal(url, `https://media.example${path}`);
  t.equal(String(server.file(path)), 'sealed');
  t.equal(String(server.file(`${path}?_nc_hot=1`)), 'sealed', 'as in a message that was forwarded');
  t.equal(await (await fetch(`https://${server.mediaAddress}${path}`)).text(), 'sealed');
});

t.test('the media host keeps 256 MB, with what is being uploaded', async (t) => {
  const host = await MediaHost.start(await makeCertificate('127.0.0.1'));
  t.teardown(() => host.close());
  // Memory that is never written to takes no room.
  host.put(Buffer.alloc(256 * 1024 * 1024 - 10));
  const upload = () => {
    const asked = request(`https://${host.address}/mms/image/hash?auth=auth`, {
      method: 'POST',
      agent: false,
    });
    const status = once(asked, 'response').then(([response]: IncomingMessage[]) => {
      response?.resume();
      return response?.statusCode;
    });
    return { asked, status };
  };
  const first = upload();
  first.asked.write('6 byte');
  const second = upload();
  await new Promise((done) => second.asked.write('6', done));
  const third = upload();
  third.asked.end('more than 10 bytes');
  t.equal(await third.status, 507);
  first.asked.end();
  t.equal(await first.status, 200);
  second.asked.end(' byte');
  t.equal(await second.status, 507);
  const fourth = upload();
  fourth.asked.end('four');
  t.equal(await fourth.status, 200, 'a refused upload takes no room');
  t.throws(() => host.put(Buffer.alloc(1)), { name: 'RangeError', message: /the media host is full/ });
});

t.test('a part of a file is given, and what WhatsApp would refuse is refused', async (t) => {
  const host = await MediaHost.start(await makeCertificate('127.0.0.1'));
  t.teardown(() => host.close());
  const { url } = host.put(Buffer.from('0123456789'));
  const get = async (range: string, method = 'GET') => {
    const answer = await fetch(url, { method, headers: { range } });
    return [answer.status, await answer.text(), answer.headers.get('content-range')];
  };
  t.same(await get('bytes=2-4'), [206, '234', 'bytes 2-4/10']);
  t.same(await get('bytes=7-'), [206, '789', 'bytes 7-9/10']);
  t.same(await get('bytes=7-99'), [206, '789', 'bytes 7-9/10']);
  t.same(await get('bytes=10-'), [416, '', 'bytes */10']);
  t.same(await get('lines=1-2'), [200, '0123456789', null]);
  t.same(await get('', 'HEAD'), [200, '', null]);
  const upload = `https://${host.address}/mms/image/hash`;
  for (const [place, method, status] of [
    [upload, 'POST', 401],
    [`${upload}?auth=other`, 'POST', 401],
    [`${upload}?auth=auth`, 'PUT', 405],
    [url, 'DELETE', 405],
  ] as const)
    t.equal((await fetch(place, { method, body: 'x' })).status, status, `${method} ${place}`);
  t.same(await get('bytes=0-0'), [206, '0', 'bytes 0-0/10']);
});

t.test('Baileys reads a file from the middle', async (t) => {
  const tls = await makeCertificate('127.0.0.1');
  const { ana, client } = await linkedWorld(t, { tls });
  const bytes = Buffer.from('a film of some words '.repeat(100));
  ana.sendFile({ bytes, mimetype: 'video/mp4', type: 'video' });
  const { message } = await client.until('film', () =>
    client.messages.find((one) => one.message?.videoMessage),
  );
  if (!message?.videoMessage) throw new Error('no film');
  const stream = await downloadContentFromMessage(message.videoMessage, 'video', {
    startByte: 1600,
    endByte: 2000,
  });
  t.equal(Buffer.concat(await stream.toArray()).toString(), bytes.subarray(1600, 2000).toString());
});
