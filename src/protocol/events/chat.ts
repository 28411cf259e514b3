// Changes of chats.
import { z } from 'zod';
import { event } from '../event.js';
import { instant, named, record } from '../schema.js';

const ANA = { id: '15550002222@c.us', phone: '15550002222', lid: null, name: 'Ana', pushname: 'ana' };

export const chatEvents = {
  'chat.timer': event({
    type: 'chat.timer',
    does: 'Somebody in a chat, or this account, changed after what time new messages disappear. Who it was is not known.',
    data: () =>
      record({
        chatId: z.string().describe('The id of the chat.'),
        seconds: z
          .int()
          .nullable()
          .describe('After how many seconds new messages disappear from now on. Null: they stay.'),
        timestamp: instant().describe('When the page learnt of it.'),
        ...named(),
      }),
    example: {
      chatId: ANA.id,
      seconds: 604_800,
      timestamp: '2026-01-01T00:00:00.000Z',
      chat: ANA,
      sender: null,
      people: [],
    },
  }),
};
