// Communities: groups that belong together, with one group for announcements.
import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { instant, page, record, reference } from '../schema.js';
import { GROUP_FAULTS, groupRef } from './group.js';

const NOW = '2026-01-01T00:00:00.000Z';
const ID = '120363000000000001@g.us';

export const communityGroupSchema = record({
  id: z.string().describe('The id of the group, …@g.us.'),
  name: z.string().describe('The name of the group.'),
  announcements: z.boolean().describe('True for the group of the announcements, where only admins send.'),
  member: z.boolean().describe('True when this account is in the group.'),
});
export type CommunityGroup = z.infer<typeof communityGroupSchema>;

export const communitySchema = record({
  id: z.string().describe('The id of the community, …@g.us.'),
  name: z.string().describe('The name of the community.'),
  description: z.string().nullable().describe('The description. Null without one.'),
  owner: z.string().nullable().describe('The id of the person who made it. Null when not known.'),
  createdAt: instant().nullable().describe('When it was made. Null when not known.'),
  admin: z.boolean().describe('True when this account is an admin of the community.'),
  announcements: z
    .string()
    .nullable()
    .describe('The id of the group of the announcements. Null when it is not known.'),
  groups: z.array(communityGroupSchema).describe('Its groups: the announcements first, then by name.'),
  complete: z
    .boolean()
    .describe('False when WhatsApp did not answer: groups that this account is not in may be missing.'),
});
export type Community = z.infer<typeof communitySchema>;

export const communityOutcomeSchema = record({
  group: z.string().describe('The id of the group.'),
  done: z.boolean().describe('True when it was done.'),
  reason: z.string().nullable().describe('Why it was not done. Null when it was.'),
});
export type CommunityOutcome = z.infer<typeof communityOutcomeSchema>;

const community = () => reference('The id of a community, …@g.us.');
const example: Community = {
  id: ID,
  name: 'Our street',
  description: null,
  owner: '15550001111@c.us',
  createdAt: NOW,
  admin: true,
  announcements: '120363000000000002@g.us',
  groups: [{ id: '120363000000000002@g.us', name: 'Our street', announcements: true, member: true }],
  complete: true,
};

export const communityMethods = {
  'community.list': method({
    name: 'community.list',
    does: 'Communities that this account is in, by name.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ ...page() }),
    result: () =>
      record({
        communities: z
          .array(
            record({
              id: z.string().describe('The id of the community, …@g.us.'),
              name: z.string().describe('The name of the community.'),
              groups: z.int().describe('How many of its groups this account is in.'),
              admin: z.boolean().describe('True when this account is an admin of the community.'),
            }),
          )
          .describe('The communities, by name.'),
        total: z.int().describe('How many there are in all pages together.'),
      }),
    faults: LOOK_FAULTS,
    example: {
      params: {},
      result: { communities: [{ id: ID, name: 'Our street', groups: 1, admin: true }], total: 1 },
    },
  }),
  'community.get': method({
    name: 'community.get',
    does: 'A community with its groups.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ community: community() }),
    result: () => communitySchema,
    faults: [...LOOK_FAULTS, ...GROUP_FAULTS],
    example: { params: { community: ID }, result: example },
  }),
  'community.create': method({
    name: 'community.create',
    does: 'Makes a community. WhatsApp makes its group of announcements with it.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        name: z.string().min(1).max(100).describe('The name of the community.'),
        description: z.string().max(2048).optional().describe('The description.'),
      }),
    result: () => record({ community: z.string().describe('The id of the community.') }),
    faults: ACT_FAULTS,
    example: { params: { name: 'Our street' }, result: { community: ID } },
  }),
  'community.groups': method({
    name: 'community.groups',
    does: 'Puts groups into a community, or takes them out. The groups stay. The result names each of them.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        community: community(),
        action: z
          .enum(['link', 'unlink'])
          .describe('`link` puts the groups into the community; `unlink` takes them out.'),
        groups: z.array(groupRef()).min(1).max(50).describe('The groups, 50 at most.'),
      }),
    result: () =>
      record({
        community: z.string().describe('The id of the community.'),
        results: z.array(communityOutcomeSchema).describe('What became of each of the groups.'),
      }),
    faults: [...ACT_FAULTS, ...GROUP_FAULTS],
    example: {
      params: { community: ID, action: 'link', groups: ['120363000000000000@g.us'] },
      result: { community: ID, results: [{ group: '120363000000000000@g.us', done: true, reason: null }] },
    },
  }),
  'community.deactivate': method({
    name: 'community.deactivate',
    does: 'Ends a community. Its groups stay, without the announcements. It cannot be undone.',
    effect: 'writes',
    scope: 'operate',
    since: '0.2.0',
    params: () => record({ community: community() }),
    result: () =>
      record({
        community: z.string().describe('The id of the community.'),
        deactivated: z.boolean().describe('Always true: what fails is an error.'),
      }),
    faults: [...ACT_FAULTS, ...GROUP_FAULTS],
    example: { params: { community: ID }, result: { community: ID, deactivated: true } },
  }),
};
