/** What is done to messages, chats and people. */
import { chatOf, same, sameFile, WAIT_MS } from '../stage.js';
import type { Step } from './step.js';

export const ACTING: readonly Step[] = [
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
    name: 'forward a file',
    capability: 'message.forward',
    needs: ['receive document', 'forward'],
    async run(stage) {
      const bytes = Buffer.from(stage.text('a document'));
      const sent = { bytes, mimetype: 'text/plain', type: 'document', filename: 'b.txt' } as const;
      const { ref } = await stage.receive(stage.ana.sendFile(sent));
      await stage.client.acts.forward(ref, chatOf(stage.ben));
      // It is uploaded anew, by another way than a file that is sent (WAWebMediaPrep, 2026-04-27).
      const message = await stage.ben.waitForMessage(({ type }) => type === 'document', {
        timeoutMs: WAIT_MS,
      });
      sameFile(stage.ben, message, bytes);
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
];
