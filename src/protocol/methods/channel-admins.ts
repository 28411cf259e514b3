// The admins of a channel, invitations to become one, and its picture. The invitation itself is a message:
// `channelInvite` of message.send.
import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, personRef, record, reference } from '../schema.js';
import { channelSchema } from './channel.js';

const ID = '120363000000000001@newsletter';
const NUMBER = '15550002222';
const ANA = { id: `${NUMBER}@c.us`, phone: NUMBER, lid: null, name: 'Ana' };

const channel = () => reference('A channel of this account, by its id, …@newsletter.');
const channelResult = () => z.string().describe('The id of the channel.');
const contactResult = () => z.string().describe('The id of the person.');

const person = () => ({ ...identity(), name: z.string().describe('The name of the person, or the number.') });

export const channelAdminSchema = record({
  ...person(),
  role: z.enum(['owner', 'admin']).describe('What the person is in the channel.'),
});
export type ChannelAdmin = z.infer<typeof channelAdminSchema>;

export const channelInvitedSchema = record(person());
export type ChannelInvited = z.infer<typeof channelInvitedSchema>;

export const channelAdminMethods = {
  'channel.admins': method({
    name: 'channel.admins',
    does: 'The owner and the admins of a channel that this account owns or administers, and who is invited to become an admin.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ channel: channel() }),
    result: () =>
      record({
        channel: channelResult(),
        admins: z.array(channelAdminSchema).describe('The owner and the admins, the owner first.'),
        invited: z
          .array(channelInvitedSchema)
          .nullable()
          .describe('Who has an invitation that is not accepted. Null: only the owner may see it.'),
      }),
    faults: [...LOOK_FAULTS, 'not_allowed', 'no_such_chat', 'whatsapp_limit'],
    example: {
      params: { channel: ID },
      result: { channel: ID, admins: [{ ...ANA, role: 'admin' }], invited: null },
    },
  }),
  'channel.revokeInvite': method({
    name: 'channel.revokeInvite',
    does: 'Withdraws the invitation of a person to become an admin of a channel that this account owns.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ channel: channel(), contact: personRef() }),
    result: () =>
      record({
        channel: channelResult(),
        contact: contactResult(),
        revoked: z.boolean().describe('False when the person had no invitation.'),
      }),
    faults: [...ACT_FAULTS, 'no_such_chat', 'invalid_recipient'],
    example: {
      params: { channel: ID, contact: NUMBER },
      result: { channel: ID, contact: ANA.id, revoked: true },
    },
  }),
  'channel.acceptInvite': method({
    name: 'channel.acceptInvite',
    does: 'Accepts an invitation to become an admin of a channel: a message with `details.channelInvite`, whose `channelId` is the channel.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ channel: reference('The channel of the invitation, by its id, …@newsletter.') }),
    result: () => channelSchema,
    faults: [...ACT_FAULTS, 'no_such_chat', 'no_such_invite'],
    example: {
      params: { channel: ID },
      result: {
        id: ID,
        name: 'News',
        description: 'What is new',
        link: 'https://whatsapp.com/channel/0029AbCdEfGhIjKl',
        followers: 120,
        verified: false,
        createdAt: '2026-01-01T00:00:00.000Z',
        role: 'admin',
        muted: false,
        unread: 0,
      },
    },
  }),
  'channel.removeAdmin': method({
    name: 'channel.removeAdmin',
    does: 'Makes an admin of a channel that this account owns a follower. Without `contact` this account stops being an admin, which only a new invitation of the owner undoes.',
    effect: 'writes',
    scope: 'operate',
    since: '0.2.0',
    params: () =>
      record({
        channel: channel(),
        contact: personRef().optional().describe('The admin. This account when left out.'),
      }),
    result: () =>
      record({
        channel: channelResult(),
        contact: contactResult(),
        removed: z.boolean().describe('False when the person was not an admin.'),
      }),
    faults: [...ACT_FAULTS, 'no_such_chat', 'invalid_recipient'],
    example: {
      params: { channel: ID, contact: NUMBER },
      result: { channel: ID, contact: ANA.id, removed: true },
    },
  }),
  'channel.picture': method({
    name: 'channel.picture',
    does: 'Sets the picture of a channel that this account owns or administers, cropped to a square, or removes it.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        channel: channel(),
        media: reference(
          'The `id` of a picture that media.put or media.fetch returned. Left out with `remove`.',
        ).optional(),
        remove: z.boolean().optional().describe('True removes the picture; false when left out.'),
      }),
    result: () =>
      record({
        channel: channelResult(),
        picture: z.boolean().describe('True when the channel has a picture now.'),
      }),
    faults: [...ACT_FAULTS, 'no_such_chat', 'no_such_media', 'media_unusable', 'media_too_large'],
    example: { params: { channel: ID, media: 'f-3q2k7v' }, result: { channel: ID, picture: true } },
  }),
};
