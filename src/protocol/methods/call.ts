// Incoming calls: they are reported as events of the type `call`, and can be rejected.
import { z } from 'zod';
import { ACT_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { record, reference } from '../schema.js';

const example = { id: '00C28E4F6B2FFA7159760CC8BEAFDDA3', from: '15550002222@c.us' };

export const callMethods = {
  'calls.reject': method({
    name: 'calls.reject',
    does: 'Declines a ringing call, by the `id` of its event. The caller sees that it was declined.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: record({ id: reference('The `id` of a call, as its event has it.') }),
    result: record({
      id: z.string().describe('The id of the call.'),
      from: z.string().describe('The id of the caller.'),
    }),
    faults: [...ACT_FAULTS, 'no_such_call'],
    example: { params: { id: example.id }, result: example },
  }),
};
