// Incoming calls.
import { z } from 'zod';
import { event } from '../event.js';
import { instant, named, record } from '../schema.js';

const ANA = { id: '15550002222@c.us', phone: '15550002222', lid: null, name: 'Ana', pushname: 'ana' };

export const callEvents = {
  call: event({
    type: 'call',
    does: 'A call rings, or has stopped ringing. `calls.reject` declines one that rings.',
    data: () =>
      record({
        id: z.string().describe("WhatsApp's id of the call, which `calls.reject` takes."),
        from: z.string().describe('The id of the caller.'),
        video: z.boolean().describe('True for a video call.'),
        group: z.boolean().describe('True for a call to a group.'),
        fromMe: z.boolean().describe('True when this account is calling.'),
        state: z
          .enum(['ringing', 'ended'])
          .describe('`ended`: it was answered, declined or missed; WhatsApp Web does not report which.'),
        rejectedBy: z
          .enum(['daemon', 'request'])
          .nullable()
          .describe(
            'Who declined it here: `daemon` by `[calls] onIncoming`, or a `request` of `calls.reject`. Null: nobody here, or it still rings.',
          ),
        timestamp: instant().describe('When it began to ring, or stopped.'),
        ...named(),
      }),
    example: {
      id: '00C28E4F6B2FFA7159760CC8BEAFDDA3',
      from: ANA.id,
      video: false,
      group: false,
      fromMe: false,
      state: 'ringing',
      rejectedBy: null,
      timestamp: '2026-01-01T00:00:00.000Z',
      chat: ANA,
      sender: ANA,
      people: [],
    },
  }),
};
