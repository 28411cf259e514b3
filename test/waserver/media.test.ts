/** Baileys sends files to people and receives theirs, by our media host. */
import { downloadMediaMessage } from 'baileys';
import t from 'tap';
import { CONTENT } from '../../src/waserver/wire/schemas.js';
import { decryptFile } from '../../src/waserver/world/file.js';
import { makeCertificate } from '../simulator/certificate.js';
import { linkedWorld } from './world.js';

/** The media host's certificate is signed by itself. Baileys has no option for that. */
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
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

  ana.sendFile({ bytes: PICTURE, mimetype: 'image/png', type: 'image', caption: 'look' });
  const message = await client.until('picture', () =>
    client.messages.find((one) => one.message?.imageMessage),
  );
  t.match(message.message?.imageMessage, { caption: 'look', mimetype: 'image/png' });
  t.ok(PICTURE.equals(await downloadMediaMessage(message, 'buffer', {})));
});
