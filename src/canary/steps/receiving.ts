/** What arrives: an old chat, messages, files, and what people do to messages. */
import { chatOf, type Stage, same, WAIT_MS } from '../stage.js';
import { PNG } from './files.js';
import type { Step } from './step.js';

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

export const RECEIVING: readonly Step[] = [
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
];
