import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, page, personRef, record, reference } from '../schema.js';
import { EXAMPLE_PARTS, picture, profileParts } from './profile.js';

const username = () =>
  z
    .string()
    .nullable()
    .describe(
      'The user name of the person on WhatsApp, without the `@`. Null without one, and when not known.',
    );

export const contactSchema = record({
  ...identity(),
  name: z
    .string()
    .describe(
      'The name that is shown: the saved name, else what the person calls themselves, else the number.',
    ),
  pushname: z.string().nullable().describe('What the person calls themselves. Null when not known.'),
  username: username(),
  saved: z.boolean().describe('True when the person is saved under a name, on the phone or by contact.save.'),
  business: z.boolean().describe('True for a business account.'),
  blocked: z.boolean().describe('True when this account has blocked the person.'),
});
export type Contact = z.infer<typeof contactSchema>;

const example: Contact = {
  id: '15550002222@c.us',
  phone: '15550002222',
  lid: '91000015550002222@lid',
  name: 'Ana',
  pushname: 'ana',
  username: null,
  saved: true,
  business: false,
  blocked: false,
};

/** A person with both identities, as far as WhatsApp Web knows them. */
export const identitiesSchema = record({ ...identity(), username: username() });
export type Identities = z.infer<typeof identitiesSchema>;

export const contactProfileSchema = record({ ...contactSchema.shape, ...profileParts() });
export type ContactProfile = z.infer<typeof contactProfileSchema>;

const ONE = ['invalid_recipient', 'no_such_contact'] as const;
const contact = personRef;

/** Whether a number is on WhatsApp, and under which identities. */
export const checkedSchema = record({
  number: z.string().describe('The number, digits only.'),
  onWhatsApp: z.boolean().describe('True when the number is on WhatsApp.'),
  id: z.string().nullable().describe('The id to write to. Null when it is not on WhatsApp.'),
  lid: z.string().nullable().describe('The LID, the second identity of the person. Null when not known.'),
  business: z.boolean().describe('True for a business account.'),
});
export type Checked = z.infer<typeof checkedSchema>;

export const contactMethods = {
  'contact.list': method({
    name: 'contact.list',
    does: 'Saved people, by name; with `all`, everybody WhatsApp Web knows of.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        ...page(),
        query: z
          .string()
          .min(1)
          .max(256)
          .optional()
          .describe('Only people with this in their name, or these digits in their number.'),
        all: z
          .boolean()
          .optional()
          .describe('True: also people who are not in the address book; false when left out.'),
        blocked: z
          .boolean()
          .optional()
          .describe('True: only blocked people. False: only others. Left out: both.'),
      }),
    result: () =>
      record({
        contacts: z.array(contactSchema).describe('The people, by name.'),
        total: z.int().describe('How many there are in all pages together.'),
      }),
    faults: LOOK_FAULTS,
    example: { params: { query: 'an' }, result: { contacts: [example], total: 1 } },
  }),
  'contact.identities': method({
    name: 'contact.identities',
    does: 'Number and LID of people: of those that are named, or of everybody WhatsApp Web knows, by number. WhatsApp is not asked.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () =>
      record({
        ...page(),
        contacts: z
          .array(contact())
          .min(1)
          .max(1000)
          .optional()
          .describe('The people, 1000 at most, which are returned in this order; everybody when left out.'),
      }),
    result: () =>
      record({
        people: z
          .array(identitiesSchema)
          .describe('The people. Of one whom WhatsApp Web does not know, only the given identity is there.'),
        total: z.int().describe('How many there are in all pages together.'),
      }),
    faults: [...LOOK_FAULTS, 'invalid_recipient'],
    example: {
      params: { contacts: ['+1 555 000 2222'] },
      result: {
        people: [
          { id: '15550002222@c.us', phone: '15550002222', lid: '91000015550002222@lid', username: null },
        ],
        total: 1,
      },
    },
  }),
  'contact.get': method({
    name: 'contact.get',
    does: 'One person, by number or either identity. A person who is not known is looked up at WhatsApp.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({ contact: contact() }),
    result: () => contactSchema,
    faults: [...LOOK_FAULTS, ...ONE],
    example: { params: { contact: '+1 555 000 2222' }, result: example },
  }),
  'contact.profile': method({
    name: 'contact.profile',
    does: 'A person with what WhatsApp shows of them: text, picture, and the profile of a business. Asks WhatsApp each time; a part that is not answered is named.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ contact: contact(), picture: picture() }),
    result: () => contactProfileSchema,
    faults: [...LOOK_FAULTS, ...ONE, 'disk_full'],
    example: {
      params: { contact: '+1 555 000 2222', picture: true },
      result: { ...example, ...EXAMPLE_PARTS },
    },
  }),
  'contact.check': method({
    name: 'contact.check',
    does: 'Whether a number is on WhatsApp. Asks WhatsApp each time.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({ number: reference('A phone number with its country code.') }),
    result: () => checkedSchema,
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
  'contact.save': method({
    name: 'contact.save',
    does: "Saves a person under a name, on all devices of this account, or changes the name. With `onPhone` also in the phone's own address book.",
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        contact: contact(),
        firstName: z.string().trim().min(1).max(100).describe('The first name, or the whole name.'),
        lastName: z.string().trim().min(1).max(100).optional().describe('The last name.'),
        onPhone: z
          .boolean()
          .optional()
          .describe("True: also in the phone's own address book; false when left out."),
      }),
    result: () => contactSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { contact: '+1 555 000 2222', firstName: 'Ana' }, result: example },
  }),
  'contact.remove': method({
    name: 'contact.remove',
    does: 'Removes a saved person from the contacts. The chat stays.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ contact: contact() }),
    result: () => contactSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { contact: '+1 555 000 2222' },
      result: { ...example, name: 'ana', saved: false },
    },
  }),
  'contact.block': method({
    name: 'contact.block',
    does: 'Blocks a person; with `blocked: false`, unblocks the person. Answers when the list of blocked people shows it.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        contact: contact(),
        blocked: z.boolean().optional().describe('False unblocks the person; true when left out.'),
      }),
    result: () => contactSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { contact: '15550002222@c.us' }, result: { ...example, blocked: true } },
  }),
};
