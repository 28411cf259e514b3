import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { chatRef, page, record, reference } from '../schema.js';
import { chatExample, chatSchema } from './chat.js';

export const labelSchema = record({
  id: z.string().describe("WhatsApp's id of the label."),
  name: z.string().describe('The name that is shown.'),
  color: z
    .int()
    .nullable()
    .describe("The number of its colour in WhatsApp's palette, from 0. Null when it has none."),
  chats: z.int().describe('How many chats have it.'),
});
export type Label = z.infer<typeof labelSchema>;

const example: Label = { id: '3', name: 'Pending payment', color: 2, chats: 1 };

const label = () => reference('A label: its `id`, or its whole name.');
const name = () => z.string().trim().min(1).max(100);
const color = () => z.int().min(0).max(19).optional();

/** Faults of every method that names one label. */
const ONE = ['no_such_label', 'ambiguous_label'] as const;

export const labelMethods = {
  'label.list': method({
    name: 'label.list',
    does: 'The labels of a business account, or the lists of another account whose WhatsApp has them, by name.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record(page()),
    result: () =>
      record({
        labels: z.array(labelSchema).describe('The labels, by name.'),
        total: z.int().describe('How many there are in all pages together.'),
      }),
    faults: [...LOOK_FAULTS, 'not_allowed'],
    example: { params: {}, result: { labels: [example], total: 1 } },
  }),
  'label.create': method({
    name: 'label.create',
    does: 'Creates a label, on all devices of the account.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        name: name().describe('Its name, which no other label has.'),
        color: color().describe("The number of its colour in WhatsApp's palette; a free one when left out."),
      }),
    result: () => labelSchema,
    faults: ACT_FAULTS,
    example: { params: { name: 'Pending payment' }, result: { ...example, chats: 0 } },
  }),
  'label.update': method({
    name: 'label.update',
    does: 'Changes the name or the colour of a label.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        label: label(),
        name: name().optional().describe('The new name, which no other label has.'),
        color: color().describe("The number of the new colour in WhatsApp's palette."),
      }),
    result: () => labelSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { label: '3', name: 'To be paid' },
      result: { ...example, name: 'To be paid' },
    },
  }),
  'label.delete': method({
    name: 'label.delete',
    does: 'Deletes a label, and takes it off all chats. It cannot be undone.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ label: label() }),
    result: () =>
      record({
        label: labelSchema.describe('The label, as it was.'),
        deleted: z.boolean().describe('True: it is gone.'),
      }),
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { label: 'Pending payment' }, result: { label: example, deleted: true } },
  }),
  'label.assign': method({
    name: 'label.assign',
    does: 'Puts a label on a chat; with `assigned: false`, takes it off. WhatsApp Web has no labels on messages.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        label: label(),
        chat: chatRef(),
        assigned: z.boolean().optional().describe('False takes it off; true when left out.'),
      }),
    result: () => chatSchema,
    faults: [...ACT_FAULTS, ...ONE, 'invalid_recipient', 'no_such_chat'],
    example: {
      params: { label: 'Pending payment', chat: '15550002222@c.us' },
      result: { ...chatExample, labels: [{ id: '3', name: 'Pending payment' }] },
    },
  }),
};
