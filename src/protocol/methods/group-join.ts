// Joining groups by their links, the requests of others to join ours, and the picture of a group.
import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, instant, page, personRef, record, reference } from '../schema.js';
import { GROUP_FAULTS, groupRef, outcomeSchema } from './group.js';

const GROUP = '120363000000000000@g.us';
const LINK = 'https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv';
const NOW = '2026-01-01T00:00:00.000Z';

const invite = () =>
  reference('An invitation: the link `https://chat.whatsapp.com/…`, or the code at its end.');

export const invitedGroupSchema = record({
  id: z.string().describe('The id of the group, …@g.us.'),
  name: z.string().describe('The name of the group.'),
  description: z.string().nullable().describe('The description of the group. Null without one.'),
  owner: z.string().nullable().describe('The id of the person who made it. Null when not known.'),
  createdAt: instant().nullable().describe('When it was made. Null when not known.'),
  size: z.int().describe('How many members it has.'),
  approveJoins: z.boolean().describe('True when an admin must approve whoever joins.'),
  onlyAdminsSend: z.boolean().describe('True when only admins can send messages.'),
  member: z.boolean().describe('True when this account is in the group already.'),
});
export type InvitedGroup = z.infer<typeof invitedGroupSchema>;

/** How a request to join came about. */
export const REQUEST_WAYS = ['link', 'community', 'member'] as const;

export const joinRequestSchema = record({
  ...identity(),
  name: z.string().describe('The name that is shown for the person.'),
  requestedAt: instant().nullable().describe('When they asked. Null when not known.'),
  way: z
    .enum(REQUEST_WAYS)
    .nullable()
    .describe(
      '`link`: they used the link of the group; `community`: they found the group in its community; `member`: a member wants to add them. Null when not known.',
    ),
  addedBy: z
    .string()
    .nullable()
    .describe('The id of the member who wants to add them. Null when they asked by themselves.'),
});
export type JoinRequest = z.infer<typeof joinRequestSchema>;

export const groupJoinMethods = {
  'group.preview': method({
    name: 'group.preview',
    does: 'The group behind an invitation, without joining it.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ invite: invite() }),
    result: () => invitedGroupSchema,
    faults: [...LOOK_FAULTS, 'not_allowed', 'whatsapp_limit', 'no_such_invite'],
    example: {
      params: { invite: LINK },
      result: {
        id: GROUP,
        name: 'Team',
        description: null,
        owner: '15550001111@c.us',
        createdAt: NOW,
        size: 12,
        approveJoins: true,
        onlyAdminsSend: false,
        member: false,
      },
    },
  }),
  'group.join': method({
    name: 'group.join',
    does: 'Joins a group by its invitation. In a group that approves its members, this asks the admins to be let in.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ invite: invite() }),
    result: () =>
      record({
        group: z.string().describe('The id of the group.'),
        state: z
          .enum(['joined', 'requested'])
          .describe('`joined`: this account is a member; `requested`: an admin must approve it first.'),
      }),
    faults: [...ACT_FAULTS, 'no_such_invite'],
    example: { params: { invite: LINK }, result: { group: GROUP, state: 'joined' } },
  }),
  'group.requests': method({
    name: 'group.requests',
    does: 'The people who wait to be let into a group, oldest request first. Only admins can read them.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ group: groupRef(), ...page() }),
    result: () =>
      record({
        group: z.string().describe('The id of the group.'),
        requests: z.array(joinRequestSchema).describe('The requests, oldest first.'),
        total: z.int().describe('How many there are in all pages together.'),
      }),
    faults: [...LOOK_FAULTS, ...GROUP_FAULTS, 'not_allowed', 'whatsapp_limit'],
    example: {
      params: { group: GROUP },
      result: {
        group: GROUP,
        requests: [
          {
            id: '15550002222@c.us',
            phone: '15550002222',
            lid: '91000015550002222@lid',
            name: 'Ana',
            requestedAt: NOW,
            way: 'link',
            addedBy: null,
          },
        ],
        total: 1,
      },
    },
  }),
  'group.answer': method({
    name: 'group.answer',
    does: 'Approves or refuses requests to join a group: of the people that are named, or all that wait. The result names each of them.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        group: groupRef(),
        action: z.enum(['approve', 'refuse']).describe('What to answer.'),
        participants: z
          .array(personRef())
          .min(1)
          .max(64)
          .optional()
          .describe('The people who asked, 64 at most; everybody who waits when left out.'),
      }),
    result: () =>
      record({
        group: z.string().describe('The id of the group.'),
        results: z.array(outcomeSchema).describe('What became of the request of each person.'),
      }),
    faults: [...ACT_FAULTS, ...GROUP_FAULTS],
    example: {
      params: { group: GROUP, action: 'approve' },
      result: { group: GROUP, results: [{ participant: '15550002222@c.us', done: true, reason: null }] },
    },
  }),
  'group.picture': method({
    name: 'group.picture',
    does: 'Sets the picture of a group, cropped to a square, or removes it.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        group: groupRef(),
        media: reference(
          'The `id` of a picture that media.put or media.fetch returned. Left out with `remove`.',
        ).optional(),
        remove: z.boolean().optional().describe('True removes the picture; false when left out.'),
      }),
    result: () =>
      record({
        group: z.string().describe('The id of the group.'),
        picture: z.boolean().describe('True when the group has a picture now.'),
      }),
    faults: [...ACT_FAULTS, ...GROUP_FAULTS, 'no_such_media', 'media_unusable', 'media_too_large'],
    example: { params: { group: GROUP, media: 'f-3q2k7v' }, result: { group: GROUP, picture: true } },
  }),
};
