import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, instant, page, personRef, record, reference } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';

export const participantSchema = record({
  ...identity(),
  name: z.string().describe('The name that is shown for the person.'),
  admin: z.boolean().describe('True for an admin of the group.'),
  owner: z.boolean().describe('True for the person who made the group.'),
  tag: z
    .string()
    .nullable()
    .describe(
      'The tag that the member has chosen in this group, such as "Coach". Null without one, and when not known.',
    ),
});
export type Participant = z.infer<typeof participantSchema>;

const brief = {
  id: z.string().describe('The id of the group, …@g.us.'),
  name: z.string().describe('The name of the group.'),
  size: z.int().describe('How many members it has.'),
  admin: z.boolean().describe('True when this account is an admin of the group.'),
  member: z.boolean().describe('True when this account is still in the group.'),
};
export const briefSchema = record(brief);
export type GroupBrief = z.infer<typeof briefSchema>;

export const groupSchema = record({
  ...brief,
  description: z.string().nullable().describe('The description of the group. Null without one.'),
  owner: z.string().nullable().describe('The id of the person who made it. Null when not known.'),
  createdAt: instant().nullable().describe('When it was made. Null when not known.'),
  onlyAdminsSend: z.boolean().describe('True when only admins can send messages.'),
  onlyAdminsEdit: z
    .boolean()
    .describe('True when only admins can change the name, the description and the picture.'),
  onlyAdminsAdd: z.boolean().describe('True when only admins can add members.'),
  approveJoins: z
    .boolean()
    .describe('True when an admin must approve whoever joins by the link or is added by a member.'),
  community: z.string().nullable().describe('The id of the community that it belongs to. Null without one.'),
  isAnnouncement: z.boolean().describe('True for the group of the announcements of its community.'),
  participants: z.array(participantSchema).describe('The members.'),
});
export type Group = z.infer<typeof groupSchema>;

const member: Participant = {
  id: '15550002222@c.us',
  phone: '15550002222',
  lid: '91000015550002222@lid',
  name: 'Ana',
  admin: false,
  owner: false,
  tag: null,
};
const GROUP = '120363000000000000@g.us';
const short: GroupBrief = { id: GROUP, name: 'Team', size: 1, admin: true, member: true };
const example: Group = {
  ...short,
  description: null,
  owner: '15550001111@c.us',
  createdAt: NOW,
  onlyAdminsSend: false,
  onlyAdminsEdit: false,
  onlyAdminsAdd: true,
  approveJoins: false,
  community: null,
  isAnnouncement: false,
  participants: [member],
};

/** Of a method that names a group. */
export const GROUP_FAULTS = ['invalid_recipient', 'no_such_chat'] as const;
const ONE = GROUP_FAULTS;
export const groupRef = () => reference('The id of a group, …@g.us.');
const group = groupRef;
const people = () => z.array(personRef()).min(1).max(64).describe('The people, 64 at most.');
/** The outcome for one person that a request named. */
export const outcomeSchema = record({
  participant: z.string().describe('The id of the person.'),
  done: z.boolean().describe('True when it was done.'),
  reason: z.string().nullable().describe('Why it was not done. Null when it was.'),
});
export type ParticipantOutcome = z.infer<typeof outcomeSchema>;

