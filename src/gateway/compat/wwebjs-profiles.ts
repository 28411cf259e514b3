// wwebjs-api's routes of profiles and pictures, and of joining groups.
import type { Asked } from '../../protocol/types.js';
import { Fields } from './fields.js';
import { putFile } from './file.js';
import { given } from './given.js';
import { inviteObject, requestObject } from './library-objects.js';
import { aboutOf, answerWithPicture, PICTURES } from './pictures.js';
import { type Door, type Request, type Row, rowsOf, type Served } from './row.js';
import { sessionOf } from './wwebjs-sessions.js';

const { call, work } = rowsOf(sessionOf);

const DONE = { success: true, result: true };
const groupOf = ({ body }: Request): { group: string } => ({ group: body.text('chatId') });
const inviteOf = ({ body }: Request): { invite: string } => ({ invite: body.text('inviteCode') });

const pictureOf = (path: string): Served =>
  work(
    'POST',
    `${path}/{sessionId}`,
    ['contact.profile', 'media.read'],
    ({ body }, door, account) =>
      answerWithPicture(door, account, body.text('contactId'), (result) => ({ success: true, result })),
    { differs: `Of people, not of groups. \`result\` is ${PICTURES}` },
  );

/** A route with a picture in the body, which is used by `use`. */
const settingPicture = (
  path: string,
  method: 'profile.update' | 'group.picture',
  use: (request: Request, media: string, door: Door, account: string) => Promise<unknown>,
): Served =>
  work(
    'POST',
    `${path}/{sessionId}`,
    ['media.put', method],
    async (request, door, account) => {
      const file = new Fields({ data: request.body.text('pictureData') });
      await use(request, await putFile(door, account, file), door, account);
      return DONE;
    },
    { carriesFile: true, differs: 'Cut to a square.' },
  );

/** What the library says of a request that was answered. */
const ANSWERED = { approve: 'Approved successfully', refuse: 'Rejected successfully' };

const answering = (path: string, action: 'approve' | 'refuse'): Served =>
  call(
    'POST',
    `/groupChat/${path}/{sessionId}`,
    'group.answer',
    {
      params: (request) => {
        const people = request.body.optionalObject('options').texts('requesterIds');
        const participants = people.length === 0 ? undefined : people;
        return given({ ...groupOf(request), action, participants }) as Asked<'group.answer'>;
      },
      answer: ({ results }) => ({
        success: true,
        result: results.map(({ participant: requesterId, done, reason }) =>
          done
            ? { requesterId, message: ANSWERED[action] }
            : { requesterId, error: 403, message: reason ?? '' },
        ),
      }),
    },
    { differs: 'At most 64 `requesterIds`; `sleep` is ignored. `error` is always 403, with the reason.' },
  );

export const WWEBJS_PROFILES: readonly Row[] = [
  pictureOf('/client/getProfilePicUrl'),
  pictureOf('/contact/getProfilePicUrl'),
  work('POST', '/contact/getAbout/{sessionId}', ['contact.profile'], async ({ body }, door, account) => ({
    success: true,
    result: await aboutOf(door, account, body.text('contactId')),
  })),
  call('POST', '/client/setDisplayName/{sessionId}', 'profile.update', {
    params: ({ body }) => ({ name: body.text('displayName') }),
    answer: () => DONE,
  }),
  call('POST', '/client/setStatus/{sessionId}', 'profile.update', {
    params: ({ body }) => ({ about: body.optional('status') ?? '' }),
    answer: () => ({ success: true }),
  }),
  settingPicture('/client/setProfilePicture', 'profile.update', (_, picture, door, account) =>
    door.ask(account, 'profile.update', { picture }),
  ),
  call('DELETE', '/client/deleteProfilePicture/{sessionId}', 'profile.update', {
    params: () => ({ picture: null }),
    answer: () => DONE,
  }),

  call('POST', '/client/getInviteInfo/{sessionId}', 'group.preview', {
    params: inviteOf,
    answer: (group) => ({ success: true, inviteInfo: inviteObject(group) }),
  }),
  call(
    'POST',
    '/client/acceptInvite/{sessionId}',
    'group.join',
    { params: inviteOf, answer: ({ group }) => ({ success: true, acceptInvite: group }) },
    { differs: 'Also when an admin must approve this account first.' },
  ),
  call(
    'POST',
    '/groupChat/getGroupMembershipRequests/{sessionId}',
    'group.requests',
    {
      params: (request) => ({ ...groupOf(request), limit: 1_000 }),
      answer: ({ requests }) => ({ success: true, result: requests.map(requestObject) }),
    },
    { differs: 'At most 1000.' },
  ),
  answering('approveGroupMembershipRequests', 'approve'),
  answering('rejectGroupMembershipRequests', 'refuse'),
  settingPicture('/groupChat/setPicture', 'group.picture', (request, media, door, account) =>
    door.ask(account, 'group.picture', { ...groupOf(request), media }),
  ),
  call('POST', '/groupChat/deletePicture/{sessionId}', 'group.picture', {
    params: (request) => ({ ...groupOf(request), remove: true }),
    answer: () => DONE,
  }),
];
