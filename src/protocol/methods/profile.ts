import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, record, reference } from '../schema.js';
import { fileSchema } from './media.js';

/** The parts of a profile that WhatsApp is asked for, each by itself. */
const PARTS = ['about', 'picture', 'businessProfile'] as const;

const openingHours = record({
  timezone: z
    .string()
    .nullable()
    .describe('The time zone of the hours, such as `Europe/Berlin`. Null when unknown.'),
  days: z
    .array(
      record({
        day: z.string().describe('The day: `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`.'),
        mode: z
          .string()
          .describe(
            '`specific_hours`, `open_24h` or `appointment_only`. A day that is not listed is closed.',
          ),
        times: z
          .array(
            record({
              from: z.string().describe('When it opens, as HH:MM.'),
              to: z.string().describe('When it closes, as HH:MM.'),
            }),
          )
          .describe('The hours, with `specific_hours`; otherwise empty.'),
      }),
    )
    .describe('The days on which it is open.'),
});

export const businessSchema = record({
  description: z
    .string()
    .nullable()
    .describe('What the business says about itself. Null when it says nothing.'),
  address: z.string().nullable().describe('Its address. Null without one.'),
  email: z.string().nullable().describe('Its e-mail address. Null without one.'),
  websites: z.array(z.string()).describe('Its websites.'),
  categories: z.array(z.string()).describe('Its categories, in the language of WhatsApp Web.'),
  hours: openingHours.nullable().describe('When it is open. Null when it does not say.'),
});
export type BusinessProfile = z.infer<typeof businessSchema>;

/** What WhatsApp shows of a person, in addition to the name. */
export const profileParts = () => ({
  about: z
    .string()
    .nullable()
    .describe('The text about themselves. Null when there is none or it is hidden from this account.'),
  hasPicture: z.boolean().describe('True when there is a picture that this account may see.'),
  picture: fileSchema
    .nullable()
    .describe('The picture, as a file for media.read. Null unless it was requested and there is one.'),
  businessProfile: businessSchema.nullable().describe('The profile of a business. Null for other accounts.'),
  unanswered: z
    .array(z.enum(PARTS))
    .describe('The parts that WhatsApp did not give in time. They may exist.'),
});

export const EXAMPLE_PICTURE = {
  id: `f-${'0'.repeat(40)}`,
  mimetype: 'image/jpeg',
  name: 'picture.jpg',
  size: 20_480,
};
export const EXAMPLE_PARTS = {
  about: 'Available',
  hasPicture: true,
  picture: EXAMPLE_PICTURE,
  businessProfile: null,
  unanswered: [],
};

export const profileSchema = record({
  ...identity(),
  name: z.string().nullable().describe('The name that others see. Null when it is not known yet.'),
  username: z
    .string()
    .nullable()
    .describe('The user name, without `@`. Null without one, or when WhatsApp Web does not know it.'),
  ...profileParts(),
});
export type Profile = z.infer<typeof profileSchema>;

export const picture = () =>
  z.boolean().optional().describe('True also fetches the picture; false when left out.');

/** Who may see or do something, in WhatsApp's words. */
const audience = (what: string) =>
  z
    .string()
    .nullable()
    .describe(
      `${what}: \`all\`, \`contacts\`, \`contact_blacklist\` (contacts with exceptions) or \`none\`. Null when WhatsApp did not say.`,
    );
const oneOf = (what: string) => z.string().nullable().describe(`${what} Null when WhatsApp did not say.`);

export const privacySchema = record({
  lastSeen: audience('Who sees when this account was online last'),
  online: oneOf('Who sees that it is online: `all`, or `match_last_seen`, as with `lastSeen`.'),
  about: audience('Who sees its text'),
  picture: audience('Who sees its picture'),
  addToGroups: audience('Who may add it to groups'),
  call: oneOf('Who may call it: `all`, `known` or `contacts`.'),
  message: oneOf('Who may write to it: `all` or `contacts`.'),
  readReceipts: oneOf('Whether others see that it has read their messages: `all` or `none`.'),
});
export type Privacy = z.infer<typeof privacySchema>;

export const profileMethods = {
  'profile.privacy': method({
    name: 'profile.privacy',
    does: 'The privacy settings of this account, in the words of WhatsApp. They are changed on the phone. Asks WhatsApp each time.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({}),
    result: () => privacySchema,
    faults: [...LOOK_FAULTS, 'not_allowed', 'whatsapp_limit'],
    example: {
      params: {},
      result: {
        lastSeen: 'contacts',
        online: 'match_last_seen',
        about: 'all',
        picture: 'contacts',
        addToGroups: 'contact_blacklist',
        call: 'all',
        message: 'all',
        readReceipts: 'all',
      },
    },
  }),
  'profile.get': method({
    name: 'profile.get',
    does: "This account's own profile, as others see it who may see everything.",
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ picture: picture() }),
    result: () => profileSchema,
    faults: [...LOOK_FAULTS, 'disk_full'],
    example: {
      params: { picture: true },
      result: {
        id: '15550001111@c.us',
        phone: '15550001111',
        lid: '91000015550001111@lid',
        name: 'Shop',
        username: 'the.shop',
        ...EXAMPLE_PARTS,
      },
    },
  }),
  'profile.update': method({
    name: 'profile.update',
    does: "Changes this account's own name, text and picture, in this order. When one fails, those before it stay changed, and the error names them as `done`.",
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        name: z.string().trim().min(1).max(25).optional().describe('The name that others see.'),
        about: z
          .string()
          .max(139)
          .optional()
          .describe('The text about this account. An empty text removes it.'),
        picture: reference('The id of an image that media.put returned; it is cut to a square.')
          .nullable()
          .optional()
          .describe(
            'The new picture: the id of an image that media.put returned, which is cut to a square. Null removes it.',
          ),
      }),
    result: () =>
      record({
        changed: z.array(z.enum(['name', 'about', 'picture'])).describe('What was changed.'),
      }),
    faults: [...ACT_FAULTS, 'no_such_media', 'media_unusable', 'media_too_large'],
    example: {
      params: { name: 'Shop', picture: EXAMPLE_PICTURE.id },
      result: { changed: ['name', 'picture'] },
    },
  }),
};