export const groupMethods = {
  'group.list': method({
    name: 'group.list',
    does: 'Groups that this account is or was in, by name.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        ...page(),
        query: z.string().min(1).max(256).optional().describe('Only groups with this in their name.'),
      }),
    result: () =>
      record({
        groups: z.array(briefSchema).describe('The groups, by name.'),
        total: z.int().describe('How many there are in all pages together.'),
      }),
    faults: LOOK_FAULTS,
    example: { params: {}, result: { groups: [short], total: 1 } },
  }),
  'group.get': method({
    name: 'group.get',
    does: 'A group with its people and settings.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({ group: group() }),
    result: () => groupSchema,
    faults: [...LOOK_FAULTS, ...ONE],
    example: { params: { group: GROUP }, result: example },
  }),
  'group.create': method({
    name: 'group.create',
    does: 'Makes a group. People whom WhatsApp did not add are listed with the reason; the group exists in any case.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        name: z.string().min(1).max(100).describe('The name of the group.'),
        participants: people(),
      }),
    result: () =>
      record({
        group: groupSchema.describe('The group as it is now.'),
        results: z.array(outcomeSchema).describe('What became of each of the people.'),
      }),
    faults: [...ACT_FAULTS, 'invalid_recipient', 'not_on_whatsapp'],
    example: {
      params: { name: 'Team', participants: ['+1 555 000 2222'] },
      result: { group: example, results: [{ participant: member.id, done: true, reason: null }] },
    },
  }),
  'group.participants': method({
    name: 'group.participants',
    does: 'Adds people to a group, removes them, or makes them admins or no longer. The result names each of them.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        group: group(),
        action: z
          .enum(['add', 'remove', 'promote', 'demote'])
          .describe('`promote` makes people admins, `demote` makes them members again.'),
        participants: people(),
      }),
    result: () =>
      record({
        group: groupSchema.describe('The group as it is now.'),
        results: z.array(outcomeSchema).describe('What became of each of the people.'),
      }),
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { group: GROUP, action: 'promote', participants: ['+1 555 000 2222'] },
      result: { group: example, results: [{ participant: member.id, done: true, reason: null }] },
    },
  }),
  'group.update': method({
    name: 'group.update',
    does: 'Changes the name, the description or the settings of a group; what is left out stays as it is.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        group: group(),
        name: z.string().min(1).max(100).optional().describe('The new name.'),
        description: z
          .string()
          .max(2048)
          .optional()
          .describe('The new description. An empty string removes it.'),
        onlyAdminsSend: z.boolean().optional().describe('True: only admins can send messages.'),
        onlyAdminsEdit: z
          .boolean()
          .optional()
          .describe('True: only admins can change the name, the description and the picture.'),
        onlyAdminsAdd: z.boolean().optional().describe('True: only admins can add members.'),
        approveJoins: z
          .boolean()
          .optional()
          .describe('True: an admin must approve whoever joins by the link or is added by a member.'),
      }),
    result: () => groupSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { group: GROUP, name: 'Team' }, result: example },
  }),
  'group.invite': method({
    name: 'group.invite',
    does: 'The link by which people join a group; with `reset`, a new one, which revokes the previous one.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        group: group(),
        reset: z
          .boolean()
          .optional()
          .describe('True ends the present link and makes a new one; false when left out.'),
      }),
    result: () =>
      record({
        group: z.string().describe('The id of the group.'),
        code: z.string().describe('The code at the end of the link.'),
        link: z.string().describe('The link by which people join.'),
      }),
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { group: GROUP },
      result: {
        group: GROUP,
        code: 'AbCdEfGhIjKlMnOpQrStUv',
        link: 'https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv',
      },
    },
  }),
  'group.tag': method({
    name: 'group.tag',
    does: 'Chooses the tag of this account in a group, which its members see with the name.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        group: group(),
        tag: z.string().trim().max(30).describe('The tag: 2 to 30 characters. An empty string removes it.'),
      }),
    result: () =>
      record({
        group: z.string().describe('The id of the group.'),
        tag: z.string().nullable().describe('The tag now. Null without one.'),
      }),
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { group: GROUP, tag: 'Coach' }, result: { group: GROUP, tag: 'Coach' } },
  }),
  'group.leave': method({
    name: 'group.leave',
    does: 'Leaves a group. Its chat stays.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () => record({ group: group() }),
    result: () =>
      record({
        group: z.string().describe('The id of the group.'),
        left: z.boolean().describe('True when this account is no longer in it.'),
      }),
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { group: GROUP }, result: { group: GROUP, left: true } },
  }),
};
