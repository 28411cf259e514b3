import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, page, record, reference } from '../schema.js';

export const contactSchema = record({
  ...identity(),
  /** As it is shown: the saved name, else what the person calls themselves, else the number. */
  name: z.string(),
  /** What the person calls themselves. */
  pushname: z.string().nullable(),
  /** In the phone's address book. */
  saved: z.boolean(),
  business: z.boolean(),
  blocked: z.boolean(),
});
export type Contact = z.infer<typeof contactSchema>;

const example: Contact = {
  id: '15550002222@c.us',
  phone: '15550002222',
  lid: '91000015550002222@lid',
  name: 'Ana',
  pushname: 'ana',
  saved: true,
  business: false,
  blocked: false,
};

const ONE = ['invalid_recipient', 'no_such_contact'] as const;
const contact = () => reference('a phone number, …@c.us or …@lid');

/** Whether a number is on WhatsApp, and under which identities. */
export const checkedSchema = record({
  number: z.string(),
  onWhatsApp: z.boolean(),
  id: z.string().nullable(),
  lid: z.string().nullable(),
  business: z.boolean(),
});
export type Checked = z.infer<typeof checkedSchema>;

export const contactMethods = {
  'contact.list': method({
    name: 'contact.list',
    does: 'People in the address book, by name; with `all`, everybody WhatsApp Web knows of.',
    effect: 'reads',
    since: '0.1.0',
    params: record({
      ...page(),
      query: z.string().min(1).max(256).optional(),
      all: z.boolean().optional(),
      blocked: z.boolean().optional(),
    }),
    result: record({ contacts: z.array(contactSchema), total: z.int() }),
    faults: LOOK_FAULTS,
    example: { params: { query: 'an' }, result: { contacts: [example], total: 1 } },
  }),
  'contact.get': method({
    name: 'contact.get',
    does: 'One person, by number or either identity. Who is not known is asked for at WhatsApp.',
    effect: 'reads',
    since: '0.1.0',
    params: record({ contact: contact() }),
    result: contactSchema,
    faults: [...LOOK_FAULTS, ...ONE],
    example: { params: { contact: '+1 555 000 2222' }, result: example },
  }),
  'contact.check': method({
    name: 'contact.check',
    does: 'Whether a number is on WhatsApp, asked of WhatsApp now.',
    effect: 'reads',
    since: '0.1.0',
    params: record({ number: reference('a phone number') }),
    result: checkedSchema,
    faults: [...LOOK_FAULTS, 'invalid_recipient'],
    example: {
      params: { number: '+1 555 000 2222' },
      result: {
        number: '15550002222',
        onWhatsApp: true,
        id: '15550002222@c.us',
        lid: '91000015550002222@lid',
        business: false,
      },
    },
  }),
  'contact.block': method({
    name: 'contact.block',
    does: 'Blocks a person, or with `blocked: false` no longer. Answered when the list of blocked people says so.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ contact: contact(), blocked: z.boolean().optional() }),
    result: contactSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { contact: '15550002222@c.us' }, result: { ...example, blocked: true } },
  }),
};
