// Incoming calls: they are reported as events of the type `call`, and can be rejected.
import { z } from 'zod';
import { ACT_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { record, reference } from '../schema.js';
import { messageMethods } from './message.js';

const example = { id: '00C28E4F6B2FFA7159760CC8BEAFDDA3', from: '15550002222@c.us', message: null };

export const callMethods = {
  'calls.reject': method({
    name: 'calls.reject',
    does: 'Declines a ringing call, by the `id` of its event. The caller sees that it was declined, and gets a text if there is one. The text is sent like that of `message.send`, under a key that belongs to the call; if it is refused, the call is declined nevertheless.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        id: reference('The `id` of a call, as its event has it.'),
        text: z
          .string()
          .min(1)
          .max(4_096)
          .optional()
          .describe('A message for the caller. None when left out.'),
      }),
    result: () =>
      record({
        id: z.string().describe('The id of the call.'),
        from: z.string().describe('The id of the caller.'),
        message: z
          .string()
          .nullable()
          .describe('The `id` of the message with the text. Null without a text.'),
      }),
    faults: [...new Set([...ACT_FAULTS, ...messageMethods['message.send'].faults, 'no_such_call' as const])],
    example: { params: { id: example.id }, result: example },
  }),
};
