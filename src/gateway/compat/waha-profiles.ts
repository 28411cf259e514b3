// WAHA's routes of profiles, pictures, and the presence of people.
import type { Asked } from '../../protocol/types.js';
import { putFile } from './file.js';
import { aboutOf, answerWithPicture, answerWithUrl, PICTURES } from './pictures.js';
import { type Request, type Row, rowsOf, type Served } from './row.js';
import { sessionOf } from './waha-sessions.js';

const { call, work } = rowsOf(sessionOf);
const AT = '/api/{session}/profile';
const NEW = { since: '2026.1' };
const SUCCESS = { success: true };

const change = (
  verb: 'PUT' | 'DELETE',
  path: string,
  params: (request: Request) => Asked<'profile.update'>,
): Served => call(verb, `${AT}/${path}`, 'profile.update', { params, answer: () => SUCCESS }, NEW);

const contactOf = ({ query }: Request): string => query.text('contactId');

export const WAHA_PROFILES: readonly Row[] = [
  work(
    'GET',
    AT,
    ['profile.get', 'media.read'],
    async (_, door, account) => {
      const profile = await door.ask(account, 'profile.get', { picture: true });
      const { id, name } = profile;
      return answerWithUrl(door, account, profile, (picture) => ({ id, name, picture }));
    },
    { ...NEW, differs: `\`picture\` is ${PICTURES}` },
  ),
  change('PUT', 'name', ({ body }) => ({ name: body.text('name') })),
  change('PUT', 'status', ({ body }) => ({ about: body.optional('status') ?? '' })),
  work(
    'PUT',
    `${AT}/picture`,
    ['media.put', 'profile.update'],
    async ({ body }, door, account) => {
      const picture = await putFile(door, account, body.object('file'));
      await door.ask(account, 'profile.update', { picture });
      return SUCCESS;
    },
    { ...NEW, carriesFile: true, differs: 'Cut to a square.' },
  ),
  change('DELETE', 'picture', () => ({ picture: null })),

  work('GET', '/api/contacts/about', ['contact.profile'], async (request, door, account) => ({
    about: await aboutOf(door, account, contactOf(request)),
  })),
  work(
    'GET',
    '/api/contacts/profile-picture',
    ['contact.profile', 'media.read'],
    (request, door, account) =>
      answerWithPicture(door, account, contactOf(request), (profilePictureURL) => ({ profilePictureURL })),
    { differs: `\`profilePictureURL\` is ${PICTURES} \`refresh\` is ignored: WhatsApp is asked each time.` },
  ),
  work(
    'GET',
    '/api/{session}/chats/{chatId}/picture',
    ['contact.profile', 'media.read'],
    ({ names }, door, account) => answerWithPicture(door, account, names.chatId ?? '', (url) => ({ url })),
    { ...NEW, differs: `Of people, not of groups. \`url\` is ${PICTURES} \`refresh\` is ignored.` },
  ),

  call(
    'POST',
    '/api/{session}/presence/{chatId}/subscribe',
    'presence.subscribe',
    { params: ({ names }) => ({ contact: names.chatId ?? '' }), answer: () => undefined },
    {
      success: 201,
      differs:
        'For people with whom there is a chat, 64 at most. WhatsApp reports only while the account appears online (`presence.online`).',
    },
  ),
];
