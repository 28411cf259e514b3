import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, instant, page, record, reference } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';

export const participantSchema = record({
  ...identity(),
  name: z.string(),
  admin: z.boolean(),
  /** Made the group. */
  owner: z.boolean(),
});
export type Participant = z.infer<typeof participantSchema>;

const brief = {
  id: z.string(),
  name: z.string(),
  size: z.int(),
  /** Whether this account is an admin of it, and still in it. */
  admin: z.boolean(),
  member: z.boolean(),
};
export const briefSchema = record(brief);
export type GroupBrief = z.infer<typeof briefSchema>;

export const groupSchema = record({
  ...brief,
  description: z.string().nullable(),
  owner: z.string().nullable(),
  createdAt: instant().nullable(),
  onlyAdminsSend: z.boolean(),
  onlyAdminsEdit: z.boolean(),
  participants: z.array(participantSchema),
});
export type Group = z.infer<typeof groupSchema>;

const member: Participant = {
  id: '15550002222@c.us',
  phone: '15550002222',
  lid: '91000015550002222@lid',
  name: 'Ana',
  admin: false,
  owner: false,
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
  participants: [member],
};

const ONE = ['invalid_recipient', 'no_such_chat'] as const;
const group = () => reference('the id of a group, …@g.us');
const people = () => z.array(reference('a phone number, …@c.us or …@lid')).min(1).max(64);
/** What became of one of the people asked for. `reason` where nothing did. */
export const outcomeSchema = record({
  participant: z.string(),
  done: z.boolean(),
  reason: z.string().nullable(),
});
export type ParticipantOutcome = z.infer<typeof outcomeSchema>;

export const groupMethods = {
  'group.list': method({
    name: 'group.list',
    does: 'Groups that this account is or was in, by name.',
    effect: 'reads',
    since: '0.1.0',
    params: record({ ...page(), query: z.string().min(1).max(256).optional() }),
    result: record({ groups: z.array(briefSchema), total: z.int() }),
    faults: LOOK_FAULTS,
    example: { params: {}, result: { groups: [short], total: 1 } },
  }),
  'group.get': method({
    name: 'group.get',
    does: 'A group with its people and settings.',
    effect: 'reads',
    since: '0.1.0',
    params: record({ group: group() }),
    result: groupSchema,
    faults: [...LOOK_FAULTS, ...ONE],
    example: { params: { group: GROUP }, result: example },
  }),
  'group.create': method({
    name: 'group.create',
    does: 'Makes a group. Whom WhatsApp did not add is told with the reason; the group is there all the same.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ name: z.string().min(1).max(100), participants: people() }),
    result: record({ group: groupSchema, results: z.array(outcomeSchema) }),
    faults: [...ACT_FAULTS, 'invalid_recipient', 'not_on_whatsapp'],
    example: {
      params: { name: 'Team', participants: ['+1 555 000 2222'] },
      result: { group: example, results: [{ participant: member.id, done: true, reason: null }] },
    },
  }),
  'group.participants': method({
    name: 'group.participants',
    does: 'Adds people to a group, removes them, or makes them admins or no longer; told for each of them.',
    effect: 'writes',
    since: '0.1.0',
    params: record({
      group: group(),
      action: z.enum(['add', 'remove', 'promote', 'demote']),
      participants: people(),
    }),
    result: record({ group: groupSchema, results: z.array(outcomeSchema) }),
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { group: GROUP, action: 'promote', participants: ['+1 555 000 2222'] },
      result: { group: example, results: [{ participant: member.id, done: true, reason: null }] },
    },
  }),
  'group.update': method({
    name: 'group.update',
    does: 'Changes the name, the description or the settings of a group; what is left out stays.',
    effect: 'writes',
    since: '0.1.0',
    params: record({
      group: group(),
      name: z.string().min(1).max(100).optional(),
      description: z.string().max(2048).optional(),
      onlyAdminsSend: z.boolean().optional(),
      onlyAdminsEdit: z.boolean().optional(),
    }),
    result: groupSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { group: GROUP, name: 'Team' }, result: example },
  }),
  'group.invite': method({
    name: 'group.invite',
    does: 'The link by which people join a group; with `reset` a new one, and the one before ends.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ group: group(), reset: z.boolean().optional() }),
    result: record({ group: z.string(), code: z.string(), link: z.string() }),
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
  'group.leave': method({
    name: 'group.leave',
    does: 'Leaves a group. Its chat stays.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ group: group() }),
    result: record({ group: z.string(), left: z.boolean() }),
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { group: GROUP }, result: { group: GROUP, left: true } },
  }),
};
