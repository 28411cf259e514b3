// The table of wwebjs-api's routes, by its OpenAPI document of commit e45da16 (2026-07).
import { type Row, refuse } from './row.js';
import { WWEBJS_CHANNELS } from './wwebjs-channels.js';
import { WWEBJS_CHATS } from './wwebjs-chats.js';
import { WWEBJS_LABELS } from './wwebjs-labels.js';
import { WWEBJS_MESSAGES } from './wwebjs-messages.js';
import { WWEBJS_PROFILES } from './wwebjs-profiles.js';
import { WWEBJS_READING } from './wwebjs-reading.js';
import { WWEBJS_SESSIONS } from './wwebjs-sessions.js';

/** `VERB /path/NAME/{sessionId}` for each name. */
const each = (path: string, ...names: readonly string[]): string[] =>
  names.map((name) => `POST ${path}/${name}/{sessionId}`);

const REFUSED: readonly Row[] = [
  ...refuse(
    'It would unlink several accounts at once. Use terminate for each.',
    'GET /session/terminateInactive',
    'GET /session/terminateAll',
  ),
  ...refuse('No method returns a picture of the page.', 'GET /session/getPageScreenshot/{sessionId}'),
  ...refuse('It is an example of that program.', 'POST /localCallbackExample'),
  ...refuse(
    'A method of the library cannot be called by its name.',
    ...['client', 'chat', 'groupChat', 'message'].flatMap((noun) => each(`/${noun}`, 'runMethod')),
  ),
  ...refuse(
    'No method lists the groups that are shared with a person.',
    ...each('/client', 'getCommonGroups'),
    ...each('/contact', 'getCommonGroups'),
  ),
  ...refuse('No method counts the devices of a person.', ...each('/client', 'getContactDeviceCount')),
  ...refuse(
    'Numbers are given as digits with the country code, and are not formatted.',
    ...each('/client', 'getCountryCode', 'getFormattedNumber'),
    ...each('/contact', 'getCountryCode', 'getFormattedNumber'),
  ),
  ...refuse(
    'No method lists the reactions of a message: they are reported as events `message.reaction`.',
    ...each('/message', 'getReactions'),
  ),
  ...refuse(
    'What an order or a payment has is in `details` of its message; no method asks for more.',
    ...each('/message', 'getOrder', 'getPayment'),
  ),
  ...refuse('Groups that a text names are not reported.', ...each('/message', 'getGroupMentions')),
  ...refuse(
    'Whether the account appears online is configured: `presence.online`.',
    ...each('/client', 'sendPresenceAvailable', 'sendPresenceUnavailable'),
  ),
  ...refuse(
    'The daemon decides what the page downloads and opens, and when it connects.',
    ...each('/client', 'setAutoDownloadAudio', 'setAutoDownloadDocuments', 'setAutoDownloadPhotos'),
    ...each('/client', 'setAutoDownloadVideos', 'setBackgroundSync', 'resetState'),
    ...each('/client', 'openChatWindow', 'openChatWindowAt'),
  ),
  ...refuse('Files are returned in base64: `downloadMedia`.', ...each('/message', 'downloadMediaAsData')),
];

export const WWEBJS_ROWS: readonly Row[] = [
  ...WWEBJS_SESSIONS,
  ...WWEBJS_MESSAGES,
  ...WWEBJS_READING,
  ...WWEBJS_CHATS,
  ...WWEBJS_CHANNELS,
  ...WWEBJS_LABELS,
  ...WWEBJS_PROFILES,
  ...REFUSED,
];
