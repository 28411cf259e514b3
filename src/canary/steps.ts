/**
 * The steps of a linked account, in order. Each uses the client as the daemon does, and looks at the other end, in our server,
 * whether it has happened. A step that fails takes only those away that name it in `needs`.
 */
import { Schema } from '../waserver/wire/protobuf.js';
import type { Received } from '../waserver/world/content.js';
import { chatOf, type Stage, same, WAIT_MS } from './stage.js';

export interface Step {
  readonly name: string;
  /** Of `session.status`. */
  readonly capability: string;
  readonly needs?: readonly string[];
  run(stage: Stage): Promise<void>;
}

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

/** A picture of one dot. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const happened = (stage: Stage, event: string, id: string): Promise<unknown> =>
  stage.heard.until(
    event,
    () => stage.heard.happened.find((one) => one.event === event && JSON.stringify(one.data).includes(id)),
    WAIT_MS,
  );

async function receivesFile(stage: Stage, id: string, bytes: Buffer, type: string): Promise<void> {
  const message = await stage.receive(id);
  same('its type', message.type, type);
  const pieces: Buffer[] = [];
  await stage.client.media.fetch(message.ref, bytes.length + 1024, async (_what, piece) => {
    pieces.push(piece);
  });
  if (!Buffer.concat(pieces).equals(bytes)) throw new Error('the downloaded file differs from the sent one');
}

export const STEPS: readonly Step[] = [
  {
    name: 'old chat',
    capability: 'chat.messages',
    async run({ client, ana }) {
      const { messages } = await client.chats.messages(chatOf(ana), { limit: 10, before: null });
      same('the old message', messages[0]?.body, 'an old message');
    },
  },
  {
    name: 'receive text',
    capability: 'session.receive',
    async run(stage) {
      const text = stage.text('hello');
      const id = stage.ana.send(text);
      same('its text', (await stage.receive(id)).body, text);
      await stage.ana.waitForDelivery(id, { timeoutMs: WAIT_MS });
    },
  },
  {
    name: 'receive image',
    capability: 'media.download',
    async run(stage) {
      const id = stage.ana.sendFile({ bytes: PNG, mimetype: 'image/png', type: 'image', caption: 'a dot' });
      await receivesFile(stage, id, PNG, 'image');
    },
  },
  {
    name: 'receive document',
    capability: 'media.download',
    async run(stage) {
      const bytes = Buffer.from(stage.text('a document'));
      const id = stage.ana.sendFile({ bytes, mimetype: 'text/plain', type: 'document', filename: 'a.txt' });
      await receivesFile(stage, id, bytes, 'document');
    },
  },
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
    name: 'receive reaction',
    capability: 'session.receive',
    needs: ['send text'],
    async run(stage) {
      const message = await stage.send({ kind: 'text', text: stage.text('react to this') });
      stage.ana.react(message, '👍');
      await happened(stage, 'message.reaction', message.id);
    },
  },
  {
    name: 'receive edit',
    capability: 'session.receive',
    needs: ['receive text'],
    async run(stage) {
      const id = stage.ana.send(stage.text('to edit'));
      await stage.receive(id);
      stage.ana.edit(id, stage.text('edited'));
      await happened(stage, 'message.edit', id);
    },
  },
  {
    name: 'receive deletion',
    capability: 'session.receive',
    needs: ['receive text'],
    async run(stage) {
      const id = stage.ana.send(stage.text('to delete'));
      await stage.receive(id);
      stage.ana.revoke(id);
      await happened(stage, 'message.revoke', id);
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
    async run(stage) {
      const file = await stage.file(Buffer.from('a document'), 'text/plain', 'a.txt');
      same('its type', (await stage.send({ kind: 'document', file })).type, 'document');
    },
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
  {
    name: 'forward',
    capability: 'message.forward',
    needs: ['receive text', 'send text'],
    async run(stage) {
      const text = stage.text('to forward');
      const { ref } = await stage.receive(stage.ana.send(text));
      await stage.client.acts.forward(ref, chatOf(stage.ben));
      await stage.ben.waitForMessage(({ body }) => body === text, { timeoutMs: WAIT_MS });
    },
  },
  {
    name: 'react',
    capability: 'message.react',
    needs: ['receive text'],
    async run(stage) {
      const id = stage.ana.send(stage.text('a joke'));
      const { ref } = await stage.receive(id);
      await stage.client.acts.react(ref, '👍');
      await stage.ana.waitForMessage(({ type, about }) => type === 'reaction' && about === id, {
        timeoutMs: WAIT_MS,
      });
    },
  },
  {
    name: 'edit',
    capability: 'message.edit',
    needs: ['send text'],
    async run(stage) {
      const message = await stage.send({ kind: 'text', text: stage.text('to edit') });
      const text = stage.text('edited');
      await stage.client.acts.edit(stage.own(message), text);
      await stage.ana.waitForMessage(({ type, body }) => type === 'edit' && body === text, {
        timeoutMs: WAIT_MS,
      });
    },
  },
  {
    name: 'delete',
    capability: 'message.delete',
    needs: ['send text'],
    async run(stage) {
      const message = await stage.send({ kind: 'text', text: stage.text('to delete') });
      await stage.client.acts.remove(stage.own(message), true);
      await stage.ana.waitForMessage(({ type, about }) => type === 'revoke' && about === message.id, {
        timeoutMs: WAIT_MS,
      });
    },
  },
  {
    name: 'mark as read',
    capability: 'chat.markRead',
    needs: ['receive text'],
    async run(stage) {
      const id = stage.ana.send(stage.text('read this'));
      await stage.receive(id);
      await stage.client.chats.markRead(chatOf(stage.ana), true);
      await stage.ana.waitForRead(id, { timeoutMs: WAIT_MS });
    },
  },
  {
    name: 'check a number',
    capability: 'contact.check',
    async run({ client, ben }) {
      const { onWhatsApp } = await client.contacts.check(chatOf(ben));
      same('"on WhatsApp"', onWhatsApp, true);
    },
  },
  {
    name: 'make a group',
    capability: 'group.create',
    async run(stage) {
      const name = stage.text('A group');
      const people = [chatOf(stage.ana), chatOf(stage.ben)];
      const { group } = await stage.client.groups.create(name, people);
      same('its name', group.name, name);
      same('its members', stage.server.groups.at(-1)?.members.size, 3);
    },
  },
  {
    name: 'change a group',
    capability: 'group.admin',
    needs: ['make a group'],
    async run({ client, server, ana }) {
      const made = server.groups.at(-1);
      if (made === undefined) throw new Error('there is no group');
      const id = `${made.id}@g.us` as const;
      const description = 'what it is for';
      await client.groups.update(id, { name: 'Another name' });
      same('its name', made.subject, 'Another name');
      await client.groups.update(id, { description });
      same('its description', made.description, description);
      const { results } = await client.groups.participants(id, 'promote', [chatOf(ana)]);
      same('the role of the promoted', made.members.get(ana.number), 'admin');
      same('"done"', results[0]?.done, true);
    },
  },
  {
    name: 'send to a group',
    capability: 'send.text',
    needs: ['make a group', 'send text'],
    async run(stage) {
      const made = stage.server.groups.at(-1);
      if (made === undefined) throw new Error('there is no group');
      const text = stage.text('hello all');
      same('its text', (await stage.send({ kind: 'text', text }, `${made.id}@g.us`)).body, text);
    },
  },
];
