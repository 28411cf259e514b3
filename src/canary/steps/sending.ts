/** Every kind of message that is sent. */
import { Schema } from '../../waserver/wire/protobuf.js';
import type { Received } from '../../waserver/world/content.js';
import { type Stage, same, sameFile, WAIT_MS } from '../stage.js';
import { MP3, OGG, PNG } from './files.js';
import type { Step } from './step.js';

/** What our server's people show as `other`: the field of the content that a kind has (WAWebProtobufsE2E.pb). */
const KINDS = new Schema({
  contactMessage: [4, 'bytes'],
  locationMessage: [5, 'bytes'],
  stickerMessage: [26, 'bytes'],
  pollCreationMessage: [49, 'bytes'],
  pollCreationMessageV2: [60, 'bytes'],
  pollCreationMessageV3: [64, 'bytes'],
  eventMessage: [75, 'bytes'],
});

const hasKind = (message: Received, kind: string): void => {
  const fields = Object.entries(KINDS.decode(message.plain)).filter(([, value]) => value !== undefined);
  const names = fields.map(([name]) => name);
  if (!names.some((name) => name.startsWith(kind)))
    throw new Error(`it arrives as ${names.join(', ') || 'something else'} instead of ${kind}`);
};

/** A file that the page does not change. */
async function arrivesAs(
  stage: Stage,
  kind: 'audio' | 'voice' | 'document',
  bytes: Buffer,
  mimetype: string,
): Promise<void> {
  const message = await stage.send({ kind, file: await stage.file(bytes, mimetype, kind) });
  same('its type', message.type, kind);
  sameFile(stage.ana, message, bytes);
}

export const SENDING: readonly Step[] = [
  {
    name: 'send text',
    capability: 'send.text',
    async run(stage) {
      const text = stage.text('hello');
      const message = await stage.send({ kind: 'text', text });
      same('its text', message.body, text);
      await stage.heard.until(
        'acknowledgement of its delivery',
        () => stage.heard.acks.find(({ messageId, ack }) => messageId === message.id && ack >= 2),
        WAIT_MS,
      );
    },
  },
  {
    name: 'send reply',
    capability: 'send.text',
    needs: ['receive text', 'send text'],
    async run(stage) {
      const id = stage.ana.send(stage.text('a question'));
      await stage.receive(id);
      const text = stage.text('an answer');
      same('its text', (await stage.send({ kind: 'text', text, replyTo: id })).body, text);
    },
  },
  {
    name: 'send image',
    capability: 'send.media',
    needs: ['send text'],
    async run(stage) {
      const file = await stage.file(PNG, 'image/png', 'dot.png');
      const caption = stage.text('a dot');
      const message = await stage.send({ kind: 'image', file, caption });
      same('its type', message.type, 'image');
      same('its caption', message.body, caption);
    },
  },
  {
    name: 'send document',
    capability: 'send.media',
    needs: ['send text'],
    run: (stage) => arrivesAs(stage, 'document', Buffer.from(stage.text('a document')), 'text/plain'),
  },
  {
    name: 'send audio',
    capability: 'send.media',
    needs: ['send text'],
    run: (stage) => arrivesAs(stage, 'audio', MP3, 'audio/mpeg'),
  },
  {
    name: 'send voice',
    capability: 'send.media',
    needs: ['send text'],
    run: (stage) => arrivesAs(stage, 'voice', OGG, 'audio/ogg; codecs=opus'),
  },
  {
    name: 'send sticker',
    capability: 'send.sticker',
    needs: ['send text'],
    async run(stage) {
      const file = await stage.file(PNG, 'image/png', 'dot.png');
      hasKind(await stage.send({ kind: 'sticker', file }), 'stickerMessage');
    },
  },
  {
    name: 'send location',
    capability: 'send.text',
    needs: ['send text'],
    async run(stage) {
      const content = { kind: 'location', latitude: 52.5, longitude: 13.4, name: 'Berlin' } as const;
      hasKind(await stage.send(content), 'locationMessage');
    },
  },
  {
    name: 'send contact',
    capability: 'send.text',
    needs: ['send text'],
    async run(stage) {
      const contacts = [{ name: 'Ben', number: stage.ben.number }];
      hasKind(await stage.send({ kind: 'contact', contacts }), 'contactMessage');
    },
  },
  {
    name: 'send poll',
    capability: 'send.text',
    needs: ['send text'],
    async run(stage) {
      const content = {
        kind: 'poll',
        question: 'when?',
        options: ['now', 'later'],
        multiple: false,
      } as const;
      hasKind(await stage.send(content), 'pollCreationMessage');
    },
  },
  {
    name: 'send event',
    capability: 'send.text',
    needs: ['send text'],
    async run(stage) {
      const startsAt = new Date(Date.now() + 86_400_000).toISOString();
      hasKind(await stage.send({ kind: 'event', name: 'a day', startsAt }), 'eventMessage');
    },
  },
];
