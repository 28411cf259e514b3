import { z } from 'zod';
import { ACT_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, personRef, record } from '../schema.js';

/** How many people may be subscribed to. */
export const MAX_SUBSCRIBED = 64;

const ANA = { id: '15550002222@c.us', phone: '15550002222', lid: '91000015550002222@lid', name: 'Ana' };

/** A person whose presence is reported. */
export const watchedSchema = record({
  ...identity(),
  name: z.string().describe('The name that is shown.'),
});
export type Watched = z.infer<typeof watchedSchema>;

export const presenceMethods = {
  'presence.subscribe': method({
    name: 'presence.subscribe',
    does: `Reports when a person comes online, types or records, as events \`presence\`; with \`subscribed: false\`, no longer. There must be a chat with the person. ${MAX_SUBSCRIBED} people at most. The daemon subscribes again with each new page; after its own restart nobody is subscribed to. WhatsApp reports only to accounts that appear online themselves (\`presence.online\`), and not about people who hide it.`,
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        contact: personRef(),
        subscribed: z.boolean().optional().describe('False ends it; true when left out.'),
      }),
    result: () =>
      record({
        people: z.array(watchedSchema).describe('Everybody who is subscribed to now.'),
        online: z
          .boolean()
          .describe('Whether this account appears online. If not, WhatsApp reports little or nothing.'),
      }),
    faults: [...ACT_FAULTS, 'invalid_recipient', 'no_such_chat'],
    example: {
      params: { contact: '+1 555 000 2222' },
      result: { people: [ANA], online: true },
    },
  }),
};
