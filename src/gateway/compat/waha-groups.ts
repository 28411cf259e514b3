// WAHA's routes of groups.
import type { Answered } from '../../protocol/types.js';
import { putFile } from './file.js';
import { briefGroupObject, groupObject, inviteObject, participantObjects } from './library-objects.js';
import { type Request, type Row, rowsOf, type Served } from './row.js';
import { pageOf } from './waha-chats.js';
import { sessionOf } from './waha-sessions.js';

type Group = Answered<'group.get'>;
type Outcomes = Answered<'group.participants'>['results'];

const { call, work } = rowsOf(sessionOf);
const AT = '/api/{session}/groups';
const CREATED = { success: 201 };

const groupOf = ({ names }: Request): { group: string } => ({ group: names.id ?? '' });
/** `{ id }`, as WAHA documents it, or a text. */
const peopleOf = ({ body }: Request): string[] =>
  body
    .list('participants')
    .map((one) => (typeof one === 'object' ? String((one as { id?: unknown })?.id) : String(one)));

/** The outcome for each person, by id, as the library gives it: 200, or 403 with the reason. */
export const outcomes = (results: Outcomes): object =>
  Object.fromEntries(
    results.map(({ participant, done, reason }) => [
      participant,
      { code: done ? 200 : 403, message: reason ?? '', isInviteV4Sent: false },
    ]),
  );

const changing = (path: string, action: 'add' | 'remove' | 'promote' | 'demote'): Served =>
  call(
    'POST',
    `${AT}/{id}/${path}`,
    'group.participants',
    {
      params: (request) => ({ ...groupOf(request), action, participants: peopleOf(request) }),
      answer: ({ results }) => outcomes(results),
    },
    CREATED,
  );

/** A setting that only admins may use. */
const setting = (path: string, name: 'onlyAdminsEdit' | 'onlyAdminsSend'): readonly Served[] => [
  call('GET', `${AT}/{id}/settings/security/${path}`, 'group.get', {
    params: groupOf,
    answer: (group: Group) => ({ adminsOnly: group[name] }),
  }),
  call('PUT', `${AT}/{id}/settings/security/${path}`, 'group.update', {
    params: (request) => ({ ...groupOf(request), [name]: request.body.flag('adminsOnly') ?? true }),
    answer: () => true,
  }),
];

export const WAHA_GROUPS: readonly Row[] = [
  call(
    'GET',
    AT,
    'group.list',
    { params: ({ query }) => pageOf(query), answer: ({ groups }) => groups.map(briefGroupObject) },
    { differs: 'By name, at most 1000, without participants; `sortBy` and `sortOrder` are ignored.' },
  ),
  call(
    'GET',
    `${AT}/count`,
    'group.list',
    { params: () => ({ limit: 1 }), answer: ({ total }) => ({ count: total }) },
    { since: '2026.1' },
  ),
  call(
    'GET',
    `${AT}/join-info`,
    'group.preview',
    { params: ({ query }) => ({ invite: query.text('code') }), answer: inviteObject },
    { since: '2026.1' },
  ),
  call(
    'POST',
    `${AT}/join`,
    'group.join',
    { params: ({ body }) => ({ invite: body.text('code') }), answer: ({ group }) => ({ id: group }) },
    { since: '2026.1', differs: 'Also when an admin must approve this account first.' },
  ),
  work(
    'PUT',
    `${AT}/{id}/picture`,
    ['media.put', 'group.picture'],
    async (request, door, account) => {
      const media = await putFile(door, account, request.body.object('file'));
      await door.ask(account, 'group.picture', { ...groupOf(request), media });
      return { success: true };
    },
    { since: '2026.1', carriesFile: true, differs: 'Cut to a square.' },
  ),
  call(
    'DELETE',
    `${AT}/{id}/picture`,
    'group.picture',
    {
      params: (request) => ({ ...groupOf(request), remove: true }),
      answer: ({ picture }) => ({ success: !picture }),
    },
    { since: '2026.1' },
  ),
  call('GET', `${AT}/{id}`, 'group.get', { params: groupOf, answer: groupObject }),
  call(
    'POST',
    AT,
    'group.create',
    {
      params: (request) => ({ name: request.body.text('name'), participants: peopleOf(request) }),
      answer: ({ group, results }) => ({ ...groupObject(group), results: outcomes(results) }),
    },
    CREATED,
  ),
  call('POST', `${AT}/{id}/leave`, 'group.leave', { params: groupOf, answer: () => undefined }, CREATED),
  call('PUT', `${AT}/{id}/subject`, 'group.update', {
    params: (request) => ({ ...groupOf(request), name: request.body.text('subject') }),
    answer: () => true,
  }),
  call('PUT', `${AT}/{id}/description`, 'group.update', {
    params: (request) => ({ ...groupOf(request), description: request.body.optional('description') ?? '' }),
    answer: () => true,
  }),
  ...setting('info-admin-only', 'onlyAdminsEdit'),
  ...setting('messages-admin-only', 'onlyAdminsSend'),
  call('GET', `${AT}/{id}/invite-code`, 'group.invite', { params: groupOf, answer: ({ code }) => code }),
  call(
    'POST',
    `${AT}/{id}/invite-code/revoke`,
    'group.invite',
    { params: (request) => ({ ...groupOf(request), reset: true }), answer: ({ code }) => code },
    CREATED,
  ),
  call('GET', `${AT}/{id}/participants`, 'group.get', { params: groupOf, answer: participantObjects }),
  call(
    'GET',
    `${AT}/{id}/participants/v2`,
    'group.get',
    {
      params: groupOf,
      answer: ({ participants }: Group) =>
        participants.map(({ id, phone, admin, owner }) => ({
          id,
          pn: phone === null ? null : `${phone}@c.us`,
          role: owner ? 'superadmin' : admin ? 'admin' : 'participant',
        })),
    },
    { since: '2026.1' },
  ),
  changing('participants/add', 'add'),
  changing('participants/remove', 'remove'),
  changing('admin/promote', 'promote'),
  changing('admin/demote', 'demote'),
];
